//! `setup` in a real window on a real screen, started without a terminal: the player types, the folder is
//! opted in, and the secrets are nowhere but in their files.

use std::fs;
use std::path::Path;

use super::support::display::Display;
use super::support::launcher::{Brand, Launcher};
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

/// Types a text, key by key, once the window gets the keys.
#[track_caller]
pub fn type_text(display: &Display, text: &str) {
    display.focuses("Set up cloud saves");
    type_keys(display, text);
}

/// Types a text into whatever gets the keys.
#[track_caller]
pub fn type_keys(display: &Display, text: &str) {
    for c in text.chars() {
        let key = match c {
            ':' => "colon".to_owned(),
            '/' => "slash".to_owned(),
            '.' => "period".to_owned(),
            '-' => "minus".to_owned(),
            '_' => "underscore".to_owned(),
            '#' => "numbersign".to_owned(),
            ' ' => "space".to_owned(),
            c => c.to_string(),
        };
        display.key(&key);
    }
}

/// The arguments of a process and of all that it started.
pub fn arguments_below(process: &str) -> String {
    let folder = Path::new("/proc").join(process);
    let words = fs::read(folder.join("cmdline")).unwrap_or_default();
    let mut all = String::from_utf8_lossy(&words).replace('\0', " ") + "\n";
    for thread in fs::read_dir(folder.join("task")).into_iter().flatten() {
        let children = thread.unwrap().path().join("children");
        for child in fs::read_to_string(children).unwrap_or_default().split(' ') {
            if !child.is_empty() {
                all.push_str(&arguments_below(child));
            }
        }
    }
    all
}

/// The server lets this one in.
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
    let arguments = arguments_below(&run.id().to_string());
    assert!(arguments.contains("__window setup"), "{arguments}");
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

#[test]
fn an_instance_of_a_launcher_is_chosen_and_its_launcher_is_wired() {
    let Some(display) = Display::start() else {
        return;
    };
    let Some(world) = World::with_restic() else {
        return;
    };
    let deck = world.device("deck");
    let launcher = Launcher::install(&deck, Brand::Prism9, "Pack");
    let url = format!("--url={}", world.cloud().display());
    let run = deck
        .command(&["setup", &url])
        .no_pack()
        .in_folder(&deck.home);
    let run = display.shows(run).start();
    display.choose("Pack (Prism Launcher)");
    display.press("Next");
    display.sees("Token");
    type_text(&display, "alice:secret-of-this-test");
    display.key("Return");
    display.sees("What is Pack");
    display.press("Next");
    display.sees("Wire the launcher for me");
    display.press("Start syncing");
    display.sees("The launcher syncs before and after each game");
    display.press("Close");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    output.assert_never_says("secret-of-this-test");
    assert!(launcher.game.join(".cloud-sync/sync.json").is_file());
    let [before, after] = launcher.commands();
    assert!(before.contains(" pull ") && after.contains(" push "));
    assert!(deck.program().is_file());
}

/// Whatever ends the window, nothing that was not begun is begun.
#[test]
fn a_window_that_dies_changes_nothing() {
    let Some((display, world)) = scene() else {
        return;
    };
    let deck = world.device("deck");
    let run = start(&display, &world, &deck, &[]);
    display.sees("Connect this device");
    let children = format!("/proc/{0}/task/{0}/children", run.id());
    let window: i32 = fs::read_to_string(children)
        .unwrap()
        .split_whitespace()
        .next()
        .expect("the window is a child")
        .parse()
        .unwrap();
    let window = rustix::process::Pid::from_raw(window).unwrap();
    rustix::process::kill_process(window, rustix::process::Signal::KILL).unwrap();
    let output = run.wait();
    assert_eq!(output.status.code(), Some(130), "{output}");
    assert!(!deck.pack.join(".cloud-sync").exists());
}
