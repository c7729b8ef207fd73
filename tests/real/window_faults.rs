//! What can go wrong with a window: whatever it is, the launch ends as it would without windows.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::forks::*;
use super::support::display::Display;
use super::support::run::Started;
use super::support::terminal::type_in;
use super::support::*;

fn scene() -> Option<(Display, Fork)> {
    let display = Display::start()?;
    let fork = Fork::of(World::with_restic()?, &["World"]);
    Some((display, fork))
}

/// The launch ended as without any window: nothing was touched, and it is said how to decide.
#[track_caller]
fn as_without(fork: &Fork, output: &Output) {
    assert_eq!(output.status.code(), Some(3), "{output}");
    output.assert_says("changed here and in the cloud: saves/World");
    output.assert_says("instance-sync resolve --keep=both");
    fork.assert_untouched();
}

/// The processes that show a window of this device.
fn windows(run: &Started) -> Vec<i32> {
    let children = format!("/proc/{0}/task/{0}/children", run.id());
    std::fs::read_to_string(children)
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .filter(|pid| {
            let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&words).contains("__window")
        })
        .collect()
}

fn kill(pid: i32) {
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn a_window_that_is_killed_is_no_answer() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let run = display.shows(fork.deck.command(&["pull"])).start();
    display.button("Keep cloud");
    let shown = windows(&run);
    assert_eq!(shown.len(), 1);
    kill(shown[0]);
    as_without(&fork, &run.wait());
}

#[test]
fn a_launcher_that_kills_the_hook_takes_the_window_along() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let run = display.shows(fork.deck.command(&["pull"])).start();
    display.button("Keep cloud");
    run.signal(Signal::Kill);
    run.wait();
    display.is_empty_soon();
    fork.assert_untouched();
    // The next one asks again.
    let run = display.shows(fork.deck.command(&["pull"])).start();
    display.click("Keep cloud");
    assert!(run.wait().status.success());
}

#[test]
fn without_a_display_that_answers_everything_is_as_before() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let pull = || fork.deck.command(&["pull"]);
    as_without(&fork, &pull().any());
    for (name, value) in [
        ("DISPLAY", ":987"),
        ("WAYLAND_DISPLAY", "wayland-that-is-dead"),
    ] {
        as_without(&fork, &pull().env(name, value).any());
    }
    let shown = || display.shows(pull());
    as_without(&fork, &shown().env("INSTANCE_SYNC_UI", "none").any());
    as_without(&fork, &shown().env("INSTANCE_SYNC_UI", "terminal").any());
    as_without(&fork, &shown().arg("--no-gui").any());
    assert!(display.elements().is_empty());
}

#[test]
fn a_window_that_cannot_be_shown_leaves_the_terminal() {
    let Some(world) = World::with_restic() else {
        return;
    };
    let fork = Fork::of(world, &["World"]);
    let run = fork.deck.command(&["pull"]).env("DISPLAY", ":987");
    let run = run.env("INSTANCE_SYNC_UI", "window");
    let Some(seen) = type_in(run, &[("Cancel the launch", "\x1b[B\x1b[B\r")]) else {
        return;
    };
    assert_eq!(seen.code, 0, "{seen:?}");
    assert_same(&saves(&fork.deck), &fork.mine);
    fork.settles();
}

#[test]
fn a_dead_wayland_leaves_x11() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let run = display.shows(fork.deck.command(&["pull"]));
    let run = run.env("WAYLAND_DISPLAY", "wayland-that-is-dead").start();
    display.click("Keep cloud");
    let output = run.wait();
    assert!(output.status.success(), "{output}");
    assert_same_with_metadata(&saves(&fork.deck), &fork.theirs);
}

#[test]
fn a_library_that_is_missing_is_no_answer() {
    let Some(strace) = Program::Strace.find() else {
        return;
    };
    let Some((display, fork)) = scene() else {
        return;
    };
    for library in ["libxkbcommon.so", "libxkbcommon-x11.so", "libX11.so"] {
        let places: Vec<PathBuf> = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten())
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy();
                name.starts_with(library)
            })
            .collect();
        assert!(!places.is_empty(), "{library}");
        let mut wrapper = vec![strace.clone().into_os_string()];
        for word in [
            "-f",
            "-qq",
            "-e",
            "trace=openat",
            "-e",
            "inject=openat:error=ENOENT",
        ] {
            wrapper.push(word.into());
        }
        wrapper.push("-o".into());
        wrapper.push(fork.world.path("strace").into());
        for place in places {
            wrapper.push("-P".into());
            wrapper.push(place.into());
        }
        let run = display.shows(fork.deck.command(&["pull"])).under(wrapper);
        as_without(&fork, &run.any());
    }
}

#[test]
fn nothing_to_ask_and_nothing_long_shows_no_window() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let Some(strace) = Program::Strace.find() else {
        return;
    };
    fork.deck.command(&["resolve", "--keep=cloud"]).ok();
    let log = fork.world.path("execs");
    for command in ["push", "pull", "push"] {
        let wrapper = ["-f", "-qq", "-e", "trace=execve", "-o"].map(std::ffi::OsString::from);
        let wrapper = std::iter::once(strace.clone().into_os_string())
            .chain(wrapper)
            .chain([log.clone().into_os_string()]);
        let run = display.shows(fork.deck.command(&[command]));
        run.under(wrapper).ok();
        let calls = std::fs::read_to_string(&log).unwrap();
        assert!(calls.contains(command), "{calls}");
        assert!(!calls.contains("__window"), "{calls}");
    }
}

#[test]
fn a_window_costs_nothing_while_nobody_touches_it() {
    let Some((display, fork)) = scene() else {
        return;
    };
    let run = display.shows(fork.deck.command(&["pull"])).start();
    display.button("Keep cloud");
    let pid = windows(&run)[0];
    // Without whoever reads the screen.
    std::thread::sleep(Duration::from_secs(1));
    let ticks = || {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        // utime and stime, in hundredths of a second.
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let (before, since) = (ticks(), Instant::now());
    std::thread::sleep(Duration::from_secs(4));
    let spent = ticks() - before;
    assert!(spent <= 2, "{spent} hundredths in {:?}", since.elapsed());
    display.click("Cancel launch");
    run.wait();
}
