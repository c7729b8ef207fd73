//! What must not work: the rows of the abuse table that are about data. Timings of the server are its own.

use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::our_server::{OurServer, read_all};
use crate::support::rest_client::{RestClient, name_of};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
const OTHER: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
const SOON: Duration = Duration::from_millis(2500);

struct Scene {
    server: OurServer,
    alice: RestClient,
    token: String,
    _folder: tempfile::TempDir,
}

/// A server with two accounts. Alice has an instance with a config and a pack, and a second device.
fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let server = OurServer::start(folder.path());
    for account in ["alice", "bob"] {
        server
            .admin(&["account", "add", account, "--instances=2"])
            .ok();
        server.admin(&["instance", "add", account, ID]).ok();
    }
    let token = server.add_device("alice", "deck");
    let alice = RestClient::new(&server.url(), None, &token);
    assert_eq!(alice.post(&path("?create=true"), ""), 200);
    assert_eq!(alice.post(&path("config"), "the config"), 200);
    assert_eq!(alice.post(&object("data", b"pack"), "pack"), 200);
    Scene {
        server,
        alice,
        token,
        _folder: folder,
    }
}

fn path(rest: &str) -> String {
    format!("/alice/{ID}/{rest}")
}

fn object(kind: &str, content: &[u8]) -> String {
    path(&format!("{kind}/{}", name_of(content)))
}

#[test]
fn without_a_right_token_there_is_nothing_and_the_answer_takes_longer_each_time() {
    let scene = scene();
    let secret = scene.token.split_once(':').unwrap().1;
    let client = |token: &str| RestClient::new(&scene.server.url(), None, token);
    let since = Instant::now();
    for token in [
        "alice:wrong",
        "alice:",
        ":x",
        // Right, but of another account.
        &format!("bob:{secret}"),
    ] {
        let answered = client(token).get(&path("config"));
        assert_eq!(answered.status, 401, "{token}");
    }
    // 100 + 200 + 400 + 800 ms.
    assert!(since.elapsed() >= Duration::from_millis(1500));
    let raw = scene.server.raw(
        format!(
            "GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            path("config")
        )
        .as_bytes(),
    );
    assert!(
        raw.starts_with("HTTP/1.1 401") && raw.contains("www-authenticate: Basic"),
        "{raw}"
    );
    // What no client of restic asks for is a page that is not there, and no question for a password.
    for nothing in [
        "/trash".to_owned(),
        "/robots.txt".to_owned(),
        "/wp-login.php".to_owned(),
        "/alice".to_owned(),
        format!("/alice/{ID}"),
        path("data/xyz"),
        path("settings/"),
    ] {
        for method in ["GET", "HEAD"] {
            let ask =
                format!("{method} {nothing} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            let raw = scene.server.raw(ask.as_bytes());
            assert!(
                raw.starts_with("HTTP/1.1 404") && !raw.contains("www-authenticate"),
                "{nothing}: {raw}"
            );
            assert_eq!(raw.contains("There is nothing here"), method == "GET");
        }
        // Whoever says who they are is told what is wrong about that.
    }
    assert_eq!(client("alice:wrong").get("/trash").status, 401);
    for address in [path(""), path("data/"), object("data", b"x")] {
        let ask = format!("GET {address} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let raw = scene.server.raw(ask.as_bytes());
        assert!(raw.contains("www-authenticate: Basic"), "{address}: {raw}");
    }
    // Who has the right one waits for nobody.
    let since = Instant::now();
    assert_eq!(scene.alice.get(&path("config")).status, 200);
    assert!(since.elapsed() < Duration::from_millis(500));
}

#[test]
fn a_device_that_is_revoked_is_out_while_the_server_runs() {
    let scene = scene();
    let other = scene.server.add_device("alice", "desktop");
    let other = RestClient::new(&scene.server.url(), None, &other);
    assert_eq!(other.get(&path("config")).status, 200);
    scene
        .server
        .admin(&["device", "revoke", "alice", "desktop"])
        .ok();
    thread::sleep(SOON);
    assert_eq!(other.get(&path("config")).status, 401);
    assert_eq!(other.post(&object("data", b"new"), "new"), 401);
    assert_eq!(scene.alice.get(&path("config")).status, 200);
}

#[test]
fn a_suspended_account_gets_nothing_and_keeps_everything() {
    let scene = scene();
    scene.server.admin(&["account", "suspend", "alice"]).ok();
    thread::sleep(SOON);
    for (method, path) in [
        ("GET", path("config")),
        ("GET", path("data/")),
        ("POST", object("data", b"x")),
    ] {
        assert_eq!(scene.alice.send(method, &path, &[], "x").status, 403);
    }
    scene.server.admin(&["account", "resume", "alice"]).ok();
    thread::sleep(SOON);
    assert_eq!(scene.alice.get(&path("config")).body, b"the config");
}

#[test]
fn what_belongs_to_another_account_is_forbidden_whether_it_is_there_or_not() {
    let scene = scene();
    let bob = scene.server.add_device("bob", "deck");
    let bob = RestClient::new(&scene.server.url(), None, &bob);
    assert_eq!(bob.post(&format!("/bob/{ID}/?create=true"), ""), 200);
    assert_eq!(bob.post(&format!("/bob/{ID}/config"), "bob's"), 200);
    for path in [
        format!("/bob/{ID}/config"),
        format!("/bob/{ID}/snapshots/"),
        format!("/bob/{OTHER}/config"),
        format!("/bob/{ID}/data/{}", name_of(b"x")),
        format!("/bob/{ID}/?create=true"),
        format!("/nobody/{ID}/config"),
    ] {
        for method in ["GET", "HEAD", "POST", "DELETE"] {
            let answered = scene.alice.send(method, &path, &[], "x");
            assert_eq!(answered.status, 403, "{method} {path}");
            assert!(!answered.body.windows(5).any(|bytes| bytes == b"bob's"));
        }
    }
}

#[test]
fn no_path_leads_anywhere_else() {
    let scene = scene();
    let authorization = scene.alice.authorization();
    let pack = name_of(b"pack");
    for target in [
        format!("/alice/../bob/{ID}/config"),
        format!("/alice/{ID}/../../../server.db"),
        format!("/alice/{ID}/data/../config"),
        format!("/alice/{ID}/data/../../../../server.db"),
        format!("/alice/{ID}/%2e%2e/%2e%2e/%2e%2e/server.db"),
        format!("/alice/{ID}/data/..%2f..%2fconfig"),
        format!("/alice/{ID}/data/%2e%2e"),
        format!("/alice/{ID}/data/{}/{pack}", &pack[..2]),
        format!("/alice/{ID}/.trash"),
        format!("/alice/{ID}//config"),
        format!("//alice/{ID}/config"),
        "/.incoming/".to_owned(),
        "/.trash/alice/".to_owned(),
        "/.instance-sync-storage".to_owned(),
        "/../server.db".to_owned(),
        "/alice\\..\\bob".to_owned(),
        format!("/alice/{ID}/config%00"),
        format!("/alice/{ID}/config;x"),
        format!("/alice/{}/config", ID.to_lowercase()),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            let request = format!(
                "{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n{authorization}\r\n"
            );
            let answer = scene.server.raw(request.as_bytes());
            let status = answer.get(9..12).unwrap_or_default();
            assert!(
                ["400", "403", "404", "405"].contains(&status),
                "{method} {target}: {answer}"
            );
        }
    }
    assert_eq!(scene.alice.get(&path("config")).body, b"the config");
    let strays = std::fs::read_dir(scene.server.data()).unwrap();
    for entry in strays {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "repos" || name.starts_with("server."), "{name}");
    }
}

