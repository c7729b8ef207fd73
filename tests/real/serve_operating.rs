//! Operating a server: backups while it runs, passwords that are set anew, what another server had.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::control::{Control, PASSWORD};
use crate::support::our_server::OurServer;
use crate::support::rest_client::{RestClient, name_of};
use crate::support::tree::Tree;
use crate::support::{ALICE, BOB, RestServer};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
const OTHER: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
/// The passwords of the rest-server in tests: `alice:desktop-secret`, `bob:other-secret`.
const HTPASSWD: &str = "\
alice:$2b$04$instancesyncaliceAAAA.06AKYpgM1S443pjpGKg8zI5Umn2lihO
bob:$2b$04$instancesyncbobAAAAAA.Tj.JrDvdRWrh85v65Pze0VWsxuHn.ae
";

fn client(server: &OurServer, token: &str) -> RestClient {
    RestClient::new(&server.url(), None, token)
}

fn last_line(server: &OurServer, words: &[&str]) -> String {
    let said = server.admin(words).ok();
    said.stdout.lines().last().unwrap().to_owned()
}

fn import(server: &OurServer, text: &str) -> Vec<serde_json::Value> {
    let file = server.data().join("htpasswd");
    fs::write(&file, text).unwrap();
    let printed = server
        .admin(&["import", "htpasswd", file.to_str().unwrap(), "--json"])
        .ok();
    assert!(!printed.stdout.contains("$2b$"), "{}", printed.stdout);
    printed.json()["rows"].as_array().unwrap().clone()
}

#[test]
fn a_backup_of_a_server_at_work_is_whole_and_makes_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    server.add_open_account("alice");
    let token = server.add_device("alice", "deck");
    let us = client(&server, &token);
    assert_eq!(us.post(&format!("/alice/{ID}/?create=true"), ""), 200);
    let to = folder.path().join("backup.db");
    let option = format!("--to={}", to.display());
    std::thread::scope(|scope| {
        // Snapshots are written down in the database as they come.
        let busy = scope.spawn(|| {
            for number in 0..40 {
                let content = format!("snapshot {number}").into_bytes();
                let path = format!("/alice/{ID}/snapshots/{}", name_of(&content));
                assert_eq!(us.post(&path, content), 200);
            }
        });
        server
            .admin(&["backup", &option])
            .ok()
            .assert_says("read it through");
        busy.join().unwrap();
    });
    let mode = fs::metadata(&to).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What is there stays, whatever it is.
    let before = fs::read(&to).unwrap();
    server
        .admin(&["backup", &option])
        .code(2)
        .assert_says("is there already");
    assert_eq!(fs::read(&to).unwrap(), before);
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // As docs/guides/operate.md says: a stopped server, the copy in the place of server.db.
    drop(server);
    let data = folder.path().join("data");
    for name in ["server.db", "server.db-wal", "server.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    fs::copy(&to, data.join("server.db")).unwrap();
    let server = OurServer::start(folder.path());
    let us = client(&server, &token);
    let list = us.get(&format!("/alice/{ID}/snapshots/"));
    assert_eq!(list.json().as_array().unwrap().len(), 40);
}

#[test]
fn a_password_is_taken_away_at_once_and_set_anew_by_a_code_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    let stranger = Control::new(&server.url());
    let alice = stranger.register(&server.said_last(), "alice");
    let device = server.add_device("alice", "deck");
    let code = last_line(&server, &["password", "reset", "alice"]);
    assert!(code.starts_with("isr_"), "{code}");
    alice.get("/v1/auth/session").refused(401, "unknown");
    let sign_in = |password: &str| {
        let body = json!({ "account": "alice", "password": password });
        stranger.post("/v1/auth/session", &body)
    };
    sign_in(PASSWORD).refused(401, "unknown");
    // Devices go on: their tokens have nothing to do with it.
    stranger.device(&device).get("/v1/devices").ok();
    let reset = |code: &str, password: &str| {
        let body = json!({ "code": code, "password": password });
        stranger.post("/v1/auth/reset", &body)
    };
    reset("isr_nonsense", "another password").refused(404, "not_there");
    reset(&code, "short").refused(400, "invalid");
    // A code that another one replaced is none.
    let second = last_line(&server, &["password", "reset", "alice", "--hours=1"]);
    reset(&code, "another password").refused(404, "not_there");
    let said = reset(&second, "another password").ok();
    stranger.signed_in(&said).get("/v1/auth/session").ok();
    reset(&second, "a third password").refused(404, "not_there");
    sign_in("another password").ok();
    let public = "--public-url=https://saves.example.org/";
    let link = last_line(&server, &["password", "reset", "alice", public]);
    let code = link
        .strip_prefix("https://saves.example.org/reset#")
        .unwrap();
    reset(code, "a fourth password").ok();
    let audit = server.admin(&["audit", "--json"]).ok().json();
    let what: Vec<_> = audit["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["what"].as_str().unwrap().to_owned())
        .collect();
    assert!(what.contains(&"password reset".to_owned()), "{what:?}");
    assert!(what.contains(&"password set".to_owned()), "{what:?}");
    server.admin(&["password", "reset", "nobody"]).code(2);
}

