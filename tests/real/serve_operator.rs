//! The operator's listener: a socket, or an address; services with a scope; codes that make a device once.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::control::{Control, Description, Said};
use crate::support::our_server::OurServer;

/// Whoever can open the socket.
struct Operator {
    path: PathBuf,
    token: Option<String>,
}

impl Operator {
    fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            token: None,
        }
    }

    fn with_token(&self, token: &str) -> Self {
        Self {
            path: self.path.clone(),
            token: Some(token.to_owned()),
        }
    }

    #[track_caller]
    fn raw(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let mut stream = UnixStream::connect(&self.path).unwrap();
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let token = self.token.as_ref().map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{token}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        let (head, body) = said.split_once("\r\n\r\n").unwrap();
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            body.to_owned(),
        )
    }

    fn description(&self) -> Description {
        let (_, text) = self.raw("GET", "/openapi.json", &Value::Null);
        Description::of(serde_json::from_str(&text).unwrap())
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, body: &Value) -> Said {
        let (status, text) = self.raw(method, path, body);
        let said = Said {
            status,
            value: serde_json::from_str(&text).unwrap_or(Value::Null),
            cookie: None,
            retry_after: None,
        };
        assert_eq!(
            self.description().objection(method, path, &said),
            None,
            "{method} {path}: {said:?}"
        );
        said
    }

    #[track_caller]
    fn get(&self, path: &str) -> Said {
        self.ask("GET", path, &Value::Null)
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Said {
        self.ask("POST", path, body)
    }
}

fn scene() -> (tempfile::TempDir, OurServer, Operator) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("admin");
    let place = format!("--admin=unix:{}", socket.display());
    let server = OurServer::start_with(folder.path(), &[&place]);
    (folder, server, Operator::new(&socket))
}

fn service(server: &OurServer, scope: &str) -> String {
    let said = server
        .admin(&["service", "add", scope, &format!("--scope={scope}")])
        .ok();
    said.stdout.lines().last().unwrap().to_owned()
}

#[test]
fn who_can_open_the_socket_does_all_that_an_operator_does() {
    let (folder, mut server, operator) = scene();
    let mode = std::fs::metadata(&operator.path)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    operator
        .post(
            "/v1/admin/accounts",
            &json!({ "account": "alice", "quota_bytes": 5 }),
        )
        .ok();
    operator
        .post("/v1/admin/accounts", &json!({ "account": "alice" }))
        .refused(409, "conflict");
    operator
        .post("/v1/admin/accounts", &json!({ "account": "v1" }))
        .refused(400, "invalid");
    let row = || operator.get("/v1/admin/accounts").ok().value["accounts"][0].clone();
    assert_eq!(
        (&row()["name"], &row()["quota_bytes"]),
        (&json!("alice"), &json!(5))
    );
    let quota = "/v1/admin/accounts/alice/quota";
    operator.ask("PUT", quota, &json!({ "bytes": null })).ok();
    operator
        .ask("PUT", quota, &json!({ "bytes": u64::MAX }))
        .refused(400, "invalid");
    assert_eq!(row()["quota_bytes"], Value::Null);
    operator
        .ask(
            "PUT",
            "/v1/admin/accounts/bob/quota",
            &json!({ "bytes": 1 }),
        )
        .refused(404, "not_there");

    let token = server.add_device("alice", "Deck");
    let device = Control::new(&server.url()).device(&token);
    device.get("/v1/devices").ok();
    operator
        .post("/v1/admin/accounts/alice/suspend", &Value::Null)
        .ok();
    device.get("/v1/devices").refused(403, "forbidden");
    operator
        .post("/v1/admin/accounts/alice/resume", &Value::Null)
        .ok();
    device.get("/v1/devices").ok();

    let passed = operator
        .post("/v1/admin/invites", &json!({ "hours": 1 }))
        .ok()
        .value;
    Control::new(&server.url()).register(passed["code"].as_str().unwrap(), "carol");
    let invites = operator.get("/v1/admin/invites").ok().value["invites"].clone();
    let used = invites
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["id"] == passed["id"])
        .unwrap();
    assert_eq!(used["account"], "carol");
    let unused = operator.post("/v1/admin/invites", &json!({})).ok().value;
    let path = format!("/v1/admin/invites/{}", unused["id"].as_str().unwrap());
    operator.ask("DELETE", &path, &Value::Null).ok();
    operator
        .ask("DELETE", &path, &Value::Null)
        .refused(404, "not_there");
    operator
        .post("/v1/admin/invites", &json!({ "hours": 721 }))
        .refused(400, "invalid");

    let entries = operator.get("/v1/admin/audit?limit=1000").ok().value["entries"].clone();
    let text = entries.to_string();
    for what in [
        "account added",
        "quota set",
        "account suspended",
        "account resumed",
        "invite added",
        "invite revoked",
    ] {
        assert!(text.contains(what), "{what}: {text}");
    }
    assert!(!text.contains("isi_"));
    assert!(server.stop_gently());
    assert!(!operator.path.exists(), "it goes away with the server");
    drop(folder);
}