#[test]
fn devices_add_and_do_not_remove() {
    let scene = scene();
    scene.server.add_device("alice", "desktop");
    assert_eq!(scene.alice.post(&object("data", b"pack"), "other"), 403);
    assert_eq!(scene.alice.post(&path("config"), "other"), 403);
    assert_eq!(scene.alice.delete(&object("data", b"pack")), 403);
    assert_eq!(scene.alice.delete(&object("snapshots", b"nothing")), 403);
    // A grant of another device, and one for another repository, change nothing.
    scene
        .server
        .admin(&["instance", "add", "alice", OTHER])
        .ok();
    scene
        .server
        .admin(&["grant", "add", "alice", "desktop", ID])
        .ok();
    scene
        .server
        .admin(&["grant", "add", "alice", "deck", OTHER])
        .ok();
    assert_eq!(scene.alice.delete(&object("data", b"pack")), 403);
    scene
        .server
        .admin(&["grant", "add", "alice", "deck", ID, "--minutes=61"])
        .code(2);
    let said = scene
        .server
        .admin(&["grant", "add", "alice", "deck", ID])
        .ok();
    assert_eq!(scene.alice.delete(&object("snapshots", b"nothing")), 200);
    assert_eq!(scene.alice.delete(&object("data", b"pack")), 200);
    assert_eq!(scene.alice.get(&object("data", b"pack")).status, 404);
    // Without its config it would be no repository: that stays, grant or not.
    assert_eq!(scene.alice.delete(&path("config")), 403);
    let grant = said
        .stdout
        .trim()
        .trim_end_matches('.')
        .rsplit(' ')
        .next()
        .unwrap()
        .to_owned();
    scene.server.admin(&["grant", "revoke", &grant]).ok();
    assert_eq!(scene.alice.delete(&object("snapshots", b"nothing")), 403);
    // Locks go freely.
    assert_eq!(scene.alice.post(&object("locks", b"lock"), "lock"), 200);
    assert_eq!(scene.alice.delete(&object("locks", b"lock")), 200);
}

