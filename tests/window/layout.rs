//! Windows of every size: nothing is cut off, nothing out of reach, nothing on top of something else.

use eframe::egui::{Key, Vec2};
use instance_sync::texts::Language;
use instance_sync::window::protocol::pair::Way;

use crate::{
    pair, pair_pictures, scenes,
    stage::{Setting, Stage},
};

type Show = fn(Setting) -> Stage;

/// Each window, in its longest words.
const WINDOWS: [(&str, Show); 11] = [
    ("conflict", |setting| {
        setting.conflict(scenes::conflict_about(vec![scenes::world(
            "Skyblock with Mia",
        )]))
    }),
    ("unsaved", |setting| {
        let mut conflict = scenes::conflict_about(vec![scenes::world("One"), scenes::world("Two")]);
        conflict.saved = false;
        setting.conflict(conflict)
    }),
    ("each", |setting| {
        let worlds = ["One", "Two", "Three"].map(scenes::world);
        let mut stage = setting.conflict(scenes::conflict_about(worlds.to_vec()));
        stage.press(Key::Tab);
        stage.press(Key::Space);
        stage
    }),
    ("progress", |setting| setting.progress(scenes::progress())),
    ("finishing", |setting| {
        let mut stage = setting.progress(scenes::progress());
        stage.press(Key::Escape);
        stage
    }),
    ("message", |setting| {
        let (text, hints) = scenes::REFUSED_GERMAN;
        setting.message(scenes::message(text, &hints))
    }),
    ("pair", pair::code),
    ("pair-demanding", pair::demanding),
    ("pair-adopt", |setting| setting.pair(Way::Adopt)),
    ("pair-asked", pair::asked),
    ("pair-in", pair_pictures::is_in),
];

#[test]
fn at_its_own_size_nothing_is_cut_off() {
    for (name, show) in WINDOWS {
        for language in Language::ALL {
            let stage = show(Setting {
                language,
                ..Setting::default()
            });
            assert_eq!(stage.cut_off(), [""; 0], "{name} {language:?}");
        }
    }
}

#[test]
fn the_keyboard_reaches_everything_at_every_size_and_it_is_seen_then() {
    let sizes = [
        (320.0, 200.0),
        (480.0, 190.0),
        (640.0, 360.0),
        (700.0, 2000.0),
        (3840.0, 2160.0),
    ];
    for (name, show) in WINDOWS {
        for language in Language::ALL {
            for (width, height) in sizes {
                let size = Some(Vec2::new(width, height));
                let mut stage = show(Setting {
                    language,
                    size,
                    ..Setting::default()
                });
                let what = format!("{name} {language:?} {width}x{height}");
                reach(&mut stage, &what);
                apart(&stage, &what);
            }
        }
    }
}

/// Tab reaches every input that is enabled, and each is inside the window when it is reached.
fn reach(stage: &mut Stage, what: &str) {
    let mut reached = Vec::new();
    stage.leave();
    for _ in 0..30 {
        stage.press(Key::Tab);
        let Some(name) = stage.focused_label() else {
            break;
        };
        if reached.first() == Some(&name) {
            break;
        }
        let rect = stage.focused().expect("just now").rect();
        assert!(
            stage.edges().contains_rect(rect),
            "{what}: {name} is at {rect}"
        );
        assert!(
            rect.width() > 16.0 && rect.height() > 14.0,
            "{what}: {name} is {rect}"
        );
        reached.push(name);
    }
    // While not all is chosen or typed, going on is disabled, and so is what was pressed.
    let disabled = [
        "Go on and play",
        "Weiter und spielen",
        "Go on",
        "Weiter",
        "Cancelling…",
        "Wird abgebrochen …",
    ];
    for (_, name) in stage.inputs() {
        let found = reached.contains(&name) || disabled.contains(&name.as_str());
        assert!(found, "{what}: {name} is out of reach: {reached:?}");
    }
}

/// No two inputs cover each other where they are seen.
fn apart(stage: &Stage, what: &str) {
    let inputs = stage.input_rects();
    for (at, (name, rect)) in inputs.iter().enumerate() {
        for (other, beside) in &inputs[at + 1..] {
            let shared = rect.intersect(*beside).shrink(0.5);
            assert!(!shared.is_positive(), "{what}: {name} and {other}");
        }
    }
}

#[test]
fn twice_the_pixels_show_the_same() {
    let show = |scale| {
        let (_, show) = WINDOWS[0];
        show(Setting {
            scale,
            ..Setting::default()
        })
    };
    let (mut plain, mut sharp) = (show(1.0), show(2.0));
    let (small, large) = (plain.picture(), sharp.picture());
    assert_eq!((small.width() * 2, small.height() * 2), large.dimensions());
    // Seen from afar they are alike.
    let (width, height) = small.dimensions();
    let filter = image::imageops::FilterType::Triangle;
    let afar = image::imageops::resize(&large, width, height, filter);
    let differing = small
        .pixels()
        .zip(afar.pixels())
        .filter(|(a, b)| (0..3).any(|channel| a[channel].abs_diff(b[channel]) > 96));
    let differing = differing.count();
    assert!(differing < 2000, "{differing} pixels");
    sharp.click("Keep cloud");
    assert_eq!(sharp.said().len(), 1);
}
