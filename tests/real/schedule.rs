//! The fleet on real restic and a real rest-server: three devices that play, push, pull, decide, go
//! offline and are killed at random moments, restic with them. The oracle shares no code with the
//! engine: it remembers what hooks saw, and looks for it on the devices and in what stock restic
//! restores.
//!
//! `INSTANCE_SYNC_SOAK` sets how many schedules there are, `INSTANCE_SYNC_SEED` where they begin.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::folders::{self, Content, Units};
use crate::support::play::{self, Noise};
use crate::support::script;
use crate::support::{
    ALICE, Device, Output, Program, Repository, Run, Signal, Started, Tree, World, assert_same,
};

const WORLDS: [&str; 4] = ["saves/A", "saves/B", "saves/C", "saves/Renamed"];
const POLICIES: [&str; 4] = ["keep-both", "keep-local", "keep-cloud", "newest"];

/// What restic takes for the time on some machines.
const YEARS: [&str; 2] = ["1971-01-01 00:00:00", "2099-01-01 00:00:00"];

/// How many steps a schedule has before all come to rest.
const STEPS: usize = 50;

/// Between how many steps the snapshots are restored and everything is looked for.
const LOOK: usize = 10;

/// When a command is killed.
#[derive(Debug, Clone, Copy)]
enum Moment {
    Never,
    /// After so many thousandths of the time that it takes.
    After(u64),
    /// So many microseconds after it began to swap files, if it does.
    Swapping(u64),
}

/// What a device does.
#[derive(Debug)]
enum Step {
    Play(usize, usize),
    Options(usize),
    Delete(usize, usize),
    Rename(usize, usize, usize),
    Push(usize, Moment),
    Pull(usize, Option<&'static str>, Moment),
    Resolve(usize, &'static str, Option<&'static str>, Moment),
    Undo(usize, Moment),
    Race(usize, usize),
    Server(bool),
    Clock(usize, usize),
}

/// Chooses the steps.
struct Dice(Noise);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.0.below(limit as u64)).unwrap()
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn moment(&mut self) -> Moment {
        match self.below(10) {
            0..3 => Moment::Never,
            3..7 => Moment::After(self.0.below(800)),
            _ => Moment::Swapping(self.0.below(4) * self.0.below(500)),
        }
    }

    fn step(&mut self) -> Step {
        let (device, world, other) = (self.below(3), self.below(4), self.below(4));
        let policy = self.one(&POLICIES);
        match self.below(100) {
            0..26 => Step::Play(device, world),
            26..30 => Step::Options(device),
            30..33 => Step::Delete(device, world),
            33..36 => Step::Rename(device, world, other),
            36..52 => Step::Push(device, self.moment()),
            52..62 => Step::Pull(device, None, self.moment()),
            62..78 => Step::Pull(device, Some(policy), self.moment()),
            78..84 => {
                let unit = (other % 2 == 0).then_some(WORLDS[world]);
                Step::Resolve(
                    device,
                    policy.trim_start_matches("keep-"),
                    unit,
                    self.moment(),
                )
            }
            84..90 => Step::Undo(device, self.moment()),
            90..94 => Step::Race(device, (device + 1) % 3),
            94..98 => Step::Server(self.below(3) > 0),
            _ => Step::Clock(device, self.below(3)),
        }
    }
}

/// How a command ended.
#[derive(Default)]
struct Said {
    killed: bool,
    /// As the last line of its JSON says.
    outcome: String,
    /// The units that an undo brought back.
    units: Vec<String>,
    text: String,
}

impl Said {
    fn of(output: &Output, command: &str) -> Self {
        let lines = output.stdout.lines().rev();
        let last = lines
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .find(|value| value["event"] == command)
            .unwrap_or_default();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let units = last["units"].as_array().into_iter().flatten();
        Self {
            killed: output.status.code().is_none(),
            outcome: text(&last["outcome"]),
            units: units.map(|unit| text(&unit["unit"])).collect(),
            text: output.to_string(),
        }
    }

    /// Returns whether a hook came to its end with the cloud in reach.
    fn is_a_promise(&self) -> bool {
        let none = ["", "offline", "busy", "copy", "refused", "pending"];
        !self.killed && !none.contains(&self.outcome.as_str())
    }

