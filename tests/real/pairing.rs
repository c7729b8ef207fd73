//! Pairing between two of our own clients, on our own server: two homes, one account.

use std::fs;

use instance_sync::domain::pairing::{Invitation, Secret, Words};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::support::control::Control;
use crate::support::launcher::{Brand, Launcher};
use crate::support::opted::synced;
use crate::support::our_server::OurServer;
use crate::support::output::Output;
use crate::support::run::{Signal, Started};
use crate::support::terminal::type_in;
use crate::support::{Device, World, assert_same, play};

pub const PASSPHRASE: &str = "of the player alone";

pub struct Scene {
    pub world: World,
    pub server: OurServer,
    pub pc: Device,
    pub deck: Device,
}

impl Scene {
    /// A device that is in and has pushed, and one that is not in.
    pub fn new() -> Option<Self> {
        let world = World::with_restic()?;
        let server = OurServer::start(&world.path("server"));
        server.add_open_account("alice");
        fs::write(world.path("passphrase"), format!("{PASSPHRASE}\n")).unwrap();
        let (pc, deck) = (world.device("PC"), world.device("Deck"));
        let token = server.add_device("alice", "PC");
        pc.init(&server.url(), &token, &[&passphrase_file(&world)]);
        play::world(&pc.pack, "My World", 1);
        pc.command(&["push"]).ok();
        Some(Self {
            world,
            server,
            pc,
            deck,
        })
    }

    /// Begins to pair on the device that is in, and returns what it shows.
    fn pair(&self, options: &[&str], answer: &str) -> (Started, String) {
        let run = self.pc.command(&["pair"]).args(options).stdin(answer);
        let mut pair = run.start();
        let shown = pair.line(|line| {
            let line = line.trim();
            Invitation::is_meant(line).then(|| line.to_owned())
        });
        (pair, shown)
    }

    /// Joins with what was shown.
    pub fn join(&self, shown: &str) -> Started {
        let id = format!("--instance-id={}", self.pc.instance_id());
        let pair = format!("--pair={shown}");
        self.deck.command(&["init", &pair, &id]).start()
    }

