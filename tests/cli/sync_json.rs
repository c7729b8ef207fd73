//! A marker that cannot be used: every command says so and how to repair it, and leaves it alone.

use std::fs;

use crate::support::opted::{ID, harmless, played};
use crate::support::{Answer, Device, FaultServer, opted, play};

/// Writes the marker; the folder is otherwise opted in.
fn with_marker(device: &Device, text: &[u8]) {
    play::write(&device.synced_by("sync.json"), text);
}

fn marker(url: &str) -> String {
    format!(
        "{{\"schema\": 1, \"instance_id\": \"{ID}\", \"url\": \"{url}\", \"account\": \"alice\"}}\n"
    )
}

/// Every command refuses it with exit 2, says how to go on, and leaves the file as it is.
#[track_caller]
fn is_refused(device: &Device, text: &[u8], says: &[&str]) {
    with_marker(device, text);
    for command in [&["pull"][..], &["push"], &["status"]] {
        harmless(device, device.command(command), 2, says);
        let kept = fs::read(device.synced_by("sync.json")).unwrap();
        assert_eq!(kept, text, "{command:?} changed the marker");
    }
}

#[test]
fn a_marker_that_cannot_be_read_names_the_file_and_the_repair() {
    let server = FaultServer::always(Answer::status(500));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let says = ["sync.json", "instance-sync setup", "not touched"];
    let whole = marker(&server.url());
    let bad_ulid = whole.replace(ID, "not-a-ulid");
    let short_ulid = whole.replace(ID, &ID[1..]);
    let no_id = whole.replace("instance_id", "instance");
    let bad_profile = whole.replace("\"account\"", "\"profile\": \"chess\", \"account\"");
    let texts = [
        "",
        "\n",
        "{}",
        "[]",
        "null",
        "\"text\"",
        "{\"schema\": 1}",
        "\u{0}\u{0}\u{0}",
        &whole[..whole.len() / 2],
        &bad_ulid,
        &short_ulid,
        &no_id,
        &bad_profile,
    ];
    for text in texts {
        is_refused(&device, text.as_bytes(), &says);
    }
    is_refused(&device, b"\xff\xfe\x00", &says);
    assert!(server.requests().is_empty(), "nobody was asked");
}

#[test]
fn a_marker_that_breaks_off_anywhere_is_refused() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let whole = marker("/nowhere/cloud");
    let end = whole.trim_end().len();
    for length in 0..end {
        with_marker(&device, &whole.as_bytes()[..length]);
        device.command(&["pull"]).code(2).assert_says("setup");
    }
}

#[test]
fn a_marker_of_a_newer_schema_asks_for_an_update() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    // What a newer version writes there is its own affair: even the id may look another way.
    for text in [
        marker("/nowhere/cloud").replace("\"schema\": 1", "\"schema\": 2"),
        "{\"schema\": 99, \"instance\": {\"id\": 7}}\n".to_owned(),
    ] {
        is_refused(
            &device,
            text.as_bytes(),
            &["newer version", "Update instance-sync"],
        );
    }
}

#[test]
fn a_url_that_cannot_be_used_is_named_without_its_secret() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    for url in [
        "https://alice:desktop-secret@saves.example",
        "https://alice@saves.example/prefix",
        "rest:https://alice:desktop-secret@saves.example/",
        "s3:https://alice:desktop-secret@saves.example/bucket",
    ] {
        is_refused(&device, marker(url).as_bytes(), &["credentials", "setup"]);
    }
    for url in [
        "",
        "https://",
        "saves.example",
        "relative/folder",
        "ftp://saves.example",
    ] {
        is_refused(&device, marker(url).as_bytes(), &["the URL", "setup"]);
    }
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    with_marker(&device, marker("http://192.0.2.1:8000").as_bytes());
    for words in [
        &["pull"][..],
        &["push"],
        &["status"],
        &["history"],
        &["verify"],
        &["prune"],
        &["resolve", "--keep=cloud"],
        &["restore", "saves/My World", "--before-last-session"],
        &["devices"],
        &["watch"],
        &["pair"],
    ] {
        let says = ["plain http", "--insecure-http", "Nothing was sent"];
        harmless(&device, device.command(words), 2, &says);
    }
    // Nothing is asked, so nothing is sent.
    device.command(&["status", "--offline"]).ok();
}