    /// Returns whether what it saw is in the cloud then.
    fn is_saved(&self) -> bool {
        let all = ["up-to-date", "pushed", "applied", "forked"];
        !self.killed && all.contains(&self.outcome.as_str())
    }
}

/// What was seen, and what was promised of it.
#[derive(Default)]
struct Oracle {
    made: HashSet<Content>,
    promised: HashSet<Content>,
    saved: HashSet<Content>,
    /// What the snapshots hold that were restored so far. They never change.
    restored: BTreeSet<String>,
    held: HashSet<Content>,
}

/// One schedule.
struct Fleet {
    world: World,
    devices: Vec<Device>,
    /// What each device takes for restic.
    restic: Vec<Option<PathBuf>>,
    stock: Repository,
    online: bool,
    oracle: Oracle,
    stamp: u64,
    usual: Duration,
    kills: usize,
    swaps: usize,
    story: Story,
}

/// What happened, told where the test fails.
struct Story(String);

impl Drop for Story {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = writeln!(io::stderr(), "{}", self.0);
        }
    }
}

impl Fleet {
    fn new(seed: u64) -> Option<Self> {
        let world = World::with_server()?;
        let devices = ["desktop", "deck", "laptop"].map(|name| world.device(name));
        let id = world.opt_in(&[&devices[0], &devices[1], &devices[2]]);
        for (number, time) in YEARS.iter().enumerate() {
            let restic = Program::Restic.find()?;
            let restic = restic.display();
            let script = format!(
                "#!/bin/sh\ncase \"$1\" in backup) shift; exec '{restic}' backup --time '{time}' \"$@\" ;; esac\n\
                 exec '{restic}' \"$@\"\n",
            );
            fs::create_dir_all(world.path(format!("clock {number}"))).unwrap();
            script::install(&world.path(format!("clock {number}/restic")), &script);
        }
        // It reads the disk: the server may be away.
        let folder = world.server().repository_folder(ALICE, &id);
        Some(Self {
            stock: Repository::local(&folder, ALICE.secret)?,
            world,
            devices: devices.to_vec(),
            restic: vec![None; 3],
            online: true,
            oracle: Oracle::default(),
            stamp: 0,
            usual: Duration::from_millis(400),
            kills: 0,
            swaps: 0,
            story: Story(format!("INSTANCE_SYNC_SEED={seed}")),
        })
    }

    fn units(&self, device: usize) -> Units {
        folders::units_below(&self.devices[device].pack)
    }

    fn is_torn(&self, device: usize) -> bool {
        self.devices[device].synced_by("journal.json").exists()
    }

    #[track_caller]
    fn step(&mut self, step: &Step) {
        let _ = write!(self.story.0, "\n{step:?}");
        match *step {
            Step::Play(device, _)
            | Step::Options(device)
            | Step::Delete(device, _)
            | Step::Rename(device, ..)
                // A pull that was killed failed: no launcher starts the game then.
                if self.is_torn(device) => {}
            Step::Play(device, world) => self.session(device, world),
            Step::Options(device) => {
                let path = self.devices[device].pack.join("options.txt");
                self.stamp += 1;
                play::write(&path, format!("fov:{}\n", self.stamp));
            }
            Step::Delete(device, world) => {
                let _ = fs::remove_dir_all(self.devices[device].pack.join(WORLDS[world]));
            }
            Step::Rename(device, from, to) => {
                let place = |world: usize| self.devices[device].pack.join(WORLDS[world]);
                if place(from).exists() && !place(to).exists() {
                    fs::rename(place(from), place(to)).unwrap();
                }
            }
            Step::Push(device, moment) => self.hook(device, "push", &[], moment),
            Step::Pull(device, None, moment) => self.hook(device, "pull", &[], moment),
            Step::Pull(device, Some(policy), moment) => {
                let policy = format!("--on-conflict={policy}");
                self.hook(device, "pull", &[&policy], moment);
            }
            Step::Resolve(device, keep, unit, moment) => {
                let keep = format!("--keep={keep}");
                let words: Vec<&str> = [keep.as_str()].into_iter().chain(unit).collect();
                self.hook(device, "resolve", &words, moment);
            }
            Step::Undo(device, moment) => self.hook(device, "undo", &[], moment),
            Step::Race(one, other) => self.race(one, other),
            Step::Server(up) if up == self.online => {}
            Step::Server(true) => self.world.server_mut().start_again(),
            Step::Server(false) => self.world.server_mut().stop(),
            Step::Clock(device, which) => {
                let path = format!("clock {which}/restic");
                self.restic[device] = YEARS.get(which).map(|_| self.world.path(path));
            }
        }
        if let Step::Server(up) = *step {
            self.online = up;
        }
        for device in 0..3 {
            if matches!(*step, Step::Play(of, _) | Step::Options(of) if of == device) {
                let units = self.units(device);
                self.oracle.made.extend(units.into_values());
            }
        }
        self.no_mix();
    }