#[test]
fn a_server_says_whether_it_is_ready_and_what_it_did() {
    let (_folder, server, operator) = scene();
    operator.get("/readyz").ok();
    Control::new(&server.url()).get("/healthz").ok();
    let (status, text) = operator.raw("GET", "/metrics", &Value::Null);
    assert_eq!(status, 200);
    for line in [
        "instance_sync_storage_up 1",
        "instance_sync_accounts 0",
        "# TYPE instance_sync_requests_total counter",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
    // As where the disk is not mounted.
    std::fs::rename(server.repositories(), server.data().join("away")).unwrap();
    operator.get("/readyz").refused(503, "storage");
    let (_, text) = operator.raw("GET", "/metrics", &Value::Null);
    assert!(text.contains("instance_sync_storage_up 0"), "{text}");
    assert_eq!(Control::new(&server.url()).get("/healthz").status, 200);
}

#[test]
fn a_chat_bot_makes_accounts_and_codes_that_make_one_device_and_nothing_else() {
    let (_folder, server, operator) = scene();
    let bot = operator.with_token(&service(&server, "provision"));
    bot.post("/v1/admin/accounts", &json!({ "account": "alice" }))
        .ok();
    for (method, path) in [
        ("GET", "/v1/admin/accounts"),
        ("GET", "/v1/admin/audit"),
        ("GET", "/v1/admin/invites"),
        ("POST", "/v1/admin/accounts/alice/suspend"),
        ("POST", "/v1/admin/invites"),
    ] {
        bot.ask(method, path, &Value::Null)
            .refused(403, "forbidden");
    }
    let enrol = "/v1/admin/accounts/alice/enrolments";
    let code = |said: Said| said.value["code"].as_str().unwrap().to_owned();
    let first = code(bot.post(enrol, &Value::Null).ok());
    bot.post("/v1/admin/accounts/bob/enrolments", &Value::Null)
        .refused(404, "not_there");
    let player = Control::new(&server.url());
    let claim = |code: &str, name: &str| {
        player.post(
            "/v1/enrolments",
            &json!({ "code": code, "name": name, "kind": "phone" }),
        )
    };
    claim(&first, " ").refused(400, "invalid");
    let said = claim(&first, "Phone").ok().value;
    player
        .device(said["token"].as_str().unwrap())
        .get("/v1/devices")
        .ok();
    // Once; and whatever is wrong, the same answer.
    let used = claim(&first, "Thief").refused(404, "not_there");
    assert_eq!(
        used.value,
        claim("ise_guess", "Thief").refused(404, "not_there").value
    );
    // A name that is taken keeps nobody out.
    let second = code(bot.post(enrol, &Value::Null).ok());
    claim(&second, "Phone").ok();
    let third = code(bot.post(enrol, &Value::Null).ok());
    operator
        .post("/v1/admin/accounts/alice/suspend", &Value::Null)
        .ok();
    claim(&third, "Phone").refused(404, "not_there");
    operator
        .post("/v1/admin/accounts/alice/resume", &Value::Null)
        .ok();
    let devices = bot.get("/v1/admin/accounts/alice/devices").ok().value["devices"].clone();
    assert_eq!(devices.as_array().unwrap().len(), 2);
    let path = format!(
        "/v1/admin/accounts/alice/devices/{}",
        said["id"].as_str().unwrap()
    );
    bot.ask("DELETE", &path, &Value::Null).ok();
    player
        .device(said["token"].as_str().unwrap())
        .get("/v1/devices")
        .refused(401, "unknown");
    // The token of a service is none of a device, and the other way round.
    player
        .with(
            "authorization",
            &format!("Bearer {}", bot.token.as_ref().unwrap()),
        )
        .get("/v1/devices")
        .refused(401, "unknown");
    server.admin(&["service", "revoke", "provision"]).ok();
    bot.get("/v1/admin/accounts/alice/devices")
        .refused(401, "unknown");
}

#[test]
fn codes_are_told_as_links_where_the_server_knows_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("admin");
    let place = format!("--admin=unix:{}", socket.display());
    let known = "--public-url=https://saves.example.org";
    let server = OurServer::start_with(folder.path(), &[&place, known]);
    let operator = Operator::new(&socket);
    operator
        .post("/v1/admin/accounts", &json!({ "account": "alice" }))
        .ok();
    for (path, page) in [
        ("/v1/admin/accounts/alice/password-reset", "/reset"),
        ("/v1/admin/accounts/alice/enrolments", "/v1/enrol"),
    ] {
        let said = operator.post(path, &json!({})).ok().value;
        let code = said["code"].as_str().unwrap();
        let link = format!("https://saves.example.org{page}#{code}");
        assert_eq!(said["link"], json!(link));
    }
    let said = operator
        .post("/v1/admin/invites", &json!({ "hours": 1 }))
        .ok()
        .value;
    let code = said["code"].as_str().unwrap();
    let link = format!("https://saves.example.org/invite#{code}");
    assert_eq!(said["link"], json!(link));
    let audit = server.admin(&["audit"]).ok();
    audit.assert_says("for 1 hour").assert_never_says("1 hours");
    let said = operator
        .post(
            "/v1/admin/accounts/alice/password-reset",
            &json!({ "hours": 1 }),
        )
        .ok();
    // The account never had a password: this is its first one.
    let body = json!({ "code": said.value["code"], "password": "another horse battery" });
    let stranger = Control::new(&server.url());
    stranger.post("/v1/auth/reset", &body).ok();
}

