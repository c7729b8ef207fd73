//! Tokens that cannot be used, and tokens in places where others could read them.

use std::fs;

use serde_json::Value;

use crate::support::opted::{ID, harmless, played};
use crate::support::{Answer, Device, FaultServer, Run, Tree, assert_same, opted, play};

const FORM: &str = "ACCOUNT:SECRET";

/// What `init` or a token file may hold by mistake; the secret may be in none of the messages.
const BAD: &[&str] = &[
    "",
    "\n",
    "desktop-secret",
    "alice:",
    "alice:desktop-secret\nbob:desktop-secret\n",
    "alice:desktop-\nsecret",
    "alice:desktop-secret\n\n",
    "alice:desktop\tsecret",
    "alice\u{7}:desktop-secret",
];

fn init(device: &Device, token: &str) -> Run {
    let run = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
    run.arg(format!("--token={token}"))
}

#[test]
fn init_refuses_a_token_of_another_form_and_leaves_the_folder_as_it_was() {
    let world = opted::world();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    let before = Tree::of_all(&device.pack);
    for token in BAD {
        harmless(&device, init(&device, token), 2, &[FORM, "token"]);
        let run = device.command(&["init", "--url=/nowhere/cloud", "--offline", "--token=-"]);
        harmless(&device, run.stdin(*token), 2, &[FORM]);
        let file = device.home.join("token.txt");
        play::write(&file, token);
        let run = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
        let run = run.arg(format!("--token-file={}", file.display()));
        harmless(&device, run, 2, &[FORM]);
    }
    for account in ["", "a/b", "..", "../bob", "snapshots", "al ice"] {
        let token = format!("{account}:desktop-secret");
        harmless(&device, init(&device, &token), 2, &["account name"]);
    }
    assert_same(&before, &Tree::of_all(&device.pack));
}

#[test]
fn a_token_file_of_another_form_stops_hooks_with_the_way_to_mend_it() {
    let server = FaultServer::always(Answer::status(500));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    for token in BAD {
        play::write(&device.synced_by("token"), token);
        for command in ["pull", "push"] {
            let run = device.command(&[command]);
            harmless(&device, run, 2, &["token", "instance-sync setup"]);
        }
        let kept = fs::read_to_string(device.synced_by("token")).unwrap();
        assert_eq!(kept, *token, "the file was changed");
    }
    fs::write(device.synced_by("token"), b"alice:\xff\xfe").unwrap();
    harmless(&device, device.command(&["push"]), 2, &["is not text"]);
    assert!(server.requests().is_empty(), "nobody was asked");
}

#[test]
fn a_missing_token_refuses_a_push_and_lets_the_game_start() {
    let server = FaultServer::always(Answer::status(500));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    fs::remove_file(device.synced_by("token")).unwrap();
    let says = ["no token", "instance-sync setup"];
    harmless(&device, device.command(&["push"]), 4, &says);
    let says = ["no token", "instance-sync setup", "The game starts"];
    harmless(&device, device.command(&["pull"]), 0, &says);
    let run = device.command(&["push", "--token-file=/nowhere/token"]);
    harmless(&device, run, 4, &["/nowhere/token"]);
    assert!(server.requests().is_empty(), "nobody was asked");
}

#[cfg(unix)]
#[test]
fn secrets_that_others_can_read_are_mended_with_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = FaultServer::always(Answer::status(401));
    let world = opted::world();
    let device = played(&world, "deck", &server.url());
    let mode = |file: &str| {
        let path = device.synced_by(file);
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(
        (mode("token"), mode("key"), mode("sync.json")),
        (0o600, 0o600, 0o644)
    );
    let outside = device.home.join("token.txt");
    play::write(&outside, "alice:desktop-secret\n");
    let option = format!("--token-file={}", outside.display());
    for open in [0o644, 0o640, 0o604, 0o666] {
        for path in [
            device.synced_by("token"),
            device.synced_by("key"),
            outside.clone(),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            let mut run = device.command(&["pull"]);
            if path == outside {
                run = run.arg(&option);
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            harmless(
                &device,
                run,
                0,
                &[&name, "could be read by other users", "mended"],
            );
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{} was {open:o}", path.display());
        }
    }
    let output = device.command(&["pull"]).ok();
    output.assert_never_says("mended");
}

/// Nobody needs a keyring who has either of them in a file.
#[cfg(target_os = "linux")] // elsewhere there is one
#[test]
fn without_a_keyring_files_are_enough() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let places = |words: &[&str]| {
        let said = device.command(words).arg("--json").ok().json();
        (
            said["token"].clone(),
            said["key"].clone(),
            said["moved"].clone(),
        )
    };
    let (file, none) = (|| Value::from("file"), Value::Null);
    let moved = places(&["token", "move", "--to=file"]);
    assert_eq!(moved, (file(), file(), false.into()));
    let key = fs::read(device.synced_by("key")).unwrap();
    fs::remove_file(device.synced_by("key")).unwrap();
    assert_eq!(places(&["token"]), (file(), none.clone(), false.into()));
    fs::write(device.synced_by("key"), key).unwrap();
    fs::remove_file(device.synced_by("token")).unwrap();
    assert_eq!(places(&["token"]), (none.clone(), file(), false.into()));
    let moved = places(&["token", "move", "--to=file"]);
    assert_eq!(moved, (none, file(), false.into()));
    fs::remove_file(device.synced_by("key")).unwrap();
    let said = device.command(&["token"]).code(1);
    said.assert_says("the OS keyring cannot be used");
}

#[test]
fn a_mistake_on_the_command_line_does_not_repeat_the_secret() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    let secret = "--token=alice:desktop-secret";
    let mistakes: &[&[&str]] = &[
        &["pull", secret],
        &["push", "--token", "alice:desktop-secret"],
        &["status", secret],
        &["init", secret],
        &[
            "init",
            "--url=/nowhere/cloud",
            "--tokn=alice:desktop-secret",
        ],
        &[
            "init",
            "--url=https://alice:desktop-secret@saves.example",
            secret,
            "--force",
        ],
        &[
            "init",
            "--url=/nowhere/cloud",
            secret,
            "--token-file=/nowhere/token",
        ],
        &[
            "init",
            "--url=/nowhere/cloud",
            secret,
            "--instance-id=nonsense",
        ],
    ];
    for words in mistakes {
        harmless(&device, device.command(words), 2, &[]);
    }
    assert_eq!(device.instance_id(), ID);
}

#[test]
fn a_token_without_its_option_is_not_repeated() {
    let world = opted::world();
    let device = played(&world, "deck", "/nowhere/cloud");
    for words in [
        &["init", "--url=/nowhere/cloud", "alice:desktop-secret"][..],
        &["pull", "alice:desktop-secret"],
    ] {
        harmless(&device, device.command(words), 2, &[]);
    }
}

#[test]
fn token_and_passphrase_cannot_both_come_from_standard_input() {
    let world = opted::world();
    let device = world.device("deck");
    let run = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
    let run = run
        .args(["--token=-", "--passphrase-file=-"])
        .stdin("alice:desktop-secret\n");
    harmless(&device, run, 2, &["standard input", "in a file"]);
    let run = device.command(&["init", "--url=/nowhere/cloud", "--offline"]);
    let run = run.args(["--token=alice:desktop-secret", "--passphrase-file=-"]);
    harmless(&device, run.stdin("\n"), 2, &["passphrase", "one line"]);
    assert!(Tree::of_all(&device.pack).is_empty());
}