    /// Somebody plays: every file changes, or one, or one comes or goes.
    fn session(&mut self, device: usize, world: usize) {
        let world = self.devices[device].pack.join(WORLDS[world]);
        self.stamp += 1;
        let stamp = self.stamp;
        let write = |name: &str| {
            let mut text = format!("{stamp} {name} ").into_bytes();
            text.extend(Noise::new(name, stamp).bytes(300));
            play::write(&world.join(name), text);
        };
        let extra = "data/map_0.dat";
        match stamp % 4 {
            1 if world.exists() => write("region/r.0.0.mca"),
            2 if world.exists() => write(extra),
            3 if world.exists() => {
                let _ = fs::remove_file(world.join(extra));
                write("level.dat");
            }
            _ => ["level.dat", "region/r.0.0.mca", "playerdata/steve.dat"]
                .iter()
                .for_each(|name| write(name)),
        }
    }

    fn command(&self, device: usize, words: &[&str]) -> Run {
        let run = self.devices[device].command(words).arg("--json");
        match &self.restic[device] {
            Some(restic) => run.arg(format!("--restic-binary={}", restic.display())),
            None => run,
        }
    }

    /// Runs a command, and notes what it promises. However it ends, it may lose nothing.
    #[track_caller]
    fn hook(&mut self, device: usize, command: &str, words: &[&str], moment: Moment) {
        let torn = self.is_torn(device);
        let seen = self.units(device);
        let words: Vec<&str> = [&[command], words].concat();
        let run = self.command(device, &words).start();
        let output = self.end(device, run, moment);
        let said = Said::of(&output, command);
        self.judge(command, &output, &said);
        self.promise(command, &said, seen, torn);
    }

    #[track_caller]
    fn race(&mut self, one: usize, other: usize) {
        let before = [one, other].map(|device| (device, self.is_torn(device), self.units(device)));
        let runs = [one, other].map(|device| self.command(device, &["push"]).start());
        let outputs = runs.map(Started::wait);
        for ((_, torn, seen), output) in before.into_iter().zip(outputs) {
            let said = Said::of(&output, "push");
            self.judge("push", &output, &said);
            self.promise("push", &said, seen, torn);
        }
    }

    /// Waits for a command, or kills it: the hook, its restic, and whatever else it started.
    fn end(&mut self, device: usize, mut run: Started, moment: Moment) -> Output {
        let since = Instant::now();
        match moment {
            Moment::Never => {
                let output = run.wait();
                if self.online {
                    self.usual = (self.usual * 3 + output.elapsed) / 4;
                }
                return output;
            }
            Moment::After(part) => {
                let micros = u64::try_from(self.usual.as_micros()).unwrap() * part / 1_000;
                thread::sleep(Duration::from_micros(micros));
            }
            Moment::Swapping(micros) => {
                while !self.is_torn(device) && run.is_running() {
                    assert!(since.elapsed() < Duration::from_secs(60));
                }
                thread::sleep(Duration::from_micros(micros));
            }
        }
        kill_all(&run);
        let output = run.wait();
        self.kills += usize::from(output.status.code().is_none());
        self.swaps += usize::from(self.is_torn(device));
        output
    }

    #[track_caller]
    fn judge(&mut self, command: &str, output: &Output, said: &Said) {
        let _ = write!(
            self.story.0,
            " -> {:?} {}",
            output.status.code(),
            said.outcome
        );
        let fine = match (command, output.status.code()) {
            (_, None | Some(0 | 3)) => true,
            // Nothing to take back or to decide, or nothing to do it with.
            ("resolve" | "undo", Some(code)) => code == 2 || !self.online,
            _ => false,
        };
        assert!(fine && !said.text.contains("panicked"), "{}", said.text);
    }

