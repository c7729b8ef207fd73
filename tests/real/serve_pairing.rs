//! Pairing over the control API: who gets in by a code, who does not, and what the server never has.

use serde_json::{Value, json};

use crate::serve_devices::Stream;
use crate::support::control::{Control, PASSWORD, Said};
use crate::support::our_server::OurServer;
use crate::support::rest_client::RestClient;

/// What a device seals for another one, as far as the server can tell.
const BUNDLE: &str = "c2VhbGVkIGZvciB0aGUgbmV3IGRldmljZQ";

struct Scene {
    server: OurServer,
    /// Alice in a browser.
    alice: Control,
    /// A device of hers.
    pc: Control,
    pc_token: String,
    stranger: Control,
    _folder: tempfile::TempDir,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let stranger = Control::new(&server.url());
    let alice = join(&server, &stranger, "alice");
    let (pc, pc_token) = device_of(&alice, &stranger, "PC");
    Scene {
        server,
        alice,
        pc,
        pc_token,
        stranger,
        _folder: folder,
    }
}

fn join(server: &OurServer, stranger: &Control, name: &str) -> Control {
    let said = server.admin(&["invite", "add"]).ok();
    stranger.register(said.stdout.lines().last().unwrap(), name)
}

fn device_of(person: &Control, stranger: &Control, name: &str) -> (Control, String) {
    let said = person.post("/v1/devices", &json!({ "name": name })).ok();
    let token = text(&said.value, "token");
    (stranger.device(&token), token)
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key}: {value}"))
        .to_owned()
}

fn path(pairing: &Value, word: &str) -> String {
    let id = text(pairing, "id");
    if word.is_empty() {
        format!("/v1/pairings/{id}")
    } else {
        format!("/v1/pairings/{id}/{word}")
    }
}

