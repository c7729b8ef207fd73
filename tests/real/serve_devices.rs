//! Devices, instances, heartbeats, the sync log, events and grants over the control API.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::control::Control;
use crate::support::our_server::OurServer;
use crate::support::rest_client::{RestClient, name_of};

struct Scene {
    server: OurServer,
    /// Alice in a browser.
    alice: Control,
    stranger: Control,
    _folder: tempfile::TempDir,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let stranger = Control::new(&server.url());
    let alice = join(&server, &stranger, "alice");
    Scene {
        server,
        alice,
        stranger,
        _folder: folder,
    }
}

fn join(server: &OurServer, stranger: &Control, name: &str) -> Control {
    let said = server.admin(&["invite", "add", "--instances=2"]).ok();
    stranger.register(said.stdout.lines().last().unwrap(), name)
}

/// Adds a device, and returns its id and token.
fn add(person: &Control, name: &str) -> (String, String) {
    let body = json!({ "name": name, "kind": "handheld" });
    let said = person.post("/v1/devices", &body).ok().value;
    let text = |key: &str| said[key].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

impl Scene {
    fn rest(&self, token: &str) -> RestClient {
        RestClient::new(&self.server.url(), None, token)
    }

    /// Registers an instance, and makes its repository.
    fn instance(&self, token: &str) -> String {
        let device = self.stranger.device(token);
        let said = device.post("/v1/instances", &json!({})).ok().value;
        let id = said["id"].as_str().unwrap().to_owned();
        let rest = self.rest(token);
        assert_eq!(rest.post(&format!("/alice/{id}/?create=true"), ""), 200);
        assert_eq!(rest.post(&format!("/alice/{id}/config"), "config"), 200);
        id
    }

    /// Pushes: a pack, and a snapshot, whose name is returned.
    fn push(&self, token: &str, id: &str, content: &str) -> String {
        let rest = self.rest(token);
        let pack = format!("/alice/{id}/data/{}", name_of(content.as_bytes()));
        assert_eq!(rest.post(&pack, content.to_owned()), 200);
        let snapshot = format!("snapshot of {content}");
        let name = name_of(snapshot.as_bytes());
        assert_eq!(
            rest.post(&format!("/alice/{id}/snapshots/{name}"), snapshot),
            200
        );
        name
    }
}

#[test]
fn devices_are_added_renamed_and_revoked_by_their_account_alone() {
    let scene = scene();
    let bob = join(&scene.server, &scene.stranger, "bob");
    let (deck, token) = add(&scene.alice, "Deck");
    let (pc, pc_token) = add(&scene.alice, "PC");
    let device = scene.stranger.device(&token);
    scene
        .alice
        .post("/v1/devices", &json!({ "name": "Deck" }))
        .refused(409, "conflict");
    scene
        .alice
        .post("/v1/devices", &json!({ "name": " " }))
        .refused(400, "invalid");
    scene
        .alice
        .post("/v1/devices", &json!({ "name": "x", "kind": "toaster" }))
        .refused(400, "invalid");
    // Whoever steals a token must not make themselves another one.
    device
        .post("/v1/devices", &json!({ "name": "Thief" }))
        .refused(403, "forbidden");

    let rows = device.get("/v1/devices").ok().value["devices"].clone();
    let row = |name: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        rows.find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(
        (&row("Deck")["is_this"], &row("Deck")["kind"]),
        (&json!(true), &json!("handheld"))
    );
    assert!(row("Deck")["last_seen_at"].is_i64() && row("PC")["last_seen_at"].is_null());
    assert!(!rows.to_string().contains("isd_"));

    let path = |id: &str| format!("/v1/devices/{id}");
    device
        .ask("PATCH", &path(&deck), &json!({ "name": "Steam Deck" }))
        .ok();
    device
        .ask("PATCH", &path(&pc), &json!({ "name": "Mine" }))
        .refused(403, "forbidden");
    scene
        .alice
        .ask("PATCH", &path(&pc), &json!({ "kind": "computer" }))
        .ok();
    scene
        .alice
        .ask("PATCH", &path(&pc), &json!({ "name": "Steam Deck" }))
        .refused(409, "conflict");
    // Others' devices are none.
    bob.ask("PATCH", &path(&pc), &json!({ "name": "x" }))
        .refused(404, "not_there");
    bob.delete(&path(&pc)).refused(404, "not_there");

    // One that is revoked is out at once, and the others are not.
    device.delete(&path(&pc)).ok();
    scene
        .stranger
        .device(&pc_token)
        .get("/v1/devices")
        .refused(401, "unknown");
    assert_eq!(scene.rest(&pc_token).get("/alice/x").status, 401);
    scene.alice.delete(&path(&pc)).refused(404, "not_there");
    device.get("/v1/devices").ok();
    // As restic sends it, too.
    let basic = scene.rest(&token).authorization();
    let (_, value) = basic.trim_end().split_once(": ").unwrap();
    scene
        .stranger
        .with("authorization", value)
        .get("/v1/devices")
        .ok();
}

#[test]
fn an_instance_is_registered_pushed_into_listed_deleted_and_brought_back() {
    let scene = scene();
    let (deck, token) = add(&scene.alice, "Deck");
    let rest = scene.rest(&token);
    let unknown = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
    assert_eq!(
        rest.post(&format!("/alice/{unknown}/?create=true"), ""),
        403
    );
    let id = scene.instance(&token);
    let device = scene.stranger.device(&token);
    let again = device
        .post("/v1/instances", &json!({ "id": id }))
        .ok()
        .value;
    assert_eq!(again, json!({ "id": id, "is_new": false }));
    for wrong in ["00000000000000000000000000", "x", "../alice"] {
        device
            .post("/v1/instances", &json!({ "id": wrong }))
            .refused(400, "invalid");
    }
    device.post("/v1/instances", &json!({})).ok();
    device
        .post("/v1/instances", &json!({}))
        .refused(403, "forbidden");

    let snapshot = scene.push(&token, &id, "a pack");
    let find = || {
        let said = scene.alice.get("/v1/instances").ok().value;
        assert_eq!(said["limit"], 2);
        let rows = said["instances"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["id"] == id[..]).unwrap()
    };
    let row = find();
    assert_eq!(
        row["bytes"],
        "config".len() + "a pack".len() + "snapshot of a pack".len()
    );
    let push = &row["pushes"][0];
    assert_eq!(
        (&push["device"], &push["name"]),
        (&json!(deck), &json!("Deck"))
    );
    assert_eq!(push["snapshot"], snapshot);

    let path = format!("/v1/instances/{id}");
    device.delete(&path).refused(403, "forbidden");
    scene
        .alice
        .delete("/v1/instances/00000000000000000000000000")
        .refused(404, "not_there");
    scene
        .alice
        .delete(&format!("/v1/instances/{unknown}"))
        .refused(404, "not_there");
    scene.alice.delete(&path).ok();
    let config = rest.get(&format!("/alice/{id}/config"));
    assert_eq!(config.status, 404);
    // restic sees an empty list; a header says what became of it, and until when.
    let list = rest.get(&format!("/alice/{id}/snapshots/"));
    assert_eq!((list.status, &list.body[..]), (200, &b"[]"[..]));
    let until = find()["deleted_at"].as_i64().unwrap() + 30 * 24 * 60 * 60;
    for answer in [&config, &list] {
        let said = format!("trashed until={until}");
        assert_eq!(answer.refused.as_deref(), Some(&said[..]));
    }
    assert_eq!(rest.post(&format!("/alice/{id}/?create=true"), ""), 403);
    device
        .post("/v1/instances", &json!({ "id": id }))
        .refused(409, "conflict");
    assert!(find()["deleted_at"].is_i64() && find()["bytes"] == 0);
    // Its place is free meanwhile, and it needs one to come back.
    device.post("/v1/instances", &json!({})).ok();
    let back = format!("{path}/undelete");
    scene
        .alice
        .post(&back, &Value::Null)
        .refused(403, "forbidden");
    let rows = scene.alice.get("/v1/instances").ok().value["instances"].clone();
    let other = rows
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["deleted_at"].is_null())
        .unwrap();
    scene
        .alice
        .delete(&format!("/v1/instances/{}", other["id"].as_str().unwrap()))
        .ok();
    assert_eq!(
        scene.alice.post(&back, &Value::Null).ok().value["objects"],
        3
    );
    assert_eq!(
        rest.get(&format!("/alice/{id}/snapshots/{snapshot}"))
            .status,
        200
    );
    assert_eq!(rest.get(&format!("/alice/{id}/snapshots/")).refused, None);
    assert!(find()["deleted_at"].is_null());
}

