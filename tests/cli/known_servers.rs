//! What a server was found to be: how long that is believed, and what is said of one that lacks something.
#![cfg(target_os = "linux")]

use std::fs;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::support::{Answer, Device, FaultServer, World, opted};

const QUESTION: &str = "/.well-known/instance-sync";
const PLAIN: &str = "is a plain rest-server";
const OLDER: &str = "is of an older version";

/// A device at a server that says of itself what a test lets it say.
struct Scene {
    world: World,
    device: Device,
    server: FaultServer,
    about: Arc<Mutex<Answer>>,
}

fn about(features: &[&str]) -> Answer {
    let about =
        json!({ "server": "instance-sync", "version": "0.1.0", "api": [1], "features": features });
    Answer::json(&about.to_string())
}

impl Scene {
    fn new() -> Self {
        let world = opted::world();
        let about = Arc::new(Mutex::new(Answer::status(404)));
        let says = about.clone();
        let server = FaultServer::start(move |request| match request.path.as_str() {
            QUESTION => says.lock().unwrap().clone(),
            "/v1/devices" => Answer::json(r#"{"devices":[]}"#),
            _ => Answer::status(404),
        });
        let device = world.device("desktop");
        opted::join(&device, &server.url());
        Self {
            world,
            device,
            server,
            about,
        }
    }

    /// Remembers a server of ours with these features, found so long ago.
    fn remember(&self, ago: SignedDuration, features: &[&str]) {
        let known = json!({
            "asked_at": (Timestamp::now() - ago).to_string(),
            "version": "0.1.0",
            "features": features,
        });
        let file = json!({ "schema": 1, "servers": { self.server.url(): known } });
        let place = self
            .device
            .home
            .join(".local/share/instance-sync/servers.json");
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, file.to_string()).unwrap();
    }

    fn says(&self, answer: Answer) {
        *self.about.lock().unwrap() = answer;
    }

    /// Lists the account's devices: which code, what is said, how often the server was asked what it is.
    #[track_caller]
    fn devices(&self, code: i32, says: &str) -> usize {
        self.asked_by(&["devices"], code, says)
    }

    /// The same of any command.
    #[track_caller]
    fn asked_by(&self, words: &[&str], code: i32, says: &str) -> usize {
        let asked = |server: &FaultServer| {
            let all = server.requests();
            all.iter().filter(|one| one.path == QUESTION).count()
        };
        let before = asked(&self.server);
        self.device.command(words).code(code).assert_says(says);
        asked(&self.server) - before
    }
}

#[test]
fn a_server_is_believed_for_a_month_and_asked_again_after_it() {
    let scene = Scene::new();
    let day = SignedDuration::from_hours(24);
    scene.remember(day, &["devices"]);
    assert_eq!(scene.devices(0, "last seen"), 0);
    scene.remember(day, &["accounts"]);
    assert_eq!(scene.devices(1, OLDER), 0);
    // It was updated meanwhile.
    scene.says(about(&["accounts", "devices"]));
    assert_eq!(scene.devices(1, OLDER), 0);
    scene.remember(31 * day, &["accounts"]);
    assert_eq!(scene.devices(0, "last seen"), 1);
    assert_eq!(scene.devices(0, "last seen"), 0);
    // A clock that was wrong is not believed for ever.
    scene.remember(-day, &["accounts"]);
    assert_eq!(scene.devices(0, "last seen"), 1);
}

#[test]
fn to_let_a_device_in_a_server_is_asked_what_it_is_where_that_is_long_ago() {
    let scene = Scene::new();
    let day = SignedDuration::from_hours(24);
    // The folder has no passphrase: that is looked at after it.
    let pair = |asked| {
        let none = "which pairing does not pass on";
        assert_eq!(scene.asked_by(&["pair", "--yes"], 1, none), asked);
    };
    scene.remember(day, &["devices"]);
    pair(0);
    scene.remember(31 * day, &["devices"]);
    scene.says(about(&["devices"]));
    pair(1);
    pair(0);
    // A plain one is told at once, also where it does not answer now.
    scene.remember(31 * day, &[]);
    scene.says(Answer::status(404));
    assert_eq!(scene.asked_by(&["pair", "--yes"], 1, "rest-server"), 1);
}

#[test]
fn a_server_that_cannot_be_asked_for_something_is_named_as_what_it_is() {
    let scene = Scene::new();
    assert_eq!(scene.devices(1, PLAIN), 1);
    assert_eq!(scene.devices(1, PLAIN), 0);
    let scene = Scene::new();
    scene.says(about(&["accounts"]));
    assert_eq!(scene.devices(1, OLDER), 1);
}

#[test]
fn a_plain_server_below_another_page_is_no_page_of_ours() {
    let scene = Scene::new();
    let device = scene.world.device("deck");
    let url = format!("{}/below", scene.server.url());
    let setup = || device.command(&["setup"]).stdin(format!("{url}\n"));
    let page = "this is a page of the server";
    setup().any().assert_never_says(page);
    // What holds for one of ours.
    scene.says(about(&["accounts"]));
    setup().code(2).assert_says(page);
}

/// A folder that stopped for a conflict will most likely do so again: no game starts, as far as others know.
#[test]
fn a_launch_says_that_a_game_starts_unless_a_conflict_is_open() {
    let scene = Scene::new();
    scene.remember(SignedDuration::from_hours(24), &["presence"]);
    let said = || {
        let before = scene.server.requests().len();
        scene.device.command(&["pull"]).any();
        let asked = scene.server.requests().split_off(before);
        let list = asked.iter().find(|one| one.path.ends_with("/snapshots/"));
        let header = list
            .unwrap()
            .header("instance-sync-session")
            .unwrap()
            .to_owned();
        header.split(' ').next().unwrap().to_owned()
    };
    assert_eq!(said(), "play");
    let place = scene.device.synced_by("state.json");
    let mut state = scene.device.json("state.json");
    state["conflict"] = json!({ "ids": [], "units": { "saves/A": [] } });
    fs::write(place, state.to_string()).unwrap();
    assert_eq!(said(), "look");
}
