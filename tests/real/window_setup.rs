//! `setup` in a real window on a real screen, started without a terminal: the player types, the folder is
//! opted in, and the secrets are nowhere but in their files.

use std::fs;

use super::support::display::Display;
use super::support::*;

/// A screen, and a world with a server.
fn scene() -> Option<(Display, World)> {
    let display = Display::start()?;
    Some((display, World::with_server()?))
}

/// Starts `setup` of a device on the screen, without a terminal or a pipe.
fn start(display: &Display, world: &World, device: &Device, options: &[&str]) -> Started {
    let ca = format!("--ca-file={}", world.server().ca_file().display());
    let run = device.command(&["setup", &ca]).args(options);
    display.shows(run).start()
}

/// Types a text, key by key.
fn type_text(display: &Display, text: &str) {
    for c in text.chars() {
        let key = match c {
            ':' => "colon".to_owned(),
            '/' => "slash".to_owned(),
            '.' => "period".to_owned(),
            '-' => "minus".to_owned(),
            ' ' => "space".to_owned(),
            c => c.to_string(),
        };
        display.key(&key);
    }
}

/// All arguments of all processes that can be seen.
fn all_arguments() -> String {
    let mut all = String::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        all.push_str(&String::from_utf8_lossy(&words).replace('\0', " "));
        all.push('\n');
    }
    all
}

/// A secret of this test alone would not be let in: the server knows this one.
const SECRET: &str = ALICE.secret;

#[test]
fn address_and_token_are_typed_into_the_window_and_the_folder_is_opted_in() {
    let Some((display, world)) = scene() else {
        return;
    };
    let deck = world.device("deck");
    let run = start(&display, &world, &deck, &[]);
    display.sees("Connect this device");
    type_text(&display, &world.server().url());
    display.key("Tab");
    type_text(&display, "alice:wrong");
    display.key("Return");
    // It is tried at once, and what is wrong is said in words.
    display.sees("Check the token");
    assert!(!deck.pack.join(".cloud-sync").exists());
    // The keyboard is in the token again.
    display.key("ctrl+a");
    type_text(&display, ALICE.token);
    display.key("Return");
    display.sees("What is");
    let seen = format!("{:?}", display.elements());
    assert!(!seen.contains(SECRET), "{seen}");
    // The servers of the tests are told secrets by files, and this program never by its arguments.
    let arguments = all_arguments();
    assert!(!arguments.contains(SECRET), "{arguments}");
    display.press("Next");
    display.sees("Where saves will go");
    display.press("Start syncing");
    display.sees("It is synced now");
    display.press("Close");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    output.assert_says("is opted in as the new instance");
    output.assert_never_says(SECRET);
    assert_eq!(deck.json("sync.json")["account"], "alice");
    play::world(&deck.pack, "World", 1);
    deck.command(&["push"]).ok();

    // Another device chooses it from the list, with what was given on the command line.
    let desktop = world.device("desktop");
    let token = world.path("token.txt");
    fs::write(&token, ALICE.token).unwrap();
    let (url, token) = (
        format!("--url={}", world.server().url()),
        format!("--token-file={}", token.display()),
    );
    let run = start(&display, &world, &desktop, &[&url, &token]);
    display.press("Connect");
    display.choose("on deck");
    display.press("Next");
    display.press("Start syncing");
    display.sees("The next launch brings the saves here");
    display.key("Escape");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    assert_eq!(desktop.instance_id(), deck.instance_id());
    desktop.command(&["pull"]).ok();
    let without_lock = deck.tree().under("saves/World").without("session.lock");
    assert_same(&desktop.tree().under("saves/World"), &without_lock);
}

#[test]
fn escape_leaves_everything_as_it_was_and_a_pipe_is_answered_as_before() {
    let Some((display, world)) = scene() else {
        return;
    };
    let deck = world.device("deck");
    let run = start(&display, &world, &deck, &[]);
    display.sees("Connect this device");
    display.key("Escape");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(130), "{output}");
    assert!(!deck.pack.join(".cloud-sync").exists());

    // A script that answers line by line gets no window.
    let cloud = world.cloud().display().to_string();
    let answers = format!("{cloud}\n{}\n\n\n", ALICE.token);
    let output = display.shows(deck.command(&["setup"]).stdin(answers)).ok();
    output.assert_says("is opted in as the new instance");
}
