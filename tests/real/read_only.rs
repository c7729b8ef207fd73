//! Folders that cannot be written: the game's, its saves, the cloud's. Mounts, for which root's
//! rights are no way around.

use crate::support::mounted::Mounted;
use crate::support::opted::{another, harmless, objects, pushed, synced};
use crate::support::{assert_same, assert_same_with_metadata, play};

#[test]
fn a_game_folder_that_cannot_be_written_is_named() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    let fresh = world.device("fresh");
    play::world(&fresh.pack, "My World", 1);
    let before = objects(&world);
    let (Some(_mounted), Some(_too)) = (
        Mounted::read_only(&desktop.pack),
        Mounted::read_only(&fresh.pack),
    ) else {
        return;
    };
    for command in ["pull", "push"] {
        harmless(
            &desktop,
            desktop.command(&[command]),
            1,
            &["game folder writable"],
        );
    }
    harmless(&desktop, desktop.command(&["disable"]), 1, &["writable"]);
    harmless(
        &desktop,
        desktop.command(&["status"]),
        0,
        &["saves/My World (changed)"],
    );
    let init = fresh.command(&["init", "--token=alice:desktop-secret", "--offline"]);
    let init = init.arg(format!("--url={}", world.cloud().display()));
    harmless(&fresh, init, 1, &["folder writable"]);
    fresh.command(&["pull"]).ok().assert_silent();
    assert_same(&before, &objects(&world));
}

#[test]
fn saves_that_cannot_be_written_keep_their_version_and_the_next_pull_goes_on() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    let old = synced(&deck.pack);
    let Some(mounted) = Mounted::read_only(&deck.pack.join("saves")) else {
        return;
    };
    let output = deck.command(&["pull"]).code(1);
    output
        .assert_says("instance-sync pull again")
        .assert_never_says("desktop-secret");
    assert_same(&synced(&deck.pack).under("saves"), &old.under("saves"));
    // A swap that cannot be finished stops every launch, with the same words.
    deck.command(&["pull"])
        .code(1)
        .assert_says("instance-sync pull again");
    drop(mounted);
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}

#[test]
fn a_cloud_that_cannot_be_written_keeps_the_push_here() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    let Some(mounted) = Mounted::read_only(&world.cloud()) else {
        return;
    };
    let says = ["read-only", "at the next chance"];
    let output = harmless(&desktop, desktop.command(&["push"]), 0, &says);
    assert!(
        output.elapsed < std::time::Duration::from_secs(20),
        "{output}"
    );
    drop(mounted);
    harmless(&desktop, desktop.command(&["push"]), 0, &["Saved"]);
}
