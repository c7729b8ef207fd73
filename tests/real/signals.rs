//! SIGTERM, SIGINT and SIGKILL at any moment: the next command leaves no mix, nothing in the
//! repository is lost, and no restic is left behind.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::opted::{another, assert_kept, objects, pushed, put, repository, synced};
use crate::support::play::Noise;
use crate::support::{
    Act, Device, FakeRestic, Program, Signal, Tree, World, assert_same_with_metadata, play,
};

const SIGNALS: [Signal; 3] = [Signal::Terminate, Signal::Kill, Signal::Interrupt];

/// How many moments are tried with each signal.
fn moments() -> u32 {
    let soak = std::env::var("INSTANCE_SYNC_SOAK").ok();
    soak.and_then(|count| count.parse().ok()).unwrap_or(4)
}

/// Starts a command and ends it after a part of the time that a whole run takes. Returns whether
/// it was still running, in which case it may not have ended well.
#[track_caller]
fn interrupt(device: &Device, command: &str, after: Duration, signal: Signal) -> bool {
    let run = device.command(&[command]).start();
    std::thread::sleep(after);
    run.signal(signal);
    let output = run.wait();
    let done = output.status.code() == Some(0);
    assert!(done || !output.status.success(), "{output}");
    output.assert_never_says("desktop-secret");
    !done
}

#[test]
fn a_pull_that_is_stopped_leaves_no_mix() {
    let Some((world, desktop)) = pushed() else {
        return;
    };
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    let old = synced(&deck.pack);
    let before = Tree::of_all(&deck.pack);
    play::session(&desktop.pack, "My World", 2);
    play::world(&desktop.pack, "New World", 2);
    fs::remove_file(desktop.pack.join("saves/New World/session.lock")).unwrap();
    desktop.command(&["push"]).ok();
    let new = synced(&desktop.pack);
    let kept = objects(&world);

    let whole = deck.command(&["pull"]).ok().elapsed;
    let mut noise = Noise::new("pull", 1);
    let mut stopped = 0;
    for number in 0..moments() * 3 {
        fs::remove_dir_all(&deck.pack).unwrap();
        put(&before, &deck.pack);
        let signal = SIGNALS[number as usize % 3];
        let after = whole * u32::try_from(noise.below(100)).unwrap() / 100;
        stopped += u32::from(interrupt(&deck, "pull", after, signal));
        // The next command is one that needs no server: it carries a swap to its end first.
        let cloud = world.cloud();
        let away = world.path("away");
        fs::rename(&cloud, &away).unwrap();
        deck.command(&["pull"]).ok();
        fs::rename(&away, &cloud).unwrap();
        let now = synced(&deck.pack);
        assert!(
            now.same(&old) || now.same(&new),
            "a mix, {signal:?} after {after:?}"
        );
        deck.command(&["pull"]).ok();
        assert_same_with_metadata(&synced(&deck.pack), &new);
        assert_kept(&kept, &objects(&world));
        assert_no_restic(&world);
    }
    assert!(stopped > 0, "every pull was done before its signal");
}

/// How many pushes are stopped before another repository is begun: all of it is read around each.
const PUSHES: u32 = 24;

#[test]
fn a_push_that_is_stopped_is_whole_or_not_there() {
    let mut noise = Noise::new("push", 1);
    let all: Vec<u32> = (0..moments() * 3).collect();
    let stopped = all
        .chunks(PUSHES as usize)
        .map(|some| stop_pushes(some, &mut noise));
    let stopped: Option<u32> = stopped.sum();
    assert_ne!(stopped, Some(0), "every push was done before its signal");
}

