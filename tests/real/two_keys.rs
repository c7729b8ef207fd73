//! A repository with more keys than one that the password opens, of which only one fits its `config`:
//! two devices created it at the same moment, or the key that was named is gone.

use std::fs;
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::support::opted::{ID, harmless, synced};
use super::support::*;

/// Where a key sorts that does not fit: a server lists keys by name, and restic tries them so.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Loser {
    First,
    Last,
}

/// The one key of a repository.
fn only_key(folder: &Path) -> PathBuf {
    let mut keys = fs::read_dir(folder.join("keys")).unwrap();
    let key = keys.next().unwrap().unwrap().path();
    assert!(keys.next().is_none(), "more than one key");
    key
}

fn name(key: &Path) -> String {
    key.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Puts a key file beside the one of the repository, as a device leaves it that lost the race: the
/// same password opens it, and its master key is another. Returns its id.
fn add_loser(folder: &Path, sorted: Loser) -> String {
    let winner = name(&only_key(folder));
    let restic = Repository::local(folder, ALICE.secret).expect("restic was found");
    let master = restic.run(&["cat", "masterkey", "--no-lock"]).ok().stdout;
    let master: Value = serde_json::from_str(&master).unwrap();
    let other = |text: &Value, turn: u8| {
        let bytes = STANDARD.decode(text.as_str().unwrap()).unwrap();
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte ^ turn).collect();
        Value::from(STANDARD.encode(bytes))
    };
    // A key whose name begins with many zeros is passed by few.
    let (id, file) = (1..=u16::MAX)
        .map(|turn| {
            let [low, high] = turn.to_le_bytes();
            let mut master = master.clone();
            master["mac"]["k"] = other(&master["mac"]["k"], low);
            master["encrypt"] = other(&master["encrypt"], high);
            cheap_key::make(&master.to_string(), ALICE.secret)
        })
        .find(|(id, _)| (*id < winner) == (sorted == Loser::First))
        .unwrap();
    fs::write(folder.join("keys").join(&id), file).unwrap();
    id
}

/// Lets a device name this key from now on, or none.
fn remember(device: &Device, id: Option<&str>) {
    let mut key = device.json("key");
    match id {
        Some(id) => key["key_id"] = id.into(),
        None => drop(key.as_object_mut().unwrap().remove("key_id")),
    }
    play::write(&device.synced_by("key"), key.to_string());
}

/// Both push and pull, and have the same afterwards.
#[track_caller]
fn get_on(desktop: &Device, deck: &Device, seed: u64) {
    play::session(&desktop.pack, "My World", seed);
    desktop.command(&["push"]).ok().assert_says("Saved");
    deck.command(&["pull"]).ok().assert_says("Updated");
    play::session(&deck.pack, "My World", seed + 1);
    deck.command(&["push"]).ok().assert_says("Saved");
    desktop.command(&["pull"]).ok().assert_says("Updated");
    assert_same_with_metadata(&synced(&desktop.pack), &synced(&deck.pack));
}

/// Joins without asking the server: such a device does not know yet which key it needs.
fn join(world: &World, name: &str) -> Device {
    let device = world.device(name);
    let instance = format!("--instance-id={ID}");
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    let options = ["--offline", &instance, &ca];
    device.init(&world.server().url(), ALICE.token, &options);
    device
}