#[test]
fn at_an_address_everybody_needs_a_token_and_other_machines_do_not_reach_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start_with(folder.path(), &["--admin=127.0.0.1:0"]);
    let said = std::fs::read_to_string(folder.path().join("server.out")).unwrap();
    let admin = said
        .lines()
        .find_map(|line| line.strip_prefix("Listening to operators on "))
        .unwrap();
    let stranger = Control::new(admin);
    stranger.get("/v1/admin/accounts").refused(401, "unknown");
    stranger
        .with("authorization", "Bearer isv_guess")
        .get("/v1/admin/accounts")
        .refused(401, "unknown");
    let token = service(&server, "all");
    let operator = stranger.with("authorization", &format!("Bearer {token}"));
    assert_eq!(
        operator.get("/v1/admin/accounts").ok().value["accounts"],
        json!([])
    );
    // What is the public's is not here.
    operator.get("/v1/devices").refused(404, "nowhere");
    operator
        .get("/alice/01M7Y8NXC8Z2MTVTHSG1NKY3QG/config")
        .refused(404, "nowhere");
    // Nor the other way round.
    let public = Control::new(&server.url()).with("authorization", &format!("Bearer {token}"));
    public.get("/v1/admin/accounts").refused(404, "nowhere");
    public.get("/metrics").refused(404, "nowhere");
}

#[test]
fn no_route_is_on_both_listeners_and_each_of_the_operators_is_theirs() {
    let (_folder, server, operator) = scene();
    let public = Control::new(&server.url())
        .ask_unchecked("GET", "/openapi.json", &Value::Null)
        .value;
    let (public, own) = (
        Description::of(public).routes(),
        operator.description().routes(),
    );
    assert!(own.len() > 12);
    for route in &own {
        assert!(!public.contains(route), "{route:?}");
    }
    let wrong = operator.with_token("isv_guess");
    for (method, path) in own {
        let asked = path.replace(['{', '}'], "");
        let expected = if asked.starts_with("/v1/") { 401 } else { 200 };
        // Each wrong token waits longer; two are enough to see it.
        if expected == 200 || asked.ends_with("invites") {
            assert_eq!(
                wrong.raw(&method, &asked, &Value::Null).0,
                expected,
                "{method} {path}"
            );
        }
    }
}