#[test]
fn the_sync_log_says_who_did_what_and_takes_no_names_and_no_pushes_from_devices() {
    let scene = scene();
    let bob = join(&scene.server, &scene.stranger, "bob");
    let (deck, token) = add(&scene.alice, "Deck");
    let id = scene.instance(&token);
    let snapshot = scene.push(&token, &id, "a pack");
    let device = scene.stranger.device(&token);
    let report = |what: &str, more: Value| {
        let mut body = json!({ "instance": id, "what": what });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        device.post("/v1/sync-log", &body)
    };
    report(
        "pulled",
        json!({ "snapshot": snapshot, "bytes": 7, "units": 2 }),
    )
    .ok();
    report("failed", json!({ "reason": "offline" })).ok();
    report("pushed", json!({})).refused(400, "invalid");
    report("failed", json!({ "reason": "My World" })).refused(400, "invalid");
    report("pulled", json!({ "snapshot": "x" })).refused(400, "invalid");
    report("played", json!({})).refused(400, "invalid");
    scene
        .alice
        .post("/v1/sync-log", &json!({ "instance": id, "what": "pulled" }))
        .refused(403, "forbidden");

    let log = |query: &str| {
        let said = scene.alice.get(&format!("/v1/sync-log{query}")).ok();
        said.value["entries"].as_array().unwrap().clone()
    };
    let rows = log("");
    let what: Vec<_> = rows
        .iter()
        .map(|row| row["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["failed", "pulled", "pushed"]);
    assert_eq!(
        (&rows[1]["bytes"], &rows[1]["units"]),
        (&json!(7), &json!(2))
    );
    let pushed = &rows[2];
    assert_eq!(
        (&pushed["device"], &pushed["snapshot"]),
        (&json!(deck), &json!(snapshot))
    );
    assert_eq!(
        pushed["bytes"],
        "config".len() + "a pack".len() + "snapshot of a pack".len()
    );
    assert_eq!(
        log(&format!("?before={}&limit=1", rows[0]["id"]))[0],
        rows[1]
    );
    assert_eq!(log("?instance=01M7Y8NXC8Z2MTVTHSG1NKY3QG").len(), 0);
    for wrong in [
        "?limit=0",
        "?limit=501",
        "?limit=x",
        "?instance=x",
        "?before=x",
    ] {
        scene
            .alice
            .get(&format!("/v1/sync-log{wrong}"))
            .refused(400, "invalid");
    }
    assert_eq!(bob.get("/v1/sync-log").ok().value["entries"], json!([]));
}

/// A stream of events.
pub struct Stream(BufReader<TcpStream>);

impl Stream {
    pub fn open(server: &OurServer, authorization: &str) -> Self {
        let mut stream = server.connect();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let head =
            format!("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut stream = Self(BufReader::new(stream));
        assert_eq!(stream.line(), "HTTP/1.1 200 OK");
        while stream.line() != "retry: 5000" {}
        stream
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert_ne!(
            self.0.read_line(&mut line).unwrap(),
            0,
            "the stream is over"
        );
        line.trim_end().to_owned()
    }

    /// Returns the data of the next event of this kind.
    pub fn next(&mut self, kind: &str) -> Value {
        let expected = format!("event: {kind}");
        loop {
            if self.line() == expected {
                let line = self.line();
                return serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap();
            }
        }
    }

    fn ends(mut self) {
        let since = Instant::now();
        let mut line = String::new();
        while self.0.read_line(&mut line).unwrap_or(0) > 0 {
            assert!(since.elapsed() < Duration::from_secs(20), "{line}");
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {}", token.split_once(':').unwrap().1)
}

#[test]
fn a_push_is_told_to_the_accounts_streams_which_end_when_their_device_is_revoked() {
    let mut scene = scene();
    let bob = join(&scene.server, &scene.stranger, "bob");
    let (deck, token) = add(&scene.alice, "Deck");
    let (pc, pc_token) = add(&scene.alice, "PC");
    let (_, of_bob) = add(&bob, "Tablet");
    let mut on_pc = Stream::open(&scene.server, &bearer(&pc_token));
    let mut elsewhere = Stream::open(&scene.server, &bearer(&of_bob));
    let id = scene.instance(&token);
    let snapshot = scene.push(&token, &id, "a pack");
    let said = on_pc.next("snapshot");
    assert_eq!(
        said,
        json!({ "event": "snapshot", "instance": id, "snapshot": snapshot, "device": deck })
    );
    // The same again is nothing new.
    scene.push(&token, &id, "a pack");
    let second = scene.push(&token, &id, "another pack");
    assert_eq!(on_pc.next("snapshot")["snapshot"], second);
    scene.alice.delete(&format!("/v1/devices/{pc}")).ok();
    on_pc.ends();
    // Bob heard nothing of all that.
    add(&bob, "Phone");
    let mut heard = elsewhere.line();
    while heard.is_empty() || heard == "a" || heard.len() < 5 {
        heard = elsewhere.line();
    }
    assert!(
        heard.contains("devices") || heard.chars().all(|c| c.is_ascii_hexdigit()),
        "{heard}"
    );
    // Streams hold up no end.
    let since = Instant::now();
    assert!(scene.server.stop_gently());
    assert!(since.elapsed() < Duration::from_secs(10));
    elsewhere.ends();
}

#[test]
fn an_account_has_64_streams_and_no_more() {
    let scene = scene();
    let (_, token) = add(&scene.alice, "Deck");
    let open: Vec<_> = (0..64)
        .map(|_| Stream::open(&scene.server, &bearer(&token)))
        .collect();
    let device = scene.stranger.device(&token);
    device.get("/v1/events").refused(429, "too_many");
    drop(open);
    // Places are free again once the server sees that nobody is there any more: with the next event.
    add(&scene.alice, "PC");
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(20) {
        let mut stream = scene.server.connect();
        let head = format!(
            "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\n\r\n",
            bearer(&token)
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        if line.starts_with("HTTP/1.1 200") {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no place is free again");
}

#[test]
fn others_see_who_plays_until_it_is_pushed() {
    let scene = scene();
    let (deck, token) = add(&scene.alice, "Deck");
    let (_, pc_token) = add(&scene.alice, "PC");
    let id = scene.instance(&token);
    let (device, pc) = (
        scene.stranger.device(&token),
        scene.stranger.device(&pc_token),
    );
    let mut stream = Stream::open(&scene.server, &bearer(&pc_token));
    let beat = |doing: Value| device.post("/v1/heartbeat", &json!({ "doing": doing }));
    let doing = json!([{ "instance": id, "state": "unpushed", "since": 1000 }]);
    assert_eq!(
        beat(doing.clone()).ok().value["present"],
        json!([]),
        "one's own is no news"
    );
    let present = json!({ "device": deck, "instance": id, "state": "unpushed", "since": 1000 });
    let told = stream.next("presence");
    assert_eq!(
        (&told["device"], &told["state"]),
        (&present["device"], &present["state"])
    );
    let around = pc.post("/v1/heartbeat", &json!({})).ok().value;
    assert_eq!(around["present"], json!([present]));
    let row = scene.alice.get("/v1/instances").ok().value["instances"][0].clone();
    assert_eq!(row["present"], json!([present]));
    // A clock that is ahead counts as now.
    beat(json!([{ "instance": id, "state": "playing", "since": i64::MAX }])).ok();
    let since = pc.post("/v1/heartbeat", &json!({})).ok().value["present"][0]["since"].clone();
    assert!(since.as_i64().unwrap() < 10_000_000_000);
    beat(json!([{ "instance": "x", "state": "playing", "since": 1 }])).refused(400, "invalid");
    beat(json!([{ "instance": id, "state": "asleep", "since": 1 }])).refused(400, "invalid");
    scene.push(&token, &id, "a pack");
    assert_eq!(
        pc.post("/v1/heartbeat", &json!({})).ok().value["present"],
        json!([])
    );
    scene
        .alice
        .post("/v1/heartbeat", &json!({}))
        .refused(403, "forbidden");
}

#[test]
fn a_device_may_remove_once_a_person_said_yes_and_not_after_they_took_it_back() {
    let scene = scene();
    let bob = join(&scene.server, &scene.stranger, "bob");
    let (deck, token) = add(&scene.alice, "Deck");
    let (_, pc_token) = add(&scene.alice, "PC");
    let id = scene.instance(&token);
    let snapshot = scene.push(&token, &id, "a pack");
    let (device, rest) = (scene.stranger.device(&token), scene.rest(&token));
    let path = format!("/alice/{id}/snapshots/{snapshot}");
    let ask = |minutes: u32| {
        let body = json!({ "instance": id, "minutes": minutes });
        device.post("/v1/grants/requests", &body)
    };
    ask(0).refused(400, "invalid");
    ask(61).refused(400, "invalid");
    ask(10).ok();
    // Asking again takes the place of what was asked.
    let request = ask(20).ok().value["id"].as_str().unwrap().to_owned();
    let waiting = scene.alice.get("/v1/grants").ok().value["requests"].clone();
    assert_eq!(waiting.as_array().unwrap().len(), 1);
    assert_eq!(
        (&waiting[0]["device"], &waiting[0]["minutes"]),
        (&json!(deck), &json!(20))
    );
    assert_eq!(rest.delete(&path), 403, "nobody said yes");
    let approve = format!("/v1/grants/requests/{request}/approve");
    device
        .post(&approve, &Value::Null)
        .refused(403, "forbidden");
    bob.post(&approve, &Value::Null).refused(404, "not_there");
    let grant = scene.alice.post(&approve, &Value::Null).ok().value["id"].clone();
    scene
        .alice
        .post(&approve, &Value::Null)
        .refused(404, "not_there");
    // One device, one repository.
    assert_eq!(scene.rest(&pc_token).delete(&path), 403);
    assert_eq!(rest.delete(&path), 200);
    let revoke = format!("/v1/grants/{}", grant.as_str().unwrap());
    bob.delete(&revoke).refused(404, "not_there");
    scene.alice.delete(&revoke).ok();
    scene.alice.delete(&revoke).refused(404, "not_there");
    let second = scene.push(&token, &id, "another pack");
    assert_eq!(rest.delete(&format!("/alice/{id}/snapshots/{second}")), 403);
    let refused = ask(5).ok().value["id"].as_str().unwrap().to_owned();
    scene
        .alice
        .post(
            &format!("/v1/grants/requests/{refused}/refuse"),
            &Value::Null,
        )
        .ok();
    assert_eq!(device.get("/v1/grants").ok().value["requests"], json!([]));
    let audit = scene.server.admin(&["audit", "--json"]).ok().json();
    let audit: Vec<_> = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["what"].as_str().unwrap().to_owned(),
                row["actor"].as_str().unwrap().to_owned(),
            )
        })
        .filter(|(what, _)| what.starts_with("grant"))
        .collect();
    let (of_device, of_alice) = (format!("device {deck}"), "account alice".to_owned());
    let expected = [
        ("grant asked for", &of_device),
        ("grant asked for", &of_device),
        ("grant added", &of_alice),
        ("grant revoked", &of_alice),
        ("grant asked for", &of_device),
        ("grant refused", &of_alice),
    ];
    let audit: Vec<_> = audit
        .iter()
        .map(|(what, actor)| (what.as_str(), actor))
        .collect();
    assert_eq!(audit, expected);
}
