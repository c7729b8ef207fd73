//! Locks of restic's own that processes left in a repository, or still hold.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::support::opted::{ID, harmless, synced};
use super::support::*;

/// A server, and a device on it that has pushed. Both restics must get on with what the other left.
struct Scene {
    world: World,
    restic: PathBuf,
    desktop: Device,
}

impl Scene {
    fn new(restic: Program) -> Option<Self> {
        let world = World::with_server()?;
        let restic = restic.find()?;
        world.use_restic(&restic);
        template::repository(&world.server().repository_folder(ALICE, ID), ALICE.secret)?;
        let desktop = join(&world, "desktop");
        play::world(&desktop.pack, "My World", 1);
        desktop.command(&["push"]).ok();
        Some(Self {
            world,
            restic,
            desktop,
        })
    }

    fn locks(&self) -> usize {
        let folder = self.world.server().repository_folder(ALICE, ID);
        // Not what is still on its way there.
        let names = fs::read_dir(folder.join("locks")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.len() == 64).count()
    }

    /// Lets restic do this, and stops it while it has its lock.
    fn stopped(&self, args: &[&str]) -> Started {
        let stock = Repository::on_server(self.world.server(), ALICE, ID, ALICE.secret);
        let stock = stock.expect("restic was found").with_restic(&self.restic);
        let before = self.locks();
        for _ in 0..10 {
            let mut run = stock.run(args).in_folder(&self.desktop.pack).start();
            while run.is_running() {
                // It waits 200 ms then for others that do the same.
                if self.locks() > before {
                    run.signal(Signal::Stop);
                    // The server may be about to remove it already.
                    std::thread::sleep(Duration::from_millis(300));
                    if run.is_running() && self.locks() > before {
                        return run;
                    }
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        panic!("restic was never seen with its lock")
    }
}

fn join(world: &World, name: &str) -> Device {
    let device = world.device(name);
    let instance = format!("--instance-id={ID}");
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    device.init(&world.server().url(), ALICE.token, &[&instance, &ca]);
    device
}

fn kill(run: Started) {
    run.signal(Signal::Kill);
    run.wait();
}

fn a_lock_of_a_killed_backup_hinders_nobody(restic: Program) {
    let Some(scene) = Scene::new(restic) else {
        return;
    };
    let desktop = &scene.desktop;
    for round in 1..=2 {
        // The server may still carry out what a restic asked for that is dead by now.
        while scene.locks() < round {
            kill(scene.stopped(&["backup", "saves"]));
            std::thread::sleep(Duration::from_millis(500));
        }
        assert_eq!(scene.locks(), round);
    }
    let deck = join(&scene.world, "deck");
    deck.command(&["pull"]).ok().assert_says("Updated");
    play::session(&deck.pack, "My World", 2);
    deck.command(&["push"]).ok().assert_says("Saved");
    desktop.command(&["pull"]).ok().assert_says("Updated");
    assert_same_with_metadata(&synced(&desktop.pack), &synced(&deck.pack));
    // Where they cannot be removed, whoever asked for it is told.
    let folder = scene.world.server().repository_folder(ALICE, ID);
    let server = served::serve(folder, |request| {
        let removes = request.method == "DELETE" && request.path.contains("/locks/");
        removes.then(|| Answer::status(403))
    });
    let tv = scene.world.device("tv");
    tv.init(
        &server.url(),
        ALICE.token,
        &["--offline", &format!("--instance-id={ID}")],
    );
    play::world(&tv.pack, "Of The TV", 1);
    let said = tv.command(&["push", "--unlock"]).any();
    assert_ne!(said.status.code(), Some(0), "{said}");
    said.assert_never_says("Saved");
    // Nothing is removed that nobody asked for.
    assert_eq!(scene.locks(), 2);
    play::session(&desktop.pack, "My World", 3);
    let said = desktop.command(&["push", "--unlock"]).ok();
    said.assert_says("Removed 2 locks").assert_says("Saved");
    assert_eq!(scene.locks(), 0);
}

fn an_exclusive_lock_is_waited_for_and_named_and_removed_on_request(restic: Program) {
    let Some(scene) = Scene::new(restic) else {
        return;
    };
    let (desktop, deck, tv) = (
        &scene.desktop,
        join(&scene.world, "deck"),
        join(&scene.world, "tv"),
    );
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "My World", 2);
    play::world(&deck.pack, "Deck World", 3);
    let before = (desktop.tree(), deck.tree());
    let check = scene.stopped(&["check"]);
    let owner = format!("(process {})", check.id());

    // Who only reads is not hindered.
    tv.command(&["pull"]).ok().assert_says("Updated");
    // A lock in use is none that a process left.
    let push = desktop.command(&["push", "--unlock"]).start();
    let pull = deck.command(&["pull"]).start();
    let (pushed, pulled) = (push.wait(), pull.wait());
    for said in [&pushed, &pulled] {
        assert_eq!(said.status.code(), Some(0), "{said}");
        assert!(said.elapsed >= Duration::from_secs(19), "{said}");
        assert!(said.elapsed < Duration::from_secs(40), "{said}");
        said.assert_says("the repository is locked by ")
            .assert_says(&owner)
            .assert_says("for less than a minute")
            .assert_says("push --unlock");
        said.assert_never_says(ALICE.secret);
    }
    pushed
        .assert_says("No process left a lock")
        .assert_says("The save is kept here");
    pulled.assert_says("The game starts with what is here");
    assert_same_with_metadata(&before.0, &desktop.tree());
    assert_same_with_metadata(&before.1, &deck.tree());
    let status = desktop.command(&["status", "--json"]).ok().json();
    assert_eq!(status["pending_push"], true);

    // Dead, it still excludes others, until somebody asks for its removal.
    kill(check);
    assert_eq!(scene.locks(), 1);
    let says = ["Removed a lock", "Saved saves/My World"];
    harmless(desktop, desktop.command(&["push", "--unlock"]), 0, &says);
    assert_eq!(scene.locks(), 0);
    let said = deck.command(&["pull"]).ok();
    said.assert_says("Saving what is only here")
        .assert_says("Updated");
    desktop.command(&["pull"]).ok().assert_says("Deck World");
}

#[test]
fn a_lock_of_a_killed_backup_hinders_nobody_in_the_newest_restic() {
    a_lock_of_a_killed_backup_hinders_nobody(Program::Restic);
}

#[test]
fn a_lock_of_a_killed_backup_hinders_nobody_in_restic_018() {
    a_lock_of_a_killed_backup_hinders_nobody(Program::Restic018);
}

#[test]
fn an_exclusive_lock_is_named_and_removed_on_request_in_the_newest_restic() {
    an_exclusive_lock_is_waited_for_and_named_and_removed_on_request(Program::Restic);
}

#[test]
fn an_exclusive_lock_is_named_and_removed_on_request_in_restic_018() {
    an_exclusive_lock_is_waited_for_and_named_and_removed_on_request(Program::Restic018);
}
