//! Stock restic on our own server, the newest and the oldest that is supported.

use std::path::{Path, PathBuf};
use std::thread;

use crate::support::our_server::OurServer;
use crate::support::{ALICE, Program, Repository, RestServer, Tree, assert_same, play};

const ID: &str = "01M7Y8NXC8Z2MTVTHSG1NKY3QG";
const PASSWORD: &str = "of the repository";

struct Scene {
    server: OurServer,
    /// Where the objects are, where our server keeps none itself.
    upstream: Option<RestServer>,
    restic: PathBuf,
    folder: tempfile::TempDir,
}

impl Scene {
    fn with(program: Program) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let server = OurServer::start(&folder.path().join("server"));
        Self::of(program, folder, server, None)
    }

    /// With a real rest-server behind ours.
    #[cfg(unix)]
    fn before_another(program: Program) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let upstream = RestServer::start_behind(&folder.path().join("behind"))?;
        let server = OurServer::start_before(&folder.path().join("server"), &upstream);
        Self::of(program, folder, server, Some(upstream))
    }

    fn of(
        program: Program,
        folder: tempfile::TempDir,
        server: OurServer,
        upstream: Option<RestServer>,
    ) -> Option<Self> {
        let scene = Self {
            restic: program.find()?,
            server,
            upstream,
            folder,
        };
        scene.server.admin(&["account", "add", "alice"]).ok();
        scene.server.admin(&["instance", "add", "alice", ID]).ok();
        Some(scene)
    }

    /// The repository as a new device sees it.
    fn device(&self, name: &str) -> Repository {
        let token = self.server.add_device("alice", name);
        let repository = Repository::on_our_server(&self.server, &token, ID, PASSWORD);
        repository.unwrap().with_restic(&self.restic)
    }

    fn saves(&self, name: &str) -> PathBuf {
        self.folder.path().join("saves").join(name)
    }
}

/// What one session leaves: something that all have, and something that nobody else has.
fn play(folder: &Path, seed: u64, session: u64) {
    play::write_noise(&folder.join("shared"), 7, 500_000);
    play::write_noise(
        &folder.join(format!("session-{session}")),
        seed * 100 + session,
        3_000_000,
    );
    play::write(&folder.join("level.dat"), format!("{seed} {session}"));
}