    pub fn devices(&self) -> Vec<String> {
        let said = self
            .server
            .admin(&["device", "list", "alice", "--json"])
            .ok();
        let rows = said.json()["rows"].clone();
        let in_use = |row: &&serde_json::Value| row["revoked_at"].is_null();
        let rows = rows.as_array().unwrap().iter().filter(in_use);
        rows.map(|row| row["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Nothing of the new device is anywhere.
    #[track_caller]
    pub fn assert_nobody_came(&self) {
        assert!(!self.deck.pack.join(".cloud-sync").exists());
        assert_eq!(self.devices(), ["PC"]);
    }

    #[track_caller]
    pub fn assert_in_sync(&self) {
        self.deck.command(&["pull"]).ok();
        assert_same(&synced(&self.pc.pack), &synced(&self.deck.pack));
    }
}

pub fn passphrase_file(world: &World) -> String {
    format!("--passphrase-file={}", world.path("passphrase").display())
}

/// Returns the same with another code, and a check that is right for it.
fn with_another_code(shown: &str) -> String {
    let mut invitation = Invitation::parse(shown).unwrap();
    let code: u32 = invitation.words.code.parse().unwrap();
    invitation.words.code = format!("{:06}", (code + 1) % 1_000_000);
    invitation.to_text().expose_secret().to_owned()
}

pub fn secret_of(shown: &str) -> String {
    let (_, words) = shown.rsplit_once('/').unwrap();
    words[7..words.len() - 3].to_owned()
}

#[test]
fn a_new_device_is_let_in_with_a_token_of_its_own_and_opens_the_saves() {
    let Some(scene) = Scene::new() else { return };
    let (pair, shown) = scene.pair(&[], "y\n");
    let joined = scene.join(&shown).wait();
    assert_eq!(joined.status.code(), Some(0), "{joined}");
    let host = scene.server.url().replace("http://", "");
    joined.assert_says(&format!("{host} knows this device now as Deck"));
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("Deck (a computer) wants to be let in, from 127.0.0.1.");
    said.assert_says("Deck is in");
    scene.assert_in_sync();
    play::session(&scene.deck.pack, "My World", 2);
    scene.deck.command(&["push"]).ok();
    scene.pc.command(&["pull"]).ok();
    assert_same(&synced(&scene.pc.pack), &synced(&scene.deck.pack));

    // A token each; the same passphrase, which came sealed.
    let token = |device: &Device| fs::read_to_string(device.synced_by("token")).unwrap();
    let (of_pc, of_deck) = (token(&scene.pc), token(&scene.deck));
    assert_ne!(of_pc, of_deck);
    assert!(of_deck.starts_with("alice:isd_"));
    assert_eq!(scene.deck.json("key")["password"], PASSPHRASE);
    let secret = secret_of(&shown);
    let plain = secret.replace('-', "");
    for hidden in [
        PASSPHRASE,
        &secret,
        &plain,
        of_deck.trim().split_once(':').unwrap().1,
    ] {
        assert!(!scene.server.holds(hidden), "the server has {hidden}");
    }
    for said in [&said, &joined] {
        said.assert_never_says(PASSPHRASE);
        said.assert_never_says("isd_");
    }
    joined.assert_never_says(&plain);

    // What was shown is good for nothing any more.
    let tv = scene.world.device("TV");
    let again = tv.command(&["init", &format!("--pair={shown}")]).code(1);
    again.assert_says("knows no such code");
    assert!(!tv.pack.join(".cloud-sync").exists());
    // Revoked alone.
    scene
        .server
        .admin(&["device", "revoke", "alice", "Deck"])
        .ok();
    std::thread::sleep(std::time::Duration::from_millis(2500));
    play::session(&scene.deck.pack, "My World", 3);
    scene.deck.command(&["push"]).code(4);
    scene.pc.command(&["pull"]).ok();
}

#[test]
fn setup_takes_what_is_shown_where_it_asks_for_the_server() {
    let Some(scene) = Scene::new() else { return };
    let (pair, shown) = scene.pair(&["--yes"], "");
    let answers = format!("{shown}\n{}\n", scene.pc.instance_id());
    let joined = scene.deck.command(&["setup"]).stdin(answers).ok();
    joined.assert_says("has joined the instance");
    assert_eq!(pair.wait().status.code(), Some(0));
    scene.assert_in_sync();
    // A folder that is opted in already uses nothing up.
    let (pair, shown) = scene.pair(&["--yes"], "");
    let said = scene.join(&shown).wait();
    said.assert_says("is opted in already");
    pair.signal(Signal::Interrupt);
    assert_ne!(pair.wait().status.code(), Some(0));
}

#[test]
#[cfg(target_os = "linux")]
fn what_a_new_device_has_to_allow_is_in_the_line_to_type() {
    let Some(scene) = Scene::new() else { return };
    // Another machine by its address, which here leads back.
    let url = scene.server.url().replace("127.0.0.1", "0.0.0.0");
    let token = scene.server.add_device("alice", "TV");
    let tv = scene.world.device("TV");
    let id = format!("--instance-id={}", scene.pc.instance_id());
    let file = passphrase_file(&scene.world);
    tv.init(&url, &token, &["--insecure-http", &id, &file]);
    // What is allowed once is allowed to every command of the folder.
    tv.command(&["devices"]).ok();
    let mut pair = tv.command(&["pair", "--yes"]).start();
    let told = pair.line(|line| {
        line.contains("instance-sync setup")
            .then(|| line.to_owned())
    });
    assert!(
        told.contains("instance-sync setup --insecure-http and"),
        "{told}"
    );
    pair.signal(Signal::Interrupt);
    pair.wait().assert_says("can read tokens");
    let (pair, _) = scene.pair(&["--yes"], "");
    pair.signal(Signal::Interrupt);
    let said = pair.wait();
    said.assert_says("instance-sync setup and type");
    // From another machine that address leads nowhere.
    said.assert_says("this machine’s own address");
    said.assert_never_says("can read tokens");
}

#[test]
fn an_interrupt_of_setup_takes_a_device_out_that_another_one_let_in() {
    let Some(scene) = Scene::new() else { return };
    let (pair, shown) = scene.pair(&["--yes"], "");
    let line = format!("{shown}\r");
    let steps = [
        ("lets this device in", &line[..]),
        ("Which instance?", "\u{3}"),
    ];
    let Some(seen) = type_in(scene.deck.command(&["setup"]), &steps) else {
        return;
    };
    assert_eq!(seen.code, 130, "{}", seen.last());
    pair.wait();
    scene.assert_nobody_came();
}

#[test]
#[cfg(unix)]
fn who_asks_setup_to_end_in_a_menu_leaves_no_device_behind() {
    let Some(scene) = Scene::new() else { return };
    for signal in ["kill 15", "kill 2"] {
        let (pair, shown) = scene.pair(&["--yes"], "");
        let line = format!("{shown}\r");
        let steps = [
            ("lets this device in", &line[..]),
            ("Which instance?", signal),
        ];
        let Some(seen) = type_in(scene.deck.command(&["setup"]), &steps) else {
            return;
        };
        assert_eq!(seen.code, 130, "{}", seen.last());
        assert!(!seen.hidden && seen.echo, "{seen:?}");
        pair.wait();
        scene.assert_nobody_came();
    }
}

#[test]
#[cfg(unix)]
fn a_new_device_that_stops_waiting_takes_its_question_back() {
    let Some(scene) = Scene::new() else { return };
    // It shows a code, which is good for nothing then.
    let (newcomer, code) = scene.show();
    newcomer.signal(Signal::Interrupt);
    assert_eq!(newcomer.wait().status.code(), Some(130));
    let approve = format!("--approve={code}");
    let said = scene.pc.command(&["pair", &approve, "--yes"]).code(1);
    said.assert_says("knows no such code");
    // It said one, and somebody is about to say yes.
    let slowly = "{ /bin/sleep 6; echo y; } | exec \"$@\"";
    let run = scene.pc.command(&["pair"]);
    let mut pair = run.under(["/bin/sh", "-c", slowly, "sh"]).start();
    let shown = pair.line(|line| {
        let line = line.trim();
        Invitation::is_meant(line).then(|| line.to_owned())
    });
    let joining = scene.join(&shown);
    pair.line(|line| line.contains("wants to be let in").then_some(()));
    joining.signal(Signal::Interrupt);
    let joined = joining.wait();
    assert_eq!(joined.status.code(), Some(130), "{joined}");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("The new device gave up");
    said.assert_never_says("Waiting for Deck");
    scene.assert_nobody_came();
}

#[test]
fn a_new_device_that_does_not_come_after_the_yes_is_waited_for_half_a_minute() {
    let Some(scene) = Scene::new() else { return };
    let (mut pair, shown) = scene.pair(&["--yes"], "");
    let code = &shown.rsplit_once('/').unwrap().1[..6];
    let claiming = json!({
        "account": "alice", "code": code, "name": "Deck", "kind": "handheld", "secret": "typed",
    });
    let stranger = Control::new(&scene.server.url());
    let waiting = stranger.post("/v1/pairings/claim", &claiming).ok().value;
    pair.line(|line| line.contains("Waiting for Deck to fetch").then_some(()));
    let begun = std::time::Instant::now();
    let said = pair.wait();
    assert!(begun.elapsed().as_secs() < 50, "{:?}", begun.elapsed());
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("did not come for what it needs within 30 seconds");
    said.assert_says("Deck did not fetch its answer, and is not in.");
    let asking = json!({ "claim": waiting["claim"] });
    let answer = stranger.post("/v1/pairings/answer", &asking).ok().value;
    assert_eq!(answer, json!({ "state": "ended" }));
    scene.assert_nobody_came();
}

#[test]
fn a_device_is_called_by_the_name_that_the_account_gave_it() {
    let Some(scene) = Scene::new() else { return };
    scene.server.add_device("alice", "Deck");
    let (pair, shown) = scene.pair(&["--yes"], "");
    let joined = scene.join(&shown).wait();
    assert_eq!(joined.status.code(), Some(0), "{joined}");
    let devices = scene.devices();
    let name = devices
        .iter()
        .find(|name| name.starts_with("Deck ("))
        .unwrap();
    joined.assert_says(&format!("in the account alice now, as {name}."));
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("Deck (a computer) wants to be let in");
    said.assert_says(&format!("{name} is in, with a token of its own"));
    said.assert_says(&format!("devices revoke \"{name}\""));
    said.assert_never_says("Deck is in");
}

#[test]
#[cfg(unix)]
fn a_yes_on_a_page_while_the_question_waits_is_told_on_both_devices() {
    let Some(scene) = Scene::new() else { return };
    for (answer, code) in [("y", 0), ("n", 1)] {
        let slowly = format!("{{ /bin/sleep 5; echo {answer}; }} | exec \"$@\"");
        let run = scene.pc.command(&["pair"]);
        let mut pair = run.under(["/bin/sh", "-c", &slowly, "sh"]).start();
        let shown = pair.line(|line| {
            let line = line.trim();
            Invitation::is_meant(line).then(|| line.to_owned())
        });
        let joining = scene.join(&shown);
        pair.line(|line| line.contains("wants to be let in").then_some(()));
        // As a page does it, which has nothing to send along.
        scene
            .server
            .change_database("UPDATE pairings SET state = 'approved' WHERE state = 'claimed'");
        let joined = joining.wait();
        assert_eq!(joined.status.code(), Some(2), "{joined}");
        joined.assert_says("was let in on a page of the server");
        joined.assert_says("--passphrase-file");
        joined.assert_says("taken out of the account again");
        let said = pair.wait();
        assert_eq!(said.status.code(), Some(code), "{said}");
        said.assert_says("was let in on a page of the server");
        scene.assert_nobody_came();
    }
}

#[test]
fn pair_finds_the_account_of_the_launchers_where_no_folder_is_said() {
    let Some(scene) = Scene::new() else { return };
    let run = || scene.pc.command(&["pair", "--yes"]).no_pack();
    let said = run().in_folder(&scene.pc.home).code(2);
    said.assert_says("no game that is synced was found");
    said.assert_says("--pack-folder");
    let launcher = Launcher::install(&scene.pc, Brand::Prism9, "Pack");
    let token = scene.server.add_device("alice", "PC of the launcher");
    let init = scene.pc.command(&["init"]).pack(&launcher.game).args([
        format!("--url={}", scene.server.url()),
        format!("--token={token}"),
        passphrase_file(&scene.world),
    ]);
    init.ok();
    let mut pair = run().in_folder(&scene.pc.home).start();
    let shown = pair.line(|line| {
        let line = line.trim();
        Invitation::is_meant(line).then(|| line.to_owned())
    });
    assert_eq!(scene.join(&shown).wait().status.code(), Some(0));
    assert_eq!(pair.wait().status.code(), Some(0));
    scene.assert_in_sync();
}

#[test]
fn a_slip_of_the_finger_is_told_before_anything_is_sent_and_a_wrong_code_after() {
    let Some(scene) = Scene::new() else { return };
    let (pair, shown) = scene.pair(&["--yes"], "");
    let asked = || scene.server.log_text().matches("\"POST\"").count();
    let before = asked();
    let last = shown.chars().last().unwrap();
    let slipped = format!(
        "{}{}",
        &shown[..shown.len() - 1],
        if last == '0' { '1' } else { '0' }
    );
    let said = scene.join(&slipped).wait();
    assert_eq!(said.status.code(), Some(2), "{said}");
    said.assert_says("Nothing was sent yet");
    assert_eq!(asked(), before);
    for attempt in 1..=5 {
        let said = scene.join(&with_another_code(&shown)).wait();
        assert_eq!(said.status.code(), Some(1), "{said}");
        said.assert_says(if attempt < 5 {
            "knows no such code"
        } else {
            "too many wrong ones"
        });
    }
    // Burned: the right one is none any more, and who shows it is told.
    let said = scene.join(&shown).wait();
    said.assert_says("too many wrong ones");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("somebody was guessing");
    scene.assert_nobody_came();
}

#[test]
fn whoever_is_refused_gets_nothing_and_so_does_who_nobody_answers() {
    let Some(scene) = Scene::new() else { return };
    for answer in ["n\n", ""] {
        let (pair, shown) = scene.pair(&[], answer);
        let said = scene.join(&shown).wait();
        assert_eq!(said.status.code(), Some(1), "{said}");
        said.assert_says("the other device said no");
        let said = pair.wait();
        assert_eq!(said.status.code(), Some(0), "{said}");
        said.assert_says("Deck was refused");
        scene.assert_nobody_came();
    }
}

#[test]
fn a_code_that_is_too_old_and_one_that_was_ended_let_nobody_in() {
    let Some(scene) = Scene::new() else { return };
    let (pair, shown) = scene.pair(&["--yes"], "");
    scene
        .server
        .change_database("UPDATE pairings SET expires_at = 1");
    scene.join(&shown).wait().assert_says("knows no such code");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("took too long");
    // An interrupt ends it on the server too.
    let (pair, shown) = scene.pair(&["--yes"], "");
    pair.signal(Signal::Interrupt);
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(130), "{said}");
    scene.join(&shown).wait().assert_says("knows no such code");
    scene.assert_nobody_came();
}

#[test]
fn a_device_that_is_revoked_meanwhile_lets_nobody_in() {
    let Some(scene) = Scene::new() else { return };
    let (pair, _) = scene.pair(&["--yes"], "");
    scene
        .server
        .admin(&["device", "revoke", "alice", "PC"])
        .ok();
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(4), "{said}");
    scene.pc.command(&["pair"]).code(4);
}

#[test]
fn a_server_that_is_started_again_in_between_loses_nothing() {
    let Some(mut scene) = Scene::new() else {
        return;
    };
    let (pair, shown) = scene.pair(&["--yes"], "");
    scene.server.kill();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    scene.server.start_again();
    let joined = scene.join(&shown).wait();
    assert_eq!(joined.status.code(), Some(0), "{joined}");
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("does not answer; trying again");
    scene.assert_in_sync();
}

#[test]
fn with_json_the_secret_is_not_said_and_the_passphrase_is_given_there() {
    let Some(scene) = Scene::new() else { return };
    let mut pair = scene.pc.command(&["pair", "--json", "--yes"]).start();
    let shown = pair.line(|line| {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        Some(said["pairing"].as_str()?.to_owned())
    });
    let id = format!("--instance-id={}", scene.pc.instance_id());
    let word = format!("--pair={shown}");
    let said = scene.deck.command(&["init", &word, &id]).code(2);
    said.assert_says("brings no passphrase");
    let file = passphrase_file(&scene.world);
    scene.deck.command(&["init", &word, &id, &file]).ok();
    let said = pair.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says(r#""what":"done""#);
    said.assert_never_says(PASSPHRASE);
    scene.assert_in_sync();
}

impl Scene {
    /// Begins to show a code on the new device, and returns it.
    pub fn show(&self) -> (Started, String) {
        let url = format!("--url={}", self.server.url());
        let answers = format!("{}\n", self.pc.instance_id());
        let run = self.deck.command(&["setup", &url, "--show-code"]);
        let mut shows = run.stdin(answers).start();
        let code = shows.line(|line| {
            Words::parse(line.trim(), "")
                .is_ok()
                .then(|| line.trim().to_owned())
        });
        (shows, code)
    }
}

#[test]
fn a_device_without_a_keyboard_shows_a_code_and_is_let_in_from_elsewhere() {
    let Some(scene) = Scene::new() else { return };
    let (shows, code) = scene.show();
    let said = scene
        .pc
        .command(&["pair", "--approve=-"])
        .stdin(format!("{code}\n"))
        .ok();
    // Its own input is at its end by then: nobody said yes.
    said.assert_says("Deck was refused");
    assert_eq!(shows.wait().status.code(), Some(1));
    scene.assert_nobody_came();

    let (shows, code) = scene.show();
    let mut words = Words::parse(&code, "").unwrap();
    words.code = if words.code == "000000" {
        "000001"
    } else {
        "000000"
    }
    .to_owned();
    let wrong = format!("--approve={}", words.to_text("").expose_secret());
    let said = scene.pc.command(&["pair", &wrong, "--yes"]).code(1);
    said.assert_says("knows no such code");
    // A code that is no whole one is told before anything is sent, and so is one of a page: it has no secret.
    let short = Words {
        secret: Secret::None,
        ..words
    };
    for given in [&code[..code.len() - 1], short.to_text("").expose_secret()] {
        let given = format!("--approve={given}");
        let said = scene.pc.command(&["pair", &given]).code(2);
        said.assert_says("Nothing was sent yet");
    }
    // Without one, it is asked for: it is in no argument then.
    let answers = format!("{code}\ny\n");
    let said = scene.pc.command(&["pair", "--approve"]).stdin(answers).ok();
    said.assert_says("Deck is in");
    let said = shows.wait();
    assert_eq!(said.status.code(), Some(0), "{said}");
    said.assert_says("has joined the instance");
    scene.assert_in_sync();
    assert!(!scene.server.holds(PASSPHRASE));
}

#[test]
fn who_answers_a_shown_code_without_its_secret_gets_no_device() {
    let Some(scene) = Scene::new() else { return };
    let stranger = Control::new(&scene.server.url());
    let invite = scene.server.admin(&["invite", "add"]).ok();
    let mallory = stranger.register(invite.stdout.lines().last().unwrap(), "mallory");
    // Mallory guessed the six digits. Without a bundle the server says no; nonsense does not open.
    let (shows, code) = scene.show();
    let adopted = mallory
        .post("/v1/pairings/adopt", &json!({ "code": &code[..6] }))
        .ok();
    let id = adopted.value["id"].as_str().unwrap();
    let path = format!("/v1/pairings/{id}/approve");
    mallory
        .post(&path, &json!({ "bundle": null }))
        .refused(409, "conflict");
    mallory
        .post(&path, &json!({ "bundle": "AQEBAQEBAQEB" }))
        .ok();
    let said: Output = shows.wait();
    assert_eq!(said.status.code(), Some(1), "{said}");
    said.assert_says("cannot be opened with this code");
    let devices = mallory.get("/v1/devices").ok().value["devices"].clone();
    let mut devices = devices.as_array().unwrap().iter();
    assert!(devices.all(|device| device["revoked_at"].is_i64()));
    scene.assert_nobody_came();
}

#[test]
fn a_terminal_shows_a_picture_and_an_interrupt_ends_the_pairing() {
    let Some(scene) = Scene::new() else { return };
    let run = scene.pc.command(&["pair"]);
    let steps = [("Waiting for the new device", "\u{3}")];
    let Some(seen) = type_in(run, &steps) else {
        return;
    };
    assert!(seen.last().contains("Or scan it"), "{}", seen.last());
    assert!(seen.last().contains('▀') || seen.screens[0].contains('▀'));
    assert_eq!(seen.code, 130);
    let run = scene.pc.command(&["pair"]).env("NO_COLOR", "1");
    type_in(run, &steps).unwrap();
}

#[test]
fn saves_that_a_token_opens_are_not_shared() {
    // As an earlier version opted folders in, which asked for no passphrase.
    let Some(world) = World::with_restic() else {
        return;
    };
    let server = OurServer::start(&world.path("server"));
    server.add_open_account("alice");
    let pc = world.device("PC");
    let token = server.add_device("alice", "PC");
    let secret = token.split_once(':').unwrap().1;
    fs::write(world.path("passphrase"), format!("{secret}\n")).unwrap();
    pc.init(&server.url(), &token, &[&passphrase_file(&world)]);
    let said = pc.command(&["pair"]).code(1);
    said.assert_says("must not leave it");
    // A folder is no server.
    let other = world.device("Other");
    let cloud = format!("--url={}", world.cloud().display());
    let file = world.path("passphrase");
    fs::write(&file, "x y z\n").unwrap();
    let file = format!("--passphrase-file={}", file.display());
    other.command(&["init", &cloud, &file]).ok();
    let said = other.command(&["pair"]).code(1);
    said.assert_says("can let devices in");
}

#[test]
#[cfg(all(target_os = "linux", feature = "window"))]
fn what_is_shown_is_typed_into_the_window_of_setup() {
    use crate::support::display::Display;
    let Some(display) = Display::start() else {
        return;
    };
    let Some(scene) = Scene::new() else { return };
    // Nobody says yes: it is told, and nothing is stored.
    let (pair, shown) = scene.pair(&[], "");
    let run = display.shows(scene.deck.command(&["setup"])).start();
    display.sees("Connect this device");
    crate::window_setup::type_text(&display, &shown.to_ascii_lowercase());
    display.key("Return");
    display.sees("The other device said no");
    assert_eq!(pair.wait().status.code(), Some(0));
    scene.assert_nobody_came();
    drop(run);

    let (pair, shown) = scene.pair(&["--yes"], "");
    let run = display.shows(scene.deck.command(&["setup"])).start();
    display.sees("Connect this device");
    crate::window_setup::type_text(&display, &shown.to_ascii_lowercase());
    display.key("Return");
    display.choose("on PC");
    display.press("Next");
    display.press("Start syncing");
    display.sees("The next launch brings the saves here");
    display.press("Close");
    let said = run.wait();
    assert!(said.status.success(), "{said}");
    assert_eq!(pair.wait().status.code(), Some(0));
    scene.assert_in_sync();

    // A player who leaves before anything is opted in leaves no device behind.
    let tv = scene.world.device("TV");
    let (pair, shown) = scene.pair(&["--yes"], "");
    let run = display.shows(tv.command(&["setup"])).start();
    display.sees("Connect this device");
    crate::window_setup::type_text(&display, &shown.to_ascii_lowercase());
    display.key("Return");
    display.sees("on PC");
    display.key("Escape");
    assert_eq!(run.wait().status.code(), Some(130));
    assert_eq!(pair.wait().status.code(), Some(0));
    assert_eq!(scene.devices(), ["PC", "Deck"]);
}
