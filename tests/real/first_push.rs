//! The repository of a new instance: made once, by the device that made the instance, whatever
//! happens in between.

use std::time::Duration;

use crate::support::opted::{harmless, synced};
use crate::support::{
    ALICE, Act, Device, FakeRestic, Program, Repository, Signal, Tree, World, assert_same, play,
};

fn init(device: &Device, world: &World) -> crate::support::Run {
    let url = format!("--url={}", world.cloud().display());
    let run = device.command(&["init", "--token=alice:desktop-secret"]);
    run.arg(url)
}

#[track_caller]
fn is_saved(world: &World, device: &Device, keys: usize) {
    let folder = world.cloud_repository(ALICE, &device.instance_id());
    let repository = Repository::local(&folder, ALICE.secret).expect("restic was found");
    let [snapshot] = &repository.snapshot_ids()[..] else {
        panic!("not one snapshot")
    };
    assert_same(&repository.tree(snapshot), &synced(&device.pack));
    let found = Tree::of_all(&folder.join("keys")).len();
    assert_eq!(found, keys);
}

#[test]
fn an_instance_made_offline_is_created_by_its_first_push_and_by_no_pull() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    std::fs::create_dir_all(world.cloud()).unwrap();
    init(&desktop, &world).arg("--offline").ok();
    assert!(Tree::of_all(&world.cloud()).is_empty());
    let status = desktop.command(&["status", "--json"]).ok().json();
    assert_eq!(status["cloud"]["state"], "empty");
    harmless(&desktop, desktop.command(&["push"]), 0, &["Saved"]);
    is_saved(&world, &desktop, 2);
    desktop.command(&["pull"]).ok().assert_silent();
}

/// The machine lost power before the folder knew of it.
#[test]
fn who_opts_in_anew_uses_the_repository_that_the_folder_has_made() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    std::fs::create_dir_all(world.cloud()).unwrap();
    init(&desktop, &world).arg("--offline").ok();
    let state = std::fs::read(desktop.synced_by("state.json")).unwrap();
    desktop.command(&["push"]).ok();
    std::fs::write(desktop.synced_by("state.json"), state).unwrap();
    let id = desktop.instance_id();
    init(&desktop, &world).arg("--force").ok();
    assert_eq!(desktop.instance_id(), id);
    is_saved(&world, &desktop, 2);
}

#[test]
fn a_repository_that_was_made_although_restic_failed_is_used() {
    let (Some(world), Some(restic)) = (World::with_restic(), Program::Restic.find()) else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    let binary = format!("--restic-binary={}", fake.path().display());
    std::fs::create_dir_all(world.cloud()).unwrap();
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    init(&desktop, &world).arg("--offline").ok();
    fake.on("init", Act::KilledAfterwards);
    let says = ["creating the repository", "run the command again"];
    harmless(&desktop, desktop.command(&["push", &binary]), 1, &says);
    harmless(&desktop, desktop.command(&["push", &binary]), 0, &["Saved"]);
    // Of the instance; the account's list is made beside it.
    let mut made = fake.calls_of("init");
    made.retain(|call| call.env["RESTIC_REPOSITORY"].ends_with(&desktop.instance_id()));
    assert_eq!(made.len(), 1);
    is_saved(&world, &desktop, 1);
}

#[test]
fn an_init_that_fails_leaves_the_folder_as_it_was() {
    let (Some(world), Some(restic)) = (World::with_restic(), Program::Restic.find()) else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    let binary = format!("--restic-binary={}", fake.path().display());
    let desktop = world.device("desktop");
    play::world(&desktop.pack, "My World", 1);
    let before = Tree::of_all(&desktop.pack);
    let garbage = Act::Say("garbage\\n", "", 0);
    for (command, act) in [
        ("init", Act::Exit(1)),
        (
            "init",
            Act::Say("", "Fatal: no luck with desktop-secret\\n", 1),
        ),
        ("key", garbage),
        ("key", Act::Exit(12)),
    ] {
        // `init` itself is not wanted here: it takes two seconds.
        fake.on("init", Act::Exit(0));
        fake.on(command, act);
        let run = init(&desktop, &world).arg(&binary);
        let output = run.any();
        assert!(matches!(output.status.code(), Some(1 | 4)), "{output}");
        output
            .assert_says("left as it was")
            .assert_never_says(ALICE.secret);
        assert_same(&before, &Tree::of_all(&desktop.pack));
        fake.mend(command);
    }
}

#[test]
fn an_init_that_is_killed_can_be_repeated() {
    let Some(world) = World::with_restic() else {
        return;
    };
    for (number, (signal, after)) in [(Signal::Kill, 300), (Signal::Terminate, 1500)]
        .into_iter()
        .enumerate()
    {
        let desktop = world.device(&format!("desktop-{number}"));
        play::world(&desktop.pack, "My World", 1);
        let before = desktop.tree();
        let run = init(&desktop, &world).start();
        std::thread::sleep(Duration::from_millis(after));
        run.signal(signal);
        run.wait();
        // Not opted in before everything is in place: hooks know nothing of it.
        if !desktop.synced_by("sync.json").exists() {
            desktop.command(&["push"]).ok().assert_silent();
            init(&desktop, &world).ok();
        }
        assert_same(&before, &desktop.tree().without(".packignore"));
        harmless(&desktop, desktop.command(&["push"]), 0, &["Saved"]);
        is_saved(&world, &desktop, 2);
    }
}
