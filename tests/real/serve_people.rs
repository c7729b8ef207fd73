//! People: invites, registering, signing in, sessions; and who may not.

use serde_json::{Value, json};

use crate::support::control::{Control, Description, PASSWORD};
use crate::support::our_server::OurServer;
use crate::support::rest_client::RestClient;

fn server() -> (tempfile::TempDir, OurServer, Control) {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let control = Control::new(&server.url());
    (folder, server, control)
}

fn invite(server: &OurServer) -> String {
    let said = server
        .admin(&["invite", "add", "--quota=1G", "--instances=3"])
        .ok();
    said.stdout.lines().last().unwrap().to_owned()
}

#[test]
fn a_new_server_says_what_it_is_and_prints_an_invite_that_makes_the_first_account() {
    let (_folder, mut server, control) = server();
    let about = control.get("/.well-known/instance-sync").ok().value;
    assert_eq!(about["server"], "instance-sync");
    assert_eq!(about["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(about["api"], json!([1]));
    assert_eq!(control.get("/healthz").status, 200);
    let first = server.said_last();
    assert!(first.starts_with("isi_"), "{first}");
    // The one of a start before is no good: nobody can read it again.
    server.kill();
    server.start_again();
    let body = json!({ "invite": first, "account": "alice", "password": PASSWORD });
    control
        .post("/v1/auth/register", &body)
        .refused(404, "not_there");
    let alice = control.register(&server.said_last(), "alice");
    assert_eq!(alice.get("/v1/auth/session").ok().value["account"], "alice");
    server.kill();
    server.start_again();
    assert_eq!(alice.get("/v1/auth/session").ok().value["account"], "alice");
    assert!(!server.said().contains("/invite#"));
}

#[test]
fn an_invite_makes_one_account_with_its_terms_and_is_used_up() {
    let (_folder, server, control) = server();
    let code = invite(&server);
    let ask = |code: &str, account: &str| {
        let body = json!({ "invite": code, "account": account, "password": PASSWORD });
        control.post("/v1/auth/register", &body)
    };
    // Whatever is wrong with an invite: the same answer.
    let wrong = ask("isi_wrong", "alice").refused(404, "not_there");
    ask(&code, "Alice").refused(400, "invalid");
    ask(&code, "v1").refused(400, "invalid");
    server.admin(&["account", "add", "bob"]).ok();
    // A name that is taken does not use it up.
    ask(&code, "bob").refused(409, "conflict");
    ask(&code, "alice").ok();
    let used = ask(&code, "carol").refused(404, "not_there");
    assert_eq!(wrong.value, used.value);
    let revoked = invite(&server);
    let rows = server.admin(&["invite", "list", "--json"]).ok().json();
    let id = rows["rows"][0]["id"].as_str().unwrap();
    assert_eq!(rows["rows"][1]["account"], "alice");
    server.admin(&["invite", "revoke", id]).ok();
    server.admin(&["invite", "revoke", id]).code(2);
    ask(&revoked, "carol").refused(404, "not_there");
    let rows = server.admin(&["account", "list", "--json"]).ok().json();
    let alice = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "alice");
    let alice = alice.unwrap();
    assert_eq!(
        (&alice["quota_bytes"], &alice["instance_limit"]),
        (&json!(1 << 30), &json!(3))
    );
    let secret = code.as_str();
    assert!(!server.log_text().contains(secret) && !server.log_text().contains(PASSWORD));
}

#[test]
fn of_two_who_use_an_invite_at_once_one_gets_in() {
    let (_folder, server, control) = server();
    let code = invite(&server);
    let tries: Vec<_> = (0..6)
        .map(|number| {
            let (control, code) = (control.clone(), code.clone());
            std::thread::spawn(move || {
                let body = json!({ "invite": code, "account": format!("a{number}"), "password": PASSWORD });
                control.post("/v1/auth/register", &body).status
            })
        })
        .collect();
    let mut statuses: Vec<_> = tries.into_iter().map(|one| one.join().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 404, 404, 404, 404, 404]);
}

