//! Our own server where machines fail: killed under load, told to stop, its disk full, read-only, gone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::mounted::Mounted;
use crate::support::our_server::{OurServer, read_all};
use crate::support::play::Noise;
use crate::support::rest_client::{RestClient, V2, name_of};
use crate::support::tls::Flaw;

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";

struct Scene {
    server: OurServer,
    client: RestClient,
    folder: tempfile::TempDir,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    scene_in(folder)
}

fn scene_in(folder: tempfile::TempDir) -> Scene {
    let server = OurServer::start(folder.path());
    server.admin(&["account", "add", "alice"]).ok();
    server.admin(&["instance", "add", "alice", ID]).ok();
    let token = server.add_device("alice", "deck");
    let client = RestClient::new(&server.url(), None, &token);
    assert_eq!(client.post(&path("?create=true"), ""), 200);
    assert_eq!(client.post(&path("config"), "the config"), 200);
    Scene {
        server,
        client,
        folder,
    }
}

fn path(rest: &str) -> String {
    format!("/alice/{ID}/{rest}")
}

fn object(kind: &str, content: &[u8]) -> String {
    path(&format!("{kind}/{}", name_of(content)))
}

/// Every file of the storage that has the name of an object holds what its name says.
#[track_caller]
fn fsck(repositories: &Path) -> usize {
    let mut objects = 0;
    for entry in walkdir::WalkDir::new(repositories.join("alice").join(ID)) {
        let entry = entry.unwrap();
        let name = entry.file_name().to_str().unwrap();
        if !entry.file_type().is_file() || name == "config" {
            continue;
        }
        assert_eq!(name_of(&fs::read(entry.path()).unwrap()), name);
        objects += 1;
    }
    objects
}

#[test]
fn killed_under_load_it_keeps_what_it_acknowledged_and_shows_nothing_else() {
    let Scene {
        mut server,
        client,
        folder: _folder,
    } = scene();
    let kept: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let mut devices = Vec::new();
    for round in 0..6 {
        let ends = AtomicBool::new(false);
        thread::scope(|scope| {
            for uploader in 0..4_u64 {
                let (client, kept, ends) = (&client, &kept, &ends);
                scope.spawn(move || {
                    let mut noise = Noise::new("uploads", round * 10 + uploader);
                    while !ends.load(Ordering::Relaxed) {
                        let size = match noise.below(4) {
                            0 => noise.below(2_500_000),
                            _ => noise.below(20_000),
                        };
                        let content = noise.bytes(usize::try_from(size).unwrap());
                        let kind = ["data", "index", "snapshots", "keys"]
                            [usize::try_from(noise.below(4)).unwrap()];
                        let address = object(if size > 60_000 { "data" } else { kind }, &content);
                        let length = content.len();
                        match client.try_send("POST", &address, &[], content) {
                            Ok(answered) if answered.status == 200 => {
                                kept.lock().unwrap().insert(address, length);
                            }
                            Ok(answered) => panic!("{address}: {answered:?}"),
                            // Killed.
                            Err(_) => return,
                        }
                    }
                });
            }
            // A change of the database as well, by another process.
            let name = format!("device-{round}");
            devices.push(server.add_device("alice", &name));
            thread::sleep(Duration::from_millis(150 + 130 * round));
            server.kill();
            ends.store(true, Ordering::Relaxed);
        });
        fsck(&server.repositories());
        server.start_again();
    }
    let kept = kept.into_inner().unwrap();
    assert!(kept.len() > 50, "{}", kept.len());
    let mut listed = BTreeMap::new();
    for kind in ["data", "index", "snapshots", "keys"] {
        let list = client.send("GET", &path(&format!("{kind}/")), &[("Accept", V2)], "");
        for entry in list.json().as_array().unwrap() {
            let address = path(&format!("{kind}/{}", entry["name"].as_str().unwrap()));
            listed.insert(address, entry["size"].as_u64().unwrap());
        }
    }
    for (address, length) in &kept {
        assert_eq!(listed.get(address), Some(&(*length as u64)), "{address}");
    }
    for address in listed.keys() {
        let got = client.get(address);
        assert_eq!(got.status, 200);
        assert!(address.ends_with(&name_of(&got.body)), "{address}");
    }
    assert!(fsck(&server.repositories()) >= kept.len());
    assert_eq!(
        fs::read_dir(server.repositories().join(".incoming"))
            .unwrap()
            .count(),
        0
    );
    for token in devices {
        let device = RestClient::new(&server.url(), None, &token);
        assert_eq!(device.get(&path("config")).status, 200);
    }
}

