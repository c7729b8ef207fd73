//! Our own client on our own server: two devices, over TLS, with a token each.

use std::thread;
use std::time::Duration;

use crate::support::control::Control;
use crate::support::opted::synced;
use crate::support::our_server::OurServer;
use crate::support::{Device, World, assert_same, play};

/// As long as a revocation and a quota may take to reach a server that runs.
const SOON: Duration = Duration::from_millis(2500);

struct Scene {
    world: World,
    server: OurServer,
}

impl Scene {
    fn new() -> Option<Self> {
        let world = World::with_restic()?;
        let server = OurServer::start_with_tls(&world.path("server"))?;
        server.add_open_account("alice");
        std::fs::write(world.path("passphrase"), "of the player alone\n").unwrap();
        Some(Self { world, server })
    }

    /// A device with a token of its own, opted in; it joins this instance, or makes one.
    fn device(&self, name: &str, joins: Option<&str>) -> Device {
        let device = self.world.device(name);
        let token = self.server.add_device("alice", name);
        let ca_file = format!("--ca-file={}", self.server.ca_file().unwrap().display());
        let passphrase = format!(
            "--passphrase-file={}",
            self.world.path("passphrase").display()
        );
        let mut options = vec![ca_file, passphrase];
        options.extend(joins.map(|id| format!("--instance-id={id}")));
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        device.init(&self.server.url(), &token, &options);
        device
    }
}

#[test]
fn two_devices_play_in_turns() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    play::world(&desktop.pack, "My World", 1);
    play::settings(&desktop.pack, 1);
    desktop.command(&["push"]).ok();
    let deck = scene.device("deck", Some(&desktop.instance_id()));
    deck.command(&["pull"]).ok();
    assert_same(&synced(&desktop.pack), &synced(&deck.pack));
    play::session(&deck.pack, "My World", 2);
    deck.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same(&synced(&desktop.pack), &synced(&deck.pack));
    desktop.command(&["verify"]).ok();
    // Nothing to do is one request.
    let before = scene.server.log().len();
    desktop.command(&["pull"]).ok();
    let asked: Vec<_> = scene.server.log().split_off(before);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(
        (asked[0]["kind"].as_str(), asked[0]["status"].as_u64()),
        (Some("snapshots"), Some(200))
    );
    // The account's list of instances is a repository like any other.
    let listed = scene.server.admin(&["instance", "list", "alice"]).ok();
    listed.assert_says(&desktop.instance_id());
}

#[test]
fn a_device_that_is_revoked_is_told_so_and_the_other_goes_on() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    let deck = scene.device("deck", Some(&desktop.instance_id()));
    deck.command(&["pull"]).ok();
    scene
        .server
        .admin(&["device", "revoke", "alice", "deck"])
        .ok();
    thread::sleep(SOON);
    play::session(&deck.pack, "My World", 2);
    let before = synced(&deck.pack);
    let said = deck.command(&["push"]).code(4);
    said.assert_says("this device was revoked");
    said.assert_says("instance-sync pair shows");
    said.assert_never_says("Check the token");
    let said = deck.command(&["pull"]).ok();
    said.assert_says("this device was revoked");
    assert_same(&before, &synced(&deck.pack));
    let said = deck.command(&["doctor"]).any();
    said.assert_says("this device was revoked");
    // No push helps, nor another look at the token.
    said.assert_never_says("Send it now");
    said.assert_never_says("Check the token");
    // The control API says the same.
    for command in ["devices", "pair", "watch"] {
        let said = deck.command(&[command]).code(4);
        said.assert_says("this device was revoked");
        said.assert_says("instance-sync pair shows");
        said.assert_never_says("token");
    }
    // A token that never was one is another matter.
    let token = deck.synced_by("token");
    let was = std::fs::read_to_string(&token).unwrap();
    let never = format!("{}{}", &was.trim()[..was.trim().len() - 1], "_");
    std::fs::write(&token, never).unwrap();
    let said = deck.command(&["push"]).code(4);
    said.assert_says("Check the token");
    said.assert_never_says("revoked");
    std::fs::write(&token, was).unwrap();
    play::session(&desktop.pack, "My World", 3);
    desktop.command(&["push"]).ok();
    let devices = scene.server.admin(&["device", "list", "alice"]).ok();
    devices.assert_says("revoked").assert_says("desktop");
}