#[test]
fn who_signs_in_wrongly_learns_nothing_and_is_slowed_down() {
    let (_folder, server, control) = server();
    control.register(&invite(&server), "alice");
    let sign_in = |account: &str, password: &str| {
        let body = json!({ "account": account, "password": password });
        control.post("/v1/auth/session", &body)
    };
    let said = sign_in("alice", PASSWORD).ok();
    let cookie = said.cookie.unwrap();
    assert!(cookie.starts_with("instance-sync=iss_"), "{cookie}");
    assert!(
        cookie.contains("HttpOnly; SameSite=Lax") && !cookie.contains("Secure"),
        "{cookie}"
    );
    // A wrong password, nobody of that name, no name at all, an account without a password.
    server.admin(&["account", "add", "bob"]).ok();
    let wrong = sign_in("alice", "wrong wrong wrong").refused(401, "unknown");
    assert_eq!(wrong.value["message"], "account or password is wrong");
    for other in ["nobody", "../..", "bob", ""] {
        let said = sign_in(other, PASSWORD).refused(401, "unknown");
        assert_eq!(said.value, wrong.value);
    }
    for _ in 0..9 {
        sign_in("alice", "wrong wrong wrong").refused(401, "unknown");
    }
    let said = sign_in("alice", PASSWORD).refused(429, "too_many");
    assert!(
        said.retry_after
            .is_some_and(|wait| (1..=30).contains(&wait))
    );
    // Of this address, whatever the account: registering is counted too, and so is guessing of invites.
    let body = json!({ "invite": "isi_x", "account": "dora", "password": PASSWORD });
    let mut last = 404;
    for _ in 0..10 {
        last = control.post("/v1/auth/register", &body).status;
    }
    assert_eq!(last, 429);
}

#[test]
fn a_change_by_a_cookie_needs_the_header_that_other_pages_cannot_send() {
    let (_folder, server, control) = server();
    let alice = control.register(&invite(&server), "alice");
    let change = json!({ "password": PASSWORD, "new_password": "another horse battery" });
    let path = "/v1/auth/password";
    alice
        .with("x-csrf-token", "")
        .post(path, &change)
        .refused(403, "csrf");
    alice
        .with("x-csrf-token", "guess")
        .post(path, &change)
        .refused(403, "csrf");
    alice
        .with("x-csrf-token", "")
        .delete("/v1/auth/session")
        .refused(403, "csrf");
    // What a form of another page can send is no JSON.
    let form = server.raw(
        b"POST /v1/auth/session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}",
    );
    assert!(
        form.starts_with("HTTP/1.1 400") && form.contains("application/json"),
        "{form}"
    );
    alice
        .post(
            path,
            &json!({ "password": "wrong", "new_password": "another horse battery" }),
        )
        .refused(403, "forbidden");
    alice
        .post(
            path,
            &json!({ "password": PASSWORD, "new_password": "short" }),
        )
        .refused(400, "invalid");
    let elsewhere = control
        .post(
            "/v1/auth/session",
            &json!({ "account": "alice", "password": PASSWORD }),
        )
        .ok();
    let elsewhere = control.signed_in(&elsewhere);
    alice.post(path, &change).ok();
    alice.get("/v1/auth/session").ok();
    elsewhere.get("/v1/auth/session").refused(401, "unknown");
    let old = json!({ "account": "alice", "password": PASSWORD });
    control
        .post("/v1/auth/session", &old)
        .refused(401, "unknown");
}

#[test]
fn sessions_are_listed_and_revoked_and_end() {
    let (_folder, server, control) = server();
    let alice = control.register(&invite(&server), "alice");
    let body = json!({ "account": "alice", "password": PASSWORD });
    let phone = control
        .with("user-agent", "A phone")
        .post("/v1/auth/session", &body)
        .ok();
    let phone = control.signed_in(&phone);
    let bob = control.register(&invite(&server), "bob");
    let rows = alice.get("/v1/auth/sessions").ok().value;
    let rows = rows["sessions"].as_array().unwrap().clone();
    let of = |this: bool| rows.iter().find(|row| row["is_this"] == this).unwrap();
    assert_eq!((rows.len(), &of(false)["agent"]), (2, &json!("A phone")));
    let path = format!("/v1/auth/sessions/{}", of(false)["id"].as_str().unwrap());
    bob.delete(&path).refused(404, "not_there");
    phone.get("/v1/auth/session").ok();
    alice.delete(&path).ok();
    alice.delete(&path).refused(404, "not_there");
    phone.get("/v1/auth/session").refused(401, "unknown");
    alice.delete("/v1/auth/session").ok();
    alice.get("/v1/auth/session").refused(401, "unknown");
    // A cookie that is over keeps nobody from signing in.
    alice.post("/v1/auth/session", &body).ok();
    let again = control.signed_in(&control.post("/v1/auth/session", &body).ok());
    server.admin(&["account", "suspend", "alice"]).ok();
    again.get("/v1/auth/session").refused(403, "forbidden");
}

