//! What the hooks cost where there is nothing to do, in system calls: times are noise on the machines
//! that run tests. `make bench` measures times.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;

use super::support::*;

/// What one run asked of the system.
struct Cost {
    /// The calls, as strace writes them, without the process's number.
    calls: Vec<String>,
    /// The most memory that it had at once, in kB.
    peak: u64,
}

impl Cost {
    /// Runs a command that says nothing, and counts; `None` where strace is missing.
    fn of(device: &Device, world: &World, words: &[&str]) -> Option<Self> {
        let strace = Program::Strace.find()?;
        let log = world.path("strace.log");
        let mut wrapper: Vec<OsString> = vec![strace.into()];
        wrapper.extend(["-f", "-qq", "-s", "200", "-o"].map(Into::into));
        wrapper.push(log.clone().into());
        let run = device.command(words).under(wrapper).start();
        let peak = peak_of_child(&run);
        let said = run.wait();
        assert_eq!(said.status.code(), Some(0), "{said}");
        said.assert_silent();
        let log = fs::read_to_string(log).unwrap();
        let call = |line: &str| {
            let rest = line
                .trim_start()
                .trim_start_matches(|c: char| c.is_ascii_digit());
            rest.trim_start().to_owned()
        };
        // Threads that wait for each other do so as often as the processors are busy.
        let counts = |call: &String| {
            let waits = ["<... ", "sched_yield(", "futex("];
            !waits.iter().any(|name| call.starts_with(name))
        };
        let calls = log.lines().map(call).filter(counts).collect();
        Some(Self { calls, peak })
    }

    fn named(&self, name: &str) -> Vec<&String> {
        let name = format!("{name}(");
        let is = |call: &&String| call.starts_with(&name);
        self.calls.iter().filter(is).collect()
    }

    /// How often each call was made.
    fn table(&self) -> BTreeMap<&str, usize> {
        let mut table = BTreeMap::new();
        for call in &self.calls {
            let name = call.split('(').next().unwrap_or_default();
            *table.entry(name).or_default() += 1;
        }
        table
    }

    #[track_caller]
    fn at_most(&self, calls: usize) {
        assert!(
            self.calls.len() <= calls,
            "{} calls: {:#?}",
            self.calls.len(),
            self.table()
        );
    }

    /// Checks that no process was started, and no network used.
    #[track_caller]
    fn is_alone(&self) {
        assert_eq!(self.named("execve").len(), 1, "{:#?}", self.named("execve"));
        for name in ["socket", "connect", "fork", "vfork"] {
            assert!(self.named(name).is_empty(), "{:#?}", self.named(name));
        }
    }
}

/// The peak of the memory that the process which strace runs has for itself, as far as it was seen. What it
/// maps of its own program is left out: that is the system's choice, and tens of MB where nothing is optimized.
fn peak_of_child(run: &run::Started) -> u64 {
    let mut peak = 0;
    let tracer = run.id();
    let children = format!("/proc/{tracer}/task/{tracer}/children");
    while let Ok(children) = fs::read_to_string(&children) {
        let Some(child) = children.split_whitespace().next() else {
            if peak > 0 {
                break;
            }
            continue;
        };
        let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        let kb = |name: &str| -> Option<u64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line?.split_whitespace().next()?.parse().ok()
        };
        let (most, mapped) = (kb("VmHWM:"), kb("RssFile:"));
        peak = peak.max(most.unwrap_or(0).saturating_sub(mapped.unwrap_or(0)));
    }
    peak
}

const FILES: usize = 1000;

/// A world with a server, and a device whose world of a thousand files is in the cloud.
fn settled() -> Option<(World, Device)> {
    let world = World::with_server()?;
    let desktop = world.device("desktop");
    for number in 0..FILES {
        let file = format!("saves/My World/region/{}/{number}", number % 10);
        play::write(&desktop.pack.join(file), [0; 100]);
    }
    world.opt_in(&[&desktop]);
    desktop.command(&["push"]).ok();
    // What is as young as the scan is read once more.
    std::thread::sleep(std::time::Duration::from_millis(700));
    desktop.command(&["push"]).ok().assert_silent();
    desktop.command(&["pull"]).ok().assert_silent();
    Some((world, desktop))
}

