//! The question about a conflict: what each button says.

use std::collections::BTreeMap;

use eframe::egui::{Key, accesskit::Role};
use instance_sync::window::protocol::{Conflict, FromWindow, Keep};

use crate::{
    scenes::{conflict_about, world},
    stage::Setting,
};

fn decided(conflict: &Conflict, keep: Keep) -> FromWindow {
    let units = conflict.units.iter();
    FromWindow::Decided {
        answers: units.map(|unit| (unit.path.clone(), keep)).collect(),
    }
}

#[test]
fn each_button_says_what_it_stands_for() {
    let one = conflict_about(vec![world("Skyblock")]);
    let two = conflict_about(vec![world("Skyblock"), world("Hardcore")]);
    let mut calm = one.clone();
    calm.launch = false;
    for (conflict, button, answer) in [
        (&one, "Keep this device", decided(&one, Keep::Local)),
        (&one, "Keep cloud", decided(&one, Keep::Cloud)),
        (&one, "Keep both", decided(&one, Keep::Both)),
        (&one, "Decide later", FromWindow::Later),
        (&one, "Cancel launch", FromWindow::Cancel),
        (&calm, "Cancel", FromWindow::Cancel),
        (&two, "Keep this device for all", decided(&two, Keep::Local)),
        (&two, "Keep cloud for all", decided(&two, Keep::Cloud)),
        (&two, "Keep both", decided(&two, Keep::Both)),
    ] {
        let mut stage = Setting::default().conflict(conflict.clone());
        assert_eq!(stage.said(), [], "before {button}");
        stage.click(button);
        assert_eq!(stage.said(), [answer], "{button}");
    }
}

#[test]
fn german_buttons_say_the_same() {
    let one = conflict_about(vec![world("Skyblock")]);
    for (button, answer) in [
        ("Dieses Gerät behalten", decided(&one, Keep::Local)),
        ("Cloud behalten", decided(&one, Keep::Cloud)),
        ("Beide behalten", decided(&one, Keep::Both)),
        ("Später entscheiden", FromWindow::Later),
        ("Start abbrechen", FromWindow::Cancel),
    ] {
        let mut stage = Setting::german().conflict(one.clone());
        stage.click(button);
        assert_eq!(stage.said(), [answer], "{button}");
    }
}

#[test]
fn only_what_can_be_done_is_offered() {
    let mut conflict = conflict_about(vec![world("Skyblock")]);
    let stage = Setting::default().conflict(conflict.clone());
    assert!(stage.labels().contains(&"Decide later".to_owned()));
    conflict.can_wait = false;
    conflict.launch = false;
    let stage = Setting::default().conflict(conflict);
    let buttons: Vec<_> = stage.inputs();
    let words = ["Keep this device", "Keep cloud", "Keep both", "Cancel"];
    let expected = words.map(|word| (Role::Button, word.to_owned()));
    assert_eq!(buttons, expected);
}

#[test]
fn what_is_not_in_the_cloud_yet_is_said() {
    let mut conflict = conflict_about(vec![world("Skyblock")]);
    let says = |conflict: &Conflict| {
        let stage = Setting::default().conflict(conflict.clone());
        let labels = stage.labels();
        labels
            .iter()
            .any(|label| label.contains("could not be saved"))
    };
    assert!(!says(&conflict));
    conflict.saved = false;
    assert!(says(&conflict));
}

#[test]
fn each_version_has_a_role_and_a_name() {
    let conflict = conflict_about(vec![world("Skyblock")]);
    let stage = Setting::default().conflict(conflict);
    let labels = stage.labels();
    for label in [
        "Skyblock, This device: Today, 18:42 · 268 MB, 412 files, Day 412 · Survival · 1.21.4 · played 31 h",
        "Skyblock, Cloud: Today, 16:05 · 262 MB · Steam Deck, 409 files · 14 differ from here, Day 409 · Survival · 1.21.4 · played 30 h",
    ] {
        assert!(labels.contains(&label.to_owned()), "{label}: {labels:#?}");
    }
    assert!(labels.contains(&"NEWER".to_owned()));
}

#[test]
fn enter_and_space_alone_decide_nothing_and_escape_cancels() {
    let conflict = conflict_about(vec![world("Skyblock"), world("Hardcore")]);
    let mut stage = Setting::default().conflict(conflict);
    for key in [Key::Enter, Key::Space, Key::Enter] {
        stage.press(key);
    }
    assert_eq!(stage.said(), []);
    stage.press(Key::Escape);
    assert_eq!(stage.said(), [FromWindow::Cancel]);
}

#[test]
fn sizes_are_shown_from_nothing_to_everything() {
    for (bytes, shown) in [
        (Some(0), "0 B"),
        (Some(1), "1 B"),
        (Some(5_300_000_000_000), "5.3 TB"),
        (Some(u64::MAX), "TB"),
        (None, "Today, 16:05 · Steam Deck"),
    ] {
        let mut conflict = conflict_about(vec![world("Skyblock")]);
        conflict.units[0].cloud[0].bytes = bytes;
        conflict.units[0].cloud[0].files = Some(u64::MAX);
        let mut stage = Setting::default().conflict(conflict);
        let labels = stage.labels();
        let cloud = labels
            .iter()
            .find(|label| label.starts_with("Skyblock, Cloud"));
        assert!(cloud.unwrap().contains(shown), "{cloud:?}");
        stage.click("Keep cloud");
        let answers = BTreeMap::from([("saves/Skyblock".to_owned(), Keep::Cloud)]);
        assert_eq!(stage.said(), [FromWindow::Decided { answers }]);
    }
}