/// The accident itself, with nothing made up.
#[test]
fn a_repository_that_two_devices_created_at_once_opens_for_both() {
    for restic in [Program::Restic, Program::Restic018] {
        let (Some(world), Some(restic)) = (World::with_server(), restic.find()) else {
            return;
        };
        world.use_restic(&restic);
        let folder = world.server().repository_folder(ALICE, ID);
        let keys = || Tree::of_all(&folder.join("keys"));
        let stock = || {
            let stock = Repository::on_server(world.server(), ALICE, ID, ALICE.secret);
            stock.expect("restic was found").with_restic(&restic)
        };
        for _ in 0..40 {
            let _ = fs::remove_dir_all(&folder);
            let stock = stock();
            let runs = [0; 2].map(|_| stock.run(&["init"]).start());
            drop(runs.map(Started::wait));
            if keys().len() == 2
                && !stock
                    .run(&["cat", "config", "--no-lock"])
                    .any()
                    .status
                    .success()
            {
                break;
            }
        }
        let stock = stock().run(&["cat", "config", "--no-lock"]).code(1);
        assert!(stock.stderr.contains("is damaged"), "{stock}");
        let ids: Vec<String> = keys().paths().map(name).collect();

        let (desktop, deck) = (join(&world, "desktop"), join(&world, "deck"));
        play::world(&desktop.pack, "My World", 1);
        // Whichever of the two it is: one of them remembers the key that lost.
        remember(&desktop, Some(&ids[0]));
        remember(&deck, Some(&ids[1]));
        desktop.command(&["push"]).ok().assert_says("Saved");
        deck.command(&["pull"]).ok().assert_says("Updated");
        get_on(&desktop, &deck, 2);
        let known = [&desktop, &deck].map(|device| device.json("key")["key_id"].clone());
        assert_eq!(known[0], known[1]);
    }
}

/// Every command finds the key that fits, and remembers it.
#[test]
fn every_command_finds_the_key_that_fits() {
    for restic in [Program::Restic, Program::Restic018] {
        for sorted in [Loser::First, Loser::Last] {
            let (Some(world), Some(restic)) = (World::with_server(), restic.find()) else {
                return;
            };
            let folder = world.server().repository_folder(ALICE, ID);
            let Some(()) = template::repository(&folder, ALICE.secret) else {
                return;
            };
            template::catalogue(&folder, ALICE.secret);
            world.use_restic(&restic);
            println!("{sorted:?} {}", restic.display());
            let winner = name(&only_key(&folder));
            let loser = add_loser(&folder, sorted);
            let knows = |device: &Device| device.json("key")["key_id"] == winner.as_str();

            let (desktop, deck) = (join(&world, "desktop"), join(&world, "deck"));
            play::world(&desktop.pack, "My World", 1);
            for (round, hint) in [(1, None), (2, Some(loser.as_str()))] {
                for (command, device) in [("push", &desktop), ("pull", &deck)] {
                    remember(device, hint);
                    let says = ["Saved", "Updated"][usize::from(command == "pull")];
                    device.command(&[command]).ok().assert_says(says);
                    assert!(knows(device), "{command} {hint:?}");
                }
                play::session(&desktop.pack, "My World", round + 1);
            }
            // A pull that has to save first.
            remember(&desktop, Some(&loser));
            let said = desktop.command(&["pull"]).ok();
            said.assert_says("Saving what is only here");
            assert!(knows(&desktop));

            let fresh = world.device("fresh");
            let ca = format!("--ca-file={}", world.server().ca_file().display());
            let instance = format!("--instance-id={ID}");
            fresh.init(&world.server().url(), ALICE.token, &[&instance, &ca]);
            assert!(knows(&fresh));
            let asked = world.device("asked");
            let answers = format!("{}\n\n{ID}\n", ALICE.token);
            let url = format!("--url={}", world.server().url());
            let run = asked.command(&["setup", &url, &ca]).stdin(answers);
            run.ok().assert_says("has joined");
            assert!(knows(&asked));
            for device in [&fresh, &asked] {
                device.command(&["pull"]).ok().assert_says("Updated");
                assert_same_with_metadata(&synced(&device.pack), &synced(&desktop.pack));
            }
        }
    }
}

#[test]
fn a_folder_as_the_cloud_has_its_keys_tried_as_well() {
    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let deck = opted::another(&world, "deck");
    deck.command(&["pull"]).ok();
    let loser = add_loser(&world.cloud_repository(ALICE, ID), Loser::First);
    for device in [&desktop, &deck] {
        remember(device, Some(&loser));
    }
    get_on(&desktop, &deck, 2);
}

