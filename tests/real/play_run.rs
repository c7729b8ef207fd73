//! `run -- COMMAND` with a real restic: whatever becomes of the game, what was played is saved.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::opted::{another, pushed, repository, synced};
use crate::support::{
    Act, Device, FakeRestic, Program, Run, Signal, World, assert_same, assert_same_with_metadata,
    play, run, script,
};

/// Runs a shell's script as the game, in the game folder.
fn game(device: &Device, script: &str) -> Run {
    let run = device.command(&["run", "--", "/bin/sh", "-c", script]);
    run.in_folder(&device.pack)
        .env("PATH", format!("{}:/usr/bin:/bin", bin(device)))
        .env("PROGRAM", env!("CARGO_BIN_EXE_instance-sync"))
}

/// Where the device has its restic.
fn bin(device: &Device) -> String {
    let path = device.environment().into_iter();
    let path = path.clone().find(|(name, _)| name == "PATH").unwrap().1;
    path.into_string().unwrap()
}

/// Waits until a file is there.
#[track_caller]
fn wait_for(path: &Path, run: &mut run::Started) {
    let since = Instant::now();
    while !path.exists() {
        assert!(run.is_running(), "it ended before {}", path.display());
        assert!(since.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A device that has the desktop's world.
fn two() -> Option<(World, Device, Device)> {
    let (world, desktop) = pushed()?;
    let deck = another(&world, "deck");
    deck.command(&["pull"]).ok();
    Some((world, desktop, deck))
}

/// Checks that the other device gets what this one has.
#[track_caller]
fn assert_saved(world: &World, here: &Device, there: &Device, snapshots: usize) {
    assert_eq!(repository(world).snapshot_ids().len(), snapshots);
    there.command(&["pull"]).ok();
    assert_same_with_metadata(&synced(&there.pack), &synced(&here.pack));
}

#[test]
fn what_was_played_is_fetched_before_and_saved_after_whatever_the_code() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    for (number, (script, code)) in [
        ("exit 0", 0),
        ("exit 3", 3),
        ("kill -9 $$", 137),
        ("kill -SEGV $$", 139),
    ]
    .into_iter()
    .enumerate()
    {
        play::session(&deck.pack, "My World", 10 + number as u64);
        deck.command(&["push"]).ok();
        let script =
            format!("cp saves/*/level.dat seen; echo {number} > \"saves/My World/new\"; {script}");
        let output = game(&desktop, &script).code(code);
        assert!(output.stdout.is_empty(), "{output}");
        output.assert_says("Updated saves/My World");
        output.assert_says("Saved saves/My World");
        // The game saw the other device's world.
        let level = fs::read(desktop.pack.join("saves/My World/level.dat")).unwrap();
        assert_eq!(fs::read(desktop.pack.join("seen")).unwrap(), level);
        fs::remove_file(desktop.pack.join("seen")).unwrap();
        assert_saved(&world, &desktop, &deck, 3 + 2 * number);
        fs::remove_file(deck.pack.join("saves/My World/new")).unwrap();
    }
    repository(&world).check();
}

#[test]
fn a_run_that_is_stopped_lets_the_game_save_and_pushes_that() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    // As a game that is asked to end: it takes its time, and writes.
    let script = "trap 'sleep 1; echo saved > \"saves/My World/late\"; exit 5' TERM
        : > ready; while :; do sleep 0.05; done";
    let mut run = game(&desktop, script).start();
    wait_for(&desktop.pack.join("ready"), &mut run);
    run.signal(Signal::Terminate);
    let output = run.wait();
    assert_eq!(output.status.code(), Some(5), "{output}");
    assert!(output.elapsed > Duration::from_secs(1));
    assert!(desktop.pack.join("saves/My World/late").exists());
    fs::remove_file(desktop.pack.join("ready")).unwrap();
    assert_saved(&world, &desktop, &deck, 2);
}

#[test]
fn an_interrupt_is_the_games_alone() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    let script = "trap 'echo interrupted > \"saves/My World/late\"; exit 0' INT
        : > ready; while :; do sleep 0.05; done";
    let mut run = game(&desktop, script).start();
    wait_for(&desktop.pack.join("ready"), &mut run);
    // As a terminal does: to the whole group.
    let group = rustix::process::Pid::from_raw(i32::try_from(run.id()).unwrap()).unwrap();
    rustix::process::kill_process_group(group, rustix::process::Signal::INT).unwrap();
    let output = run.wait();
    assert_eq!(output.status.code(), Some(0), "{output}");
    fs::remove_file(desktop.pack.join("ready")).unwrap();
    assert_saved(&world, &desktop, &deck, 2);
}

