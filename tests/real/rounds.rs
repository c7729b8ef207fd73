//! Two devices follow each other, byte for byte and in both directions, through a rest-server and
//! through a folder; and plain restic gets everything back.

use std::fs;

use super::support::*;

/// Two devices of one instance.
fn two_devices(world: &World) -> (Device, Device) {
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    world.opt_in(&[&desktop, &deck]);
    (desktop, deck)
}

/// Where the world's cloud is, and what `init` needs to trust it.
fn address(world: &World) -> (String, String) {
    let server = world.server();
    (
        server.url(),
        format!("--ca-file={}", server.ca_file().display()),
    )
}

/// What is synced of a game folder: not the logs, not the mods, not the locks.
pub fn synced(device: &Device) -> Tree {
    let outside = ["logs", "mods", ".packignore"];
    let mut tree = outside.iter().fold(device.tree(), Tree::without);
    for world in fs::read_dir(device.pack.join("saves"))
        .into_iter()
        .flatten()
    {
        let lock = world.unwrap().path().join("session.lock");
        tree = tree.without(lock.strip_prefix(&device.pack).unwrap());
    }
    tree
}

#[track_caller]
fn hand_over(from: &Device, to: &Device) {
    from.command(&["push"]).ok();
    to.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(from), &synced(to));
}

/// Rounds that add, change, delete and rename worlds, and change settings.
fn rounds(world: &World) {
    let (desktop, deck) = two_devices(world);
    play::world(&desktop.pack, "First", 1);
    play::world(&desktop.pack, "Second world", 2);
    play::settings(&desktop.pack, 1);
    hand_over(&desktop, &deck);
    let first = synced(&desktop);

    play::session(&deck.pack, "First", 3);
    play::world(&deck.pack, "Third", 3);
    play::settings(&deck.pack, 2);
    hand_over(&deck, &desktop);

    let saves = desktop.pack.join("saves");
    fs::rename(saves.join("First"), saves.join("First renamed")).unwrap();
    fs::remove_dir_all(saves.join("Second world")).unwrap();
    hand_over(&desktop, &deck);
    assert!(!deck.pack.join("saves/First").exists());
    assert!(!deck.pack.join("saves/Second world").exists());

    play::session(&deck.pack, "First renamed", 4);
    play::world(&deck.pack, "Second world", 5); // a new one by the name of the deleted
    fs::remove_file(deck.pack.join("options.txt")).unwrap();
    fs::remove_dir_all(deck.pack.join("config")).unwrap();
    hand_over(&deck, &desktop);

    play::settings(&desktop.pack, 6);
    hand_over(&desktop, &deck);

    // Nothing to do: neither says a word, and nothing is pushed.
    let repository = world.repository(&desktop.instance_id());
    let ids = repository.snapshot_ids();
    for device in [&desktop, &deck] {
        device.command(&["pull"]).ok().assert_silent();
        device.command(&["push"]).ok().assert_silent();
    }
    assert_eq!(repository.snapshot_ids(), ids);

    // The second opinion.
    repository.check();
    assert_eq!(ids.len(), 5);
    assert_same(&repository.tree(&ids[0]), &first);
    assert_same_with_metadata(&repository.tree(&ids[4]), &synced(&deck));
}

#[test]
fn two_devices_follow_each_other_through_a_rest_server() {
    if let Some(world) = World::with_server() {
        rounds(&world);
    }
}

#[test]
fn two_devices_follow_each_other_through_a_folder() {
    if let Some(world) = World::with_restic() {
        rounds(&world);
    }
}

#[test]
fn the_oldest_restic_that_is_supported_works_too() {
    let Some(old) = Program::Restic018.find() else {
        return;
    };
    if let Some(world) = World::with_server() {
        world.use_restic(&old);
        rounds(&world);
    }
}

#[test]
fn different_worlds_that_changed_on_both_devices_merge_without_a_question() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two_devices(&world);
    play::world(&desktop.pack, "A", 1);
    play::world(&desktop.pack, "B", 2);
    hand_over(&desktop, &deck);
    play::session(&desktop.pack, "A", 3);
    play::session(&deck.pack, "B", 4);
    desktop.command(&["push"]).ok();
    // Its session was never pushed: the pull saves it first, as a head of its own.
    deck.command(&["pull"]).ok().assert_says("saves/A");
    hand_over(&deck, &desktop);
    desktop.command(&["pull"]).ok().assert_silent();
    assert_same(&synced(&desktop), &synced(&deck));
}

#[test]
fn a_session_that_was_never_pushed_is_saved_by_the_next_pull() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    play::session(&desktop.pack, "World", 2); // the game crashed: no post-exit hook
    desktop.command(&["pull"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&desktop), &synced(&deck));
}