#[test]
fn a_folder_that_is_not_opted_in_costs_one_look_at_the_marker() {
    let world = World::new();
    let device = world.device("deck");
    play::world(&device.pack, "My World", 1);
    for command in ["pull", "push"] {
        let Some(cost) = Cost::of(&device, &world, &[command]) else {
            return;
        };
        let home = device.home.display().to_string();
        let is_ours = |call: &&String| call.contains(&home) && !call.starts_with("execve(");
        let ours: Vec<&String> = cost.calls.iter().filter(is_ours).collect();
        assert_eq!(ours.len(), 1, "{ours:#?}");
        assert!(ours[0].contains(".cloud-sync/sync.json"), "{ours:?}");
        cost.is_alone();
        assert!(cost.named("clone").is_empty() && cost.named("clone3").is_empty());
        // Mostly the loader's and the C library's: nothing is read but the program and its map.
        cost.at_most(100);
        let opened = cost.named("openat");
        let is_loader = |call: &&&String| {
            ["ld.so", "/lib", "/proc/self/maps"]
                .iter()
                .any(|place| call.contains(place))
        };
        assert_eq!(
            opened.iter().filter(is_loader).count(),
            opened.len(),
            "{opened:#?}"
        );
    }
}

#[test]
fn a_push_with_nothing_changed_looks_at_each_file_once_and_reads_none() {
    let Some((world, desktop)) = settled() else {
        return;
    };
    let Some(cost) = Cost::of(&desktop, &world, &["push"]) else {
        return;
    };
    cost.is_alone();
    let of_files =
        |call: &&&String| call.contains("region/") || call.contains("AT_SYMLINK_NOFOLLOW");
    let looks = cost.named("statx");
    let looks = looks.iter().filter(of_files).count();
    assert!((FILES..FILES + 100).contains(&looks), "{looks} looks");
    let opened = cost.named("openat");
    let inside = opened
        .iter()
        .filter(|call| call.contains("saves/") && !call.contains("O_DIRECTORY"));
    assert_eq!(inside.count(), 0, "{opened:#?}");
    cost.at_most(FILES + 500);
    assert!(cost.peak < 9_000, "{} kB", cost.peak);
}

#[test]
fn a_pull_with_nothing_changed_asks_once_and_starts_nothing() {
    let Some((world, desktop)) = settled() else {
        return;
    };
    let before = world.server().requests().len();
    let Some(cost) = Cost::of(&desktop, &world, &["pull"]) else {
        return;
    };
    assert_eq!(world.server().requests().len() - before, 1);
    assert_eq!(cost.named("execve").len(), 1, "{:#?}", cost.named("execve"));
    let is_inet = |call: &&&String| call.contains("AF_INET");
    assert_eq!(cost.named("connect").iter().filter(is_inet).count(), 1);
    let opened = cost.named("openat");
    let inside = opened
        .iter()
        .filter(|call| call.contains("saves/") && !call.contains("O_DIRECTORY"));
    assert_eq!(inside.count(), 0, "{opened:#?}");
    // The thousand files, TLS, and a runtime that waits.
    cost.at_most(FILES + 1000);
    assert!(cost.peak < 9_000, "{} kB", cost.peak);
}

#[test]
fn a_push_of_changes_is_one_process_and_a_pull_of_them_three() {
    let Some((world, desktop)) = settled() else {
        return;
    };
    let deck = world.device("deck");
    let id = desktop.instance_id();
    let (url, ca) = (
        world.server().url(),
        world.server().ca_file().display().to_string(),
    );
    let (join, ca) = (format!("--instance-id={id}"), format!("--ca-file={ca}"));
    deck.init(&url, ALICE.token, &[&join, &ca]);
    deck.command(&["pull"]).ok();
    let real = Program::Restic.find().unwrap();
    let fake = FakeRestic::around(&world.path("watched"), &real);
    world.use_restic(&fake.path());
    // Another program on PATH: each asks its version once.
    desktop.command(&["status"]).ok();
    deck.command(&["status"]).ok();
    let count = |command: &Device, words: &[&str], says: &str| {
        let before = fake.calls().len();
        command.command(words).ok().assert_says(says);
        let calls = fake.calls().split_off(before);
        calls
            .iter()
            .map(|call| call.args[0].clone())
            .collect::<Vec<_>>()
    };
    for seed in 0..2 {
        play::write_noise(&desktop.pack.join("saves/My World/region/1/1"), seed, 5000);
        assert_eq!(count(&desktop, &["push"], "Saved"), ["backup"]);
        let mut calls = count(&deck, &["pull"], "Updated");
        calls.sort();
        assert_eq!(calls, ["dump", "restore", "snapshots"]);
    }
}