#[test]
fn an_upload_that_is_wrong_or_cut_is_nowhere() {
    let scene = scene();
    assert_eq!(scene.alice.post(&object("data", b"right"), "wrong"), 400);
    assert_eq!(scene.alice.get(&object("data", b"right")).status, 404);
    assert_eq!(
        scene
            .alice
            .post(&format!("/alice/{ID}/keys/{}", name_of(b"")), "x"),
        400
    );
    let fresh = format!("/alice/{OTHER}/");
    scene
        .server
        .admin(&["instance", "add", "alice", OTHER])
        .ok();
    assert_eq!(scene.alice.post(&format!("{fresh}?create=true"), ""), 200);
    let authorization = scene.alice.authorization();
    let big = vec![b'x'; 3_000_000];
    for (target, head, sent) in [
        // Its name would be right for what comes; more was announced.
        (
            object("data", b"half"),
            "Content-Length: 100\r\n",
            &b"half"[..],
        ),
        (
            format!("{fresh}config"),
            "Content-Length: 100\r\n",
            b"half of a config",
        ),
        (
            object("data", b"half"),
            "Transfer-Encoding: chunked\r\n",
            b"4\r\nhalf\r\n",
        ),
        (
            format!("{fresh}config"),
            "Transfer-Encoding: chunked\r\n",
            b"4\r\nhalf\r\n",
        ),
        (object("data", &big), "Content-Length: 3000001\r\n", &big),
    ] {
        let mut request =
            format!("POST {target} HTTP/1.1\r\nHost: x\r\n{head}{authorization}\r\n").into_bytes();
        request.extend_from_slice(sent);
        let answer = scene.server.cut(&request);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{target}: {answer}");
        assert_eq!(scene.alice.get(&target).status, 404, "{target}");
    }
    let listed = scene.alice.get(&path("data/")).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    let incoming = std::fs::read_dir(scene.server.repositories().join(".incoming")).unwrap();
    assert_eq!(incoming.count(), 0);
    // And the config can still be put.
    assert_eq!(scene.alice.post(&format!("{fresh}config"), "whole"), 200);
}

#[test]
fn over_quota_and_too_large_is_507_and_the_answer_arrives() {
    let scene = scene();
    scene.server.admin(&["quota", "alice", "1M"]).ok();
    thread::sleep(SOON);
    let big = vec![7; 30_000_000];
    // With its length, and without.
    assert_eq!(scene.alice.post(&object("data", &big), big.clone()), 507);
    let chunks = reqwest::blocking::Body::new(std::io::Cursor::new(big.clone()));
    assert_eq!(scene.alice.post(&object("data", &big), chunks), 507);
    let small = vec![8; 600_000];
    assert_eq!(
        scene.alice.post(&object("data", &small), small.clone()),
        200
    );
    // The same again takes no room; more does.
    let more = vec![9; 600_000];
    assert_eq!(scene.alice.post(&object("data", &more), more.clone()), 507);
    // Whoever is over quota can still lock, and so restore.
    assert_eq!(scene.alice.post(&object("locks", b"lock"), "lock"), 200);
    assert_eq!(scene.alice.get(&object("data", &small)).body, small);
    // Room that refused uploads had taken is free again.
    let fits = vec![6; 300_000];
    assert_eq!(scene.alice.post(&object("data", &fits), fits.clone()), 200);

    scene.server.admin(&["quota", "alice", "none"]).ok();
    thread::sleep(SOON);
    assert_eq!(scene.alice.post(&object("data", &big), big.clone()), 200);
    let long = vec![1; 65_537];
    for kind in ["keys", "locks"] {
        assert_eq!(
            scene.alice.post(&object(kind, &long), long.clone()),
            507,
            "{kind}"
        );
    }
    scene
        .server
        .admin(&["instance", "add", "alice", OTHER])
        .ok();
    assert_eq!(
        scene
            .alice
            .post(&format!("/alice/{OTHER}/?create=true"), ""),
        200
    );
    assert_eq!(
        scene.alice.post(&format!("/alice/{OTHER}/config"), long),
        507
    );
    // What is announced is refused before it comes.
    let announced = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n{}\r\n",
        object("data", b"x"),
        scene.alice.authorization()
    );
    let answer = scene.server.cut(announced.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 507"), "{answer}");
}

