//! A pull that is killed at every rename, fsync and removal that it makes, and at random moments:
//! after the next command no world is a mix of two versions.

use std::fs;
use std::process::Command;
use std::time::Duration;

// A world's lock is not synced, and must not bring a deleted world back.
use super::rounds::synced as units;
use super::support::*;

/// The two versions of the deck's game folder, and a device that has the old one and can be put
/// back to it.
struct Scene {
    world: World,
    deck: Device,
    before: std::path::PathBuf,
    old: Tree,
    new: Tree,
}

impl Scene {
    fn set() -> Option<Self> {
        let world = World::with_restic()?;
        let (desktop, deck) = (world.device("desktop"), world.device("deck"));
        world.opt_in(&[&desktop, &deck]);
        for name in ["Changed", "Deleted", "Renamed"] {
            play::world(&desktop.pack, name, 1);
        }
        play::settings(&desktop.pack, 1);
        desktop.command(&["push"]).ok();
        deck.command(&["pull"]).ok();
        let saves = desktop.pack.join("saves");
        play::session(&desktop.pack, "Changed", 2);
        fs::remove_dir_all(saves.join("Deleted")).unwrap();
        fs::rename(saves.join("Renamed"), saves.join("Under a new name")).unwrap();
        play::settings(&desktop.pack, 2);
        // A folder of a world goes, and another comes.
        fs::remove_dir_all(saves.join("Changed/DIM-1")).unwrap();
        play::write_noise(&saves.join("Changed/DIM1/region/r.0.0.mca"), 2, 9_000);
        desktop.command(&["push"]).ok();

        let (old, new) = (units(&deck), units(&desktop));
        let before = world.path("before");
        copy(&deck.pack, &before);
        Some(Self {
            world,
            deck,
            before,
            old,
            new,
        })
    }

    /// Puts the deck back to where it has the old version and the cloud the new one.
    fn rewind(&self) {
        fs::remove_dir_all(&self.deck.pack).unwrap();
        copy(&self.before, &self.deck.pack);
    }

    /// Checks what a killed pull left, as the next command sees it: first without the network, where
    /// each unit must be whole and all of one version; then with it.
    #[track_caller]
    fn check(&self, what: &str) {
        let cloud = self.world.cloud();
        let away = self.world.path("away");
        fs::rename(&cloud, &away).unwrap();
        let offline = self.deck.command(&["pull"]).ok();
        fs::rename(&away, &cloud).unwrap();
        let now = units(&self.deck);
        assert!(
            now.same(&self.old) || now.same(&self.new),
            "{what}: a mix of two versions after {offline}\n{now:?}"
        );
        self.deck.command(&["pull"]).ok();
        assert_same(&units(&self.deck), &self.new);
        assert_nothing_left(&self.deck, what);
    }
}