fn four_devices_at_once(scene: &Scene) {
    let names = ["deck", "desktop", "laptop", "phone"];
    let devices: Vec<Repository> = names.iter().map(|name| scene.device(name)).collect();
    devices[0].run(&["init"]).ok();
    // Nobody makes it twice.
    devices[1].run(&["init"]).code(1);
    thread::scope(|scope| {
        for (seed, (device, name)) in devices.iter().zip(names).enumerate() {
            let saves = scene.saves(name);
            scope.spawn(move || {
                for session in 0..3 {
                    play(&saves, seed as u64, session);
                    device.back_up(&saves);
                }
            });
        }
    });
    devices[0].check();
    let snapshots = devices[3].snapshots();
    assert_eq!(snapshots.len(), 12);
    for name in names {
        let saves = scene.saves(name).canonicalize().unwrap();
        let newest = snapshots
            .iter()
            .rev()
            .find(|snapshot| snapshot["paths"][0].as_str() == saves.to_str())
            .expect(name);
        let restored = devices[2].restore(newest["id"].as_str().unwrap());
        let inside = restored.join(saves.strip_prefix("/").unwrap());
        let there = if inside.exists() { inside } else { restored };
        assert_same(&Tree::of(&saves), &Tree::of(&there));
    }
    let refused = scene.server.log().into_iter().filter(|line| {
        line["status"].as_u64().is_some_and(|status| status >= 400)
            // Looking whether there is a config, before `init` makes it.
            && line["kind"] != "config"
            // A lock that its owner took away between the list and the look.
            && !(line["kind"] == "locks" && line["status"] == 404)
    });
    let refused: Vec<_> = refused.collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn four_devices_at_once_lose_nothing() {
    if let Some(scene) = Scene::with(Program::Restic) {
        four_devices_at_once(&scene);
    }
}

#[test]
fn four_devices_at_once_lose_nothing_with_the_oldest_restic() {
    if let Some(scene) = Scene::with(Program::Restic018) {
        four_devices_at_once(&scene);
    }
}

#[cfg(unix)]
#[test]
fn four_devices_at_once_lose_nothing_before_another_server() {
    let Some(mut scene) = Scene::before_another(Program::Restic) else {
        return;
    };
    four_devices_at_once(&scene);
    // It is a repository like any other there: restic reads it without either server.
    let upstream = scene.upstream.take().unwrap();
    let place = upstream.repository_folder(ALICE, ID);
    drop(upstream);
    let local = Repository::local(&place, PASSWORD).expect("restic was found");
    local.check();
    assert_eq!(local.snapshots().len(), 12);
}

fn prune_takes_a_grant(program: Program) {
    let Some(scene) = Scene::with(program) else {
        return;
    };
    let (deck, desktop) = (scene.device("deck"), scene.device("desktop"));
    deck.run(&["init"]).ok();
    let saves = scene.saves("deck");
    for session in 0..3 {
        let _ = std::fs::remove_dir_all(&saves);
        play(&saves, 1, session);
        deck.back_up(&saves);
    }
    let before = deck.snapshot_ids();
    assert_eq!(before.len(), 3);
    let prune = &["forget", "--keep-last", "1", "--group-by", "", "--prune"];
    // Whether it calls that a failure is up to its version; the snapshots stay either way.
    deck.run(prune).any().assert_says("403");
    assert_eq!(deck.snapshot_ids(), before);

    let granted = &["grant", "add", "alice", "deck", ID, "--minutes=5"];
    scene
        .server
        .admin(granted)
        .ok()
        .assert_says("for 5 minutes");
    // It is the one device's.
    desktop.run(prune).any().assert_says("403");
    assert_eq!(deck.snapshot_ids(), before);
    deck.run(prune).ok();
    assert_eq!(deck.snapshot_ids(), before[2..]);
    deck.check();

    // It was a mistake: everything comes back.
    scene.server.admin(&["undelete", "alice", ID]).ok();
    assert_eq!(deck.snapshot_ids(), before);
    deck.check();
    let grants = scene.server.admin(&["grant", "list"]).ok();
    let grant = grants.stdout.split_whitespace().next().unwrap().to_owned();
    scene.server.admin(&["grant", "revoke", &grant]).ok();
    deck.run(prune).any().assert_says("403");
    let audit = scene.server.admin(&["audit"]).ok();
    for what in [
        "device added",
        "grant added",
        "grant revoked",
        "trash brought back",
    ] {
        audit.assert_says(what);
    }
}

#[test]
fn a_prune_takes_a_grant_and_the_trash_gives_everything_back() {
    prune_takes_a_grant(Program::Restic);
}

#[test]
fn a_prune_takes_a_grant_with_the_oldest_restic_too() {
    prune_takes_a_grant(Program::Restic018);
}

#[test]
fn a_folder_of_rest_server_is_served_in_place() {
    let Some(scene) = Scene::with(Program::Restic) else {
        return;
    };
    // As restic and rest-server lay it out, moved to where ours looks.
    let place = scene.server.repositories().join("alice").join(ID);
    let local = Repository::local(&place, PASSWORD).expect("restic was found");
    local.run(&["init"]).ok();
    let saves = scene.saves("deck");
    play(&saves, 1, 1);
    local.back_up(&saves);
    let deck = scene.device("deck");
    assert_eq!(deck.snapshot_ids(), local.snapshot_ids());
    play(&saves, 1, 2);
    deck.back_up(&saves);
    deck.check();
    // And the other way round: what ours wrote, restic reads without a server.
    assert_eq!(local.snapshot_ids().len(), 2);
    local.check();
}