    #[track_caller]
    fn promise(&mut self, command: &str, said: &Said, seen: Units, torn: bool) {
        if torn {
            // What was here was about to be something else.
            return;
        }
        let before: Vec<Content> = seen.values().cloned().collect();
        self.find(before.iter(), &said.text);
        if command == "undo" {
            let taken = seen
                .into_iter()
                .filter(|(unit, _)| said.units.contains(unit));
            self.oracle
                .promised
                .extend(taken.map(|(_, content)| content));
        } else if said.is_a_promise() {
            if said.is_saved() {
                self.oracle.saved.extend(before.iter().cloned());
            }
            self.oracle.promised.extend(before);
        }
    }

    /// No unit is a mix of two versions, but where the next command finishes a swap first.
    #[track_caller]
    fn no_mix(&self) {
        for device in (0..3).filter(|device| !self.is_torn(*device)) {
            for (unit, content) in self.units(device) {
                assert!(
                    self.oracle.made.contains(&content),
                    "device {device}: {unit} is a mix: {}",
                    folders::shown(&content)
                );
            }
        }
    }

    /// Everything that is on the devices: live, coming, or in `undo/`.
    fn on_devices(&self) -> HashSet<Content> {
        let mut found = HashSet::new();
        for device in &self.devices {
            let own = device.synced_by("");
            found.extend(folders::units_below(&device.pack).into_values());
            found.extend(folders::interrupted(&own));
            found.extend(folders::undo(&own));
        }
        found
    }

    /// Restores the snapshots that are new, with stock restic.
    fn restore(&mut self) {
        for id in self.stock.snapshot_ids() {
            if self.oracle.restored.insert(id.clone()) {
                let folder = self.stock.restore(&id);
                let units = folders::units_below(&folder);
                self.oracle.held.extend(units.into_values());
                fs::remove_dir_all(folder).unwrap();
            }
        }
    }

    /// Checks that all of these can be had somewhere.
    #[track_caller]
    fn find<'a>(&mut self, all: impl Iterator<Item = &'a Content>, said: &str) {
        let here = self.on_devices();
        let missing: Vec<&Content> = all.filter(|one| !here.contains(*one)).collect();
        if missing.iter().any(|one| !self.oracle.held.contains(*one)) {
            self.restore();
        }
        for one in missing {
            let held = self.oracle.held.contains(one);
            assert!(held, "lost: {}\n{said}", folders::shown(one));
        }
    }

    #[track_caller]
    fn look(&mut self) {
        self.restore();
        let promised = std::mem::take(&mut self.oracle.promised);
        self.find(promised.iter(), "");
        self.oracle.promised = promised;
    }

    /// All faults end; each device in turn pulls and pushes twice; then all are the same, stock
    /// restic finds nothing wrong, and has everything that is said to be in the cloud.
    #[track_caller]
    fn settle(&mut self, policy: &str) {
        let _ = write!(self.story.0, "\nsettle by {policy}");
        if !self.online {
            self.world.server_mut().start_again();
            self.online = true;
        }
        let policy = format!("--on-conflict={policy}");
        let words = [policy.as_str(), "--allow-shrink"];
        for _ in 0..2 {
            for device in 0..3 {
                self.hook(device, "pull", &words, Moment::Never);
                self.hook(device, "push", &words, Moment::Never);
            }
        }
        for device in 0..3 {
            self.hook(device, "pull", &words, Moment::Never);
        }
        let first = Tree::of(&self.devices[0].pack);
        let same = |device: &Device| Tree::of(&device.pack).same(&first);
        if !self.devices.iter().all(same) {
            self.tell_states();
        }
        for device in &self.devices[1..] {
            assert_same(&first, &Tree::of(&device.pack));
        }
        for device in 0..3 {
            self.hook(device, "push", &[], Moment::Never);
            assert!(self.story.0.ends_with("up-to-date"), "still to push");
        }
        self.no_mix();
        self.look();
        // A killed backup leaves packs that no index names, and a lock: neither is an error to restic.
        self.stock.check();
        for one in &self.oracle.saved {
            let held = self.oracle.held.contains(one);
            assert!(held, "not in the cloud: {}", folders::shown(one));
        }
        self.go_back();
    }

    /// Some of what was promised is restored in place and as a copy, and compared with what stock restic
    /// makes of the same snapshot.
    #[track_caller]
    fn go_back(&mut self) {
        let device = 0;
        for snapshot in self.stock.snapshots().iter().rev().step_by(5).take(4) {
            let id = snapshot["id"].as_str().unwrap();
            let record = self.stock.dump(id, "/.cloud-sync/push.json");
            let record: serde_json::Value = serde_json::from_str(&record).unwrap();
            let folder = self.stock.restore(id);
            let units = folders::units_below(&folder);
            let known = |unit: &String| record["units"][unit]["state"] == "here";
            let Some((unit, content)) = units.into_iter().rfind(|(unit, _)| known(unit)) else {
                continue;
            };
            let point = format!("--snapshot={id}");
            let _ = write!(self.story.0, "\nrestore {unit} {point}");
            if unit.starts_with("saves/") {
                let output = self
                    .command(device, &["restore", &unit, &point, "--as-copy"])
                    .ok();
                let last = output.stdout.lines().last().unwrap();
                let said: serde_json::Value = serde_json::from_str(last).unwrap();
                let lands = said["units"][0]["lands"].as_str().unwrap_or(&unit);
                assert_eq!(self.units(device).get(lands), Some(&content), "{output}");
            }
            let output = self.command(device, &["restore", &unit, &point]).ok();
            assert_eq!(self.units(device).get(&unit), Some(&content), "{output}");
            fs::remove_dir_all(folder).unwrap();
        }
        self.no_mix();
        self.hook(device, "push", &[], Moment::Never);
    }
}