#[test]
fn told_to_stop_it_answers_what_is_under_way() {
    let Scene {
        mut server,
        client,
        folder: _folder,
    } = scene();
    let content = vec![5_u8; 2_000_000];
    let (head, tail) = content.split_at(1_000_000);
    let mut stream = server.connect();
    write!(
        stream,
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n{}\r\n",
        object("data", &content),
        content.len(),
        client.authorization()
    )
    .unwrap();
    stream.write_all(head).unwrap();
    // One that waits for nothing does not hold it up.
    let _idle = server.connect();
    thread::sleep(Duration::from_millis(300));
    let port = server.port();
    let tail = tail.to_vec();
    let rest = thread::spawn(move || {
        thread::sleep(Duration::from_millis(700));
        let refused = std::net::TcpStream::connect(("127.0.0.1", port)).is_err();
        stream.write_all(&tail).unwrap();
        (refused, read_all(&mut stream))
    });
    assert!(server.stop_gently(), "{}", server.log_text());
    let (refused, answer) = rest.join().unwrap();
    assert!(refused, "connections are taken while it stops");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    server.start_again();
    assert_eq!(client.get(&object("data", &content)).body, content);
    // It was seen, and that was written down.
    server.admin(&["device", "list"]).ok().assert_says("seen");
}

#[test]
fn a_second_server_in_the_same_folder_does_not_start() {
    let scene = scene();
    let program = Path::new(env!("CARGO_BIN_EXE_instance-sync"));
    let second = crate::support::Run::new(program, scene.folder.path(), Vec::new())
        .args(["serve", "--listen=127.0.0.1:0"])
        .arg(format!("--data={}", scene.server.data().display()))
        .code(5);
    second.assert_says("another server is running");
    assert_eq!(scene.client.get(&path("config")).status, 200);
}

#[test]
fn a_storage_that_is_gone_is_503_and_never_empty() {
    let scene = scene();
    assert_eq!(scene.client.post(&object("data", b"pack"), "pack"), 200);
    let (here, away) = (
        scene.server.repositories(),
        scene.server.data().join("away"),
    );
    fs::rename(&here, &away).unwrap();
    fs::create_dir(&here).unwrap();
    for (method, path) in [
        ("GET", path("config")),
        ("HEAD", path("config")),
        ("GET", path("snapshots/")),
        ("GET", object("data", b"pack")),
        ("POST", object("data", b"new")),
        ("POST", path("config")),
        ("POST", path("?create=true")),
        ("DELETE", object("locks", b"lock")),
    ] {
        let answered = scene.client.send(method, &path, &[], "new");
        assert_eq!(answered.status, 503, "{method} {path}");
    }
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    fs::remove_dir(&here).unwrap();
    fs::rename(&away, &here).unwrap();
    assert_eq!(scene.client.get(&object("data", b"pack")).body, b"pack");
}

#[test]
fn without_its_storage_it_does_not_start_and_makes_none() {
    let mut scene = scene();
    scene.server.kill();
    let (here, away) = (
        scene.server.repositories(),
        scene.server.data().join("away"),
    );
    fs::rename(&here, &away).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_instance-sync"));
    let start = || {
        crate::support::Run::new(program, scene.folder.path(), Vec::new())
            .args(["serve", "--listen=127.0.0.1:0"])
            .arg(format!("--data={}", scene.server.data().display()))
            .code(1)
    };
    start().assert_says("mount it");
    assert!(!here.exists());
    fs::create_dir(&here).unwrap();
    start().assert_says("mount it");
    assert_eq!(fs::read_dir(&here).unwrap().count(), 0);
    fs::remove_dir(&here).unwrap();
    fs::rename(&away, &here).unwrap();
    scene.server.start_again();
    assert_eq!(scene.client.get(&path("config")).body, b"the config");
}

