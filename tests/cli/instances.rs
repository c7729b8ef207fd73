//! The account's list of instances, as far as it can be tried without a server: options, the id that
//! is its own, a server that refuses.

use crate::support::opted::{harmless, played};
use crate::support::template::CATALOGUE;
use crate::support::{ALICE, Answer, FaultServer, opted, play};

#[test]
fn the_id_of_the_list_is_never_that_of_an_instance() {
    let world = opted::world();
    let device = world.device("deck");
    let instance = format!("--instance-id={CATALOGUE}");
    let words = ["init", "--url=/nowhere", "--token", ALICE.token, &instance];
    let says = ["26 zeros stand for the account's list of instances"];
    harmless(&device, device.command(&words), 2, &says);
    harmless(&device, device.command(&words).arg("--offline"), 2, &says);
    let answers = format!("{}\n\n{CATALOGUE}\n", ALICE.token);
    let setup = device.command(&["setup", "--url=/nowhere"]).stdin(answers);
    harmless(&device, setup, 2, &says);
    assert!(!device.pack.join(".cloud-sync").exists());

    // Nor where somebody wrote it.
    let device = played(&world, "desktop", "/nowhere/cloud");
    let mut marker = device.json("sync.json");
    marker["instance_id"] = CATALOGUE.into();
    play::write(&device.synced_by("sync.json"), marker.to_string());
    for command in ["pull", "push", "status"] {
        harmless(&device, device.command(&[command]), 2, &says);
    }
}

#[test]
fn a_list_needs_an_account() {
    let world = opted::world();
    let device = world.device("deck");
    let list = |words: &[&str]| device.command(&["instances"]).args(words);
    harmless(&device, list(&[]), 2, &["is not opted in", "--url"]);
    harmless(&device, list(&["--url=saves"]), 2, &["the URL"]);
    harmless(
        &device,
        list(&["--url=/x", "--token=x"]),
        2,
        &["has no colon"],
    );
    harmless(&device, list(&["--url=/x"]), 2, &["a password"]);
    harmless(&device, list(&["--token", ALICE.token]), 2, &["--url"]);
    let insecure = ["--url=http://example.com", "--token", ALICE.token];
    harmless(&device, list(&insecure), 2, &["plain http"]);
    // A folder that is not there may be a disk that is not connected; it is not made.
    let folder = world.path("cloud").display().to_string();
    let url = format!("--url={folder}");
    let empty = list(&[&url, "--token", ALICE.token]);
    harmless(&device, empty, 1, &["is not there", "disk"]);
    assert!(!world.cloud().exists());
    let words = ["init", &url, "--token", ALICE.token];
    let join = || device.command(&words).arg("--join=Skyblock");
    harmless(&device, join(), 1, &["is not there", "disk"]);
    harmless(&device, join().arg("--offline"), 2, &["--offline"]);
    assert!(!device.pack.join(".cloud-sync").exists());
}

#[test]
fn a_server_that_refuses_or_is_away_says_so_and_gets_no_more_than_one_question() {
    let world = opted::world();
    for (status, code, says) in [
        (401, 4, "refused the account alice"),
        (403, 4, "refused the account alice"),
        (404, 0, "No instance of this account"),
        (503, 1, "503"),
        (302, 1, "redirects"),
    ] {
        let server = FaultServer::always(Answer::status(status));
        let device = world.device(&format!("device-{status}"));
        let url = format!("--url={}", server.url());
        let run = device.command(&["instances", &url, "--token", ALICE.token]);
        harmless(&device, run, code, &[says]);
        assert_eq!(server.requests().len(), 1);
        let path = &server.requests()[0].path;
        assert_eq!(*path, format!("/alice/{CATALOGUE}/snapshots/"));
    }
}

/// A server can know an account and its instances, and refuse any other name.
#[test]
#[cfg(unix)] // a script in the place of restic
fn a_server_that_refuses_the_list_is_not_taken_for_another_passphrase() {
    use crate::support::{Act, FakeRestic, World};

    let world = World::new();
    let mut fake = FakeRestic::new(&world.path("fake"));
    world.use_restic(&fake.path());
    let server = FaultServer::always(Answer::json("[]"));
    let device = world.device("deck");
    let url = format!("--url={}", server.url());
    let list = || device.command(&["instances", &url, "--token", ALICE.token]);
    let said = r#"{"message_type":"exit_error","code":1,"message":"Fatal: server response unexpected: 403 Forbidden (403)"}\n"#;
    fake.on("snapshots", Act::Say("", said, 1));
    let output = harmless(&device, list(), 4, &["cannot be used", "403"]);
    output.assert_never_says("another passphrase");
    let said = r#"{"message_type":"exit_error","code":12,"message":"Fatal: wrong password or no key found"}\n"#;
    fake.on("snapshots", Act::Say("", said, 12));
    harmless(&device, list(), 4, &["another passphrase"]);
    fake.on("snapshots", Act::Say("garbage\\n", "", 0));
    harmless(&device, list(), 1, &["cannot be used"]);
}