/// A code that is not this one.
fn other(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

impl Scene {
    /// A new device says a code.
    fn claim(&self, account: &str, code: &str) -> Said {
        let body = json!({
            "account": account, "code": code, "name": "Deck", "kind": "handheld", "secret": "typed",
        });
        self.stranger.post("/v1/pairings/claim", &body)
    }

    /// A new device asks how it stands.
    fn ask(&self, waiting: &Value) -> Said {
        let body = json!({ "claim": waiting["claim"] });
        self.stranger.post("/v1/pairings/answer", &body)
    }

    fn begin(&self) -> Value {
        self.pc.post("/v1/pairings", &Value::Null).ok().value
    }

    /// Begins one that a device claimed.
    fn begin_claimed(&self) -> (Value, Value) {
        let begun = self.begin();
        let waiting = self.claim("alice", &text(&begun, "code")).ok().value;
        (begun, waiting)
    }
}

#[test]
fn a_device_that_has_the_code_and_a_yes_gets_a_token_of_its_own_and_the_bundle_once() {
    let scene = scene();
    let basic = scene.rest(&scene.pc_token).authorization();
    let (_, authorization) = basic.trim_end().split_once(": ").unwrap();
    let mut events = Stream::open(&scene.server, authorization);
    let begun = scene.begin();
    assert_eq!(begun["account"], "alice");
    let code = text(&begun, "code");
    assert_eq!(code.len(), 6);
    assert_eq!(events.next("pairing")["state"], "open");
    let waiting = scene.claim("alice", &code).ok().value;
    assert_eq!(waiting["id"], begun["id"]);
    assert_eq!(
        events.next("pairing"),
        json!({ "event": "pairing", "pairing": begun["id"], "state": "claimed" })
    );
    // Nothing yet: the code alone makes a device that waits.
    assert_eq!(
        scene.ask(&waiting).ok().value,
        json!({ "state": "claimed" })
    );
    let seen = scene.pc.get(&path(&begun, "")).ok().value;
    assert_eq!(
        seen["device"],
        json!({ "name": "Deck", "kind": "handheld", "address": "127.0.0.1" })
    );
    assert_eq!(
        (&seen["secret"], &seen["code"]),
        (&json!("typed"), &Value::Null)
    );
    let listed = scene.alice.get("/v1/pairings").ok().value;
    assert_eq!(listed["pairings"], json!([seen]));

    let yes = json!({ "bundle": BUNDLE });
    scene.pc.post(&path(&begun, "approve"), &yes).ok();
    assert_eq!(events.next("pairing")["state"], "approved");
    scene
        .pc
        .post(&path(&begun, "approve"), &yes)
        .refused(404, "not_there");
    let entered = scene.ask(&waiting).ok().value["entered"].clone();
    assert_eq!(
        (&entered["name"], &entered["bundle"]),
        (&json!("Deck"), &json!(BUNDLE))
    );
    assert_eq!(events.next("pairing")["state"], "done");
    assert_eq!(events.next("devices"), json!({ "event": "devices" }));
    // The bundle is nowhere any more, and neither is what it was fetched with.
    scene.ask(&waiting).refused(404, "not_there");
    assert_eq!(
        scene.alice.get("/v1/pairings").ok().value["pairings"],
        json!([])
    );
    assert_eq!(scene.pc.get(&path(&begun, "")).ok().value["state"], "done");

    let token = text(&entered, "token");
    assert_ne!(token, scene.pc_token);
    let deck = scene.stranger.device(&token);
    let devices = deck.get("/v1/devices").ok().value["devices"].clone();
    let mut rows = devices.as_array().unwrap().iter();
    let row = rows.find(|row| row["is_this"] == true).unwrap();
    assert_eq!(
        (&row["name"], &row["kind"]),
        (&json!("Deck"), &json!("handheld"))
    );
    // As any device: revoked alone.
    scene
        .alice
        .delete(&format!("/v1/devices/{}", text(&entered, "id")))
        .ok();
    deck.get("/v1/devices").refused(401, "unknown");
    scene.pc.get("/v1/devices").ok();
    assert_eq!(scene.rest(&token).get("/alice/x").status, 401);
}

#[test]
fn a_wrong_code_another_account_and_one_that_was_used_or_is_old_are_the_same_nothing() {
    let scene = scene();
    join(&scene.server, &scene.stranger, "bob");
    let begun = scene.begin();
    let code = text(&begun, "code");
    let wrong = scene
        .claim("alice", &other(&code))
        .refused(404, "not_there");
    for (account, code) in [("bob", &code[..]), ("nobody", &code), ("../alice", &code)] {
        let said = scene.claim(account, code).refused(404, "not_there");
        assert_eq!(said.value, wrong.value);
    }
    scene.claim("alice", "12345").refused(400, "invalid");
    scene.claim("alice", &code).ok();
    let replayed = scene.claim("alice", &code).refused(404, "not_there");
    assert_eq!(replayed.value, wrong.value);
    let begun = scene.begin();
    scene
        .server
        .change_database("UPDATE pairings SET expires_at = 1");
    let old = scene
        .claim("alice", &text(&begun, "code"))
        .refused(404, "not_there");
    assert_eq!(old.value, wrong.value);
    assert_eq!(
        scene.pc.get(&path(&begun, "")).ok().value["state"],
        "expired"
    );
}

#[test]
fn guessing_burns_the_code_and_an_address_guesses_ten_times_an_hour() {
    let scene = scene();
    let begun = scene.begin();
    let code = text(&begun, "code");
    for _ in 0..4 {
        scene
            .claim("alice", &other(&code))
            .refused(404, "not_there");
    }
    scene.claim("alice", &other(&code)).refused(410, "burned");
    scene.claim("alice", &code).refused(410, "burned");
    assert_eq!(
        scene.pc.get(&path(&begun, "")).ok().value["state"],
        "burned"
    );
    // Whoever begins anew has a code that nobody guessed at.
    let begun = scene.begin();
    let code = text(&begun, "code");
    scene
        .claim("alice", &other(&code))
        .refused(404, "not_there");
    scene
        .claim("alice", &other(&code))
        .refused(404, "not_there");
    scene.claim("nobody", &code).refused(404, "not_there");
    scene.claim("nobody", &code).refused(404, "not_there");
    let said = scene.claim("alice", &code).refused(429, "too_many");
    assert!(said.retry_after.is_some_and(|wait| wait > 60), "{said:?}");
}

#[test]
fn whoever_is_not_wanted_is_refused_and_only_their_account_decides() {
    let scene = scene();
    let bob = join(&scene.server, &scene.stranger, "bob");
    let (bobs, _) = device_of(&bob, &scene.stranger, "PC");
    let (begun, waiting) = scene.begin_claimed();
    for other in [&bob, &bobs] {
        for word in ["approve", "refuse"] {
            other
                .post(&path(&begun, word), &json!({}))
                .refused(404, "not_there");
        }
        other.get(&path(&begun, "")).refused(404, "not_there");
        other.delete(&path(&begun, "")).refused(404, "not_there");
        assert_eq!(other.get("/v1/pairings").ok().value["pairings"], json!([]));
    }
    scene
        .stranger
        .post(&path(&begun, "approve"), &json!({}))
        .refused(401, "unknown");
    // A person's yes needs the word of their session, as everything that changes something.
    scene
        .alice
        .with("x-csrf-token", "wrong")
        .post(&path(&begun, "approve"), &json!({}))
        .refused(403, "csrf");
    scene.alice.post(&path(&begun, "refuse"), &Value::Null).ok();
    assert_eq!(
        scene.ask(&waiting).ok().value,
        json!({ "state": "refused" })
    );
    scene
        .pc
        .post(&path(&begun, "approve"), &json!({}))
        .refused(404, "not_there");
    // One that is ended lets nobody in, nor does one that another took the place of.
    let (begun, waiting) = scene.begin_claimed();
    scene.pc.delete(&path(&begun, "")).ok();
    assert_eq!(scene.ask(&waiting).ok().value["state"], "ended");
    let (begun, waiting) = scene.begin_claimed();
    scene.begin();
    assert_eq!(scene.ask(&waiting).ok().value["state"], "ended");
    scene
        .pc
        .post(&path(&begun, "approve"), &json!({}))
        .refused(404, "not_there");
    // One that waits for too long for its yes, or does not fetch its answer.
    for word in ["", "approve"] {
        let (begun, waiting) = scene.begin_claimed();
        if !word.is_empty() {
            scene.pc.post(&path(&begun, word), &json!({})).ok();
        }
        scene
            .server
            .change_database("UPDATE pairings SET expires_at = 1");
        assert_eq!(
            scene.ask(&waiting).ok().value,
            json!({ "state": "expired" })
        );
    }
    let devices = scene.pc.get("/v1/devices").ok().value;
    assert_eq!(devices["devices"].as_array().unwrap().len(), 1);
}

#[test]
fn a_person_lets_a_device_in_to_ciphertext_from_a_browser_alone() {
    let scene = scene();
    let begun = scene.alice.post("/v1/pairings", &Value::Null).ok().value;
    let seen = scene.alice.get(&path(&begun, "")).ok().value;
    assert_eq!(
        (&seen["state"], &seen["code"]),
        (&json!("open"), &begun["code"])
    );
    let body = json!({ "account": "alice", "code": begun["code"], "name": "PC" });
    let waiting = scene.stranger.post("/v1/pairings/claim", &body).ok().value;
    assert_eq!(
        scene.alice.get(&path(&begun, "")).ok().value["secret"],
        "none"
    );
    scene.alice.post(&path(&begun, "approve"), &json!({})).ok();
    let entered = scene.ask(&waiting).ok().value["entered"].clone();
    assert_eq!(entered["bundle"], Value::Null);
    // The account has a device of that name, which keeps nobody out.
    let name = text(&entered, "name");
    assert!(name.starts_with("PC (") && name.ends_with(')'), "{name}");
    scene
        .stranger
        .device(&text(&entered, "token"))
        .get("/v1/devices")
        .ok();
}

#[test]
fn a_new_device_shows_a_code_and_is_let_in_by_who_types_it() {
    let scene = scene();
    let body = json!({ "name": "Deck", "kind": "handheld" });
    let waiting = scene
        .stranger
        .post("/v1/pairings/requests", &body)
        .ok()
        .value;
    let code = text(&waiting, "code");
    assert_eq!(scene.ask(&waiting).ok().value, json!({ "state": "open" }));
    assert_eq!(
        scene.alice.get("/v1/pairings").ok().value["pairings"],
        json!([])
    );
    scene
        .pc
        .post("/v1/pairings/adopt", &json!({ "code": other(&code) }))
        .refused(404, "not_there");
    // It is no code of an account's own.
    scene.claim("alice", &code).refused(404, "not_there");
    let adopted = scene
        .pc
        .post("/v1/pairings/adopt", &json!({ "code": code }))
        .ok()
        .value;
    assert_eq!(
        (&adopted["id"], &adopted["device"]["name"]),
        (&waiting["id"], &json!("Deck"))
    );
    scene
        .pc
        .post("/v1/pairings/adopt", &json!({ "code": code }))
        .refused(404, "not_there");
    // It takes only what is sealed for it: a yes alone would make it leave again, whoever says it.
    let listed = scene.alice.get("/v1/pairings").ok().value["pairings"][0].clone();
    assert_eq!(
        (&listed["id"], &listed["secret"]),
        (&waiting["id"], &Value::Null)
    );
    for (who, body) in [
        (&scene.alice, json!({})),
        (&scene.pc, json!({ "bundle": null })),
    ] {
        let said = who.post(&path(&adopted, "approve"), &body);
        let said = said.refused(409, "conflict");
        let message = text(&said.value, "message");
        assert!(
            message.contains("instance-sync pair --approve"),
            "{message}"
        );
    }
    assert_eq!(
        scene.ask(&waiting).ok().value,
        json!({ "state": "claimed" })
    );
    scene
        .pc
        .post(&path(&adopted, "approve"), &json!({ "bundle": BUNDLE }))
        .ok();
    let entered = scene.ask(&waiting).ok().value["entered"].clone();
    assert_eq!(entered["bundle"], BUNDLE);
    assert!(text(&entered, "token").starts_with("alice:isd_"));
    scene.ask(&waiting).refused(404, "not_there");
    // Nobody tries codes for as long as they like, neither those of others nor for themselves.
    let guesses = (0..12).map(|number| {
        let code = json!({ "code": format!("{number:06}") });
        scene.pc.post("/v1/pairings/adopt", &code).status
    });
    assert_eq!(guesses.filter(|status| *status == 429).count(), 5);
}

#[test]
fn a_pairing_goes_on_after_a_restart_and_is_over_for_an_account_that_is_suspended() {
    let mut scene = scene();
    let begun = scene.begin();
    scene.server.kill();
    scene.server.start_again();
    let waiting = scene.claim("alice", &text(&begun, "code")).ok().value;
    scene.server.kill();
    scene.server.start_again();
    scene
        .pc
        .post(&path(&begun, "approve"), &json!({ "bundle": BUNDLE }))
        .ok();
    scene.server.kill();
    scene.server.start_again();
    assert_eq!(scene.ask(&waiting).ok().value["entered"]["bundle"], BUNDLE);

    let (begun, waiting) = scene.begin_claimed();
    scene.pc.post(&path(&begun, "approve"), &json!({})).ok();
    let next = scene.begin();
    scene.server.admin(&["account", "suspend", "alice"]).ok();
    scene.ask(&waiting).refused(404, "not_there");
    scene
        .claim("alice", &text(&next, "code"))
        .refused(404, "not_there");
}

#[test]
fn the_server_keeps_no_bundle_that_was_read_and_writes_no_secret_down() {
    let mut scene = scene();
    let (begun, waiting) = scene.begin_claimed();
    scene
        .pc
        .post(&path(&begun, "approve"), &json!({ "bundle": BUNDLE }))
        .ok();
    let entered = scene.ask(&waiting).ok().value["entered"].clone();
    for wrong in ["not base64!", &"A".repeat(20_000)] {
        scene
            .pc
            .post(&path(&begun, "approve"), &json!({ "bundle": wrong }))
            .refused(400, "invalid");
    }
    // What of it is in pages that are free is overwritten, or was never more than ciphertext.
    scene.server.change_database("VACUUM");
    assert!(scene.server.stop_gently());
    let (_, secret) = entered["token"].as_str().unwrap().split_once(':').unwrap();
    for hidden in [BUNDLE, secret, &text(&waiting, "claim"), PASSWORD] {
        assert!(!scene.server.holds(hidden), "{hidden}");
    }
    // The code is in no log, whatever became of it.
    assert!(!scene.server.log_text().contains(&text(&begun, "code")));
}

impl Scene {
    fn rest(&self, token: &str) -> RestClient {
        RestClient::new(&self.server.url(), None, token)
    }
}
