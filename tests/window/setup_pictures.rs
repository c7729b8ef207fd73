//! Pictures of the pages of `setup`, as a player comes to them.

use eframe::egui::{Event, Key};
use instance_sync::{
    texts::Language,
    window::protocol::{
        ToWindow,
        setup::{Account, Game, News, Offer, Readers, Setup},
    },
};

use crate::{
    screenshots::pictures,
    stage::{Setting, Stage},
};

/// In each language, what is on the page.
struct Words {
    next: &'static str,
    connect: &'static str,
    address: &'static str,
    token: &'static str,
    first: &'static str,
}

fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            next: "Next",
            connect: "Connect",
            address: "Link, server address, or a folder",
            token: "Token",
            first: "All the Mods 10: last played 3 hours ago on Steam Deck · 01M7Y8NX",
        },
        Language::German => Words {
            next: "Weiter",
            connect: "Verbinden",
            address: "Link, Adresse des Servers, oder ein Ordner",
            token: "Token",
            first: "All the Mods 10: zuletzt gespielt vor 3 Stunden auf Steam Deck · 01M7Y8NX",
        },
    }
}

fn games(setting: Setting) -> (Stage, Words) {
    let words = words(setting.language);
    let game = |name: &str, launcher: &str| Game {
        name: name.to_owned(),
        launcher: Some(launcher.to_owned()),
        folder: format!("/home/mia/.local/share/{launcher}/instances/{name}/minecraft").into(),
        own: None,
        unwired: true,
    };
    let stage = setting.setup(Setup {
        games: vec![
            game("All the Mods 10", "PrismLauncher"),
            game("Vanilla", "PrismLauncher"),
            game("Create: Above and Beyond", "ATLauncher"),
        ],
        choose: true,
        address: None,
        token: None,
        said: Vec::new(),
        now: "2026-11-21T18:50:00Z".parse().expect("a time"),
    });
    (stage, words)
}

fn account(setting: Setting) -> (Stage, Words) {
    let (mut stage, words) = games(setting);
    stage.tab_to(0);
    stage.press(Key::Space);
    stage.click(words.next);
    for (label, text) in [
        (words.address, "https://saves.example.org"),
        (words.token, "mia:9f2c7d"),
    ] {
        stage.click(label);
        stage.harness.event(Event::Text(text.to_owned()));
        stage.harness.run();
    }
    stage.leave();
    (stage, words)
}

fn which(setting: Setting) -> (Stage, Words) {
    let (mut stage, words) = account(setting);
    stage.click(words.connect);
    let offer = |label: &str, id: &str, time: &str, device: &str| Offer {
        label: label.to_owned(),
        id: id.to_owned(),
        played: Some((time.parse().expect("a time"), device.to_owned())),
        never: false,
        devices: vec![device.to_owned()],
    };
    let account = Account {
        place: "https://saves.example.org".to_owned(),
        readers: Readers::Operator,
        offers: vec![
            offer(
                "All the Mods 10",
                "01M7Y8NX",
                "2026-11-21T15:20:00Z",
                "Steam Deck",
            ),
            offer("Vanilla", "01M4Q2RT", "2026-11-02T20:05:00Z", "Laptop"),
        ],
        games: vec![(0, vec![0, 1])],
        keyring: true,
    };
    stage.hear(ToWindow::SetupNews(News::Connected(account)));
    stage.click(words.first);
    stage.leave();
    (stage, words)
}

#[test]
fn screenshots_of_the_games() {
    pictures("setup-games", |setting| {
        let (mut stage, _) = games(setting);
        stage.tab_to(0);
        stage.press(Key::Space);
        stage.leave();
        stage
    });
}

#[test]
fn screenshots_of_the_account() {
    pictures("setup-account", |setting| account(setting).0);
}

#[test]
fn screenshots_of_the_instances() {
    pictures("setup-which", |setting| which(setting).0);
}

#[test]
fn screenshots_of_where_saves_go() {
    pictures("setup-where", |setting| {
        let (mut stage, words) = which(setting);
        stage.click(words.next);
        stage.leave();
        stage
    });
}