#[test]
fn the_history_calls_a_device_as_its_account_does() {
    let Some(scene) = Scene::new() else { return };
    let device = scene.world.device("desktop");
    let token = scene.server.add_device("alice", "Living room");
    let ca_file = format!("--ca-file={}", scene.server.ca_file().unwrap().display());
    let passphrase = format!(
        "--passphrase-file={}",
        scene.world.path("passphrase").display()
    );
    let url = format!("--url={}", scene.server.url());
    let token = format!("--token={token}");
    let words = ["init", &url, &token, &ca_file, &passphrase];
    let named = "INSTANCE_SYNC_DEVICE_NAME";
    device.command(&words).no_env(named).ok();
    play::world(&device.pack, "My World", 1);
    device.command(&["push"]).no_env(named).ok();
    let said = device.command(&["history"]).no_env(named).ok();
    said.assert_says("Living room");
    let said = device.command(&["devices"]).no_env(named).ok();
    said.assert_says("Living room");
    let said = device.command(&["instances"]).no_env(named).ok();
    said.assert_says("Living room");
    // Who says another name means it.
    play::session(&device.pack, "My World", 2);
    device.command(&["push"]).ok();
    let said = device.command(&["history"]).ok();
    said.assert_says("desktop");
}

#[test]
fn a_suspended_account_is_told_so_and_goes_on_afterwards() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    play::world(&desktop.pack, "My World", 1);
    scene.server.admin(&["account", "suspend", "alice"]).ok();
    thread::sleep(SOON);
    let said = desktop.command(&["push"]).code(4);
    said.assert_says("the account alice is suspended");
    said.assert_says("Ask whoever runs the server");
    said.assert_never_says("token");
    let said = desktop.command(&["doctor"]).any();
    said.assert_says("the account alice is suspended");
    said.assert_never_says("Send it now");
    said.assert_never_says("Give the token again");
    for command in ["devices", "pair", "instances"] {
        let said = desktop.command(&[command]).code(4);
        said.assert_says("suspended");
        said.assert_says("Ask whoever runs the server");
    }
    let german = desktop.command(&["push"]).env("LANG", "de_DE.UTF-8").any();
    german.assert_says("gesperrt");
    scene.server.admin(&["account", "resume", "alice"]).ok();
    thread::sleep(SOON);
    desktop.command(&["push"]).ok();
}

#[test]
fn an_instance_in_the_trash_is_said_to_be_there_and_comes_back() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let server = OurServer::start(&world.path("server"));
    let invite = server.admin(&["invite", "add"]).ok();
    let invite = invite.stdout.lines().last().unwrap().to_owned();
    let alice = Control::new(&server.url()).register(&invite, "alice");
    std::fs::write(world.path("passphrase"), "of the player alone\n").unwrap();
    let passphrase = format!("--passphrase-file={}", world.path("passphrase").display());
    let desktop = world.device("desktop");
    let token = server.add_device("alice", "desktop");
    desktop.init(&server.url(), &token, &[&passphrase]);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    desktop.command(&["status"]).ok().assert_says("nothing new");
    let path = format!("/v1/instances/{}", desktop.instance_id());
    alice.delete(&path).ok();
    play::session(&desktop.pack, "My World", 2);
    let before = synced(&desktop.pack);
    for (command, code) in [
        ("pull", 0),
        ("push", 1),
        ("verify", 1),
        ("status", 0),
        ("instances", 0),
        ("doctor", 1),
    ] {
        let said = desktop.command(&[command]).code(code);
        said.assert_says("in the server's trash");
        for wrong in ["begin anew", "Check the URL", "nothing pushed", "never  "] {
            said.assert_never_says(wrong);
        }
        if !matches!(command, "status" | "instances") {
            said.assert_says("serve admin undelete");
        }
        if command == "push" {
            said.assert_says("The saves are still here.");
        }
    }
    // No push helps, and nothing here was taken for deleted.
    let said = desktop.command(&["doctor"]).any();
    said.assert_never_says("Send it now");
    assert_same(&before, &synced(&desktop.pack));
    let german = desktop.command(&["push"]).env("LANG", "de_DE.UTF-8").any();
    german.assert_says("Papierkorb");
    // To restic, and to whoever reads a status alone, it is a list without an entry, as before.
    let said = desktop.command(&["status", "--json"]).ok().json();
    assert_eq!(said["cloud"]["state"], "trashed", "{said}");
    let rows = desktop.command(&["instances", "--json"]).ok().json();
    assert_eq!(rows["instances"][0]["last_played"]["state"], "trashed");
    // What waited goes out once it is back, as if nothing had been.
    alice
        .post(&format!("{path}/undelete"), &serde_json::Value::Null)
        .ok();
    desktop.command(&["push"]).ok();
    desktop.command(&["pull"]).ok();
    assert_same(&before, &synced(&desktop.pack));
    desktop.command(&["verify"]).ok();
}

