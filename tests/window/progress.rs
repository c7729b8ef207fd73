//! How far a work is.

use eframe::egui::{Key, accesskit::Role};
use egui_kittest::kittest::{NodeT, Queryable};
use instance_sync::window::protocol::{FromWindow, Progress, ToWindow, Work};

use crate::{
    scenes,
    stage::{Setting, Stage},
};

/// What a screen reader says of the bar, and how far it is.
fn bar(stage: &Stage) -> (String, Option<f64>) {
    let bar = stage.harness.get_by_role(Role::ProgressIndicator);
    let bar = bar.accesskit_node();
    (bar.label().unwrap_or_default(), bar.numeric_value())
}

#[test]
fn news_change_what_is_shown() {
    let mut stage = Setting::default().progress(scenes::progress());
    let (name, part) = bar(&stage);
    assert_eq!(name, "115 MB of 412 MB");
    assert!((part.unwrap() - 28.0).abs() < 0.1, "{part:?}");
    let before = stage.picture();
    stage.hear(ToWindow::Progress(Progress {
        work: Work::Uploading,
        item: Some("Hardcore 3".to_owned()),
        done: 412_000_000,
        seconds_left: None,
        ..scenes::progress()
    }));
    let labels = stage.labels();
    for line in [
        "Saving to the cloud – All the Mods 10",
        "Hardcore 3",
        "38.4 MB/s",
    ] {
        assert!(labels.contains(&line.to_owned()), "{line}: {labels:?}");
    }
    assert!((bar(&stage).1.unwrap() - 100.0).abs() < 0.1);
    assert!(stage.picture() != before);
}

#[test]
fn what_nobody_knows_is_not_said() {
    let mut progress = scenes::progress();
    (progress.total, progress.seconds_left, progress.item) = (None, None, None);
    let stage = Setting::default().progress(progress);
    assert_eq!(bar(&stage), ("115 MB".to_owned(), None));
}

#[test]
fn one_cancels_once() {
    for by_key in [false, true] {
        let mut stage = Setting::default().progress(scenes::progress());
        if by_key {
            stage.press(Key::Escape);
        } else {
            stage.click("Cancel");
        }
        assert_eq!(stage.said(), [FromWindow::Cancel]);
        // It stays until whoever opened it closes it, whatever the news say.
        stage.hear(ToWindow::Progress(scenes::progress()));
        assert!(is_disabled(&stage, "Cancelling…"));
        stage.click("Cancelling…");
        stage.press(Key::Escape);
        assert_eq!(stage.said(), []);
    }
}

#[test]
fn what_cannot_be_cancelled_is_not() {
    let mut progress = scenes::progress();
    progress.can_cancel = false;
    let mut stage = Setting::default().progress(progress);
    assert!(is_disabled(&stage, "Finishing…"));
    stage.click("Finishing…");
    stage.press(Key::Escape);
    assert_eq!(stage.said(), []);
}

fn is_disabled(stage: &Stage, label: &str) -> bool {
    let node = stage.harness.get_by_label(label);
    node.accesskit_node().is_disabled()
}

#[test]
fn every_amount_fits() {
    for number in [0, 1, u64::MAX] {
        let progress = Progress {
            done: number,
            total: Some(number),
            bytes_per_second: number,
            seconds_left: Some(number),
            ..scenes::progress()
        };
        let mut stage = Setting::german().progress(progress);
        assert_eq!(stage.cut_off(), [""; 0], "{number}");
        stage.click("Abbrechen");
        assert_eq!(stage.said(), [FromWindow::Cancel]);
    }
}
