//! A player's first ten minutes, as the README tells them: install the hooks, set up, play; the second
//! device joins by choosing, plays, and back. Nobody types an id.

use std::path::Path;

use super::support::launcher::{Brand, Launcher};
use super::support::terminal::{Seen, type_in};
use super::support::*;

const DOWN: &str = "\x1b[B";
const ENTER: &str = "\r";

/// Runs setup on a terminal, in the player's home.
#[track_caller]
fn setup(world: &World, device: &Device, steps: &[(&str, &str)]) -> Option<Seen> {
    let url = format!("--url={}", world.server().url());
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    let run = device.command(&["setup", &url, &ca]).no_pack();
    type_in(run, steps)
}

fn level(game: &Path) -> Vec<u8> {
    std::fs::read(game.join("saves/My World/level.dat")).unwrap()
}

#[test]
fn two_devices_are_in_sync_after_four_commands() {
    let Some(world) = World::with_server() else {
        return;
    };
    let (desktop, deck) = (world.device("desktop"), world.device("deck"));
    let first = Launcher::install(&desktop, Brand::PrismLater, "Sky Block");
    let other = Launcher::install(&desktop, Brand::PrismLater, "Another");
    let second = Launcher::install(&deck, Brand::MultiMc, "Sky Block");
    play::world(&first.game, "My World", 1);

    // On the first device: the hooks, then what is to be synced.
    let hooks = |device: &Device| {
        let run = device.command(&["hooks", "install"]).no_pack().ok();
        run.assert_says("wired");
    };
    hooks(&desktop);
    let Some(seen) = setup(
        &world,
        &desktop,
        &[
            ("> [ ] Another", DOWN),
            ("> [ ] Sky Block", " "),
            ("[x] Sky Block", ENTER),
            ("Token", "alice:desktop-secret\r"),
            ("Passphrase", "a passphrase of mine\r"),
            // The first one of the account: a slip would be found out too late.
            ("The same passphrase again", "a passphrase of mien\r"),
            ("that is not the same", "a passphrase of mine\r"),
            // There is nothing to join, and nothing is asked about that.
        ],
    ) else {
        return;
    };
    assert_eq!((seen.code, seen.hidden), (0, false), "{}", seen.last());
    assert!(!seen.last().contains("desktop-secret"), "{}", seen.last());
    assert!(first.game.join(".cloud-sync/sync.json").exists());
    assert!(!other.game.join(".cloud-sync").exists());
    let log = std::fs::read_to_string(first.game.join(".cloud-sync/log")).unwrap();
    assert!(
        log.contains("  setup  Sky Block (desktop)  created"),
        "{log}"
    );
    let played = first.launch(|game| {
        play::session(game, "My World", 2);
        0
    });
    assert!(played.post_exit && !played.failed, "{played:?}");
    assert!(played.log.contains("Saved"), "{}", played.log);

    // On the second one, the same two. The instance is chosen by its name.
    hooks(&deck);
    let seen = setup(
        &world,
        &deck,
        &[
            ("> [ ] Sky Block", " "),
            ("> [x] Sky Block", ENTER),
            ("Token", "alice:desktop-secret\r"),
            // A slip is told, and asked for again.
            ("Passphrase", "a passphrase of mien\r"),
            ("Ask for the account again", DOWN),
            ("> Ask for the account again", ENTER),
            ("Token", "alice:desktop-secret\r"),
            ("Passphrase", "a passphrase of mine\r"),
            ("Sky Block \u{b7} last played just now on desktop", DOWN),
            ("> A new instance", DOWN),
            ("> Sky Block", ENTER),
        ],
    )
    .unwrap();
    assert_eq!(seen.code, 0, "{}", seen.last());
    let came = second.launch(|game| {
        assert_eq!(level(game), level(&first.game));
        play::session(game, "My World", 3);
        0
    });
    assert!(came.played && came.post_exit && !came.failed, "{came:?}");

    // And back.
    let back = first.launch(|game| {
        assert_eq!(level(game), level(&second.game));
        0
    });
    assert!(back.played && !back.failed, "{back:?}");
    assert!(back.log.contains("Updated saves/My World"), "{}", back.log);
    let list = desktop.command(&["list", "--json"]).no_pack().ok().json();
    let synced: Vec<bool> = list["instances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["opted_in"].as_bool().unwrap())
        .collect();
    assert_eq!(synced, [false, true], "{list}");
    for device in [&desktop, &deck] {
        device
            .command(&["doctor"])
            .no_pack()
            .ok()
            .assert_says("pull and push are wired");
    }
}

#[test]
fn instances_are_named_on_the_command_line_and_those_that_fail_stop_no_other() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let desktop = world.device("desktop");
    let one = Launcher::install(&desktop, Brand::PrismLater, "One");
    let two = Launcher::install(&desktop, Brand::PrismLater, "Two");
    let url = format!("--url={}", world.cloud().display());
    let named = |names: &[&str]| {
        let mut words = vec!["setup".to_owned(), url.clone()];
        words.extend(names.iter().map(|name| format!("--instance={name}")));
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        // The token, no passphrase, and a new instance for each.
        desktop
            .command(&words)
            .no_pack()
            .stdin("alice:desktop-secret\n\n\n\n")
    };
    let refused = named(&["One", "Three"]).code(2);
    refused
        .assert_says("no launcher has an instance \"Three\"")
        .assert_says("One (Prism");
    assert!(!one.game.join(".cloud-sync").exists());
    // The second one has a file where its own folder has to be.
    play::write(&two.game.join(".cloud-sync"), "a file");
    let said = named(&["One", "Two"]).code(1);
    said.assert_says("as the new instance").assert_says("(One)");
    said.assert_says("1 of 2 folders could not be opted in");
    said.assert_says("instance-sync hooks install");
    assert!(one.game.join(".cloud-sync/sync.json").exists());
    // Outside a game folder somebody has to say which.
    let nowhere = desktop.command(&["setup", &url]).no_pack();
    nowhere
        .stdin("alice:desktop-secret\n\n\n")
        .code(2)
        .assert_says("--instance");
    // A second time nothing is asked.
    named(&["One"]).ok().assert_says("is opted in already");
    let both = desktop.command(&["setup", "--instance=One"]);
    both.code(2).assert_says("exclude each other");
}

