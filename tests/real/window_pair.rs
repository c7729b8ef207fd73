//! `pair` in a real window on a real screen, started without a terminal, and another device that comes by what it shows.

use instance_sync::domain::pairing::{Invitation, Words};
use secrecy::ExposeSecret as _;

use super::pairing::{PASSPHRASE, Scene, passphrase_file, secret_of};
use super::support::display::Display;
use super::support::launcher::{Brand, Launcher};
use super::support::*;
use super::window_setup::{arguments_below, type_keys};

/// A screen, and a device that is in beside one that is not.
fn scene() -> Option<(Display, Scene)> {
    Some((Display::start()?, Scene::new()?))
}

/// Starts `pair` on the device that is in, without a terminal or a pipe.
fn start(display: &Display, scene: &Scene, options: &[&str]) -> Started {
    let run = scene.pc.command(&["pair"]).args(options);
    display.shows(run).start()
}

/// Waits for the line that the window shows, other than this one.
#[track_caller]
fn line(display: &Display, before: Option<&str>) -> String {
    let is_line = |name: &str| Invitation::is_meant(name) && before != Some(name);
    display.finds("a line to type", is_line).name
}

#[test]
fn a_window_shows_a_code_and_lets_in_who_comes_by_it() {
    let Some((display, scene)) = scene() else {
        return;
    };
    let pair = start(&display, &scene, &[]);
    let shown = line(&display, None);
    display.sees("for 15 more minutes");
    display.finds("the square", |name| name.contains("for a camera"));
    let joined = scene.join(&shown);
    display.sees("Let Deck in?");
    display.sees("A computer");
    display.sees("127.0.0.1");
    // What a player types elsewhere, and here by mistake, lets nobody in.
    display.focuses("Let another device in");
    for key in ["Return", "space", "y"] {
        display.key(key);
    }
    std::thread::sleep(std::time::Duration::from_millis(1500));
    assert_eq!(scene.devices(), ["PC"]);
    let secret = secret_of(&shown);
    let arguments = arguments_below(&pair.id().to_string());
    assert!(arguments.contains("__window pair"), "{arguments}");
    assert!(!arguments.contains(&secret), "{arguments}");
    display.press("Let in");
    display.sees("Deck is in, with a token of its own");
    display.press("Close");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    for hidden in [PASSPHRASE, &secret, &secret.replace('-', "")] {
        said.assert_never_says(hidden);
        assert!(!scene.server.holds(hidden), "the server has {hidden}");
    }
    let joined = joined.wait();
    assert_eq!(joined.status.code(), Some(0), "{joined}");
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
    scene.assert_in_sync();
}

#[test]
fn in_german_and_by_the_keyboard_a_device_is_refused() {
    let Some((display, scene)) = scene() else {
        return;
    };
    let run = scene.pc.command(&["pair"]).env("LANG", "de_DE.UTF-8");
    let pair = display.shows(run).start();
    let shown = line(&display, None);
    display.sees("noch 15 Minuten");
    let joined = scene.join(&shown);
    display.sees("Deck hineinlassen?");
    display.focuses("Ein weiteres Gerät hineinlassen");
    // The first button that Tab comes to gives nothing away.
    display.key("Tab");
    display.key("Return");
    display.sees("Deck wurde abgelehnt");
    let joined = joined.wait();
    assert_eq!(joined.status.code(), Some(1), "{joined}");
    joined.assert_says("the other device said no");
    display.key("Escape");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    scene.assert_nobody_came();
}

#[test]
fn whatever_ends_the_window_ends_the_pairing_on_the_server() {
    let Some((display, scene)) = scene() else {
        return;
    };
    for (number, waits) in [false, true, false, true].into_iter().enumerate() {
        let mut pair = start(&display, &scene, &[]);
        let shown = line(&display, None);
        let joined = waits.then(|| scene.join(&shown));
        if waits {
            display.sees("Let Deck in?");
        }
        match number {
            0 | 1 => close_window(&display, &mut pair),
            2 => kill_window(&pair),
            _ => pair.signal(Signal::Interrupt),
        }
        let said = pair.wait();
        assert_eq!(said.status.code(), Some(130), "{number}: {said}");
        display.is_empty_soon();
        let said = match joined {
            Some(joined) => joined.wait(),
            None => scene.join(&shown).wait(),
        };
        assert_eq!(said.status.code(), Some(1), "{number}: {said}");
        said.assert_says(if waits {
            "the pairing was ended on the other device"
        } else {
            "knows no such code"
        });
        scene.assert_nobody_came();
    }
}

