//! Guards: what is missing with most of the rest, worlds that a game has open, and files that change
//! while they are read.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::forks::*;
use super::rounds::synced;
use super::support::*;

/// Two devices that have these worlds, and settings.
fn scene(worlds: &[&str]) -> Option<(World, Device, Device)> {
    let world = World::with_restic()?;
    let [desktop, deck] = devices(&world, ["desktop", "deck"]);
    for name in worlds {
        play::world(&desktop.pack, name, 1);
    }
    play::settings(&desktop.pack, 1);
    hand_over(&desktop, &deck);
    Some((world, desktop, deck))
}

/// Returns the ten worlds of a player who has played for long.
const TEN: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// What makes worlds go: a disk that is not there, or a slip of the hand.
fn vanish(pack: &Path, how: &str) {
    let saves = pack.join("saves");
    match how {
        "emptied" => {
            fs::remove_dir_all(&saves).unwrap();
            fs::create_dir(&saves).unwrap();
        }
        "missing" => fs::remove_dir_all(&saves).unwrap(),
        _ => {
            for name in &TEN[1..] {
                fs::remove_dir_all(saves.join(name)).unwrap();
            }
        }
    }
}

#[test]
fn what_vanished_with_most_of_the_rest_stays_in_the_cloud_and_on_other_devices() {
    for how in ["emptied", "missing", "nine of ten"] {
        println!("{how}");
        let Some((world, desktop, deck)) = scene(&TEN) else {
            return;
        };
        let (all, repository) = (saves(&deck), world.repository(&deck.instance_id()));
        vanish(&desktop.pack, how);
        let left = synced(&desktop);
        // Every hook starts the game and says what is wrong.
        for command in ["push", "pull", "push"] {
            let warned = desktop.command(&[command]).ok();
            warned.assert_says("missing here, or most of it");
            warned.assert_says("It stays as it was in the cloud and on other devices");
            assert_same(&synced(&desktop), &left);
        }
        // Settings and a new session go out all the same.
        play::settings(&desktop.pack, 2);
        desktop
            .command(&["push"])
            .ok()
            .assert_says("missing here, or most of it");
        assert_eq!(repository.snapshot_ids().len(), 2);
        deck.command(&["pull"]).ok();
        assert_same_with_metadata(&saves(&deck), &all);
        assert_eq!(
            synced(&deck).content("options.txt"),
            synced(&desktop).content("options.txt")
        );
        // And who joins now gets everything.
        let laptop = opted::another_of(&world, "laptop", &desktop.instance_id());
        laptop.command(&["pull"]).ok();
        assert_same_with_metadata(&saves(&laptop), &all);

        let warned = desktop.command(&["push"]).ok();
        if how == "missing" || how == "nine of ten" {
            // It was meant: the printed command says so.
            let line = printed(&warned, "instance-sync push --allow-shrink");
            paste(&world, &desktop, &line)
                .ok()
                .assert_says("the deletion of");
            desktop.command(&["push"]).ok().assert_silent();
            deck.command(&["pull"]).ok().assert_says("Removed saves/");
            assert_same(&saves(&deck), &saves(&desktop));
            // Not lost for that: the deck can take it back.
            deck.command(&["undo"]).ok();
            assert_same_with_metadata(&saves(&deck), &all);
        } else {
            let line = printed(&warned, "instance-sync resolve --keep=cloud");
            paste(&world, &desktop, &line)
                .ok()
                .assert_says("Updated saves/");
            assert_same_with_metadata(&saves(&desktop), &all);
            for device in [&desktop, &deck] {
                device.command(&["pull"]).ok().assert_never_says("missing");
                device.command(&["push"]).ok().assert_never_says("missing");
            }
            assert_same(&synced(&deck), &synced(&desktop));
        }
    }
}

