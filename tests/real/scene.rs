//! What the tests with a fake restic start from.

use crate::support::opted::{another, pushed, repository, synced};
use crate::support::{Device, FakeRestic, Program, World, assert_same_with_metadata, play};

/// Two devices: the desktop has something to push, the deck has something to pull.
pub struct Scene {
    pub world: World,
    pub desktop: Device,
    pub deck: Device,
    pub fake: FakeRestic,
}

impl Scene {
    pub fn new() -> Option<Self> {
        let (world, desktop) = pushed()?;
        let deck = another(&world, "deck");
        deck.command(&["pull"]).ok();
        play::session(&desktop.pack, "My World", 2);
        desktop.command(&["push"]).ok();
        play::session(&desktop.pack, "My World", 3);
        let fake = FakeRestic::around(&world.path("fake"), &Program::Restic.find()?);
        Some(Self {
            world,
            desktop,
            deck,
            fake,
        })
    }

    pub fn binary(&self) -> String {
        format!("--restic-binary={}", self.fake.path().display())
    }

    /// With a restic that works, both get on as if nothing had happened.
    #[track_caller]
    pub fn recovers(&self) {
        self.desktop.command(&["push"]).ok();
        self.deck.command(&["pull"]).ok();
        assert_same_with_metadata(&synced(&self.deck.pack), &synced(&self.desktop.pack));
        repository(&self.world).check();
    }
}
