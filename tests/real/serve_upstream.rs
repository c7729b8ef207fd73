//! Our server before a real rest-server: what of it is on disk there, and what becomes of requests while it
//! is away. The contract itself is in `serve_contract.rs`.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::control::Control;
use crate::support::our_server::OurServer;
use crate::support::rest_client::{RestClient, name_of};
use crate::support::{ALICE, RestServer};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";

struct Scene {
    _folder: tempfile::TempDir,
    upstream: RestServer,
    ours: OurServer,
    us: RestClient,
}

fn scene() -> Option<Scene> {
    let folder = tempfile::tempdir().unwrap();
    let upstream = RestServer::start_behind(&folder.path().join("behind"))?;
    let ours = OurServer::start_before(&folder.path().join("ours"), &upstream);
    ours.add_open_account("alice");
    let token = ours.add_device("alice", "deck");
    let us = RestClient::new(&ours.url(), None, &token);
    assert_eq!(us.post(&format!("/alice/{ID}/?create=true"), ""), 200);
    assert_eq!(us.post(&format!("/alice/{ID}/config"), "the config"), 200);
    Some(Scene {
        _folder: folder,
        upstream,
        ours,
        us,
    })
}

#[test]
fn an_upstream_that_is_away_is_503_and_comes_back_by_itself() {
    let Some(mut scene) = scene() else { return };
    let us = &scene.us;
    let pack = vec![7; 3 << 20];
    let path = format!("/alice/{ID}/data/{}", name_of(&pack));
    assert_eq!(us.post(&path, pack.clone()), 200);
    scene.upstream.stop();
    let since = Instant::now();
    let lock = format!("/alice/{ID}/locks/{}", name_of(b"lock"));
    for (method, path) in [
        ("GET", &format!("/alice/{ID}/config")),
        ("HEAD", &format!("/alice/{ID}/config")),
        ("GET", &format!("/alice/{ID}/snapshots/")),
        ("GET", &path),
        ("POST", &path),
        ("POST", &format!("/alice/{ID}/?create=true")),
        ("DELETE", &lock),
    ] {
        let answered = us.send(method, path, &[], pack.clone());
        assert_eq!(answered.status, 503, "{method} {path}");
        // Where it is and why it does not answer is for the log alone.
        let text = String::from_utf8_lossy(&answered.body).into_owned();
        assert!(!text.contains("127.0.0.1"), "{text}");
    }
    assert!(
        since.elapsed() < Duration::from_secs(20),
        "{:?}",
        since.elapsed()
    );
    // It may also be away when we start.
    scene.ours.kill();
    scene.ours.start_again();
    assert_eq!(us.get(&path).status, 503);
    scene.upstream.start_again();
    assert_eq!(us.get(&path).body, pack);
    let part = us.send("GET", &path, &[("Range", "bytes=1000000-1999999")], "");
    assert_eq!((part.status, part.body.len()), (206, 1_000_000));
    assert!(!scene.ours.log_text().contains(ALICE.secret));
}

#[test]
fn an_upstream_whose_folder_is_gone_is_503_and_no_empty_one() {
    let Some(scene) = scene() else { return };
    let (data, aside) = (
        scene.upstream.repositories(),
        scene.upstream.repositories().with_extension("aside"),
    );
    fs::rename(&data, &aside).unwrap();
    fs::create_dir(&data).unwrap();
    for path in ["config", "snapshots/", "keys/"] {
        let answered = scene.us.get(&format!("/alice/{ID}/{path}"));
        assert_eq!(answered.status, 503, "{path}");
    }
    assert_eq!(scene.us.post(&format!("/alice/{ID}/?create=true"), ""), 503);
    fs::remove_dir(&data).unwrap();
    fs::rename(&aside, &data).unwrap();
    assert_eq!(
        scene.us.get(&format!("/alice/{ID}/config")).body,
        b"the config"
    );
    // Without a repository there is nothing to write to, though rest-server would make one.
    let other = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
    let path = format!("/alice/{other}/keys/{}", name_of(b"key"));
    assert_eq!(scene.us.post(&path, "key"), 404);
    assert!(!data.join("alice").join(other).exists());
}

#[test]
fn a_cut_upload_and_a_wrong_one_leave_nothing_upstream() {
    let Some(scene) = scene() else { return };
    let other = "01M7Y8NXC8Z2MTVTHSG1NKY3QH";
    assert_eq!(
        scene.us.post(&format!("/alice/{other}/?create=true"), ""),
        200
    );
    let authorization = scene.us.authorization();
    let said = scene.ours.cut(
        format!(
            "POST /alice/{other}/config HTTP/1.1\r\nHost: x\r\n{authorization}Content-Length: 100\r\n\r\nhalf"
        )
        .as_bytes(),
    );
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 400"),
        "{said}"
    );
    let config = scene
        .upstream
        .repositories()
        .join("alice")
        .join(other)
        .join("config");
    let deadline = Instant::now() + Duration::from_secs(2);
    while Instant::now() < deadline {
        assert!(!config.exists(), "half a config");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(scene.us.get(&format!("/alice/{other}/config")).status, 404);
    assert_eq!(
        scene.us.post(&format!("/alice/{other}/config"), "whole"),
        200
    );
    let name = name_of(b"what it should be");
    let path = format!("/alice/{ID}/data/{name}");
    assert_eq!(scene.us.post(&path, vec![1; 1 << 20]), 400);
    assert_eq!(scene.us.get(&path).status, 404);
}

#[test]
fn quotas_hold_and_what_needs_a_trash_is_refused() {
    let Some(scene) = scene() else { return };
    scene
        .ours
        .admin(&["account", "add", "carol", "--open", "--quota=1M"])
        .ok();
    let token = scene.ours.add_device("carol", "deck");
    let carol = RestClient::new(&scene.ours.url(), None, &token);
    assert_eq!(carol.post(&format!("/carol/{ID}/?create=true"), ""), 200);
    for (number, status) in [(1, 200), (2, 507)] {
        let content = vec![number; 600 << 10];
        let path = format!("/carol/{ID}/data/{}", name_of(&content));
        assert_eq!(carol.post(&path, content), status);
    }
    let small = vec![2; 1 << 10];
    let path = |content: &[u8]| format!("/alice/{ID}/data/{}", name_of(content));
    assert_eq!(scene.us.post(&path(&small), small.clone()), 200);
    scene
        .ours
        .admin(&["grant", "add", "alice", "deck", ID])
        .ok();
    assert_eq!(scene.us.delete(&path(&small)), 403);
    assert_eq!(scene.us.get(&path(&small)).body, small);
    // A person cannot delete an instance either: it could not be brought back.
    let invite = scene.ours.admin(&["invite", "add"]).ok();
    let stranger = Control::new(&scene.ours.url());
    let bob = stranger.register(invite.stdout.lines().last().unwrap(), "bob");
    let id = bob.post("/v1/instances", &serde_json::json!({})).ok().value["id"].clone();
    bob.delete(&format!("/v1/instances/{}", id.as_str().unwrap()))
        .refused(409, "conflict");
}