#[test]
fn a_folder_that_comes_back_is_as_if_it_had_never_been_away() {
    let Some((world, desktop, deck)) = scene(&["A", "B"]) else {
        return;
    };
    let (saves_folder, away) = (desktop.pack.join("saves"), desktop.pack.join("../away"));
    let repository = world.repository(&deck.instance_id());
    fs::rename(&saves_folder, &away).unwrap();
    desktop
        .command(&["pull"])
        .ok()
        .assert_says("missing here, or most of it");
    desktop
        .command(&["push"])
        .ok()
        .assert_says("missing here, or most of it");
    // Played on another device meanwhile: the newer version comes when the folder is back.
    play::session(&deck.pack, "A", 2);
    deck.command(&["push"]).ok();
    desktop
        .command(&["pull"])
        .ok()
        .assert_says("missing here, or most of it");
    assert!(!saves_folder.join("A").exists());
    fs::rename(&away, &saves_folder).unwrap();
    desktop.command(&["pull"]).ok().assert_never_says("missing");
    assert_same_with_metadata(&saves(&desktop), &saves(&deck));
    for device in [&desktop, &deck] {
        device.command(&["push"]).ok().assert_silent();
        device.command(&["pull"]).ok().assert_silent();
    }
    assert_eq!(repository.snapshot_ids().len(), 2);
}

#[test]
fn one_world_that_vanished_with_others_can_be_brought_back_alone() {
    let Some((_world, desktop, deck)) = scene(&["A", "B", "C"]) else {
        return;
    };
    let all = saves(&deck);
    fs::remove_dir_all(desktop.pack.join("saves")).unwrap();
    desktop
        .command(&["push"])
        .ok()
        .assert_says("most of it: saves/A and 2 more");
    desktop
        .command(&["resolve", "--keep=cloud", "saves/B"])
        .ok();
    assert_eq!(worlds(&desktop), ["B".to_owned()].into());
    assert_same(&saves(&desktop).under("B"), &all.under("B"));
    // The others are still neither deleted nor back.
    desktop
        .command(&["push"])
        .ok()
        .assert_says("most of it: saves/A and 1 more");
    desktop
        .command(&["resolve", "--keep=local", "saves/A"])
        .ok();
    desktop.command(&["push"]).ok();
    deck.command(&["pull"]).ok().assert_says("Removed saves/A");
    assert_eq!(worlds(&deck), ["B".to_owned(), "C".to_owned()].into());
    desktop.command(&["resolve", "--keep=cloud"]).ok();
    assert_same(&saves(&desktop), &all.without("A"));
}

#[test]
fn a_world_among_others_is_deleted_without_a_question() {
    let Some((_world, desktop, deck)) = scene(&["A", "B", "C"]) else {
        return;
    };
    // However large it is.
    play::write_noise(&desktop.pack.join("saves/C/region/r.9.9.mca"), 1, 3_000_000);
    hand_over(&desktop, &deck);
    fs::remove_dir_all(desktop.pack.join("saves/C")).unwrap();
    let pushed = desktop.command(&["push"]).ok();
    pushed.assert_says("Saved the deletion of saves/C");
    pushed.assert_never_says("warning");
    let pulled = deck.command(&["pull"]).ok();
    pulled.assert_says(
        "Removed saves/C (deleted on another device; to bring it back: instance-sync undo ",
    );
    assert_same(&saves(&deck), &saves(&desktop));
    assert_eq!(worlds(&deck), ["A".to_owned(), "B".to_owned()].into());
}

#[test]
fn a_world_that_a_game_has_open_is_not_swapped_and_the_others_are() {
    let Some((_world, desktop, deck)) = scene(&["Open", "Closed"]) else {
        return;
    };
    for name in ["Open", "Closed"] {
        play::session(&desktop.pack, name, 2);
    }
    desktop.command(&["push"]).ok();
    let old = saves(&deck);
    let Some(game) = Game::opens(&deck.pack.join("saves/Open")) else {
        return;
    };
    // Not even its lock is opened by this test: that would let it go on some systems.
    for _ in 0..2 {
        let warned = deck.command(&["pull"]).ok();
        warned
            .assert_says("saves/Open is open in a running game, and the cloud has a newer version");
    }
    drop(game);
    assert_same_with_metadata(&saves(&deck).under("Open"), &old.under("Open"));
    assert_same_with_metadata(
        &saves(&deck).under("Closed"),
        &saves(&desktop).under("Closed"),
    );
    deck.command(&["pull"])
        .ok()
        .assert_says("Updated saves/Open");
    assert_same_with_metadata(&saves(&deck), &saves(&desktop));
}