#[test]
fn a_link_carries_its_code_where_no_server_sees_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    server.add_open_account("alice");
    let link = last_line(
        &server,
        &[
            "device",
            "enrol",
            "alice",
            "--public-url=https://saves.example.org/",
        ],
    );
    let (page, code) = link.split_once('#').unwrap();
    assert_eq!(page, "https://saves.example.org/v1/enrol");
    let said = server.raw(b"GET /v1/enrol HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    assert!(said.contains("default-src 'none'"), "{said}");
    assert!(said.contains("<code>instance-sync setup</code>"), "{said}");
    let stranger = Control::new(&server.url());
    let body = json!({ "code": code, "name": "Steam Deck" });
    let token = stranger.post("/v1/enrolments", &body).ok().value["token"].clone();
    stranger
        .post("/v1/enrolments", &body)
        .refused(404, "not_there");
    stranger
        .device(token.as_str().unwrap())
        .get("/v1/devices")
        .ok();
    server
        .admin(&[
            "device",
            "enrol",
            "alice",
            "--public-url=http://saves.example.org",
        ])
        .code(2);
}

#[test]
fn passwords_of_an_htpasswd_file_go_on_working() {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    server.add_open_account("bob");
    let rows = import(&server, &format!("{HTPASSWD}Carol:x\n"));
    let what: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["what"].as_str().unwrap(),
                row["is_new_account"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        what,
        [("added", true), ("added", false), ("left_out", false)]
    );
    assert_eq!(import(&server, HTPASSWD)[0]["what"], "same");

    let alice = client(&server, ALICE.token);
    assert_eq!(alice.post(&format!("/alice/{ID}/?create=true"), ""), 200);
    assert_eq!(alice.post(&format!("/alice/{ID}/config"), "config"), 200);
    assert_eq!(
        client(&server, BOB.token)
            .get(&format!("/bob/{ID}/config"))
            .status,
        404
    );
    assert_eq!(
        client(&server, BOB.token)
            .get(&format!("/alice/{ID}/config"))
            .status,
        403
    );
    for wrong in [
        "alice:other-secret",
        "alice:",
        "bob:desktop-secret",
        "carol:x",
        "Alice:desktop-secret",
    ] {
        assert_eq!(
            client(&server, wrong)
                .get(&format!("/alice/{ID}/config"))
                .status,
            401,
            "{wrong}"
        );
    }
    // It is a device: it is listed, and revoked by itself.
    let stranger = Control::new(&server.url());
    stranger
        .with(
            "authorization",
            alice
                .authorization()
                .trim()
                .strip_prefix("Authorization: ")
                .unwrap(),
        )
        .get("/v1/devices")
        .ok();
    // That it is in use is seen soon, and not only once a minute is over.
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let printed = server.admin(&["device", "list", "alice", "--json"]).ok();
        let row = &printed.json()["rows"][0];
        assert_eq!(row["name"], "lasting password");
        if row["last_seen_at"].is_i64() {
            break;
        }
        assert!(Instant::now() < deadline, "never seen: {row}");
    }
    server
        .admin(&["device", "revoke", "alice", "lasting password"])
        .ok();
    server.hang_up();
    let deadline = Instant::now() + Duration::from_secs(10);
    while alice.get(&format!("/alice/{ID}/config")).status != 401 {
        assert!(Instant::now() < deadline, "still good");
    }
    // Who says it is told so; whoever says another is not.
    let word = |who: &crate::support::rest_client::RestClient| {
        who.get(&format!("/alice/{ID}/config")).refused
    };
    assert_eq!(word(&alice).as_deref(), Some("revoked"));
    assert_eq!(word(&client(&server, "alice:wrong-secret")), None);
    // The same again does not bring it back; another password does.
    assert_eq!(import(&server, HTPASSWD)[0]["what"], "same");
    assert_eq!(alice.get(&format!("/alice/{ID}/config")).status, 401);
    let bobs = HTPASSWD.lines().nth(1).unwrap().replace("bob:", "alice:");
    assert_eq!(import(&server, &bobs)[0]["what"], "changed");
    assert_eq!(
        client(&server, "alice:other-secret")
            .get(&format!("/alice/{ID}/config"))
            .status,
        200
    );
    let log = server.log_text();
    assert!(!log.contains("desktop-secret") && !log.contains("other-secret"));
}

