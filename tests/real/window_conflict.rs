//! The question about a conflict in a real window on a real screen: a launcher starts the hook without a
//! terminal, and the player clicks.

use super::forks::*;
use super::support::display::Display;
use super::support::*;

/// A screen, and two devices whose worlds differ; the deck pulls next.
fn scene(names: &[&str]) -> Option<(Display, Fork)> {
    let display = Display::start()?;
    let fork = Fork::of(World::with_restic()?, names);
    Some((display, fork))
}

/// A pull of the deck, on this screen.
fn pull(display: &Display, fork: &Fork) -> Run {
    display.shows(fork.deck.command(&["pull"]))
}

#[test]
fn a_click_on_keep_cloud_brings_the_clouds_version() {
    let Some((display, fork)) = scene(&["World"]) else {
        return;
    };
    let run = pull(&display, &fork)
        .env("INST_NAME", "All the Mods")
        .start();
    display.sees("All the Mods");
    display.click("Keep cloud");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    assert_same_with_metadata(&saves(&fork.deck), &fork.theirs);
    assert_in_history(&fork.world, &fork.deck, "World", &fork.mine.under("World"));
    fork.deck.command(&["undo"]).ok();
    fork.assert_untouched();
}

#[test]
fn a_screen_reader_lists_the_buttons_and_presses_one() {
    let Some((display, fork)) = scene(&["World"]) else {
        return;
    };
    let run = pull(&display, &fork).start();
    display.button("Keep this device");
    let all = display.elements();
    let buttons: Vec<&str> = all
        .iter()
        .filter(|one| one.role == "push button")
        .map(|one| one.name.as_str())
        .collect();
    for name in ["Keep cloud", "Keep both", "Decide later", "Cancel launch"] {
        assert!(buttons.contains(&name), "{name}: {buttons:?}");
    }
    let said = |words: &[&str]| {
        let all = &all;
        all.iter()
            .any(|one| words.iter().all(|word| one.name.contains(word)))
    };
    assert!(said(&["World", "This device", "12 files"]), "{all:#?}");
    assert!(said(&["World", "Cloud", "desktop"]), "{all:#?}");
    display.press("Keep both");
    run.wait();
    assert_eq!(worlds(&fork.deck).len(), 2);
    fork.settles();
}

#[test]
fn each_world_is_decided_by_itself_by_keyboard() {
    let Some((display, fork)) = scene(&["Alpha", "Beta"]) else {
        return;
    };
    let run = pull(&display, &fork).start();
    display.choose("Choose for each of the 2 one by one");
    display.choose("Alpha, Cloud:");
    display.choose("Beta, This device:");
    display.press("Go on and play");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    let here = saves(&fork.deck);
    assert_same(&here.under("Alpha"), &fork.theirs.under("Alpha"));
    assert_same(&here.under("Beta"), &fork.mine.under("Beta"));
}

#[test]
fn escape_and_the_cross_cancel_the_launch_and_later_plays_on() {
    let Some((display, fork)) = scene(&["World"]) else {
        return;
    };
    for act in [
        &(|| display.key("Escape")) as &dyn Fn(),
        &(|| display.key("alt+F4")),
        &(|| display.click("Cancel launch")),
    ] {
        let run = pull(&display, &fork).start();
        display.button("Cancel launch");
        display.focuses("Cloud sync conflict");
        // Enter and Space decide nothing by themselves.
        display.key("Return");
        display.key("space");
        display.button("Cancel launch");
        act();
        let output = run.wait();
        assert_eq!(output.status.code(), Some(3), "{output}");
        fork.assert_untouched();
        display.is_empty_soon();
    }
    let run = pull(&display, &fork).start();
    display.click("Decide later");
    let output = run.wait();
    assert_eq!(output.status.code(), Some(0), "{output}");
    fork.assert_untouched();
}

#[test]
fn the_window_speaks_the_players_language() {
    let Some((display, fork)) = scene(&["World"]) else {
        return;
    };
    let run = pull(&display, &fork).env("LANG", "de_DE.UTF-8").start();
    display.sees("Konflikt beim Cloud-Abgleich");
    display.click("Start abbrechen");
    assert_eq!(run.wait().status.code(), Some(3));
}