#[test]
fn a_world_that_a_game_has_open_is_not_deleted_by_a_pull() {
    let Some((_world, desktop, deck)) = scene(&["Open", "Closed"]) else {
        return;
    };
    fs::remove_dir_all(desktop.pack.join("saves/Open")).unwrap();
    desktop.command(&["push"]).ok();
    let Some(game) = Game::opens(&deck.pack.join("saves/Open")) else {
        return;
    };
    deck.command(&["pull"])
        .ok()
        .assert_says("saves/Open is open in a running game");
    assert!(deck.pack.join("saves/Open/level.dat").exists());
    drop(game);
    deck.command(&["pull"])
        .ok()
        .assert_says("Removed saves/Open");
    assert_same(&saves(&deck), &saves(&desktop));
}

#[test]
fn a_world_that_a_game_has_open_is_not_pushed_and_the_rest_is() {
    let Some((world, desktop, deck)) = scene(&["Open", "Closed"]) else {
        return;
    };
    let repository = world.repository(&deck.instance_id());
    let old = saves(&deck);
    let Some(game) = Game::opens(&desktop.pack.join("saves/Open")) else {
        return;
    };
    play::session(&desktop.pack, "Open", 2);
    play::session(&desktop.pack, "Closed", 2);
    let pushed = desktop.command(&["push"]).ok();
    pushed.assert_says("Saved saves/Closed to the cloud");
    pushed.assert_says("left out, since a running game has it open: saves/Open");
    let status = desktop.command(&["status", "--json"]).ok().stdout;
    assert!(
        status.contains("saves/Open"),
        "nothing is pending: {status}"
    );
    // It alone is left: nothing is pushed, and that is said.
    let pending = desktop.command(&["push"]).ok();
    pending.assert_says("saves/Open is open in a running game. It is never saved half-written");
    assert_eq!(repository.snapshot_ids().len(), 2);
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(&deck).under("Open"), &old.under("Open"));

    drop(game);
    desktop
        .command(&["push"])
        .ok()
        .assert_says("Saved saves/Open to the cloud");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(&deck), &saves(&desktop));
    desktop.command(&["push"]).ok().assert_silent();
}

#[test]
fn a_game_that_leaves_its_world_while_a_push_waits_is_saved_whole() {
    let Some((_world, desktop, deck)) = scene(&["World"]) else {
        return;
    };
    let Some(game) = Game::opens(&desktop.pack.join("saves/World")) else {
        return;
    };
    play::session(&desktop.pack, "World", 2);
    let push = desktop.command(&["push"]).start();
    std::thread::sleep(Duration::from_secs(2));
    // The last files are written before the lock is let go.
    play::session(&desktop.pack, "World", 3);
    drop(game);
    push.wait().assert_says("Saved saves/World");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(&deck), &saves(&desktop));
    desktop.command(&["push"]).ok().assert_silent();
}

/// The file that the writer rewrites, and how large it is.
const FILE: &str = "saves/World/region/r.7.7.mca";
const SIZE: usize = 2_000_000;

/// Rewrites the file in place with one byte, then the next: what is half old and half new shows.
fn write_on(path: &Path, pause: Duration, stop: &AtomicBool) {
    use std::io::{Seek as _, Write as _};
    let mut file = fs::File::create(path).unwrap();
    for number in 0_u32.. {
        let letter = b'a' + u8::try_from(number % 26).unwrap();
        file.rewind().unwrap();
        for _ in 0..20 {
            file.write_all(&[letter].repeat(SIZE / 20)).unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
        if stop.load(Ordering::Relaxed) {
            return;
        }
        std::thread::sleep(pause);
    }
}

#[track_caller]
fn assert_whole(tree: &Tree, what: &str) {
    if let Some(bytes) = tree.content(FILE) {
        assert_eq!(bytes.len(), SIZE, "{what}");
        assert!(
            bytes.iter().all(|byte| *byte == bytes[0]),
            "{what}: half of it is of another write"
        );
    }
}

#[test]
fn files_that_change_while_they_are_read_never_end_in_a_half_read_version() {
    let Some((_world, desktop, deck)) = scene(&["World", "Other"]) else {
        return;
    };
    for pause in [0, 30, 200, 600] {
        let stop = AtomicBool::new(false);
        let path = desktop.pack.join(FILE);
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| write_on(&path, Duration::from_millis(pause), &stop));
            std::thread::sleep(Duration::from_millis(100));
            play::session(&desktop.pack, "Other", 100 + pause);
            for _ in 0..2 {
                let pushed = desktop.command(&["push"]).any();
                let code = pushed.status.code();
                if code == Some(1) {
                    pushed.assert_says("files kept changing while they were saved");
                    pushed.assert_says("run instance-sync push once it has ended");
                } else {
                    assert_eq!(code, Some(0), "{pushed}");
                }
                println!("{pause} ms: exit code {code:?}");
                // Whoever looks meanwhile gets a whole version, or none of this world.
                deck.command(&["pull"]).ok();
                assert_whole(&deck.tree(), "on the deck");
            }
            stop.store(true, Ordering::Relaxed);
            writer.join().unwrap();
        });
        desktop.command(&["push"]).ok();
        deck.command(&["pull"]).ok();
        assert_whole(&deck.tree(), "at the end");
        assert_same(&saves(&deck), &saves(&desktop));
        deck.command(&["verify"]).ok();
    }
}

