//! Something to know: before a game, and after it.

use eframe::egui::Key;
use instance_sync::window::protocol::{FromWindow, ToWindow};

use crate::{scenes::message, stage::Setting};

#[test]
fn before_a_game_one_can_play_or_cancel() {
    for (button, answer) in [
        ("Play anyway", FromWindow::Play),
        ("Cancel launch", FromWindow::Cancel),
    ] {
        let mut stage = Setting::default().message(message("no token", &["Get one."]));
        assert!(!stage.labels().contains(&"Close".to_owned()));
        stage.click(button);
        assert_eq!(stage.said(), [answer], "{button}");
    }
}

#[test]
fn where_nothing_can_be_played_one_can_only_close() {
    for (launch, can_play) in [(true, false), (false, false), (false, true)] {
        let mut message = message("no token", &["Get one."]);
        (message.launch, message.can_play) = (launch, can_play);
        let mut stage = Setting::default().message(message);
        let labels = stage.labels();
        assert!(!labels.contains(&"Play anyway".to_owned()), "{labels:?}");
        stage.click("Close");
        assert_eq!(stage.said(), [FromWindow::Close]);
    }
}

#[test]
fn enter_alone_says_nothing_and_escape_cancels() {
    let mut stage = Setting::default().message(message("no token", &[]));
    stage.press(Key::Enter);
    stage.press(Key::Space);
    assert_eq!(stage.said(), []);
    stage.press(Key::Escape);
    assert_eq!(stage.said(), [FromWindow::Cancel]);
}

#[test]
fn what_is_said_is_shown_whole_and_news_change_it() {
    let hints = ["First this.", "Then\nthat\u{7}."];
    let mut stage = Setting::default().message(message("no token", &hints));
    let labels = stage.labels();
    for line in [
        "Cloud saves need your attention",
        "No token",
        "First this.",
        "Then\nthat .",
    ] {
        assert!(labels.contains(&line.to_owned()), "{line}: {labels:?}");
    }
    stage.hear(ToWindow::Message(message("no server", &[])));
    let labels = stage.labels();
    assert!(labels.contains(&"No server".to_owned()), "{labels:?}");
    assert!(!labels.contains(&"No token".to_owned()), "{labels:?}");
}

#[test]
fn a_long_message_can_be_read_to_its_end_by_the_keyboard() {
    let line = "It went on, and nobody knew for how long it would. ".repeat(60);
    let mut stage = Setting::default().message(message(&line, &["The end."]));
    let seen = |stage: &crate::stage::Stage| {
        use egui_kittest::kittest::Queryable;
        stage
            .edges()
            .contains_rect(stage.harness.get_by_label("The end.").rect())
    };
    assert!(!seen(&stage));
    for _ in 0..20 {
        stage.press(Key::PageDown);
    }
    assert!(seen(&stage));
    stage.click("Play anyway");
    assert_eq!(stage.said(), [FromWindow::Play]);
}