/// Two folders that may create the repository: one was copied to the other machine before its first
/// push.
#[test]
fn two_first_pushes_at_the_same_time_make_one_repository() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    desktop.init(&world.server().url(), ALICE.token, &["--offline", &ca]);
    repository::copy_folder(&desktop.synced_by(""), &deck.synced_by(""));
    // On that machine nothing is known of the folder that it was copied from.
    let mut state = deck.json("state.json");
    state["folder"]["device"] = ulid::Ulid::generate().to_string().into();
    play::write(&deck.synced_by("state.json"), state.to_string());
    play::world(&desktop.pack, "Desktop World", 1);
    play::world(&deck.pack, "Deck World", 2);
    let runs = [&desktop, &deck].map(|device| device.command(&["push"]).start());
    for run in runs {
        let output = run.wait();
        assert_eq!(output.status.code(), Some(0), "{output}");
        output.assert_says("Saved");
    }
    for device in [&desktop, &deck, &desktop] {
        device.command(&["pull"]).ok();
        device.command(&["push"]).ok();
    }
    assert!(deck.pack.join("saves/Desktop World/level.dat").exists());
    assert!(desktop.pack.join("saves/Deck World/level.dat").exists());
}

#[test]
fn another_key_is_found_where_the_one_that_was_named_is_gone() {
    for restic in [Program::Restic, Program::Restic018] {
        let (Some((world, desktop)), Some(restic)) = (opted::pushed(), restic.find()) else {
            return;
        };
        world.use_restic(&restic);
        let folder = world.cloud_repository(ALICE, ID);
        let named = only_key(&folder);
        let stock = opted::repository(&world);
        play::write(&desktop.home.join("password"), ALICE.secret);
        let password = desktop.home.join("password");
        let add = ["key", "add", "--new-password-file"];
        stock.run(&add).arg(&password).ok();
        let deck = opted::another(&world, "deck");
        deck.command(&["pull"]).ok();
        for device in [&desktop, &deck] {
            remember(device, Some(&name(&named)));
        }
        fs::remove_file(&named).unwrap();
        get_on(&desktop, &deck, 2);
        // And where one that does not fit comes to lie before it.
        let left = name(&only_key(&folder));
        let loser = add_loser(&folder, Loser::First);
        // What restic 0.18 cannot read.
        fs::write(folder.join("keys").join("0".repeat(64)), "junk").unwrap();
        for device in [&desktop, &deck] {
            remember(device, Some(&name(&named)));
        }
        get_on(&desktop, &deck, 4);
        for device in [&desktop, &deck] {
            let known = device.json("key")["key_id"].clone();
            assert!(known != loser.as_str() && (known == left.as_str() || known == name(&named)));
        }
    }
}

#[test]
fn without_a_key_that_fits_it_is_said_what_to_do() {
    let Some((world, desktop)) = opted::pushed() else {
        return;
    };
    let folder = world.cloud_repository(ALICE, ID);
    let winner = only_key(&folder);
    add_loser(&folder, Loser::First);
    let kept = fs::read(&winner).unwrap();
    fs::remove_file(&winner).unwrap();
    play::session(&desktop.pack, "My World", 2);
    let says = [
        "its key does not open it",
        "from a backup of the server",
        "instance-sync disable",
    ];
    harmless(&desktop, desktop.command(&["push"]), 1, &says);
    harmless(&desktop, desktop.command(&["pull"]), 1, &says);
    // Once it is back, both go on.
    fs::write(&winner, kept).unwrap();
    desktop.command(&["push"]).ok().assert_says("Saved");
}

#[test]
#[cfg(unix)]
fn where_keys_cannot_be_listed_it_is_said_how_to_find_the_right_one() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let mut fake = FakeRestic::new(&world.path("fake"));
    let damaged = "Fatal: config or key 5d is damaged: ciphertext verification failed\\n";
    fake.on("*", Act::Say("", damaged, 1));
    world.use_restic(&fake.path());
    let desktop = opted::played(&world, "desktop", "s3:https://cloud.example/saves");
    let says = ["cannot be listed from here", "--key-hint", "key_id"];
    harmless(&desktop, desktop.command(&["push"]), 1, &says);
    harmless(&desktop, desktop.command(&["pull"]), 1, &says);
}