/// While restic reads, the file holds something else; before and after that, the same.
#[test]
fn a_file_that_was_another_while_it_was_saved_is_saved_again() {
    let Some((world, desktop, deck)) = scene(&["World"]) else {
        return;
    };
    let Some(real) = Program::Restic.find() else {
        return;
    };
    play::session(&desktop.pack, "World", 2);
    let file = desktop.pack.join("saves/World/level.dat");
    let (kept, other, once) = (world.path("kept"), world.path("other"), world.path("once"));
    fs::copy(&file, &kept).unwrap();
    fs::write(
        &other,
        vec![b'x'; usize::try_from(kept.metadata().unwrap().len()).unwrap()],
    )
    .unwrap();
    let script = world.path("meddling-restic");
    let [file, kept, other, once, real] =
        [&file, &kept, &other, &once, &real].map(|path| path.display().to_string());
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = backup ] && PATH=/usr/bin:/bin mkdir '{once}' 2>/dev/null; then\n\
         PATH=/usr/bin:/bin cp '{other}' '{file}'\n'{real}' \"$@\"; code=$?\n\
         PATH=/usr/bin:/bin cp '{kept}' '{file}'\nexit $code\nfi\nexec '{real}' \"$@\"\n"
    );
    script::install(&script, text);
    let binary = format!("--restic-binary={}", script.display());
    let pushed = desktop.command(&["push", &binary]).ok();
    pushed.assert_says("Files changed while they were saved");
    deck.command(&["pull"]).ok();
    assert_same(&saves(&deck), &saves(&desktop));
    deck.command(&["verify"]).ok();
}

/// A restic that waits with a restore until the test has done something.
#[test]
fn a_world_that_is_opened_while_its_news_are_fetched_is_not_swapped() {
    let (Some((world, desktop, deck)), Some(restic)) = (scene(&["World"]), Program::Restic.find())
    else {
        return;
    };
    play::session(&desktop.pack, "World", 2);
    desktop.command(&["push"]).ok();
    let old = saves(&deck);
    let (asked, opened) = (world.path("asked"), world.path("opened"));
    let script = world.path("slow-restic");
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = restore ]; then : > '{}'; while [ ! -e '{}' ]; do :; done; fi\nexec '{}' \"$@\"\n",
        asked.display(),
        opened.display(),
        restic.display()
    );
    script::install(&script, text);

    let binary = format!("--restic-binary={}", script.display());
    let pull = deck.command(&["pull", &binary]).start();
    let mut patience = 1000;
    while !asked.exists() && patience > 0 {
        std::thread::sleep(Duration::from_millis(10));
        patience -= 1;
    }
    let game = Game::opens(&deck.pack.join("saves/World"));
    play::write(&opened, "");
    let stopped = pull.wait();
    if game.is_some() {
        assert_eq!(stopped.status.code(), Some(1), "{stopped}");
        stopped.assert_says("saves/World was opened in a game while the pull was under way");
        assert_same_with_metadata(&saves(&deck), &old);
    }
    drop(game);
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&saves(&deck), &saves(&desktop));
}
