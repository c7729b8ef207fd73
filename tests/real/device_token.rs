//! A device's own token, which is no password of saves: a passphrase is wanted beside it.

use std::fs;

use crate::support::opted::synced;
use crate::support::our_server::OurServer;
use crate::support::terminal::type_in;
use crate::support::{Device, World, assert_same, play};

const PASSPHRASE: &str = "of the player alone";

struct Scene {
    world: World,
    server: OurServer,
    deck: Device,
    token: String,
}

impl Scene {
    fn new() -> Option<Self> {
        let world = World::with_restic()?;
        let server = OurServer::start(&world.path("server"));
        server.add_open_account("alice");
        let deck = world.device("Deck");
        let token = server.add_device("alice", "Deck");
        Some(Self {
            world,
            server,
            deck,
            token,
        })
    }

    fn url(&self) -> String {
        format!("--url={}", self.server.url())
    }

    fn secret(&self) -> &str {
        self.token.split_once(':').unwrap().1
    }

    /// Puts a secret into a file, and returns the option that names it.
    fn passphrase(&self, text: &str) -> String {
        let path = self.world.path("passphrase");
        fs::write(&path, format!("{text}\n")).unwrap();
        format!("--passphrase-file={}", path.display())
    }

    #[track_caller]
    fn assert_nothing_was_made(&self) {
        assert!(!self.deck.pack.join(".cloud-sync").exists());
        let said = self.server.admin(&["instance", "list", "--json"]).ok();
        assert_eq!(said.json()["rows"], serde_json::json!([]));
    }
}

#[test]
fn without_a_passphrase_it_opts_nothing_in_and_says_why() {
    let Some(scene) = Scene::new() else { return };
    let (url, token) = (scene.url(), format!("--token={}", scene.token));
    for words in [
        &["init"][..],
        &["init", "--offline"],
        &["init", "--join=Skyblock"],
        // The list of the account's instances is encrypted like them.
        &["instances"],
    ] {
        let said = scene.deck.command(words).args([&url, &token]).code(2);
        said.assert_says("a passphrase is needed");
        said.assert_says("--passphrase-file");
        said.assert_never_says(scene.secret());
    }
    let answers = format!("{}\n\n\n", scene.token);
    let said = scene.deck.command(&["setup", &url]).stdin(answers).code(2);
    said.assert_says("a passphrase is needed");
    said.assert_says("the same on every other one");
    said.assert_never_says(scene.secret());
    scene.assert_nothing_was_made();
    // What only asks the server wants none.
    let said = scene.deck.command(&["devices", &url, &token]).ok();
    said.assert_says("Deck");
    // With one it is as always, and another device opens it.
    let file = scene.passphrase(PASSPHRASE);
    scene.deck.command(&["init", &url, &token, &file]).ok();
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
    play::world(&scene.deck.pack, "My World", 1);
    scene.deck.command(&["push"]).ok();
    let pc = scene.world.device("PC");
    let other = scene.server.add_device("alice", "PC");
    pc.init(&scene.server.url(), &other, &[&file, "--join=Skyblock"]);
    pc.command(&["pull"]).ok();
    assert_same(&synced(&scene.deck.pack), &synced(&pc.pack));
}

#[test]
fn a_terminal_asks_for_a_passphrase_until_there_is_one() {
    let Some(scene) = Scene::new() else { return };
    let run = scene.deck.command(&["setup", &scene.url()]);
    let (token, passphrase) = (format!("{}\r", scene.token), format!("{PASSPHRASE}\r"));
    let steps = [
        ("Token (ACCOUNT:SECRET)", &token[..]),
        ("the same on all your devices", "\r"),
        ("a passphrase is needed", &passphrase),
        ("The same passphrase again", &passphrase),
    ];
    let Some(seen) = type_in(run, &steps) else {
        return;
    };
    assert_eq!(seen.code, 0, "{}", seen.last());
    for hidden in [scene.secret(), PASSPHRASE] {
        let shown = seen.screens.iter().any(|screen| screen.contains(hidden));
        assert!(!shown, "{:?}", seen.screens);
    }
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
}

/// As earlier versions opted a folder in: the secret of its token is the password of its saves.
#[test]
fn a_folder_that_was_opted_in_without_one_goes_on() {
    let Some(scene) = Scene::new() else { return };
    let (url, token) = (scene.url(), format!("--token={}", scene.token));
    let secret = scene.passphrase(scene.secret());
    let deck = &scene.deck;
    deck.command(&["init", &url, &token, &secret]).ok();
    assert_eq!(deck.json("key")["password"], scene.secret());
    play::world(&deck.pack, "My World", 1);
    deck.command(&["push"]).ok();
    deck.command(&["pull"]).ok();
    let id = deck.instance_id();
    // It has a key: opting it in anew needs no other one, by options and by questions.
    deck.command(&["init", &url, &token, "--force"]).ok();
    let answers = format!("{}\n\n\n", scene.token);
    let said = deck
        .command(&["setup", &url, "--force"])
        .stdin(answers)
        .ok();
    said.assert_never_says(scene.secret());
    assert_eq!(deck.instance_id(), id);
    // Without a key file, as the earlier Python tool has it.
    fs::remove_file(deck.synced_by("key")).unwrap();
    play::session(&deck.pack, "My World", 2);
    deck.command(&["push"]).ok();
    deck.command(&["instances"]).ok().assert_says("Skyblock");
    // As another instance it would begin anew without a password.
    let other = "--instance-id=01K4Z3N5T6V7W8X9Y0ZABCDEFG";
    let said = deck
        .command(&["init", &url, &token, "--force", other])
        .code(2);
    said.assert_says("a passphrase is needed");
    assert_eq!(deck.instance_id(), id);
}
