//! Progress and messages in real windows.

use std::fs;
use std::path::PathBuf;

use super::rounds::synced;
use super::support::display::Display;
use super::support::opted::{another, pushed};
use super::support::*;

/// A restic that says for ever how far a command is, and does nothing; every other command is done by the
/// real one.
fn endless(world: &World, command: &str) -> PathBuf {
    let real = Program::Restic.find().unwrap();
    let script = world.path(format!("endless-{command}/restic"));
    let text = format!(
        "#!/bin/sh\nif [ \"$1\" = {command} ]; then n=0; while :; do n=$((n + 1000000)); \
         echo '{{\"message_type\":\"status\",\"total_bytes\":900000000,\"bytes_done\":'$n',\"bytes_restored\":'$n'}}'; \
         /bin/sleep 0.1; done; fi\nexec '{}' \"$@\"\n",
        real.display()
    );
    script::install(&script, text);
    script
}

fn scene() -> Option<(Display, World, Device, Device)> {
    let display = Display::start()?;
    let (world, desktop) = pushed()?;
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    Some((display, world, desktop, deck))
}

#[test]
fn a_long_pull_is_shown_and_its_cancel_leaves_everything_as_it_was() {
    let Some((display, world, desktop, deck)) = scene() else {
        return;
    };
    let before = synced(&deck);
    let own = || {
        let entries = fs::read_dir(deck.pack.join(".cloud-sync")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.starts_with("staging"))
            .collect::<Vec<_>>()
    };
    let binary = format!("--restic-binary={}", endless(&world, "restore").display());
    let run = deck
        .command(&["pull", &binary])
        .env("INST_NAME", "All the Mods");
    let run = display.shows(run).start();
    display.sees("Downloading saves – All the Mods");
    display.sees("saves/My World");
    display.click("Cancel");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(130), "{output}");
    output.assert_says("cancelled. What is here was left as it was.");
    assert_same_with_metadata(&synced(&deck), &before);
    assert_eq!(own(), Vec::<String>::new());
    display.is_empty_soon();
    // Nothing of it is in the way of the next one.
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck), &synced(&desktop));
}

#[test]
fn a_long_push_takes_no_keys_and_its_cancel_keeps_the_save_for_later() {
    let Some((display, world, _desktop, deck)) = scene() else {
        return;
    };
    deck.command(&["pull"]).ok();
    // What the player does meanwhile: a window of another instance.
    let other = another(&world, "laptop");
    let refused = FaultServer::always(Answer::status(401));
    let init = ["--offline", "--force"];
    other.init(&refused.url(), rest_server::ALICE.token, &init);
    let busy = display
        .shows(other.command(&["pull"]))
        .env("INST_NAME", "Busy");
    let busy = busy.start();
    display.button("Play anyway");
    let focused = display.focuses("Busy");

    play::session(&deck.pack, "My World", 7);
    let binary = format!("--restic-binary={}", endless(&world, "backup").display());
    let run = display.shows(deck.command(&["push", &binary])).start();
    display.sees("Saving to the cloud");
    // A window manager may take a moment to hand the keys on.
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(display.focused(), focused);
    display.press("Cancel");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(0), "{output}");
    output.assert_says("The save is kept here and goes out at the next chance.");
    deck.command(&["push"])
        .ok()
        .assert_says("Saved saves/My World");
    display.click("Play anyway");
    assert!(busy.wait().status.success());
}

#[test]
fn what_only_the_player_can_mend_is_said_before_the_game_and_after_it() {
    let Some(display) = Display::start() else {
        return;
    };
    let world = opted::world();
    let refused = FaultServer::always(Answer::status(401));
    let device = opted::played(&world, "deck", &refused.url());
    let pull = || display.shows(device.command(&["pull"])).start();
    let run = pull();
    display.sees("Cloud saves need your attention");
    display.sees("refused");
    display.click("Play anyway");
    assert_eq!(run.wait().status.code(), Some(0));
    let run = pull();
    display.click("Cancel launch");
    assert_eq!(run.wait().status.code(), Some(130));

    let run = display.shows(device.command(&["push"])).start();
    display.sees("Not everything is in the cloud yet");
    display.click("Close");
    assert_eq!(run.wait().status.code(), Some(4));
    // Nobody is disturbed where nobody wants to be.
    let quiet = display.shows(device.command(&["-g", "pull"])).ok();
    quiet.assert_says("refused");
    assert!(display.elements().is_empty());
}

#[test]
fn a_pull_that_fails_can_be_played_over_and_one_that_is_busy_cannot() {
    let Some((display, _world, _desktop, deck)) = scene() else {
        return;
    };
    let state = deck.pack.join(".cloud-sync/scope.json");
    play::write(&state, "{");
    let run = display.shows(deck.command(&["pull"])).start();
    display.sees("scope.json");
    display.click("Play anyway");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(0), "{output}");
    output.assert_says("The game starts with what is here, as you said.");
    let run = display.shows(deck.command(&["pull"])).start();
    display.click("Cancel launch");
    assert_eq!(run.wait().status.code(), Some(2));
}

#[test]
fn a_restic_that_cannot_be_fetched_and_a_world_that_is_open_are_said_before_the_game() {
    let Some((display, world, _desktop, deck)) = scene() else {
        return;
    };
    let Some(game) = Game::opens(&deck.pack.join("saves/My World")) else {
        return;
    };
    let run = display.shows(deck.command(&["pull"])).start();
    display.sees("is open in a running game, and the cloud has a newer version");
    display.click("Play anyway");
    assert_eq!(run.wait().status.code(), Some(0));
    drop(game);

    fs::remove_file(world.path("bin/restic")).unwrap();
    let mirror = ["pull", "--restic-mirror=http://127.0.0.1:1"];
    let run = display.shows(deck.command(&mirror)).start();
    display.sees("127.0.0.1");
    display.sees("Install restic 0.18.0 or later");
    display.click("Play anyway");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(0), "{output}");
}