#[test]
fn a_full_disk_is_507_and_what_is_there_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Mounted::of_megabytes(&folder.path().join("data/repos"), 8) else {
        return;
    };
    let scene = scene_in(folder);
    assert_eq!(scene.client.post(&object("data", b"pack"), "pack"), 200);
    disk.fill_up(500);
    for size in [600_000, 5_000_000, 20_000_000] {
        let large = vec![3_u8; size];
        assert_eq!(
            scene.client.post(&object("data", &large), large.clone()),
            507,
            "{size}"
        );
        assert_eq!(scene.client.get(&object("data", &large)).status, 404);
    }
    assert_eq!(scene.client.get(&object("data", b"pack")).body, b"pack");
    disk.free_again();
    let large = vec![3_u8; 600_000];
    assert_eq!(
        scene.client.post(&object("data", &large), large.clone()),
        200
    );
    drop(scene);
    drop(disk);
}

#[test]
fn a_disk_that_cannot_be_written_is_507_and_what_is_there_is_served() {
    let scene = scene();
    assert_eq!(scene.client.post(&object("data", b"pack"), "pack"), 200);
    let Some(_mounted) = Mounted::read_only(&scene.server.repositories()) else {
        return;
    };
    assert_eq!(scene.client.post(&object("data", b"new"), "new"), 507);
    assert_eq!(scene.client.get(&object("data", b"pack")).body, b"pack");
    assert_eq!(scene.client.get(&path("data/")).status, 200);
}

#[test]
fn a_certificate_is_renewed_while_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut server) = OurServer::start_with_tls(folder.path()) else {
        return;
    };
    let get = |server: &OurServer| {
        let client = RestClient::new(&server.url(), server.ca_file(), "alice:x");
        client.try_send("GET", "/healthz", &[], "")
    };
    assert_eq!(get(&server).unwrap().status, 200);
    server.renew_certificate();
    let deadline = Instant::now() + Duration::from_secs(10);
    while get(&server).is_err() {
        assert!(Instant::now() < deadline, "{}", server.log_text());
        thread::sleep(Duration::from_millis(20));
    }
    // One that cannot be used changes nothing.
    fs::write(folder.path().join("tls/server.pem"), "nothing").unwrap();
    server.hang_up();
    while !server.log_text().contains("stays as it was") {
        assert!(Instant::now() < deadline, "{}", server.log_text());
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(get(&server).unwrap().status, 200);
}

#[test]
fn a_certificate_that_expired_is_not_served_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let flawed = OurServer::start_with_flaw(folder.path(), Flaw::Expired);
    let Some(mut server) = flawed else { return };
    let said = server.log_text();
    assert!(said.contains("expired at 2020-02-01T00:00:00Z"), "{said}");
    // A good one is read in without a word of that.
    let before = said.len();
    server.renew_certificate();
    let deadline = Instant::now() + Duration::from_secs(10);
    while !server.log_text()[before..].contains("was read again") {
        assert!(Instant::now() < deadline, "it is not read again");
        thread::sleep(Duration::from_millis(20));
    }
    assert!(!server.log_text()[before..].contains("expired"));
}

#[cfg(unix)]
#[test]
fn a_folder_of_another_user_is_served_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    // Only root gives things away.
    if std::os::unix::fs::chown(folder.path().join("data"), Some(12_345), None).is_err() {
        return;
    }
    let server = OurServer::start(folder.path());
    let said = server.log_text() + &server.said();
    assert!(said.contains("is another user's"), "{said}");
}

#[test]
fn a_hangup_makes_a_revocation_count_at_once() {
    let scene = scene();
    assert_eq!(scene.client.get(&path("config")).status, 200);
    scene
        .server
        .admin(&["device", "revoke", "alice", "deck"])
        .ok();
    scene.server.hang_up();
    // Signals take a moment, and less than answers stay good for.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(scene.client.get(&path("config")).status, 401);
}
