//! rest-server's contract as a table: each request goes to a real rest-server and to ours, and the answers
//! are compared. Where ours differs it is on purpose, and the row says why.

use crate::support::our_server::OurServer;
use crate::support::rest_client::{Answered, RestClient, V2, name_of};
use crate::support::{ALICE, RestServer};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
const OTHER: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
const PACK: &[u8] = b"thirty-two bytes that are a pack";
const KEY: &[u8] = b"{\"kdf\":\"scrypt\"}";
const SNAPSHOT: &[u8] = b"a snapshot";
const LOCK: &[u8] = b"a lock";

/// What is compared of two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Same {
    /// The status alone: what errors say is up to each server.
    Status,
    /// The status, the size and the content.
    Content,
    /// As [`Same::Content`], and the type: of lists. That of an object rest-server guesses from its bytes.
    Type,
    /// As lists: their order is nobody's promise.
    List,
    /// Not the same: theirs, ours, and why.
    Differs(u16, u16, &'static str),
}

struct Row {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
    same: Same,
}

fn row(method: &'static str, path: impl Into<String>, same: Same) -> Row {
    Row {
        method,
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
        same,
    }
}

fn post(path: impl Into<String>, body: &[u8], same: Same) -> Row {
    Row {
        body: body.to_vec(),
        ..row("POST", path, same)
    }
}

fn with(header: (&'static str, &'static str), row: Row) -> Row {
    Row {
        headers: vec![header],
        ..row
    }
}

#[allow(clippy::too_many_lines, reason = "one table")]
fn table() -> Vec<Row> {
    use Same::{Content, Differs, List, Status, Type};
    let at = |path: &str| format!("/alice/{ID}/{path}");
    let object = |kind: &str, content: &[u8]| at(&format!("{kind}/{}", name_of(content)));
    let pack = object("data", PACK);
    let missing = object("data", b"nobody has this");
    let accept = ("Accept", V2);
    let range = |text| ("Range", text);
    vec![
        // Before there is a repository.
        row("HEAD", at("config"), Status),
        row("GET", at("config"), Status),
        row("GET", at("snapshots/"), Status),
        row("GET", object("keys", KEY), Status),
        row("POST", at(""), Status),
        row("POST", at("?create=maybe"), Status),
        row("POST", at("?create=true"), Status),
        row("POST", at("?create=true"), Status),
        // Empty.
        row("HEAD", at("config"), Status),
        row("GET", at("snapshots/"), Type),
        with(accept, row("GET", at("snapshots/"), Type)),
        row("GET", at("data/"), Content),
        row("GET", at("locks/"), Content),
        // The config is put once, and stays.
        post(at("config"), b"the config", Status),
        post(
            at("config"),
            b"the config",
            Differs(403, 200, "a client that did not get its answer asks again"),
        ),
        post(at("config"), b"another one", Status),
        row("GET", at("config"), Content),
        row("HEAD", at("config"), Status),
        row("DELETE", at("config"), Status),
        // Objects are what their name says, and stay.
        post(pack.clone(), b"something else", Status),
        row("GET", pack.clone(), Status),
        post(pack.clone(), PACK, Status),
        post(
            pack.clone(),
            PACK,
            Differs(403, 200, "a client that did not get its answer asks again"),
        ),
        post(pack.clone(), b"something else", Status),
        post(object("keys", KEY), KEY, Status),
        post(object("snapshots", SNAPSHOT), SNAPSHOT, Status),
        post(object("index", b""), b"", Status),
        row("HEAD", pack.clone(), Status),
        row("GET", pack.clone(), Content),
        row("HEAD", missing.clone(), Status),
        row("GET", missing.clone(), Status),
        row("GET", object("index", b""), Content),
        // Parts.
        with(range("bytes=0-0"), row("GET", pack.clone(), Content)),
        with(range("bytes=5-9"), row("GET", pack.clone(), Content)),
        with(range("bytes=5-"), row("GET", pack.clone(), Content)),
        with(range("bytes=-5"), row("GET", pack.clone(), Content)),
        with(range("bytes=0-1000"), row("GET", pack.clone(), Content)),
        with(range("bytes=32-"), row("GET", pack.clone(), Status)),
        with(range("bytes=40-50"), row("GET", pack.clone(), Status)),
        with(range("bytes=9-5"), row("GET", pack.clone(), Status)),
        with(range("bytes=x-y"), row("GET", pack.clone(), Status)),
        with(
            range("bytes=0-1,4-5"),
            row(
                "GET",
                pack.clone(),
                Differs(
                    206,
                    200,
                    "restic asks for one part; all of it is a sound answer",
                ),
            ),
        ),
        with(
            range("lines=0-1"),
            row(
                "GET",
                pack.clone(),
                Differs(
                    416,
                    200,
                    "a unit that nobody knows is no range (RFC 9110, 14.2)",
                ),
            ),
        ),
        with(range("bytes=0-0"), row("GET", missing.clone(), Status)),
        // Lists.
        row("GET", at("data/"), List),
        with(accept, row("GET", at("data/"), List)),
        with(accept, row("GET", at("snapshots/"), List)),
        with(accept, row("GET", at("index/"), List)),
        with(("Accept", "*/*"), row("GET", at("keys/"), List)),
        // Append-only, but for locks.
        row("DELETE", pack.clone(), Status),
        row("DELETE", object("snapshots", SNAPSHOT), Status),
        row("DELETE", object("keys", KEY), Status),
        row("DELETE", object("index", b""), Status),
        row("DELETE", missing.clone(), Status),
        post(object("locks", LOCK), LOCK, Status),
        row("GET", object("locks", LOCK), Content),
        row("DELETE", object("locks", LOCK), Status),
        row("GET", object("locks", LOCK), Status),
        row("DELETE", object("locks", LOCK), Status),
        row("GET", pack.clone(), Content),
        // Whatever is no address.
        row("GET", at("nothing/"), Status),
        row("GET", at("nothing"), Status),
        row("PUT", pack.clone(), Status),
        row("DELETE", at("snapshots/"), Status),
        row("GET", at(""), Status),
        row(
            "GET",
            at(&format!("data/{}", name_of(PACK).to_uppercase())),
            Status,
        ),
        row("GET", at("data/xyz"), Status),
        row(
            "GET",
            format!("/bob/{ID}/config"),
            Differs(401, 403, "the token is right: a 401 makes people change it"),
        ),
        row("POST", format!("/alice/{OTHER}/extra/?create=true"), Status),
        row(
            "POST",
            format!("/alice/{OTHER}/?create=true"),
            Differs(200, 403, "nobody registered this one"),
        ),
    ]
}