/// Stops so many pushes, and returns how many of them were not done before; `None` without restic.
#[track_caller]
fn stop_pushes(numbers: &[u32], noise: &mut Noise) -> Option<u32> {
    let (world, desktop) = pushed()?;
    let mut trees = vec![synced(&desktop.pack)];
    play::session(&desktop.pack, "My World", 2);
    let whole = desktop.command(&["push"]).ok().elapsed;
    trees.push(synced(&desktop.pack));
    let mut stopped = 0;
    for &number in numbers {
        play::session(&desktop.pack, "My World", 3 + u64::from(number));
        trees.push(synced(&desktop.pack));
        let before = desktop.tree();
        let kept = objects(&world);
        let signal = SIGNALS[number as usize % 3];
        let after = whole * u32::try_from(noise.below(100)).unwrap() / 100;
        stopped += u32::from(interrupt(&desktop, "push", after, signal));
        assert_same_with_metadata(&before, &desktop.tree());
        assert_kept(&kept, &objects(&world));
        desktop.command(&["push"]).ok();
        assert_kept(&kept, &objects(&world));
        assert_same_with_metadata(&before, &desktop.tree());
        assert_no_restic(&world);
    }
    let repository = repository(&world);
    repository.check();
    // Each evening once: a push whose answer was lost is adopted and not repeated.
    let ids = repository.snapshot_ids();
    assert_eq!(
        ids.len(),
        trees.len(),
        "snapshots are missing or were repeated"
    );
    for (id, tree) in ids.iter().zip(&trees).rev().take(4) {
        assert!(
            repository.tree(id).same(tree),
            "{id} is not what was played"
        );
    }
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&deck.pack), &synced(&desktop.pack));
    Some(stopped)
}

#[test]
fn a_push_whose_answer_was_lost_is_adopted() {
    let (Some((world, desktop)), Some(restic)) = (pushed(), Program::Restic.find()) else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    let binary = format!("--restic-binary={}", fake.path().display());
    for (number, act) in [
        Act::KilledAfterwards,
        Act::Afterwards(1),
        Act::Afterwards(130),
    ]
    .into_iter()
    .enumerate()
    {
        play::session(&desktop.pack, "My World", 2 + number as u64);
        fake.on("backup", act);
        let before = desktop.tree();
        let output = desktop.command(&["push", &binary]).code(1);
        output.assert_says("restic");
        fake.mend("backup");
        for command in ["push", "pull", "push"] {
            desktop.command(&[command, &binary]).ok();
        }
        assert_same_with_metadata(&before, &desktop.tree());
        assert_eq!(repository(&world).snapshot_ids().len(), 2 + number);
    }
}

#[test]
fn a_restic_that_hangs_dies_with_the_command() {
    let (Some((world, desktop)), Some(restic)) = (pushed(), Program::Restic.find()) else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &restic);
    let binary = format!("--restic-binary={}", fake.path().display());
    fake.on("backup", Act::Hang);
    for (number, signal) in SIGNALS.into_iter().enumerate() {
        play::session(&desktop.pack, "My World", 2 + number as u64);
        let mut push = desktop.command(&["push", &binary]).start();
        while fake.calls_of("backup").len() <= number {
            assert!(push.is_running(), "{}", push.wait());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(processes(&world) > 0, "restic runs");
        push.signal(signal);
        let output = push.wait();
        assert!(!output.status.success(), "{output}");
        assert_no_restic(&world);
    }
    desktop.command(&["push"]).ok();
}

/// Returns how many processes have this world's repository in their environment.
fn processes(world: &World) -> usize {
    let name = format!("RESTIC_REPOSITORY={}", world.cloud().display());
    let names = fs::read_dir("/proc").unwrap().flatten();
    let ours = |process: &Path| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|pair| pair.starts_with(name.as_bytes()))
    };
    names.filter(|entry| ours(&entry.path())).count()
}

#[track_caller]
fn assert_no_restic(world: &World) {
    let deadline = Instant::now() + Duration::from_secs(3);
    while processes(world) > 0 {
        assert!(Instant::now() < deadline, "restic outlived its command");
        std::thread::sleep(Duration::from_millis(5));
    }
}