impl Fleet {
    /// Tells what each device and each snapshot believes.
    fn tell_states(&mut self) {
        let mut told = Vec::new();
        for device in &self.devices {
            let mut state = device.json("state.json");
            for long in ["stamps", "folder", "known"] {
                state[long].take();
            }
            told.push(format!("{}: {state}", device.name));
        }
        for snapshot in self.stock.snapshots() {
            let id = snapshot["id"].as_str().unwrap();
            let record = self.stock.dump(id, "/.cloud-sync/push.json");
            let mut record: serde_json::Value = serde_json::from_str(&record).unwrap();
            record["contents"].take();
            told.push(format!("{id}: {record}"));
        }
        let _ = write!(self.story.0, "\n{}", told.join("\n"));
    }
}

/// Kills a hook and its children at one moment. Stopped first, it starts no other meanwhile.
fn kill_all(run: &Started) {
    run.signal(Signal::Stop);
    let parent = run.id().to_string();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        // The name, in parentheses, may hold anything.
        let after = stat
            .rsplit_once(") ")
            .map(|(_, rest)| rest)
            .unwrap_or_default();
        let pid = entry.file_name().to_string_lossy().parse().ok();
        if after.split(' ').nth(1) == Some(&parent)
            && let Some(pid) = pid.and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }
    run.signal(Signal::Kill);
}

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().unwrap())
}

/// Plays a quarter of the schedules.
fn shard(shard: u64) {
    let count = number("INSTANCE_SYNC_SOAK", 25).div_ceil(13);
    let first = number("INSTANCE_SYNC_SEED", 1 + shard * 1_000_000);
    for seed in first..first + count {
        let Some(mut fleet) = Fleet::new(seed) else {
            return;
        };
        let since = Instant::now();
        let mut dice = Dice(Noise::new("schedule", seed));
        for number in 1..=STEPS {
            let step = dice.step();
            fleet.step(&step);
            if number % LOOK == 0 {
                fleet.look();
            }
        }
        fleet.settle(POLICIES[usize::try_from(seed % 4).unwrap()]);
        if std::env::var_os("INSTANCE_SYNC_SOAK").is_some() {
            let _ = writeln!(
                io::stderr(),
                "seed {seed}: {STEPS} steps, {} kills, {} of them in a swap, {} snapshots, {} states promised, {:?}",
                fleet.kills,
                fleet.swaps,
                fleet.oracle.restored.len(),
                fleet.oracle.promised.len(),
                since.elapsed()
            );
        }
    }
}

#[test]
fn schedules_of_shard_1() {
    shard(0);
}

#[test]
fn schedules_of_shard_2() {
    shard(1);
}

#[test]
fn schedules_of_shard_3() {
    shard(2);
}

#[test]
fn schedules_of_shard_4() {
    shard(3);
}