#[test]
fn plain_http_is_spoken_where_the_folder_or_the_command_allows_it() {
    let world = opted::world();
    let plain = marker("http://saves.invalid:8000");
    let allowing = plain.replace('}', ",\"insecure_http\":true}");
    for (name, text, option) in [
        ("folder", &allowing, None),
        ("command", &plain, Some("--insecure-http")),
    ] {
        let device = played(&world, name, "/nowhere/cloud");
        with_marker(&device, text.as_bytes());
        let said = device.command(&["status", "--json"]).args(option).ok();
        assert_eq!(said.json()["cloud"]["state"], "unreachable", "{said}");
    }
}

#[test]
fn an_account_that_cannot_be_a_folder_is_refused() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    for account in ["../bob", "a/b", "", "snapshots", ".."] {
        let text = marker("/nowhere/cloud").replace("alice", account);
        is_refused(&device, text.as_bytes(), &["account", "setup"]);
    }
}

#[test]
fn a_marker_that_is_a_folder_or_a_dangling_link_ends_in_a_message() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let path = device.synced_by("sync.json");
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    for command in ["pull", "push"] {
        let run = device.command(&[command]);
        let before = device.tree();
        let output = run.any();
        assert!(matches!(output.status.code(), Some(1 | 2)), "{output}");
        output.assert_says("sync.json");
        assert!(before.same(&device.tree()));
    }
    fs::remove_dir(&path).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        harmless(&device, device.command(&["pull"]), 2, &["setup"]);
    }
}

#[test]
fn a_marker_of_the_earlier_python_tool_is_read_as_it_is() {
    let server = FaultServer::always(Answer::status(503));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    for text in [
        format!(
            "{{\"instance_id\": \"{ID}\", \"url\": \"{}\"}}",
            server.url()
        ),
        format!(
            "{{\"schema\": 1, \"instance_id\": \"{ID}\", \"url\": \"{}/\"}}",
            server.url()
        ),
    ] {
        with_marker(&device, text.as_bytes());
        harmless(&device, device.command(&["pull"]), 0, &["503"]);
    }
    let path = format!("/alice/{ID}/snapshots/");
    assert_eq!(server.requests().len(), 2);
    assert!(server.requests().iter().all(|request| request.path == path));
}

#[test]
fn a_broken_marker_is_replaced_on_request_alone() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    with_marker(&device, b"{");
    let init = |options: &[&str]| {
        let url = [
            "init",
            "--url=/nowhere/cloud",
            "--token=alice:desktop-secret",
            "--offline",
        ];
        device.command(&url).args(options)
    };
    harmless(&device, init(&[]), 2, &["sync.json", "setup"]);
    assert_eq!(fs::read(device.synced_by("sync.json")).unwrap(), b"{");
    harmless(&device, init(&["--force"]), 0, &["is opted in"]);
    assert_eq!(device.instance_id().len(), 26);
}

#[test]
fn a_scope_that_cannot_be_used_stops_before_anything_is_synced() {
    let server = FaultServer::always(Answer::json("[]"));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let bad = [
        "",
        "{",
        "[]",
        "{\"includes\": []}",
        "{\"include\": \"saves\"}",
        "{\"include\": [\"../elsewhere\"]}",
        "{\"include\": [\"/etc\"]}",
        "{\"include\": [\"saves/[\"]}",
        "{\"schema\": 99, \"include\": []}",
    ];
    for text in bad {
        play::write(&device.synced_by("scope.json"), text);
        for command in ["pull", "push"] {
            let run = device.command(&[command]);
            let said = harmless(&device, run, 2, &["scope.json"]);
            if text == "[]" {
                said.assert_says("a list stands where an object");
            }
        }
    }
    assert!(server.requests().is_empty(), "nobody was asked");
}

#[test]
fn a_custom_profile_needs_a_scope_of_its_own() {
    let world = opted::world();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    let init = || {
        let run = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
        run.args(["--token=alice:desktop-secret", "--profile=custom"])
    };
    let says = ["scope.json", "include", "left as it was"];
    harmless(&device, init(), 2, &says);
    assert!(!device.synced_by("sync.json").exists());
    let scope = "{\"include\": [\"saves/*\"]}\n";
    play::write(&device.synced_by("scope.json"), scope);
    init().ok().assert_says("is opted in");
}
