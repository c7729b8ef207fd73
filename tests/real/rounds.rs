//! Two devices follow each other, byte for byte and in both directions, through a rest-server and
//! through a folder; and plain restic gets everything back.

use std::fs;

use super::support::*;

/// Where the repository is in a test.
struct Cloud {
    world: World,
    url: String,
    options: Vec<String>,
}

impl Cloud {
    fn folder() -> Option<Self> {
        let world = World::with_restic()?;
        let url = world.cloud().display().to_string();
        let options = Vec::new();
        Some(Self {
            world,
            url,
            options,
        })
    }

    fn server() -> Option<Self> {
        let world = World::with_server()?;
        let url = world.server().url();
        let options = vec![format!("--ca-file={}", world.server().ca_file().display())];
        Some(Self {
            world,
            url,
            options,
        })
    }

    fn options(&self) -> Vec<&str> {
        self.options.iter().map(String::as_str).collect()
    }

    /// Opts two devices in, as one instance.
    fn two_devices(&self) -> (Device, Device) {
        let (desktop, deck) = (self.world.device("desktop"), self.world.device("deck"));
        desktop.init(&self.url, ALICE.token, &self.options());
        let join = format!("--instance-id={}", desktop.instance_id());
        let mut options = self.options();
        options.push(&join);
        deck.init(&self.url, ALICE.token, &options);
        (desktop, deck)
    }

    fn repository(&self, id: &str) -> Option<Repository> {
        if self.options.is_empty() {
            Repository::local(&self.world.cloud_repository(ALICE, id), ALICE.secret)
        } else {
            Repository::on_server(self.world.server(), ALICE, id, ALICE.secret)
        }
    }
}

/// What is synced of a game folder: not the logs, not the mods, not the locks.
fn synced(device: &Device) -> Tree {
    let outside = ["logs", "mods", ".packignore"];
    let mut tree = outside
        .iter()
        .fold(device.tree(), |tree, path| tree.without(path));
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
fn rounds(cloud: &Cloud) {
    let (desktop, deck) = cloud.two_devices();
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
    let Some(repository) = cloud.repository(&desktop.instance_id()) else {
        return;
    };
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
    if let Some(cloud) = Cloud::server() {
        rounds(&cloud);
    }
}

#[test]
fn two_devices_follow_each_other_through_a_folder() {
    if let Some(cloud) = Cloud::folder() {
        rounds(&cloud);
    }
}

#[test]
fn the_oldest_restic_that_is_supported_works_too() {
    let Some(old) = Program::Restic018.find() else {
        return;
    };
    if let Some(cloud) = Cloud::server() {
        cloud.world.use_restic(&old);
        rounds(&cloud);
    }
}

#[test]
fn different_worlds_that_changed_on_both_devices_merge_without_a_question() {
    let Some(cloud) = Cloud::folder() else { return };
    let (desktop, deck) = cloud.two_devices();
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
    let Some(cloud) = Cloud::folder() else { return };
    let (desktop, deck) = cloud.two_devices();
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    play::session(&desktop.pack, "World", 2); // the game crashed: no post-exit hook
    desktop.command(&["pull"]).ok();
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&desktop), &synced(&deck));
}

#[test]
fn a_world_that_changed_on_both_devices_stops_the_pull_and_touches_nothing() {
    let Some(cloud) = Cloud::server() else { return };
    let (desktop, deck) = cloud.two_devices();
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
    let Some(repository) = cloud.repository(&deck.instance_id()) else {
        return;
    };
    let trees: Vec<Tree> = repository
        .snapshot_ids()
        .iter()
        .map(|id| repository.tree(id).under("saves/World"))
        .collect();
    for side in [&theirs, &mine] {
        let world = side.under("saves/World");
        assert!(trees.iter().any(|tree| tree.same(&world)));
    }
    // The other device stays on its own version, which is one of the two, and is stopped too,
    // since one of the edits is its own.
    desktop.command(&["pull"]).code(3);
    assert_same(&synced(&desktop), &theirs);
}