#[test]
fn a_world_that_changed_on_both_devices_stops_the_pull_and_touches_nothing() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    play::world(&desktop.pack, "Other", 1);
    hand_over(&desktop, &deck);
    play::session(&desktop.pack, "World", 2);
    play::session(&desktop.pack, "Other", 2);
    desktop.command(&["push"]).ok();
    play::session(&deck.pack, "World", 3);
    let (theirs, mine) = (synced(&desktop), synced(&deck));

    for _ in 0..2 {
        let stopped = deck.command(&["pull"]).code(3);
        stopped.assert_says("saves/World");
        stopped.assert_never_says("saves/Other");
        assert_same_with_metadata(&synced(&deck), &mine);
    }
    let status = deck.command(&["status", "--json"]).ok().json();
    assert_eq!(status["conflicts"], serde_json::json!(["saves/World"]));

    // Both versions are in the cloud, whole.
    let repository = world.repository(&deck.instance_id());
    let trees: Vec<Tree> = repository
        .snapshot_ids()
        .iter()
        .map(|id| repository.tree(id).under("saves/World"))
        .collect();
    for side in [&theirs, &mine] {
        let world = side.under("saves/World");
        assert!(trees.iter().any(|tree| tree.same(&world)));
    }
    // The other device pushed before there was anything to decide: it stays on its version, says so,
    // and starts the game.
    let warned = desktop.command(&["pull"]).ok();
    warned.assert_says("changed on two devices at once");
    assert_same(&synced(&desktop), &theirs);
}

#[test]
fn an_edit_beats_a_deletion() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two_devices(&world);
    play::world(&desktop.pack, "Deleted there", 1);
    play::world(&desktop.pack, "Deleted here", 2);
    hand_over(&desktop, &deck);
    play::session(&deck.pack, "Deleted there", 3);
    fs::remove_dir_all(deck.pack.join("saves/Deleted here")).unwrap();
    fs::remove_dir_all(desktop.pack.join("saves/Deleted there")).unwrap();
    play::session(&desktop.pack, "Deleted here", 4);
    desktop.command(&["push"]).ok();

    let pulled = deck.command(&["pull"]).ok();
    pulled.assert_says("it is kept");
    pulled.assert_says("it comes back");
    hand_over(&deck, &desktop);
    assert!(desktop.pack.join("saves/Deleted there/level.dat").exists());
    assert!(desktop.pack.join("saves/Deleted here/level.dat").exists());
}

#[test]
fn a_joining_folder_with_worlds_of_its_own_overwrites_nothing() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    desktop.init(&world.cloud().display().to_string(), ALICE.token, &[]);
    play::world(&desktop.pack, "Same name", 1);
    play::world(&desktop.pack, "Equal", 5);
    desktop.command(&["push"]).ok();
    play::world(&deck.pack, "Same name", 2);
    play::world(&deck.pack, "Equal", 5);
    play::world(&deck.pack, "Only here", 3);
    let before = synced(&deck);
    let join = format!("--instance-id={}", desktop.instance_id());
    deck.init(&world.cloud().display().to_string(), ALICE.token, &[&join]);

    // No base is a question, and never "mine wins" nor "theirs wins".
    let stopped = deck.command(&["pull"]).code(3);
    stopped.assert_says("saves/Same name");
    stopped.assert_never_says("saves/Equal");
    assert_same(&synced(&deck), &before);

    fs::rename(
        deck.pack.join("saves/Same name"),
        deck.pack.join("saves/My own"),
    )
    .unwrap();
    deck.command(&["pull"]).ok();
    hand_over(&deck, &desktop);
    for world in ["Same name", "Equal", "My own", "Only here"] {
        assert!(
            desktop
                .pack
                .join("saves")
                .join(world)
                .join("level.dat")
                .exists()
        );
    }
}

#[test]
fn the_servers_operator_cannot_open_a_repository_with_a_passphrase() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, (url, ca_file)) = (world.device("desktop"), address(&world));
    let words = [
        "init",
        &format!("--url={url}"),
        &format!("--token={}", ALICE.token),
        &ca_file,
    ];
    desktop
        .command(&words)
        .arg("--passphrase-file=-")
        .stdin("correct horse battery staple\n")
        .ok();
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    let id = desktop.instance_id();
    let operator = world.repository(&id);
    operator.run(&["snapshots", "--no-lock"]).code(12);
    let mut player = world.repository(&id);
    player.set("RESTIC_PASSWORD", "correct horse battery staple");
    assert_eq!(player.snapshot_ids().len(), 1);
    // A second device needs it too.
    let deck = world.device("deck");
    let join = deck
        .command(&words)
        .arg(format!("--instance-id={id}"))
        .code(4);
    join.assert_says("--passphrase-file");
    assert!(!deck.pack.join(".cloud-sync").exists());
}

#[test]
fn opting_out_keeps_everything_and_coming_back_is_the_same_instance() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let (desktop, deck) = two_devices(&world);
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    let id = deck.instance_id();
    let said = deck.command(&["disable"]).ok();
    said.assert_says(&format!("--instance-id={id}"));
    deck.command(&["pull"]).ok().assert_silent();
    deck.command(&["push"]).ok().assert_silent();
    assert!(deck.synced_by("token").exists());
    play::session(&deck.pack, "World", 2);
    let url = world.cloud().display().to_string();
    deck.init(&url, ALICE.token, &[&format!("--instance-id={id}")]);
    // The past that it shares with the cloud is still known: no conflict with itself.
    hand_over(&deck, &desktop);
}

#[test]
fn an_instance_that_was_opted_in_offline_is_created_by_its_first_push() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, (url, ca_file)) = (world.device("desktop"), address(&world));
    desktop.init(&url, ALICE.token, &[&ca_file, "--offline"]);
    let id = desktop.instance_id();
    assert!(!world.server().repository_folder(ALICE, &id).exists());
    desktop.command(&["pull"]).ok();
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok().assert_says("saves/World");
    let deck = world.device("deck");
    deck.init(
        &url,
        ALICE.token,
        &[&ca_file, &format!("--instance-id={id}")],
    );
    deck.command(&["pull"]).ok();
    assert_same(&synced(&desktop), &synced(&deck));
}