#[test]
#[cfg(target_os = "linux")]
fn setup_offers_the_keyring_where_one_answers() {
    let (Some(bus), Some(service)) = (Program::DbusRunSession.find(), Program::GnomeKeyring.find())
    else {
        return;
    };
    let Some(world) = World::with_restic() else {
        return;
    };
    let device = world.device("desktop");
    std::fs::create_dir_all(device.home.join("run")).unwrap();
    let script = format!(
        "printf unlock | {} --unlock --components=secrets >/dev/null; exec \"$@\"",
        service.display()
    );
    let url = format!("--url={}", world.cloud().display());
    let steps = [
        ("Token", "alice:desktop-secret\r"),
        ("Passphrase", ENTER),
        ("Where are the secrets to be kept", DOWN),
        ("> The keyring of the system", ENTER),
    ];
    let inside = |run: Run| {
        let path = device
            .environment()
            .into_iter()
            .find(|(name, _)| name == "PATH");
        let mut path = path.expect("a PATH").1;
        path.push(":/usr/bin:/bin");
        run.env("PATH", path)
            .env("XDG_RUNTIME_DIR", device.home.join("run"))
    };
    let program = env!("CARGO_BIN_EXE_instance-sync");
    let pack = format!("--pack-folder={}", device.pack.display());
    let words = [
        "--", "/bin/sh", "-c", &script, "sh", program, &pack, "setup", &url,
    ];
    let run = inside(Run::new(&bus, &device.home, device.environment()).args(words));
    let Some(seen) = type_in(run, &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    for file in ["token", "key"] {
        assert!(!device.synced_by(file).exists(), "{file}");
    }
    assert!(device.synced_by("sync.json").exists());
}

#[test]
fn an_interrupt_at_a_secret_leaves_the_terminal_as_it_was() {
    let world = opted::world();
    let device = world.device("desktop");
    play::world(&device.pack, "World", 1);
    let url = format!("--url={}", world.cloud().display());
    let steps = [
        ("Token", "alice:desk\x15alice:x\x7fdesktop-secret\r"),
        ("Passphrase", "abc\x03"),
    ];
    let Some(seen) = type_in(device.command(&["setup", &url]), &steps) else {
        return;
    };
    // SIGINT, as whoever started it expects.
    assert_eq!((seen.code, seen.echo), (-2, true), "{}", seen.last());
    assert!(
        !seen.last().contains("abc") && !seen.last().contains("alice"),
        "{}",
        seen.last()
    );
    assert!(!device.pack.join(".cloud-sync").exists());
}