#[test]
fn an_edit_beats_a_deletion() {
    let Some(cloud) = Cloud::folder() else { return };
    let (desktop, deck) = cloud.two_devices();
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
    let Some(cloud) = Cloud::folder() else { return };
    let (desktop, deck) = (cloud.world.device("desktop"), cloud.world.device("deck"));
    desktop.init(&cloud.url, ALICE.token, &[]);
    play::world(&desktop.pack, "Same name", 1);
    play::world(&desktop.pack, "Equal", 5);
    desktop.command(&["push"]).ok();
    play::world(&deck.pack, "Same name", 2);
    play::world(&deck.pack, "Equal", 5);
    play::world(&deck.pack, "Only here", 3);
    let before = synced(&deck);
    let join = format!("--instance-id={}", desktop.instance_id());
    deck.init(&cloud.url, ALICE.token, &[&join]);

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
    let Some(cloud) = Cloud::server() else { return };
    let desktop = cloud.world.device("desktop");
    let mut options = cloud.options();
    options.push("--passphrase-file=-");
    let (url, token) = (
        format!("--url={}", cloud.url),
        format!("--token={}", ALICE.token),
    );
    let init = desktop.command(&["init", &url, &token]).args(&options);
    init.stdin("correct horse battery staple\n").ok();
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok();
    let id = desktop.instance_id();
    let server = cloud.world.server();
    let operator = Repository::on_server(server, ALICE, &id, ALICE.secret);
    let player = Repository::on_server(server, ALICE, &id, "correct horse battery staple");
    if let (Some(operator), Some(player)) = (operator, player) {
        operator.run(&["snapshots", "--no-lock"]).code(12);
        assert_eq!(player.snapshot_ids().len(), 1);
    }
    // A second device needs it too.
    let deck = cloud.world.device("deck");
    let join = format!("--instance-id={id}");
    let join = deck
        .command(&["init", &url, &token, &join])
        .args(cloud.options());
    join.code(4).assert_says("--passphrase-file");
    assert!(!deck.pack.join(".cloud-sync").exists());
}

#[test]
fn opting_out_keeps_everything_and_coming_back_is_the_same_instance() {
    let Some(cloud) = Cloud::folder() else { return };
    let (desktop, deck) = cloud.two_devices();
    play::world(&desktop.pack, "World", 1);
    hand_over(&desktop, &deck);
    let id = deck.instance_id();
    let said = deck.command(&["disable"]).ok();
    said.assert_says(&format!("--instance-id={id}"));
    deck.command(&["pull"]).ok().assert_silent();
    deck.command(&["push"]).ok().assert_silent();
    assert!(deck.synced_by("token").exists());
    play::session(&deck.pack, "World", 2);
    let join = format!("--instance-id={id}");
    deck.init(&cloud.url, ALICE.token, &[&join]);
    // The past that it shares with the cloud is still known: no conflict with itself.
    hand_over(&deck, &desktop);
}

#[test]
fn an_instance_that_was_opted_in_offline_is_created_by_its_first_push() {
    let Some(cloud) = Cloud::server() else { return };
    let desktop = cloud.world.device("desktop");
    let mut options = cloud.options();
    options.push("--offline");
    desktop.init(&cloud.url, ALICE.token, &options);
    assert!(
        !cloud
            .world
            .server()
            .repository_folder(ALICE, &desktop.instance_id())
            .exists()
    );
    desktop.command(&["pull"]).ok();
    play::world(&desktop.pack, "World", 1);
    desktop.command(&["push"]).ok().assert_says("saves/World");
    let deck = cloud.world.device("deck");
    let join = format!("--instance-id={}", desktop.instance_id());
    let mut options = cloud.options();
    options.push(&join);
    deck.init(&cloud.url, ALICE.token, &options);
    deck.command(&["pull"]).ok();
    assert_same(&synced(&desktop), &synced(&deck));
}
