//! Two commands at the same time: in one folder, and on two devices.

use std::time::Duration;

use crate::support::opted::{another, harmless, objects, pushed, repository, synced};
use crate::support::{
    Act, FakeRestic, Program, Signal, Tree, assert_same, assert_same_with_metadata, play,
};

#[test]
fn pushes_at_the_same_time_in_one_folder_publish_once() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    for round in 2..5 {
        play::session(&desktop.pack, "My World", round);
        let before = desktop.tree();
        let runs = [0; 3].map(|_| desktop.command(&["push"]).start());
        for run in runs {
            let output = run.wait();
            assert_eq!(output.status.code(), Some(0), "{output}");
        }
        assert_same_with_metadata(&before, &desktop.tree());
        let ids = repository(&world).snapshot_ids();
        assert_eq!(ids.len() as u64, round, "one for each round");
    }
    let repository = repository(&world);
    let newest = repository.snapshot_ids().pop().unwrap();
    assert_same(&repository.tree(&newest), &synced(&desktop.pack));
}

#[test]
fn a_pull_waits_for_a_push_that_is_under_way() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    let before = desktop.tree();
    let push = desktop.command(&["push"]).start();
    let pull = desktop.command(&["pull"]).start();
    for run in [push, pull] {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
        assert!(output.elapsed < Duration::from_secs(9), "{output}");
    }
    assert_same_with_metadata(&before, &desktop.tree());
    assert_eq!(repository(&world).snapshot_ids().len(), 2);
}

#[test]
fn pulls_at_the_same_time_in_one_folder_bring_one_whole_version() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    let runs = [0; 3].map(|_| deck.command(&["pull"]).start());
    for run in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
    }
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    let left = Tree::of_all(&deck.pack.join(".cloud-sync"));
    let left = left
        .paths()
        .find(|path| path.to_string_lossy().contains("staging"));
    assert_eq!(left, None);
}

#[test]
fn a_push_that_hangs_lets_the_game_start_and_once_killed_locks_nobody_out() {
    let (Some((world, desktop)), Some(restic)) = (pushed(), Program::Restic.find()) else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    fake.on("backup", Act::Hang);
    play::session(&desktop.pack, "My World", 2);
    let before = (desktop.tree(), objects(&world));
    let binary = format!("--restic-binary={}", fake.path().display());
    let mut push = desktop.command(&["push", &binary]).start();
    while fake.calls_of("backup").is_empty() {
        assert!(push.is_running(), "{}", push.wait());
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = harmless(
        &desktop,
        desktop.command(&["pull"]),
        0,
        &["another instance-sync (push"],
    );
    assert!(output.elapsed >= Duration::from_secs(9), "{output}");
    push.signal(Signal::Kill);
    drop(push);
    harmless(
        &desktop,
        desktop.command(&["pull"]),
        0,
        &["Saving what is only here"],
    );
    assert_same_with_metadata(&before.0, &desktop.tree());
    assert_eq!(repository(&world).snapshot_ids().len(), 2);
}

#[test]
fn two_devices_that_push_at_the_same_time_lose_neither_version() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    play::world(&desktop.pack, "Desktop World", 2);
    play::world(&deck.pack, "Deck World", 3);
    let runs = [&desktop, &deck].map(|device| device.command(&["push"]).start());
    for run in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
    }
    assert_eq!(repository(&world).snapshot_ids().len(), 3);
    for device in [&desktop, &deck, &desktop] {
        device.command(&["pull"]).ok();
        device.command(&["push"]).ok();
    }
    let worlds = |device: &crate::support::Device| {
        ["My World", "Desktop World", "Deck World"]
            .iter()
            .fold(synced(&device.pack).under("saves"), |tree, name| {
                tree.without(format!("{name}/session.lock"))
            })
    };
    assert_same_with_metadata(&worlds(&desktop), &worlds(&deck));
    assert!(deck.pack.join("saves/Desktop World/level.dat").exists());
    assert!(desktop.pack.join("saves/Deck World/level.dat").exists());
}