/// Checks that nothing of an unfinished swap lies around.
#[track_caller]
fn assert_nothing_left(device: &Device, what: &str) {
    let left: Vec<String> = fs::read_dir(device.synced_by(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| {
            name.starts_with("staging-") || name == "journal.json" || name.starts_with('.')
        })
        .collect();
    assert!(left.is_empty(), "{what}: left behind: {left:?}");
}

/// Copies with times and mode bits, so that nothing looks changed.
#[track_caller]
fn copy(from: &std::path::Path, to: &std::path::Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(done.unwrap().success());
}

#[test]
#[cfg(target_os = "linux")]
fn a_pull_killed_at_every_step_leaves_no_mix_of_two_versions() {
    let (Some(strace), Some(scene)) = (Program::Strace.find(), Scene::set()) else {
        return;
    };
    let groups = [
        "rename,renameat,renameat2",
        "fsync,fdatasync",
        "unlink,unlinkat,rmdir",
        "mkdir,mkdirat",
    ];
    for group in groups {
        let mut kills = 0;
        for nth in 1.. {
            scene.rewind();
            let inject = format!("inject={group}:signal=SIGKILL:when={nth}");
            let log = scene.world.path("strace");
            let run = scene.deck.command(&["pull"]).under([
                strace.as_os_str(),
                "-qq".as_ref(),
                "-o".as_ref(),
                log.as_os_str(),
                "-e".as_ref(),
                inject.as_ref(),
            ]);
            // strace ends as the program did: by the same signal.
            let ended = run.any();
            if ended.status.code() == Some(0) {
                assert_same(&units(&scene.deck), &scene.new);
                break;
            }
            assert!(
                ended.status.code().is_none(),
                "not killed but failed: {ended}"
            );
            kills += 1;
            scene.check(&format!("killed at {group} number {nth}"));
        }
        assert!(kills > 10, "{group}: {kills} kills cannot be all");
    }
}

#[test]
#[cfg(unix)]
fn a_pull_killed_at_random_moments_leaves_no_mix_of_two_versions() {
    let Some(scene) = Scene::set() else { return };
    let rounds = std::env::var("INSTANCE_SYNC_SOAK").map_or(25, |rounds| rounds.parse().unwrap());
    scene.rewind();
    let whole = scene.deck.command(&["pull"]).ok().elapsed;
    let mut noise = play::Noise::new("moments", rounds);
    for round in 0..rounds {
        scene.rewind();
        let micros = u64::try_from(whole.as_micros()).unwrap();
        let moment = Duration::from_micros(noise.below(micros * 11 / 10));
        let run = scene.deck.command(&["pull"]).start();
        std::thread::sleep(moment);
        run.signal(if round % 4 == 0 {
            Signal::Terminate
        } else {
            Signal::Kill
        });
        let ended = run.wait();
        let done = ended.status.code() == Some(0);
        assert!(done || ended.status.code().is_none(), "{ended}");
        if !done {
            scene.check(&format!("killed after {moment:?}"));
        }
    }
}

#[test]
#[cfg(unix)]
fn a_push_killed_at_random_moments_loses_nothing_and_is_repeated() {
    let Some(scene) = Scene::set() else { return };
    scene.rewind();
    scene.deck.command(&["pull"]).ok();
    let mut noise = play::Noise::new("pushes", 1);
    let repository = scene.world.repository(&scene.deck.instance_id());
    for round in 10..20 {
        play::session(&scene.deck.pack, "Changed", round);
        let run = scene.deck.command(&["push"]).start();
        std::thread::sleep(Duration::from_millis(noise.below(500)));
        run.signal(if round % 2 == 0 {
            Signal::Terminate
        } else {
            Signal::Kill
        });
        run.wait();
        scene.deck.command(&["push"]).ok();
        // Whatever was published twice, the newest holds what is here.
        let ids = repository.snapshot_ids();
        assert_same(&repository.tree(ids.last().unwrap()), &units(&scene.deck));
    }
    repository.check();
    scene.deck.command(&["pull"]).ok().assert_silent();
}

/// strace that kills the program at the `nth` call of a group.
#[cfg(target_os = "linux")]
fn killed_at(
    scene: &Scene,
    strace: &std::path::Path,
    words: &[&str],
    group: &str,
    nth: usize,
) -> Output {
    let inject = format!("inject={group}:signal=SIGKILL:when={nth}");
    let log = scene.world.path("strace");
    let run = scene.deck.command(words).under([
        strace.as_os_str(),
        "-qq".as_ref(),
        "-o".as_ref(),
        log.as_os_str(),
        "-e".as_ref(),
        inject.as_ref(),
    ]);
    run.any()
}

#[cfg(target_os = "linux")]
const RENAMES: &str = "rename,renameat,renameat2";

/// The next command carries on; it is killed too, at each of its own renames in turn.
#[test]
#[cfg(target_os = "linux")]
fn a_pull_whose_roll_forward_is_killed_too_leaves_no_mix_of_two_versions() {
    let (Some(strace), Some(scene)) = (Program::Strace.find(), Scene::set()) else {
        return;
    };
    let rewound = |nth: usize| {
        scene.rewind();
        let ended = killed_at(&scene, &strace, &["pull"], RENAMES, nth);
        ended.status.code() != Some(0)
    };
    let all = (1..1000).take_while(|nth| rewound(*nth)).count();
    let (mut kills, mut swaps) = (0, 0);
    // Every eleventh of the first kills, and every seventh of the second.
    for first in (1..=all).step_by(11) {
        rewound(first);
        if !scene.deck.synced_by("journal.json").exists() {
            continue;
        }
        swaps += 1;
        // From another start each time, so that each kind of step is hit.
        for second in (1 + swaps % 7..).step_by(7) {
            rewound(first);
            let ended = killed_at(&scene, &strace, &["pull"], RENAMES, second);
            if ended.status.code().is_some() {
                break;
            }
            kills += 1;
            scene.check(&format!(
                "killed at rename {first}, then at rename {second}"
            ));
        }
    }
    assert!(
        swaps > 2 && kills > 10,
        "{swaps} swaps and {kills} second kills cannot be all"
    );
}

/// A killed undo is carried on without the network, and leaves the worlds of one side.
#[test]
#[cfg(target_os = "linux")]
fn an_undo_killed_at_every_rename_leaves_no_mix_of_two_versions() {
    let (Some(strace), Some(mut scene)) = (Program::Strace.find(), Scene::set()) else {
        return;
    };
    scene.deck.command(&["pull"]).ok();
    fs::remove_dir_all(&scene.before).unwrap();
    copy(&scene.deck.pack, &scene.before);
    scene.old = units(&scene.deck);
    scene.deck.command(&["undo"]).ok();
    scene.new = units(&scene.deck);
    assert!(!scene.new.same(&scene.old));
    let (mut kills, mut finished) = (0, 0);
    for nth in 1.. {
        scene.rewind();
        let ended = killed_at(&scene, &strace, &["undo"], RENAMES, nth);
        if ended.status.code() == Some(0) {
            break;
        }
        assert!(
            ended.status.code().is_none(),
            "not killed but failed: {ended}"
        );
        kills += 1;
        let cloud = scene.world.cloud();
        let away = scene.world.path("away");
        fs::rename(&cloud, &away).unwrap();
        let said = scene.deck.command(&["pull"]).ok();
        said.assert_never_says("An interrupted pull");
        finished += usize::from(
            said.stdout
                .contains("An interrupted undo was carried to its end."),
        );
        let now = units(&scene.deck);
        assert!(
            now.same(&scene.old) || now.same(&scene.new),
            "a mix after rename {nth}\n{now:?}"
        );
        // Again, offline: what was done is not done twice, what was not is.
        scene.deck.command(&["undo"]).ok();
        assert_same(&units(&scene.deck), &scene.new);
        fs::rename(&away, &cloud).unwrap();
        assert_nothing_left(&scene.deck, &format!("undo killed at rename {nth}"));
    }
    assert!(kills > 10, "{kills} kills cannot be all");
    assert!(finished > 0, "no swap was finished by the next command");
    // And it travels.
    scene.deck.command(&["undo"]).ok();
    scene.deck.command(&["push"]).ok();
    let id = scene.deck.instance_id();
    let ids = scene.world.repository(&id).snapshot_ids();
    assert_same(
        &scene.world.repository(&id).tree(ids.last().unwrap()),
        &units(&scene.deck),
    );
}

/// A killed decision is carried out or open: it is never half a decision.
#[test]
#[cfg(target_os = "linux")]
fn a_resolve_killed_at_every_rename_is_decided_or_open() {
    let Some(strace) = Program::Strace.find() else {
        return;
    };
    let Some(world) = World::with_restic() else {
        return;
    };
    let fork = super::forks::Fork::of(world, &["World", "Other"]);
    fork.deck.command(&["pull"]).code(3);
    let before = fork.world.path("before");
    copy(&fork.deck.pack, &before);
    // A pull publishes what a decision made: the cloud is put back too.
    let (cloud, undecided) = (fork.world.cloud(), fork.world.path("undecided"));
    copy(&cloud, &undecided);
    let old = units(&fork.deck);
    fork.deck.command(&["resolve", "--keep=both"]).ok();
    let new = units(&fork.deck);
    let scene = Scene {
        world: fork.world,
        deck: fork.deck,
        before,
        old,
        new,
    };
    let rewind = |scene: &Scene| {
        fs::remove_dir_all(&cloud).unwrap();
        copy(&undecided, &cloud);
        scene.rewind();
    };
    for (keep, all_kept) in [("both", true), ("cloud", false)] {
        let words = ["resolve", &format!("--keep={keep}")];
        rewind(&scene);
        scene.deck.command(&words).ok();
        let new = units(&scene.deck);
        assert_eq!(new.same(&scene.new), all_kept);
        let mut kills = 0;
        for nth in (1..).step_by(if all_kept { 2 } else { 1 }) {
            rewind(&scene);
            let ended = killed_at(&scene, &strace, &words, RENAMES, nth);
            if ended.status.code() == Some(0) {
                break;
            }
            assert!(
                ended.status.code().is_none(),
                "not killed but failed: {ended}"
            );
            kills += 1;
            let away = scene.world.path("away");
            fs::rename(&cloud, &away).unwrap();
            scene.deck.command(&["pull"]).ok();
            fs::rename(&away, &cloud).unwrap();
            let now = units(&scene.deck);
            assert!(
                now.same(&scene.old) || now.same(&new),
                "--keep={keep}: a mix after rename {nth}\n{now:?}"
            );
            if now.same(&scene.old) {
                // Still open: the hook asks again, and the same answer ends the same.
                scene.deck.command(&["pull"]).code(3);
                scene.deck.command(&words).ok();
            } else {
                scene.deck.command(&["pull"]).ok();
            }
            assert_same(&units(&scene.deck), &new);
            assert_nothing_left(
                &scene.deck,
                &format!("--keep={keep} killed at rename {nth}"),
            );
        }
        assert!(kills > 5, "--keep={keep}: {kills} kills cannot be all");
    }
}