#[test]
fn a_right_password_costs_one_look_and_wrong_ones_are_few() {
    // Cost 12: a quarter of a second each, and more on a busy machine.
    const DEAR: &str = "alice:$2b$12$instancesyncdearAAAAA.Wy89PVBgXSolCCs6OQTuDgRgL6wQ.DS\n";
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    import(&server, DEAR);
    let alice = client(&server, ALICE.token);
    assert_eq!(alice.post(&format!("/alice/{ID}/?create=true"), ""), 200);
    let since = Instant::now();
    for _ in 0..200 {
        assert_eq!(alice.get(&format!("/alice/{ID}/keys/")).status, 200);
    }
    let took = since.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    // What was remembered is worth nothing once another password is kept.
    let bobs = HTPASSWD.lines().nth(1).unwrap().replace("bob:", "alice:");
    import(&server, &bobs);
    let deadline = Instant::now() + Duration::from_secs(20);
    while alice.get(&format!("/alice/{ID}/keys/")).status != 401 {
        assert!(Instant::now() < deadline, "still good");
    }
    import(&server, HTPASSWD);
    assert_eq!(alice.get(&format!("/alice/{ID}/keys/")).status, 200);
    // Looks of an address run out; whoever is known goes on.
    let wrong = client(&server, "alice:nonsense");
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..40)
            .map(|_| scope.spawn(|| wrong.get(&format!("/alice/{ID}/keys/")).status))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().unwrap())
            .collect()
    });
    assert!(statuses.contains(&401), "{statuses:?}");
    assert!(statuses.contains(&503), "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [401, 503].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(alice.get(&format!("/alice/{ID}/keys/")).status, 200);
}

#[test]
fn a_folder_of_rest_server_is_served_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut theirs) = RestServer::start(&folder.path().join("theirs")) else {
        return;
    };
    let them = RestClient::new(&theirs.url(), Some(theirs.ca_file()), ALICE.token);
    let pack = b"thirty-two bytes that are a pack";
    let path = format!("/alice/{ID}/data/{}", name_of(pack));
    assert_eq!(them.post(&format!("/alice/{ID}/?create=true"), ""), 200);
    assert_eq!(them.post(&format!("/alice/{ID}/config"), "the config"), 200);
    assert_eq!(them.post(&path, pack.to_vec()), 200);
    let root = theirs.repository_folder(ALICE, ID);
    let root = root.ancestors().nth(2).unwrap().to_owned();
    theirs.stop();
    // What is nobody's stays, and is said.
    fs::write(root.join("notes.txt"), "mine").unwrap();
    fs::create_dir_all(root.join("alice/backups/data")).unwrap();
    fs::create_dir_all(root.join("Carol")).unwrap();
    fs::create_dir_all(root.join("alice").join(OTHER)).unwrap();
    let before = Tree::of(&root);

    let mut server = OurServer::start(&folder.path().join("ours"));
    server.kill();
    fs::remove_dir_all(server.data()).unwrap();
    fs::create_dir(server.data()).unwrap();
    let import =
        |path: &Path| server.admin(&["import", "folder", path.to_str().unwrap(), "--json"]);
    let printed = import(&root).ok().json();
    let rows: Vec<_> = printed["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["path"].as_str().unwrap(),
                row["what"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            "Carol not_served",
            "alice account_added",
            &format!("alice/{ID} instance_added"),
            &format!("alice/{OTHER} not_served"),
            "alice/backups not_served",
            "notes.txt not_served",
        ]
    );
    let after = Tree::of(&root).without(".instance-sync-storage");
    assert_eq!(after, before);
    // Again: nothing new. Another folder: refused.
    let again = import(&root).ok().json();
    assert_eq!(again["rows"][2]["what"], "known");
    import(&folder.path().join("theirs"))
        .code(2)
        .assert_says("another folder");

    server
        .admin(&[
            "import",
            "htpasswd",
            folder.path().join("theirs/htpasswd").to_str().unwrap(),
        ])
        .ok();
    server.start_again();
    let us = client(&server, ALICE.token);
    assert_eq!(us.get(&path).body, pack);
    assert_eq!(us.get(&format!("/alice/{ID}/config")).body, b"the config");
    let more = b"more";
    assert_eq!(
        us.post(
            &format!("/alice/{ID}/index/{}", name_of(more)),
            more.to_vec()
        ),
        200
    );
    drop(server);
    // And back: rest-server goes on with what came meanwhile.
    theirs.start_again();
    assert_eq!(
        them.get(&format!("/alice/{ID}/index/{}", name_of(more)))
            .body,
        more
    );
}
