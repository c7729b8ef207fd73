//! The interactions endpoint, as Discord asks it: with a key pair of the test's own.

use ed25519_dalek::{Signer as _, SigningKey};
use instance_sync::domain::enrolment::Enrolment;
use serde_json::{Value, json};

use crate::support::control::{Control, Said};
use crate::support::our_server::OurServer;
use crate::support::pages::Pages;

const USER: &str = "80351110224678912";
const PATH: &str = "/v1/discord/interactions";

struct Discord {
    key: SigningKey,
    stranger: Control,
}

fn scene() -> (tempfile::TempDir, OurServer, Discord) {
    let key = SigningKey::from_bytes(&[9; 32]);
    let folder = tempfile::tempdir().unwrap();
    let public = hex::encode(key.verifying_key().as_bytes());
    let server = OurServer::start_with(
        folder.path(),
        &[
            &format!("--discord-public-key={public}"),
            "--discord-quota=2G",
            "--public-url=https://saves.example.org",
        ],
    );
    let stranger = Control::new(&server.url());
    (folder, server, Discord { key, stranger })
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

impl Discord {
    /// Asks as Discord does, at this time.
    #[track_caller]
    fn ask_at(&self, time: i64, body: &Value) -> Said {
        let time = time.to_string();
        let signature = self.key.sign(format!("{time}{body}").as_bytes());
        self.stranger
            .with("x-signature-ed25519", &hex::encode(signature.to_bytes()))
            .with("x-signature-timestamp", &time)
            .post(PATH, body)
    }

    /// Returns what a person reads that uses a command.
    #[track_caller]
    fn says(&self, user: &str, id: u32, task: &Value) -> String {
        let body = json!({
            "id": id.to_string(), "type": 2, "token": "x",
            "member": { "user": { "id": user, "username": "alice" }, "roles": [] },
            "data": { "name": "cloud", "type": 1, "options": [task] },
        });
        let said = self.ask_at(now(), &body).ok();
        assert_eq!(said.value["type"], 4);
        // Seen by nobody else, and nobody is called.
        assert_eq!(said.value["data"]["flags"], 64);
        assert_eq!(
            said.value["data"]["allowed_mentions"],
            json!({ "parse": [] })
        );
        said.value["data"]["content"].as_str().unwrap().to_owned()
    }
}

fn code_in(text: &str) -> String {
    let (_, rest) = text
        .split_once("<https://saves.example.org/v1/enrol#")
        .unwrap();
    rest.trim_end_matches('>').to_owned()
}

#[test]
fn only_what_discord_signs_now_and_for_the_first_time_counts() {
    let (_folder, server, discord) = scene();
    let ping = json!({ "type": 1, "id": "1" });
    let said = discord.ask_at(now(), &ping).ok();
    assert_eq!(said.value, json!({ "type": 1 }));
    let at = now();
    let again = json!({ "type": 1, "id": "2" });
    discord.ask_at(at, &again).ok();
    discord.ask_at(at, &again).refused(401, "unknown");
    discord
        .ask_at(at - 400, &json!({ "type": 1, "id": "3" }))
        .refused(401, "unknown");
    discord
        .ask_at(at + 400, &json!({ "type": 1, "id": "4" }))
        .refused(401, "unknown");
    discord.stranger.post(PATH, &ping).refused(401, "unknown");
    // Who is nobody learns nothing else: not what the body has to be.
    let mut form = Pages::new(&server.url());
    assert_eq!(form.ask("POST", PATH, &[("type", "1")], &[]).status, 401);
    assert_eq!(form.ask("POST", PATH, &[], &[]).status, 401);
    let other = Discord {
        key: SigningKey::from_bytes(&[8; 32]),
        stranger: discord.stranger.clone(),
    };
    other
        .ask_at(now(), &json!({ "type": 1, "id": "5" }))
        .refused(401, "unknown");
    discord
        .ask_at(now(), &json!({ "type": 9, "id": "6" }))
        .refused(400, "invalid");
    discord
        .ask_at(now(), &json!({ "type": 2, "id": "7" }))
        .refused(400, "invalid");
    let evil = json!({ "type": 2, "id": "8", "user": { "id": "../alice" } });
    discord.ask_at(now(), &evil).refused(400, "invalid");
    assert_eq!(
        server.admin(&["account", "list", "--json"]).ok().json()["rows"],
        json!([])
    );
    // Where no key is given there is no such endpoint.
    let folder = tempfile::tempdir().unwrap();
    let without = OurServer::start(folder.path());
    Control::new(&without.url())
        .post(PATH, &ping)
        .refused(404, "nowhere");
}

#[test]
fn a_person_registers_lists_and_revokes() {
    let (_folder, server, discord) = scene();
    let task = |name: &str| json!({ "name": name, "type": 1 });
    let said = discord.says(USER, 1, &task("devices"));
    assert!(said.contains("no account"), "{said}");
    let lost = code_in(&discord.says(USER, 2, &task("register")));
    let said = discord.says(USER, 3, &task("register"));
    let code = code_in(&said);
    assert!(code.starts_with("ise_") && said.contains(USER), "{said}");
    assert!(said.contains("Run `instance-sync setup`"), "{said}");
    // As it is copied from there, brackets and all, `setup` takes it.
    let link = said.lines().last().unwrap();
    let read = Enrolment::parse(link).unwrap();
    assert_eq!(read.url, "https://saves.example.org");
    // The one before is worth nothing any more.
    let enrol = |code: &str, name: &str| {
        let body = json!({ "code": code, "name": name });
        discord.stranger.post("/v1/enrolments", &body)
    };
    enrol(&lost, "Deck").refused(404, "not_there");
    let token = enrol(&code, "De`ck").ok().value["token"]
        .as_str()
        .unwrap()
        .to_owned();
    enrol(&code, "Deck").refused(404, "not_there");
    assert!(token.starts_with(&format!("{USER}:isd_")), "{token}");
    discord.stranger.device(&token).get("/v1/devices").ok();
    let accounts = server.admin(&["account", "list", "--json"]).ok().json();
    assert_eq!(accounts["rows"][0]["quota_bytes"], 2_u64 << 30);
    assert_eq!(accounts["rows"].as_array().unwrap().len(), 1);

    let said = discord.says(USER, 4, &task("devices"));
    assert!(said.contains("`De'ck`"), "{said}");
    assert!(
        discord
            .says("99", 5, &task("devices"))
            .contains("no account")
    );
    let revoke = |device: &str| json!({ "name": "revoke", "type": 1, "options": [{ "name": "device", "type": 3, "value": device }] });
    assert!(
        discord
            .says("99", 6, &revoke("De`ck"))
            .contains("no account")
    );
    assert!(
        discord
            .says(USER, 7, &revoke("PC"))
            .contains("no such device")
    );
    assert!(
        discord
            .says(USER, 8, &task("revoke"))
            .contains("which device")
    );
    assert!(discord.says(USER, 9, &revoke("De`ck")).contains("is out"));
    discord
        .stranger
        .device(&token)
        .get("/v1/devices")
        .refused(401, "unknown");
    for unknown in ["delete", ""] {
        let said = discord.says(USER, 10, &task(unknown));
        assert!(said.contains("/cloud register"), "{said}");
    }
    server.admin(&["account", "suspend", USER]).ok();
    assert!(
        discord
            .says(USER, 11, &task("register"))
            .contains("suspended")
    );
    assert!(!server.log_text().contains(&code));
}

#[test]
fn a_name_that_somebody_chose_with_a_password_is_not_given_away() {
    let (_folder, server, discord) = scene();
    // Somebody who knows the id of a person at Discord, and has an invite.
    discord.stranger.register(&server.said_last(), USER);
    let register = json!({ "name": "register", "type": 1 });
    let said = discord.says(USER, 1, &register);
    assert!(said.contains("somebody else's"), "{said}");
    // What an operator made beforehand is that person's.
    server.add_open_account("12345");
    assert!(discord.says("12345", 2, &register).contains("<https://"));
}