#[test]
fn a_game_outlives_a_run_that_is_killed_and_the_next_pull_saves_what_was_played() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    let script = ": > ready; sleep 1; echo saved > \"saves/My World/late\"; : > over";
    let script = format!("exec >/dev/null 2>&1; {script}");
    let mut run = game(&desktop, &script).start();
    wait_for(&desktop.pack.join("ready"), &mut run);
    run.signal(Signal::Kill);
    let output = run.wait();
    assert!(!output.status.success(), "{output}");
    let since = Instant::now();
    while !desktop.pack.join("over").exists() {
        assert!(
            since.elapsed() < Duration::from_secs(20),
            "the game was killed too"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    for file in ["ready", "over"] {
        fs::remove_file(desktop.pack.join(file)).unwrap();
    }
    let pull = desktop.command(&["pull"]).ok();
    pull.assert_says("Saving what is only here");
    assert_saved(&world, &desktop, &deck, 2);
}

#[test]
fn whoever_ends_the_game_s_tree_does_not_end_the_push_but_an_interrupt_does() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    let real = Program::Restic.find().unwrap();
    for (number, (signal, times, saved)) in [
        (Signal::Terminate, 1, true),
        (Signal::Terminate, 2, false),
        (Signal::Interrupt, 1, false),
    ]
    .into_iter()
    .enumerate()
    {
        let before = repository(&world).snapshot_ids().len();
        // A backup that hangs until it was signalled.
        let go = world.path(format!("go-{number}"));
        let restic = world.path(format!("slow-{number}/restic"));
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in *backup*) : > {go}.begun; while [ ! -e {go} ]; do /bin/sleep 0.05; done;; esac\nexec {real} \"$@\"\n",
            go = go.display(),
            real = real.display()
        );
        script::install(&restic, script);
        let script = format!("echo {number} > \"saves/My World/new\"");
        let run = game(&desktop, &script).env("PATH", restic.parent().unwrap());
        let mut run = run.start();
        wait_for(&go.with_extension("begun"), &mut run);
        for _ in 0..times {
            run.signal(signal);
            std::thread::sleep(Duration::from_millis(200));
        }
        assert_eq!(run.is_running(), saved);
        play::write(&go, "");
        let output = run.wait();
        assert_eq!(output.status.success(), saved, "{output}");
        let after = repository(&world).snapshot_ids().len();
        assert_eq!(after - before, usize::from(saved));
        desktop.command(&["push"]).ok();
    }
    deck.command(&["pull"]).ok();
    assert_same(&synced(&deck.pack), &synced(&desktop.pack));
}

#[test]
fn hooks_of_a_launcher_inside_stand_aside() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    let fake = FakeRestic::around(&world.path("fake"), &Program::Restic.find().unwrap());
    world.use_restic(&fake.path());
    let script = "\"$PROGRAM\" pull && echo 1 > \"saves/My World/new\" && \"$PROGRAM\" push -- /bin/echo chained";
    let output = game(&desktop, script).ok();
    assert_eq!(output.stdout, "chained\n", "{output}");
    assert_eq!(fake.calls_of("backup").len(), 1);
    assert_saved(&world, &desktop, &deck, 2);
}

#[test]
fn a_conflict_does_not_start_the_game_and_a_policy_does() {
    let Some((_world, desktop, deck)) = two() else {
        return;
    };
    play::session(&desktop.pack, "My World", 2);
    desktop.command(&["push"]).ok();
    play::session(&deck.pack, "My World", 3);
    let output = game(&deck, "echo started").code(3);
    output.assert_says("changed here and in the cloud: saves/My World");
    assert!(output.stdout.is_empty(), "{output}");
    let run = deck.command(&[
        "run",
        "--on-conflict=keep-both",
        "--",
        "/bin/echo",
        "started",
    ]);
    let output = run.ok();
    assert_eq!(output.stdout, "started\n", "{output}");
    assert_eq!(fs::read_dir(deck.pack.join("saves")).unwrap().count(), 2);
}

#[test]
fn a_restic_that_fails_after_the_game_costs_neither_its_code_nor_the_save() {
    let Some((world, desktop, deck)) = two() else {
        return;
    };
    let mut fake = FakeRestic::around(&world.path("fake"), &Program::Restic.find().unwrap());
    fake.on("backup", Act::Exit(1));
    world.use_restic(&fake.path());
    let output = game(&desktop, "echo 1 > \"saves/My World/new\"; exit 3").code(3);
    output.assert_says("error: ");
    fake.mend("backup");
    desktop.command(&["push"]).ok();
    assert_saved(&world, &desktop, &deck, 2);
}
