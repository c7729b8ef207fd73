//! Two devices that played the same worlds at the same time: what the tests of conflicts start from.

use std::collections::BTreeSet;
use std::fs;

use super::rounds::synced;
use super::support::*;

/// The desktop has pushed its session. The deck has not pushed its own, and pulls next.
pub struct Fork {
    pub world: World,
    pub desktop: Device,
    pub deck: Device,
    /// What the desktop has of the worlds.
    pub theirs: Tree,
    /// What the deck has of them.
    pub mine: Tree,
}

impl Fork {
    /// Plays these worlds on both.
    #[track_caller]
    pub fn of(world: World, worlds: &[&str]) -> Self {
        let [desktop, deck] = devices(&world, ["desktop", "deck"]);
        for name in worlds {
            play::world(&desktop.pack, name, 1);
        }
        play::settings(&desktop.pack, 1);
        hand_over(&desktop, &deck);
        for name in worlds {
            play::session(&desktop.pack, name, 2);
            play::session(&deck.pack, name, 3);
        }
        desktop.command(&["push"]).ok();
        Self {
            theirs: saves(&desktop),
            mine: saves(&deck),
            world,
            desktop,
            deck,
        }
    }

    /// Says that nothing on the deck was touched.
    #[track_caller]
    pub fn assert_untouched(&self) {
        assert_same_with_metadata(&saves(&self.deck), &self.mine);
    }

    /// The decision of the deck reaches the desktop, and then nobody has anything to say.
    #[track_caller]
    pub fn settles(&self) {
        hand_over(&self.deck, &self.desktop);
        for device in [&self.desktop, &self.deck] {
            device.command(&["pull"]).ok().assert_silent();
            device.command(&["push"]).ok().assert_silent();
        }
        assert_same(&saves(&self.desktop), &saves(&self.deck));
    }
}

/// Opts devices of these names in as one instance.
#[track_caller]
pub fn devices<const N: usize>(world: &World, names: [&str; N]) -> [Device; N] {
    let devices = names.map(|name| world.device(name));
    world.opt_in(&devices.each_ref());
    devices
}

#[track_caller]
pub fn hand_over(from: &Device, to: &Device) {
    from.command(&["push"]).ok();
    to.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(from), &synced(to));
}

/// What is synced of the worlds.
#[track_caller]
pub fn saves(device: &Device) -> Tree {
    synced(device).under("saves")
}

/// The names of the worlds.
#[track_caller]
pub fn worlds(device: &Device) -> BTreeSet<String> {
    let entries = fs::read_dir(device.pack.join("saves"))
        .into_iter()
        .flatten();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    entries.map(|entry| name(entry.unwrap())).collect()
}

/// Returns the name of the one copy of a world that this device lost: it ends with today's date,
/// that of UTC.
#[track_caller]
pub fn copy_of(device: &Device, world: &str, loser: &str) -> String {
    let start = format!("{world} ({loser}, ");
    let found: Vec<String> = worlds(device)
        .into_iter()
        .filter(|name| name.starts_with(&start))
        .collect();
    let [copy] = found.as_slice() else {
        panic!("not one copy {start}...) but {:?}", worlds(device))
    };
    let today = jiff::Timestamp::now();
    let days = [0, 1].map(|ago| {
        (today - jiff::SignedDuration::from_hours(24 * ago))
            .strftime("%Y-%m-%d")
            .to_string()
    });
    assert!(
        days.iter().any(|day| *copy == format!("{start}{day})")),
        "{copy} is not of {days:?}"
    );
    copy.clone()
}

/// Says that a snapshot holds this version of a world.
#[track_caller]
pub fn assert_in_history(world: &World, device: &Device, name: &str, version: &Tree) {
    let repository = world.repository(&device.instance_id());
    let path = format!("saves/{name}");
    let found = repository
        .snapshot_ids()
        .iter()
        .any(|id| repository.tree(id).under(&path).same(version));
    assert!(found, "no snapshot holds that version of {name}");
}

/// Returns the first command in a message that begins like this, as a player would copy it: to the
/// quote that ends the name of the folder.
#[track_caller]
pub fn printed(output: &Output, start: &str) -> String {
    let said = format!("{}{}", output.stdout, output.stderr);
    let from = said
        .find(start)
        .unwrap_or_else(|| panic!("no {start:?}\n{output}"));
    let said = said[from..].lines().next().unwrap();
    let option = said
        .find("--pack-folder=")
        .unwrap_or_else(|| panic!("no folder\n{output}"));
    let quote = said[..option].chars().next_back().unwrap();
    assert!(
        ['"', '\''].contains(&quote),
        "the folder is not quoted\n{output}"
    );
    let end = said[option..]
        .find(quote)
        .unwrap_or_else(|| panic!("no end\n{output}"));
    said[..=option + end].to_owned()
}

/// Pastes a line into a shell on this device.
pub fn paste(world: &World, device: &Device, line: &str) -> Run {
    paste_into("sh", world, device, line)
}

/// Pastes a line into this shell.
pub fn paste_into(shell: &str, world: &World, device: &Device, line: &str) -> Run {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_instance-sync"));
    let path = std::env::join_paths([program.parent().unwrap(), &world.path("bin")]).unwrap();
    device
        .command(&[])
        .no_pack()
        .env("PATH", path)
        .under([&format!("/bin/{shell}"), "-c", line])
}