#[track_caller]
fn compare(row: &Row, theirs: &Answered, ours: &Answered) {
    let shown = format!("{} {} {:?}", row.method, row.path, row.headers);
    if let Same::Differs(them, us, why) = row.same {
        assert_eq!((theirs.status, ours.status), (them, us), "{shown} ({why})");
        return;
    }
    assert_eq!(
        theirs.status, ours.status,
        "{shown}\ntheirs {theirs:?}\nours {ours:?}"
    );
    if row.method == "HEAD" && theirs.status == 200 {
        assert_eq!(theirs.length, ours.length, "{shown}");
    }
    match row.same {
        Same::List => {
            let sorted = |answered: &Answered| {
                let mut list = answered.json().as_array().expect("a list").clone();
                list.sort_by_key(ToString::to_string);
                list
            };
            assert_eq!(sorted(theirs), sorted(ours), "{shown}");
            assert_eq!(theirs.kind, ours.kind, "{shown}");
        }
        Same::Content | Same::Type => {
            assert_eq!(theirs.body, ours.body, "{shown}");
            assert_eq!(theirs.range, ours.range, "{shown}");
        }
        Same::Status | Same::Differs(..) => {}
    }
    if row.same == Same::Type {
        assert_eq!(theirs.kind, ours.kind, "{shown}");
    }
}

#[test]
fn our_server_answers_as_rest_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let Some(theirs) = RestServer::start(&folder.path().join("theirs")) else {
        return;
    };
    let Some(ours) = OurServer::start_with_tls(&folder.path().join("ours")) else {
        return;
    };
    compare_all(&theirs, &ours);
}

#[test]
fn our_server_before_a_rest_server_answers_as_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let Some(theirs) = RestServer::start(&folder.path().join("theirs")) else {
        return;
    };
    // Twice: one that lets nobody overwrite, and one that would.
    for append_only in [true, false] {
        let behind = folder.path().join(format!("behind-{append_only}"));
        let mut upstream = RestServer::start_behind(&behind).unwrap();
        upstream.set_append_only(append_only);
        let ours = folder.path().join(format!("ours-{append_only}"));
        let ours = OurServer::start_before(&ours, &upstream);
        if append_only {
            compare_all(&theirs, &ours);
        } else {
            let fresh = RestServer::start(&folder.path().join("fresh")).unwrap();
            compare_all(&fresh, &ours);
        }
    }
}

#[track_caller]
fn compare_all(theirs: &RestServer, ours: &OurServer) {
    ours.admin(&["account", "add", "alice"]).ok();
    ours.admin(&["instance", "add", "alice", ID]).ok();
    let token = ours.add_device("alice", "deck");
    let them = RestClient::new(&theirs.url(), Some(theirs.ca_file()), ALICE.token);
    let us = RestClient::new(&ours.url(), ours.ca_file(), &token);
    let rows = table();
    assert!(rows.len() > 60);
    for row in &rows {
        let send = |client: &RestClient| {
            client.send(row.method, &row.path, &row.headers, row.body.clone())
        };
        compare(row, &send(&them), &send(&us));
    }
}