/// Closes the window as its cross does. A window manager that has just moved the focus can miss a key.
fn close_window(display: &Display, pair: &mut Started) {
    display.focuses("Let another device in");
    for _ in 0..10 {
        display.key("alt+F4");
        std::thread::sleep(std::time::Duration::from_secs(2));
        if !pair.is_running() {
            return;
        }
    }
}

/// Ends the process that draws the window.
fn kill_window(run: &Started) {
    let children = format!("/proc/{0}/task/{0}/children", run.id());
    let children = std::fs::read_to_string(children).unwrap();
    let window = children.split_whitespace().next().unwrap();
    let window = rustix::process::Pid::from_raw(window.parse().unwrap()).unwrap();
    rustix::process::kill_process(window, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn what_went_wrong_is_told_and_another_code_lets_the_device_in() {
    let Some((display, mut scene)) = scene() else {
        return;
    };
    let pair = start(&display, &scene, &[]);
    let old = line(&display, None);
    scene
        .server
        .change_database("UPDATE pairings SET expires_at = 1");
    display.sees("The pairing took too long");
    display.press("Show another code");
    let burned = line(&display, Some(&old));
    scene
        .server
        .change_database("UPDATE pairings SET state = 'burned' WHERE state = 'open'");
    display.sees("somebody was guessing");
    display.press("Show another code");
    let shown = line(&display, Some(&burned));
    // The server is started again meanwhile.
    scene.server.kill();
    display.sees("does not answer; trying again");
    scene.server.start_again();
    display.sees("answers again");
    let joined = scene.join(&shown);
    display.press("Let in");
    display.sees("Deck is in");
    display.press("Close");
    let (joined, said) = (joined.wait(), pair.wait());
    assert_eq!(joined.status.code(), Some(0), "{joined}");
    assert_eq!(said.status.code(), Some(0), "{said}");
    scene.assert_in_sync();
}

#[test]
fn the_code_of_a_new_device_is_typed_into_the_window() {
    let Some((display, scene)) = scene() else {
        return;
    };
    let (shows, code) = scene.show();
    let pair = start(&display, &scene, &["--approve"]);
    display.sees("Type the code of the new device");
    display.focuses("Let another device in");
    // One letter is missing; then it is another code; then it is right.
    type_keys(&display, &code[..code.len() - 1]);
    display.key("Return");
    display.sees("Nothing was sent yet");
    let mut other = Words::parse(&code, "").unwrap();
    other.code = if other.code == "000000" {
        "000001"
    } else {
        "000000"
    }
    .to_owned();
    let other = other.to_text("");
    for text in [other.expose_secret(), &code] {
        display.key("ctrl+a");
        type_keys(&display, text);
        display.key("Return");
        if text != code {
            display.sees("knows no such code");
        }
    }
    display.sees("Let Deck in?");
    let arguments = arguments_below(&pair.id().to_string());
    assert!(!arguments.contains(&code[7..]), "{arguments}");
    display.press("Let in");
    display.sees("Deck is in");
    display.press("Close");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_never_says(&code[7..]);
    let said = shows.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    scene.assert_in_sync();
}

#[test]
fn a_double_click_says_no_folder_and_means_the_one_account_of_the_launchers() {
    let Some((display, scene)) = scene() else {
        return;
    };
    let no_folder = || {
        let run = scene.pc.command(&["pair"]).no_pack();
        display.shows(run.in_folder(&scene.pc.home)).start()
    };
    let pair = no_folder();
    display.sees("No game that is synced was found");
    display.press("Close");
    assert_eq!(pair.wait().status.code(), Some(2));

    let launcher = Launcher::install(&scene.pc, Brand::Prism9, "Pack");
    let token = scene.server.add_device("alice", "PC of the launcher");
    let run = scene.pc.command(&["init"]).pack(&launcher.game).args([
        format!("--url={}", scene.server.url()),
        format!("--token={token}"),
        passphrase_file(&scene.world),
    ]);
    run.ok();
    let pair = no_folder();
    let shown = line(&display, None);
    let joined = scene.join(&shown);
    display.press("Let in");
    display.sees("Deck is in");
    display.key("Escape");
    assert_eq!(pair.wait().status.code(), Some(0));
    assert_eq!(joined.wait().status.code(), Some(0));
    scene.assert_in_sync();
}

/// Where no window can be shown, and for scripts, everything is as before.
#[test]
fn scripts_and_terminals_get_no_window() {
    let Some((display, scene)) = scene() else {
        return;
    };
    for options in [&["--yes"][..], &["--json", "--yes"], &["--no-gui"]] {
        let run = scene.pc.command(&["pair"]).args(options);
        let mut pair = display.shows(run.stdin("")).start();
        pair.line(|line| line.contains("/alice/").then_some(()));
        assert!(display.elements().is_empty(), "{options:?}");
        pair.signal(Signal::Interrupt);
        pair.wait();
    }
}