#[test]
fn what_is_the_servers_own_is_never_data_and_what_is_the_operators_is_not_here() {
    let (_folder, server, control) = server();
    server.add_open_account("alice");
    let token = server.add_device("alice", "Deck");
    let alice = RestClient::new(&server.url(), None, &token);
    for path in [
        "/v1/nothing",
        "/v1",
        "/v1/",
        "/.well-known/other",
        "/metrics",
        "/readyz",
        "/admin",
        "/v1/admin/accounts",
        "/healthz/x",
        "/v1/auth/session/x/y",
    ] {
        control.get(path).refused(404, "nowhere");
        assert_eq!(alice.get(path).status, 404, "{path}");
    }
    control
        .post("/healthz", &Value::Null)
        .refused(405, "method");
    // A token is a device, and no person.
    let device = control.device(&token);
    device.get("/v1/auth/session").refused(403, "forbidden");
    control
        .with("authorization", "Bearer isd_wrong")
        .get("/v1/auth/session")
        .refused(401, "unknown");
    control
        .with("cookie", "instance-sync=iss_wrong")
        .get("/v1/auth/session")
        .refused(401, "unknown");
    let large = json!({ "account": "x".repeat(70_000), "password": "x" });
    control
        .post("/v1/auth/session", &large)
        .refused(413, "too_large");
    control
        .post(
            "/v1/auth/session",
            &json!({ "account": "alice", "more": 1 }),
        )
        .refused(400, "invalid");
}

#[test]
fn what_a_stranger_says_of_where_it_comes_from_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start_with(folder.path(), &["--trusted-proxy=127.0.0.2"]);
    let proxy = OurServer::start_with(
        &folder.path().join("behind"),
        &["--trusted-proxy=127.0.0.1"],
    );
    for (server, believed) in [(&server, false), (&proxy, true)] {
        let control = Control::new(&server.url())
            .with("x-forwarded-for", "203.0.113.7, 198.51.100.1")
            .with("x-forwarded-proto", "https");
        let said = control
            .post(
                "/v1/auth/register",
                &json!({
                    "invite": invite(server), "account": "alice", "password": PASSWORD,
                }),
            )
            .ok();
        let cookie = said.cookie.clone().unwrap();
        assert_eq!(
            cookie.starts_with("__Host-") && cookie.ends_with("; Secure"),
            believed,
            "{cookie}"
        );
        let alice = control.signed_in(&said);
        let rows = alice.get("/v1/auth/sessions").ok().value;
        let address = if believed {
            "198.51.100.1"
        } else {
            "127.0.0.1"
        };
        assert_eq!(rows["sessions"][0]["address"], address);
    }
}

#[test]
fn every_route_that_is_described_is_there_and_is_for_whom_it_says() {
    let (_folder, _server, control) = server();
    let description = control
        .ask_unchecked("GET", "/openapi.json", &Value::Null)
        .value;
    let security = |method: &str, path: &str| {
        description["paths"][path][method.to_lowercase()]["security"]
            .as_array()
            .unwrap()
            .clone()
    };
    let routes = Description::of(description.clone()).routes();
    assert!(routes.len() > 8);
    // What the tests hold against it can differ from it.
    let mut about = control.get("/.well-known/instance-sync").ok();
    about.value["api"] = json!("1");
    let described = Description::of(description.clone());
    let objection = described.objection("GET", "/.well-known/instance-sync", &about);
    assert!(objection.is_some_and(|why| why.contains("api")));
    for (method, path) in routes {
        let asked = path.replace(['{', '}'], "");
        let is_open = security(&method, &path).is_empty();
        let said = control.ask_unchecked(&method, &asked, &Value::Null);
        if is_open {
            // Without what it needs, or with nothing to need.
            assert!(
                said.status == 200 || said.status == 400,
                "{method} {path}: {said:?}"
            );
        } else {
            said.refused(401, "unknown");
        }
    }
}