#[test]
fn repositories_are_made_where_they_are_registered_and_no_more_than_agreed() {
    let scene = scene();
    let create = |client: &RestClient, account: &str, id: &str| {
        client.post(&format!("/{account}/{id}/?create=true"), "")
    };
    assert_eq!(create(&scene.alice, "alice", OTHER), 403);
    assert_eq!(
        scene.alice.post(&format!("/alice/{OTHER}/config"), "x"),
        404
    );
    assert!(
        !scene
            .server
            .repositories()
            .join("alice")
            .join(OTHER)
            .exists()
    );
    // The list of instances needs no registration.
    assert_eq!(create(&scene.alice, "alice", &"0".repeat(26)), 200);
    scene
        .server
        .admin(&["account", "add", "carol", "--open", "--instances=2"])
        .ok();
    let carol = scene.server.add_device("carol", "deck");
    let carol = RestClient::new(&scene.server.url(), None, &carol);
    let ids: Vec<String> = (0..3).map(|_| ulid::Ulid::generate().to_string()).collect();
    assert_eq!(create(&carol, "carol", &ids[0]), 200);
    assert_eq!(create(&carol, "carol", &ids[0]), 200);
    assert_eq!(create(&carol, "carol", &ids[1]), 200);
    assert_eq!(create(&carol, "carol", &ids[2]), 403);
    scene
        .server
        .admin(&["instance", "add", "alice", OTHER])
        .ok();
    scene.server.admin(&["instance", "add", "alice"]).code(2);
}

#[test]
fn a_head_that_never_ends_is_not_waited_for() {
    let scene = scene();
    let mut stream = scene.server.connect();
    let since = Instant::now();
    write!(stream, "GET {} HTTP/1.1\r\nX-Slow: ", path("config")).unwrap();
    let mut dripping = stream.try_clone().unwrap();
    let drip = thread::spawn(move || {
        // A byte now and then is no progress.
        while dripping.write_all(b"x").is_ok() && since.elapsed() < Duration::from_secs(30) {
            thread::sleep(Duration::from_millis(500));
        }
    });
    let answer = read_all(&mut stream);
    let took = since.elapsed();
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert!(
        took > Duration::from_secs(8) && took < Duration::from_secs(20),
        "{took:?}"
    );
    drip.join().unwrap();
    // A connection that idles for as long is fine.
    let mut idle = scene.server.connect();
    let get = format!(
        "GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n",
        path("config"),
        scene.alice.authorization()
    );
    for _ in 0..2 {
        idle.write_all(get.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let count = std::io::Read::read(&mut idle, &mut answer).unwrap();
        assert!(answer[..count].starts_with(b"HTTP/1.1 200"));
        thread::sleep(Duration::from_secs(11));
    }
}

#[test]
fn no_token_is_in_the_log_and_every_request_is() {
    let scene = scene();
    let secret = scene.token.split_once(':').unwrap().1.to_owned();
    RestClient::new(&scene.server.url(), None, "alice:hunter2-is-wrong").get(&path("config"));
    scene.alice.get("/hunter3/");
    let authorization = scene.alice.authorization();
    // Lines are written by a thread of their own, after the answer.
    let since = Instant::now();
    while scene.server.log_text().matches("\"request\"").count() < 5
        && since.elapsed() < Duration::from_secs(10)
    {
        thread::sleep(Duration::from_millis(10));
    }
    let text = scene.server.log_text();
    let encoded = authorization.trim().rsplit(' ').next().unwrap();
    for part in [
        secret.as_str(),
        encoded,
        "hunter2",
        "hunter3",
        &name_of(b"pack"),
    ] {
        assert!(!text.contains(part), "{part}\n{text}");
    }
    let requests: Vec<_> = scene
        .server
        .log()
        .into_iter()
        .filter(|line| line["event"] == "request")
        .collect();
    assert_eq!(requests.len(), 5, "{requests:?}");
    let config = requests
        .iter()
        .find(|line| line["kind"] == "config")
        .expect("the config");
    assert_eq!(config["account"], "alice");
    assert_eq!(
        (config["method"].as_str(), config["status"].as_u64()),
        (Some("POST"), Some(200))
    );
    assert_eq!(config["received"], 10);
    assert!(
        requests
            .iter()
            .any(|line| line["status"] == 401 && line.get("account").is_none())
    );
}
