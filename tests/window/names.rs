//! Names of all kinds: of worlds, devices and instances.

use instance_sync::window::protocol::{Fate, FromWindow, Keep, Merging};

use crate::{
    scenes::{conflict_about, message, progress, world},
    stage::{Setting, Stage},
};

/// What a player may have called it, and how it is shown.
const NAMES: [(&str, &str); 9] = [
    ("新しい世界", "新しい世界"),
    ("عالم جديد", "عالم جديد"),
    ("🌍 World 👨‍👩‍👧", "🌍 World 👨‍👩‍👧"),
    ("Zażółć gęślą jaźń", "Zażółć gęślą jaźń"),
    ("New\r\nWorld", "New  World"),
    ("bell\u{7}\u{1b}[31m", "bell  [31m"),
    ("exe.\u{202e}gnp", "exe. gnp"),
    ("{ $name } <b>%s</b>", "{ $name } <b>%s</b>"),
    ("e\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}"),
];

fn foreign() -> Setting {
    Setting {
        foreign: true,
        ..Setting::default()
    }
}

fn reads(stage: &Stage, name: &str) {
    let labels = stage.labels();
    let found = labels.iter().any(|label| label.contains(name));
    assert!(found, "{name:?} is not in {labels:#?}");
    let unseen = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(
        !labels.iter().any(|label| label.contains(unseen)),
        "{labels:?}"
    );
}

#[test]
fn worlds_of_any_name_are_shown_and_decided_by_their_paths() {
    for (name, shown) in NAMES {
        let mut conflict = conflict_about(vec![world(name)]);
        conflict.instance = name.to_owned();
        conflict.device = name.to_owned();
        conflict.units[0].cloud[0].device = name.to_owned();
        conflict.merging = vec![Merging {
            name: name.to_owned(),
            fate: Fate::Fetched {
                device: name.to_owned(),
            },
        }];
        let mut stage = foreign().conflict(conflict);
        stage.picture();
        reads(&stage, &format!("{shown}, This device: Today"));
        reads(&stage, &format!("saves of “{shown}” changed"));
        reads(&stage, &format!("last saved on {shown}"));
        reads(&stage, &format!("{shown}: the newer version of {shown}"));
        stage.click("Keep both");
        let answers = [(format!("saves/{name}"), Keep::Both)].into();
        assert_eq!(stage.said(), [FromWindow::Decided { answers }]);
    }
}

#[test]
fn the_other_windows_show_any_name_too() {
    for (name, shown) in NAMES {
        let mut work = progress();
        work.instance = name.to_owned();
        work.item = Some(name.to_owned());
        let mut stage = foreign().progress(work);
        stage.picture();
        reads(&stage, &format!("Downloading saves – {shown}"));
        reads(&stage, shown);
        let mut stage = foreign().message(message("no", &[name]));
        stage.picture();
        if !name.contains('\n') {
            reads(&stage, shown);
        }
    }
}

#[test]
fn a_name_that_is_empty_is_shown_by_its_path() {
    for name in ["", "  ", "\n"] {
        let mut conflict = conflict_about(vec![world("World")]);
        conflict.units[0].name = name.to_owned();
        reads(
            &Setting::default().conflict(conflict),
            "saves/World, Cloud: ",
        );
    }
}

#[test]
fn a_very_long_name_is_cut_on_one_line_and_read_whole() {
    let name = "Very long ".repeat(60);
    let mut conflict = conflict_about(vec![world(&name), world("Short")]);
    conflict.device.clone_from(&name);
    conflict.units[0].cloud[0].device.clone_from(&name);
    let mut stage = Setting::default().conflict(conflict);
    assert!(!stage.cut_off().is_empty());
    reads(&stage, &format!("{name}, Cloud: "));
    for (label, rect) in stage.input_rects() {
        assert!(stage.edges().contains_rect(rect), "{label} is at {rect}");
    }
    stage.click("Decide later");
    assert_eq!(stage.said(), [FromWindow::Later]);
}
