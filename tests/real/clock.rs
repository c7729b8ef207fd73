//! Clocks that are far off decide nothing: not a file's time, not a snapshot's, not the state's.

use std::fs;

use crate::support::opted::{another, assert_kept, harmless, objects, pushed, repository, synced};
use crate::support::{assert_same_with_metadata, play};

/// 1970, 1980 (where FAT begins), 2038 and 2099, in seconds since 1970.
const TIMES: [u64; 5] = [0, 1, 315_532_800, 2_147_483_648, 4_070_908_800];

#[test]
fn files_that_are_decades_off_travel_with_their_times() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let folder = desktop.pack.join("saves/My World/times");
    for time in TIMES {
        let path = folder.join(time.to_string());
        play::write(&path, "x");
        play::set_mtime(&path, time, 123_456_789);
    }
    desktop.command(&["push"]).ok();
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    deck.command(&["push"]).ok().assert_silent();
    desktop.command(&["pull"]).ok().assert_silent();

    // An edit by a machine that lives in 1970: its time is older than that of what it replaces.
    for (device, other, time) in [(&deck, &desktop, 1), (&desktop, &deck, 4_070_908_800)] {
        let path = device.pack.join("saves/My World/level.dat");
        play::write(&path, format!("edited at {time}"));
        play::set_mtime(&path, time, 0);
        harmless(
            device,
            device.command(&["push"]),
            0,
            &["Saved saves/My World"],
        );
        other.command(&["pull"]).ok();
        assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    }
}

#[test]
fn an_edit_that_keeps_size_and_time_is_seen_whatever_the_clock_said() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let path = desktop.pack.join("saves/My World/level.dat");
    for (number, scanned) in [0_u64, 1, u64::from(u32::MAX), 18_446_744_073_709_551_615]
        .into_iter()
        .enumerate()
    {
        let mut state = desktop.json("state.json");
        state["scanned_at"] = scanned.into();
        fs::write(desktop.synced_by("state.json"), state.to_string()).unwrap();
        let time = fs::metadata(&path).unwrap().modified().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[0] ^= 1;
        fs::write(&path, bytes).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        drop(file);
        harmless(
            &desktop,
            desktop.command(&["push"]),
            0,
            &["Saved saves/My World"],
        );
        assert_eq!(repository(&world).snapshot_ids().len(), number + 2);
    }
}

/// restic takes a file for unchanged that has the size and the time which the parent has of it.
#[test]
fn versions_of_two_devices_that_have_one_size_and_time_are_not_mistaken() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    for round in 0..2 {
        for (device, fov) in [(&desktop, 'a'), (&deck, 'b')] {
            let path = device.pack.join("options.txt");
            play::write(&path, format!("fov:{fov}{round}\n"));
            play::set_mtime(&path, 1_780_000_000 + round, 0);
        }
        desktop.command(&["push"]).ok();
        deck.command(&["push"]).ok();
        // The later one wins. The deck goes on with its own, on top of the desktop's.
        for device in [&deck, &desktop] {
            device.command(&["pull"]).ok();
            device.command(&["push"]).ok();
        }
        let repository = repository(&world);
        let tree = repository.tree(repository.snapshot_ids().last().unwrap());
        let expected = format!("fov:b{round}\n");
        assert_eq!(tree.content("options.txt"), Some(expected.as_bytes()));
        assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    }
}

#[test]
fn a_snapshot_dated_2099_or_1971_that_a_person_made_changes_nothing() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    let theirs = world.path("theirs");
    play::world(&theirs, "My World", 99);
    play::world(&theirs, "Their World", 99);
    let repository = repository(&world);
    for time in ["2099-01-01 00:00:00", "1971-01-01 00:00:00"] {
        repository
            .run(&["backup", "--time", time, "."])
            .in_folder(&theirs)
            .ok();
    }
    let before = objects(&world);
    for device in [&desktop, &deck] {
        harmless(device, device.command(&["pull"]), 0, &[]);
        harmless(device, device.command(&["push"]), 0, &[]);
    }
    assert_kept(&before, &objects(&world));
    // Someone who joins gets the player's worlds, not those of the latest date.
    let fresh = another(&world, "fresh");
    fresh.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&fresh.pack), &synced(&desktop.pack));
    // And the game goes on beside them.
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    assert_kept(&before, &objects(&world));
}

/// A machine whose clock is in 2099 pushes, then one whose clock is right: its push is the newer.
#[test]
fn a_push_of_a_clock_in_2099_is_followed_by_those_of_right_clocks() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let Some(restic) = crate::support::Program::Restic.find() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    // restic takes the time of a snapshot from its machine: here, from an option.
    let late = world.path("late/restic");
    fs::create_dir_all(late.parent().unwrap()).unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$1\" in backup) shift; exec '{0}' backup --time '2099-01-01 00:00:00' \"$@\" ;; esac\n\
         exec '{0}' \"$@\"\n",
        restic.display()
    );
    crate::support::script::install(&late, &script);
    play::session(&deck.pack, "My World", 2);
    let push = deck.command(&["push"]);
    push.arg(format!("--restic-binary={}", late.display())).ok();
    desktop.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    play::session(&desktop.pack, "My World", 3);
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
}
