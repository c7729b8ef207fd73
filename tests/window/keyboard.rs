//! The keyboard alone: in which order it reaches things, that it presses them, and that one sees where it is.

use eframe::egui::Key;
use instance_sync::window::protocol::{FromWindow, Keep};

use crate::{
    scenes::{conflict_about, message, progress, world},
    stage::{Setting, Stage},
};

fn one() -> Stage {
    Setting::default().conflict(conflict_about(vec![world("Skyblock")]))
}

#[test]
fn tab_reaches_everything_in_the_order_in_which_it_is_read() {
    let conflict = [
        "Keep this device",
        "Keep cloud",
        "Keep both",
        "Decide later",
        "Cancel launch",
    ];
    assert_eq!(one().tour(), conflict);
    let two = conflict_about(vec![world("Skyblock"), world("Hardcore")]);
    let all = [
        "Choose for each of the 2 one by one",
        "Keep this device for all",
        "Keep cloud for all",
        "Keep both",
        "Decide later",
        "Cancel launch",
    ];
    assert_eq!(Setting::default().conflict(two).tour(), all);
    let words = Setting::default().message(message("no", &["why"])).tour();
    assert_eq!(words, ["Cancel launch", "Play anyway"]);
    assert_eq!(Setting::default().progress(progress()).tour(), ["Cancel"]);
}

#[test]
fn worlds_come_before_the_buttons_below_them() {
    let two = conflict_about(vec![world("Skyblock"), world("Hardcore")]);
    let mut stage = Setting::default().conflict(two);
    stage.click("Choose for each of the 2 one by one");
    let reached = stage.tour();
    let starts = [
        "Choose for each",
        "Skyblock, This device",
        "Skyblock, Cloud",
        "Keep both versions of Skyblock",
        "Hardcore, This device",
        "Hardcore, Cloud",
        "Keep both versions of Hardcore",
        "Decide later",
        "Cancel launch",
    ];
    assert_eq!(reached.len(), starts.len(), "{reached:#?}");
    for (name, start) in reached.iter().zip(starts) {
        assert!(name.starts_with(start), "{name} is not {start}");
    }
    // Whoever reads the tree meets them in the same order.
    let tree: Vec<_> = stage.inputs().into_iter().map(|(_, name)| name).collect();
    let tree: Vec<_> = tree
        .into_iter()
        .filter(|name| name != "Go on and play")
        .collect();
    assert_eq!(tree, reached);
}

#[test]
fn enter_and_space_press_what_the_keyboard_is_at() {
    let answers = |keep| FromWindow::Decided {
        answers: [("saves/Skyblock".to_owned(), keep)].into(),
    };
    let expected = [
        answers(Keep::Local),
        answers(Keep::Cloud),
        answers(Keep::Both),
        FromWindow::Later,
        FromWindow::Cancel,
    ];
    for key in [Key::Enter, Key::Space] {
        let mut stage = one();
        for (place, answer) in expected.iter().enumerate() {
            stage.tab_to(place);
            stage.press(key);
            assert_eq!(
                stage.said(),
                std::slice::from_ref(answer),
                "{key:?} {place}"
            );
        }
    }
}

#[test]
fn one_sees_where_the_keyboard_is() {
    let two = || conflict_about(vec![world("Skyblock"), world("Hardcore")]);
    let mut stage = Setting::default().conflict(two());
    let mut seen = vec![stage.picture()];
    for place in 0..6 {
        stage.tab_to(place);
        let picture = stage.picture();
        assert!(!seen.contains(&picture), "{:?}", stage.focused_label());
        seen.push(picture);
    }
    let mut stage = Setting::default().conflict(two());
    stage.click("Choose for each of the 2 one by one");
    stage.tab_to(1);
    let at_a_world = stage.picture();
    stage.tab_to(2);
    assert!(stage.picture() != at_a_world);
}