#[test]
fn a_storage_that_is_not_there_is_told_to_the_player() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    play::session(&desktop.pack, "My World", 2);
    let (there, away) = (
        scene.server.repositories(),
        scene.server.data().join("away"),
    );
    std::fs::rename(&there, &away).unwrap();
    for command in ["push", "doctor"] {
        let said = desktop.command(&[command]).any();
        said.assert_says("the storage is not mounted");
        said.assert_says("Tell whoever runs the server");
        said.assert_never_says("Is this machine online");
        said.assert_never_says("503 Service");
    }
    std::fs::rename(&away, &there).unwrap();
    desktop.command(&["push"]).ok();
}

#[test]
fn over_quota_a_push_says_so_at_once_and_reading_goes_on() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    play::world(&desktop.pack, "My World", 1);
    desktop.command(&["push"]).ok();
    scene.server.admin(&["quota", "alice", "1K"]).ok();
    thread::sleep(SOON);
    play::write_noise(
        &desktop.pack.join("saves/My World/region/r.9.9.mca"),
        9,
        2_000_000,
    );
    let said = desktop.command(&["push"]).any();
    assert!(!said.status.success(), "{said}");
    assert!(said.elapsed < Duration::from_secs(30), "{said}");
    said.assert_says("room");
    // What is there can be had: another device joins, and takes its locks.
    let deck = scene.device("deck", Some(&desktop.instance_id()));
    deck.command(&["pull"]).ok();
    assert!(deck.pack.join("saves/My World/level.dat").exists());
    let said = scene.server.admin(&["quota", "alice", "none"]).ok();
    said.assert_says("alice has no quota now");
    thread::sleep(SOON);
    desktop.command(&["push"]).ok();
}

#[test]
fn thinning_the_past_takes_a_grant() {
    let Some(scene) = Scene::new() else { return };
    let desktop = scene.device("desktop", None);
    for seed in 1..4 {
        play::world(&desktop.pack, "My World", seed);
        desktop.command(&["push"]).ok();
    }
    let before = synced(&desktop.pack);
    let prune = || {
        desktop
            .command(&["prune", "--yes"])
            // Whatever is older than now goes by the months.
            .args(["--keep-all=0h", "--keep-daily=0h"])
    };
    prune()
        .code(1)
        .assert_says("the server was asked for leave to remove this, and nobody has said yes yet");
    let id = desktop.instance_id();
    scene
        .server
        .admin(&["grant", "add", "alice", "desktop", &id])
        .ok();
    prune().ok().assert_says("Removed 2 snapshots");
    desktop.command(&["verify"]).ok();
    let deck = scene.device("deck", Some(&id));
    deck.command(&["pull"]).ok();
    assert_same(&synced(&desktop.pack), &synced(&deck.pack));
    assert_same(&before, &synced(&desktop.pack));
    let said = scene.server.admin(&["undelete", "alice", &id]).ok();
    said.assert_says("Brought back");
    // The past is there again, and nobody's present changes.
    desktop.command(&["pull"]).ok();
    assert_same(&before, &synced(&desktop.pack));
    desktop.command(&["verify", "--all"]).ok();
}
