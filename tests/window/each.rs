//! A decision for each unit on its own, and very many units.

use std::collections::BTreeMap;

use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use instance_sync::window::protocol::{FromWindow, Keep};

use crate::{
    scenes::{conflict_about, world},
    stage::{Setting, Stage},
};

const BOX: &str = "Choose for each of the 2 one by one";

fn two_worlds() -> Stage {
    Setting::default().conflict(conflict_about(vec![world("Skyblock"), world("Hardcore")]))
}

fn answers(skyblock: Keep, hardcore: Keep) -> FromWindow {
    let answers = [("saves/Skyblock", skyblock), ("saves/Hardcore", hardcore)];
    let answers = answers.map(|(path, keep)| (path.to_owned(), keep));
    FromWindow::Decided {
        answers: BTreeMap::from(answers),
    }
}

/// Clicks what can be chosen and is called so.
fn choose(stage: &mut Stage, start: &str) {
    let nodes = stage.harness.get_all_by_role(Role::RadioButton);
    let mut nodes = nodes.filter(|node| {
        let name = node.accesskit_node().label();
        name.is_some_and(|name| name.starts_with(start))
    });
    nodes
        .next()
        .unwrap_or_else(|| panic!("{start} is not there"))
        .click();
    drop(nodes);
    stage.harness.run();
}

#[test]
fn the_mouse_chooses_and_all_have_to_be_chosen() {
    let mut stage = two_worlds();
    stage.click(BOX);
    assert!(!stage.labels().contains(&"Keep both".to_owned()));
    assert!(
        stage
            .labels()
            .contains(&"2 are still to be chosen.".to_owned())
    );
    stage.click("Go on and play");
    choose(&mut stage, "Skyblock, Cloud");
    assert!(
        stage
            .labels()
            .contains(&"1 is still to be chosen.".to_owned())
    );
    stage.click("Go on and play");
    assert_eq!(stage.said(), []);
    choose(&mut stage, "Keep both versions of Hardcore");
    stage.click("Go on and play");
    assert_eq!(stage.said(), [answers(Keep::Cloud, Keep::Both)]);
}

#[test]
fn a_choice_can_be_changed_and_is_seen() {
    let mut stage = two_worlds();
    stage.click(BOX);
    choose(&mut stage, "Skyblock, Cloud");
    choose(&mut stage, "Hardcore, Cloud");
    let before = stage.picture();
    choose(&mut stage, "Skyblock, This device");
    assert!(stage.picture() != before);
    stage.click("Go on and play");
    assert_eq!(stage.said(), [answers(Keep::Local, Keep::Cloud)]);
}

#[test]
fn the_keyboard_alone_chooses() {
    let mut stage = two_worlds();
    stage.press(Key::Tab);
    assert_eq!(stage.focused_label().unwrap(), BOX);
    stage.press(Key::Space);
    let mut chosen = 0;
    for _ in 0..9 {
        stage.press(Key::Tab);
        let name = stage.focused_label().unwrap();
        if name.starts_with("Skyblock, This device") || name.starts_with("Keep both versions of H")
        {
            stage.press(if chosen == 0 { Key::Space } else { Key::Enter });
            chosen += 1;
        }
        if name == "Go on and play" {
            stage.press(Key::Enter);
            break;
        }
    }
    assert_eq!(stage.said(), [answers(Keep::Local, Keep::Both)]);
}

fn many() -> Stage {
    let name = |number| world(&format!("World {number:03}"));
    let mut stage = Setting::default().conflict(conflict_about((1..=200).map(name).collect()));
    stage.click("Choose for each of the 200 one by one");
    stage
}

#[test]
fn of_two_hundred_worlds_those_in_view_are_drawn_and_the_last_can_be_chosen() {
    let mut stage = many();
    let drawn = |stage: &Stage| stage.harness.get_all_by_role(Role::RadioButton).count();
    assert!((6..30).contains(&drawn(&stage)), "{}", drawn(&stage));
    assert!(stage.harness.query_by_label("World 200").is_none());
    for _ in 0..200 {
        stage.press(Key::PageDown);
    }
    assert!((6..30).contains(&drawn(&stage)), "{}", drawn(&stage));
    choose(&mut stage, "World 200, Cloud");
    assert!(
        stage
            .labels()
            .contains(&"199 are still to be chosen.".to_owned())
    );
    assert_eq!(stage.said(), []);
}

#[test]
fn tab_goes_on_to_worlds_that_are_not_in_view() {
    let mut stage = many();
    // The box; then three for each world, in the order of the list.
    stage.leave();
    stage.press(Key::Tab);
    for number in 1..=12 {
        let world = format!("World {number:03}");
        for part in ["This device", "Cloud", "Keep both"] {
            stage.press(Key::Tab);
            let node = stage.focused().unwrap();
            let name = node.accesskit_node().label().unwrap();
            assert!(name.contains(&world) && name.contains(part), "{name}");
            assert!(stage.edges().contains_rect(node.rect()), "{name}");
        }
    }
    stage.press(Key::Enter);
    assert!(
        stage
            .labels()
            .contains(&"199 are still to be chosen.".to_owned())
    );
}
