//! The fleet model: devices that play, push, pull, crash and disagree, against a cloud in memory.
//!
//! Each device is a real game folder with the real engine; only restic and the network are not there.
//! An oracle that knows nothing of the planner remembers every state that a hook saw, and looks after
//! each step whether all of them can still be had, and whether no unit is a mix of two.
//!
//! `FLEET_SEED` and `FLEET_STEPS` choose what is played; a failure prints the steps that lead to it,
//! shrunk. It belongs to `regressions.rs` then, under a name.

mod device;
mod folders;
mod memory;
mod oracle;
mod play;
mod regressions;
mod scenes;

use super as lib;

use std::{
    collections::BTreeSet,
    panic,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering},
    },
};

use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner},
};

use self::{
    device::{Device, Fault, Said},
    folders::Units,
    memory::Memory,
    oracle::{Oracle, State},
    play::Play,
};
use crate::{crash_point, domain::policy::Policy, sync::restore::Place};

/// How many devices there are at most.
const DEVICES: usize = 4;

/// One step of a schedule. Numbers are taken modulo what there is.
#[derive(Debug, Clone)]
pub enum Step {
    /// The player does something in the game folder.
    Play(usize, Play),
    /// A post-exit hook.
    Push(usize, Fault),
    /// A pre-launch hook.
    Pull(usize, Option<Policy>, Fault),
    /// The player decides, about one unit or all.
    Resolve(usize, Policy, Option<usize>, Fault),
    /// The player takes back the last pull.
    Undo(usize, Fault),
    /// The player restores a unit of some snapshot: in place, or as a copy.
    Restore(usize, usize, bool, Fault),
    /// The line is cut or mended.
    Line(usize, bool),
    /// The device's clock is set wrong by so many days.
    Clock(usize, i64),
    /// The second device pushes while the first one's push is under way.
    Race(usize, usize),
    /// The folder is backed up.
    Keep(usize),
    /// It is restored from that backup: whole, or its state alone.
    RollBack(usize, bool),
    /// It is copied to another place, and the original removed.
    Transplant(usize),
    /// Its state is lost: it joins with what it has.
    Forget(usize),
    /// A device leaves a world out, or takes it in again.
    Scope(usize),
    /// The past is thinned: by a device, by the rules of `prune` for what is old; or, by somebody with
    /// restic, down to what is newest.
    Prune(usize, bool),
    /// A unit of the newest snapshot cannot be read.
    Hurt(usize),
    /// Everything can be read again.
    Heal,
}

fn device() -> impl Strategy<Value = usize> {
    0..DEVICES
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        12 => Just(Fault::None),
        3 => (0_u32..60).prop_map(Fault::Crash),
        1 => Just(Fault::LostAnswer),
    ]
}

fn deciding() -> impl Strategy<Value = Policy> {
    prop_oneof![
        4 => Just(Policy::KeepBoth),
        1 => Just(Policy::KeepLocal),
        1 => Just(Policy::KeepCloud),
        1 => Just(Policy::Newest),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        30 => (device(), play::any()).prop_map(|(device, play)| Step::Play(device, play)),
        18 => (device(), fault()).prop_map(|(device, fault)| Step::Push(device, fault)),
        22 => (device(), proptest::option::weighted(0.4, deciding()), fault())
            .prop_map(|(device, policy, fault)| Step::Pull(device, policy, fault)),
        4 => (device(), deciding(), proptest::option::of(0_usize..8), fault())
            .prop_map(|(device, policy, unit, fault)| Step::Resolve(device, policy, unit, fault)),
        4 => (device(), fault()).prop_map(|(device, fault)| Step::Undo(device, fault)),
        5 => (device(), 0_usize..1000, proptest::bool::weighted(0.3), fault())
            .prop_map(|(device, which, copy, fault)| Step::Restore(device, which, copy, fault)),
        6 => (device(), any::<bool>()).prop_map(|(device, cut)| Step::Line(device, cut)),
        2 => (device(), -3000_i64..3000).prop_map(|(device, days)| Step::Clock(device, days)),
        3 => (device(), device()).prop_map(|(one, other)| Step::Race(one, other)),
        1 => device().prop_map(Step::Keep),
        1 => (device(), any::<bool>()).prop_map(|(device, whole)| Step::RollBack(device, whole)),
        1 => device().prop_map(Step::Transplant),
        1 => device().prop_map(Step::Forget),
        1 => device().prop_map(Step::Scope),
        2 => (device(), any::<bool>()).prop_map(|(device, rules)| Step::Prune(device, rules)),
        1 => (0_usize..8).prop_map(Step::Hurt),
        1 => Just(Step::Heal),
    ]
}

/// The devices, the cloud and the oracle.
pub struct Fleet {
    cloud: Memory,
    devices: Vec<Device>,
    oracle: Oracle,
    pulls: u32,
}

impl Fleet {
    /// Returns `devices` empty folders that joined one instance.
    pub fn new(devices: usize) -> Self {
        silence_crashes();
        let cloud = Memory::new(Some(crash_point::step));
        let devices = (0..devices)
            .map(|number| Device::new(number, cloud.seen_by(number)))
            .collect();
        Self {
            cloud,
            devices,
            oracle: Oracle::default(),
            pulls: 0,
        }
    }

    fn device(&mut self, number: usize) -> &mut Device {
        let count = self.devices.len();
        &mut self.devices[number % count]
    }

    /// Takes one step and checks everything.
    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            // A pull that was killed ended with a failure: no launcher starts the game then.
            Step::Play(number, _) if self.device(*number).is_interrupted() => {}
            Step::Play(number, play) => {
                self.device(*number).play(play);
                let units = self.device(*number).units();
                self.oracle.made(units);
            }
            Step::Push(number, fault) => {
                self.hook(*number, |device| device.push(None, *fault))?;
            }
            Step::Pull(number, policy, fault) => {
                let said = self.hook(*number, |device| device.pull(*policy, *fault))?;
                let whole = matches!(&said, Said::Pull(outcome) if device::is_whole(outcome));
                self.pulls += 1;
                // What is planned again may be published on the way: not always, or a decision would
                // never meet news before it is.
                let again = self.pulls.is_multiple_of(2);
                if again && whole && self.device(*number).cloud.is_online() {
                    self.replan(*number, *policy, &said)?;
                }
            }
            Step::Resolve(number, policy, unit, fault) => {
                self.hook(*number, |device| device.resolve(*policy, *unit, *fault))?;
            }
            Step::Undo(number, fault) => {
                let torn = self.device(*number).is_interrupted();
                let mut seen = self.device(*number).units();
                let said = self.run(*number, |device| device.undo(*fault))?;
                if let (Said::Undo(units), false) = (said, torn) {
                    seen.retain(|unit, _| units.contains(unit));
                    self.oracle.keep(seen);
                }
            }
            Step::Restore(number, which, copy, fault) => {
                let all = Oracle::restorable(&self.cloud);
                if let Some(state) = all.get(which % all.len().max(1)) {
                    self.restore(*number, state, *copy, *fault)?;
                }
            }
            Step::Line(number, cut) => self.device(*number).cloud.set_offline(*cut),
            Step::Clock(number, days) => self.device(*number).set_clock(*days),
            Step::Race(one, other) => self.race(*one, *other)?,
            Step::Keep(number) => self.device(*number).keep(),
            Step::RollBack(number, whole) => {
                self.device(*number).roll_back(*whole);
                self.oracle.let_go();
            }
            Step::Transplant(number) => self.device(*number).transplant(),
            Step::Forget(number) => self.device(*number).forget(),
            Step::Scope(number) => self.device(*number).toggle_scope(),
            Step::Prune(number, rules) => self.prune(*number, *rules)?,
            Step::Hurt(number) => self.hurt(*number),
            Step::Heal => self.cloud.hurt(None),
        }
        self.cloud.calm();
        self.check(&Units::new())
    }

    /// After a pull that did everything, nothing is to be done; what it decided is saved at most.
    fn replan(
        &mut self,
        number: usize,
        policy: Option<Policy>,
        first: &Said,
    ) -> Result<(), String> {
        let second = self.hook(number, |device| device.pull(policy, Fault::None))?;
        let third = self.hook(number, |device| device.pull(policy, Fault::None))?;
        let quiet = matches!(&second, Said::Pull(outcome) if device::is_quiet(outcome));
        if !quiet || !third.is_empty() {
            return Err(format!(
                "not empty when planned again: {first:?}, then {second:?}, then {third:?}"
            ));
        }
        Ok(())
    }

    /// Runs a command, which may lose nothing of what was here before, however it ends.
    fn run(
        &mut self,
        number: usize,
        command: impl FnOnce(&Device) -> Said,
    ) -> Result<Said, String> {
        // In the middle of a swap nothing is whole but by way of the next command.
        let before = if self.device(number).is_interrupted() {
            Units::new()
        } else {
            self.device(number).units()
        };
        let said = command(self.device(number));
        if std::env::var_os("FLEET_TRACE").is_some() {
            println!("{number}: {said:?}");
        }
        self.cloud.calm();
        self.check(&before)
            .map_err(|error| format!("{error}, after {said:?}"))?;
        Ok(said)
    }

    /// Runs a hook: what it saw is promised once it came to its end.
    fn hook(
        &mut self,
        number: usize,
        command: impl FnOnce(&Device) -> Said,
    ) -> Result<Said, String> {
        let torn = self.device(number).is_interrupted();
        let seen = self.device(number).units_in_scope();
        let said = self.run(number, command)?;
        said.failure()?;
        if said.is_a_promise() && !torn {
            self.oracle.promise(seen);
            self.check(&Units::new())
                .map_err(|error| format!("{error}, after {said:?}"))?;
        }
        Ok(said)
    }

    /// Restores a unit of a snapshot, and compares every byte. What it replaces is promised.
    fn restore(
        &mut self,
        number: usize,
        state: &State,
        copy: bool,
        fault: Fault,
    ) -> Result<(), String> {
        let torn = self.device(number).is_interrupted();
        let seen = self.device(number).units();
        let place = if copy { Place::Copy } else { Place::InPlace };
        let said = self.run(number, |device| {
            device.restore(state.snapshot.as_str(), &state.unit, &place, fault)
        })?;
        said.failure()?;
        let Said::Restore(units) = said else {
            return Ok(());
        };
        for (unit, lands) in units {
            let now = self.device(number).units();
            if now.get(&lands) != Some(&state.content) {
                return Err(format!(
                    "{unit} of {} was not restored to {lands}: {}",
                    state.snapshot,
                    folders::list(&now)
                ));
            }
            if let (Some(before), false) = (seen.get(&lands), torn) {
                self.oracle.promise([(lands, before.clone())].into());
            }
        }
        self.check(&Units::new())
    }

    fn race(&mut self, one: usize, other: usize) -> Result<(), String> {
        let count = self.devices.len();
        if one % count == other % count {
            return Ok(());
        }
        let second = self.devices[other % count].twin();
        self.cloud.beside_next_backup(move || {
            second.push(None, Fault::None);
        });
        self.hook(one, |device| device.push(None, Fault::None))?;
        Ok(())
    }

    /// Thins the past. What was only there is gone, as the player wished; all that is new can be had
    /// by whoever joins.
    fn prune(&mut self, number: usize, rules: bool) -> Result<(), String> {
        if rules {
            let said = self.device(number).prune();
            said.failure()?;
        } else {
            let all = self.cloud.all();
            let needed = oracle::needed(&all);
            let gone: BTreeSet<_> = all
                .iter()
                .map(|snapshot| snapshot.listed.id.clone())
                .filter(|id| !needed.contains(id))
                .collect();
            self.cloud.prune(&gone);
        }
        self.oracle.release(&self.cloud);
        self.join()
    }

    /// A device that joins gets everything that is new, where all of it can be read.
    fn join(&self) -> Result<(), String> {
        if self.cloud.is_hurt() {
            return Ok(());
        }
        let joined = Device::new(DEVICES, self.cloud.seen_by(DEVICES));
        let said = joined.pull(Some(Policy::KeepBoth), Fault::None);
        if matches!(&said, Said::Pull(outcome) if device::is_whole(outcome)) {
            return Ok(());
        }
        Err(format!("whoever joins does not get everything: {said:?}"))
    }

    fn hurt(&mut self, number: usize) {
        let all = self.cloud.all();
        let Some(snapshot) = all.get(number % all.len().max(1)) else {
            return;
        };
        let path = snapshot.tree.keys().find(|path| path.starts_with("saves/"));
        if let Some(path) = path {
            let unit: Vec<&str> = path.splitn(3, '/').take(2).collect();
            let hurt = (snapshot.listed.id.clone(), unit.join("/"));
            self.cloud.hurt(Some(hurt));
        }
    }

    fn check(&mut self, before: &Units) -> Result<(), String> {
        self.oracle.check(&self.devices, &self.cloud, before)
    }

    /// All faults end; each device in turn pulls and pushes twice; then all are the same, and nothing
    /// is left to do.
    pub fn settle(&mut self, policy: Policy) -> Result<u64, String> {
        self.cloud.hurt(None);
        self.join()?;
        for device in &mut self.devices {
            device.cloud.set_offline(false);
            device.reset_scope();
        }
        for _ in 0..2 {
            for number in 0..self.devices.len() {
                self.hook(number, |device| device.pull_deciding(policy))?;
                self.hook(number, |device| device.push(Some(policy), Fault::None))?;
            }
        }
        let before = self.cloud.all().len();
        for number in 0..self.devices.len() {
            self.hook(number, |device| device.pull_deciding(policy))?;
        }
        let first = self.devices[0].units();
        for device in &self.devices[1..] {
            if device.units() != first {
                return Err(format!(
                    "not the same after two rounds of {policy}: {} and {}",
                    folders::list(&first),
                    folders::list(&device.units())
                ));
            }
        }
        for device in &self.devices {
            for said in [
                device.pull(None, Fault::None),
                device.push(None, Fault::None),
            ] {
                if !said.is_empty() {
                    return Err(format!("still something to do: {said:?}"));
                }
            }
        }
        if self.cloud.all().len() != before {
            return Err("devices go on merging each other".to_owned());
        }
        self.restore_everything()
    }

    /// Everything that was ever closed and is still promised can be had, byte for byte: a world beside
    /// what is here, and everything in place. Returns how much that was.
    fn restore_everything(&mut self) -> Result<u64, String> {
        let mut done = Vec::new();
        for state in Oracle::restorable(&self.cloud) {
            let is_new = !done.contains(&state.content);
            if !is_new || !self.oracle.is_promised(&state.content) {
                continue;
            }
            if state.unit.starts_with("saves/") {
                self.restore(0, &state, true, Fault::None)?;
                let units = self.device(0).units();
                if !units.values().any(|content| *content == state.content) {
                    return Err(format!(
                        "{} of {} was not put beside: {}",
                        state.unit,
                        state.snapshot,
                        folders::list(&units)
                    ));
                }
            }
            self.restore(0, &state, false, Fault::None)?;
            if self.device(0).units().get(&state.unit) != Some(&state.content) {
                return Err(format!(
                    "{} of {} was not restored",
                    state.unit, state.snapshot
                ));
            }
            done.push(state.content);
        }
        Ok(done.len() as u64)
    }
}

/// Plays a schedule and lets the fleet come to rest.
pub fn run(devices: usize, steps: &[Step], policy: Policy) -> Result<(), String> {
    played(devices, steps, policy).map(drop)
}

/// Plays a schedule as [`run`] does, and returns how many states were restored at the end.
fn played(devices: usize, steps: &[Step], policy: Policy) -> Result<u64, String> {
    let mut fleet = Fleet::new(devices);
    for (number, step) in steps.iter().enumerate() {
        fleet
            .step(step)
            .map_err(|error| format!("step {number}, {step:?}: {error}"))?;
    }
    fleet.settle(policy)
}

/// A device that dies in a test is no news.
fn silence_crashes() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !info.payload().is::<crash_point::Crash>() {
                usual(info);
            }
        }));
    });
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(usual)
}

/// Plays schedules of one shard; the four together take at least 20,000 steps.
fn shard(number_of_shard: u64) {
    let seed = number("FLEET_SEED", 1).wrapping_mul(1000) + number_of_shard;
    let wanted = number("FLEET_STEPS", 5_000);
    let config = Config {
        cases: 10,
        max_shrink_iters: 3000,
        failure_persistence: None,
        ..Config::default()
    };
    let schedule = (
        2..=DEVICES,
        proptest::collection::vec(step(), 1..70),
        deciding(),
    );
    let steps = AtomicU64::new(0);
    let restored = AtomicU64::new(0);
    for batch in 0_u64.. {
        if steps.load(Ordering::Relaxed) >= wanted {
            break;
        }
        let mut bytes = [0_u8; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&batch.to_le_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        let mut runner = TestRunner::new_with_rng(config.clone(), rng);
        let result = runner.run(&schedule, |(devices, schedule, policy)| {
            steps.fetch_add(schedule.len() as u64, Ordering::Relaxed);
            let states = played(devices, &schedule, policy).map_err(TestCaseError::fail)?;
            restored.fetch_add(states, Ordering::Relaxed);
            Ok(())
        });
        match result {
            Ok(()) => {}
            Err(TestError::Fail(why, (devices, schedule, policy))) => {
                panic!("seed {seed}: {why}\nrun({devices}, &{schedule:?}, Policy::{policy:?})")
            }
            Err(TestError::Abort(why)) => panic!("seed {seed}: {why}"),
        }
    }
    assert!(restored.into_inner() > 0, "nothing was ever restored");
}

#[test]
fn schedules_of_shard_1() {
    shard(1);
}

#[test]
fn schedules_of_shard_2() {
    shard(2);
}

#[test]
fn schedules_of_shard_3() {
    shard(3);
}

#[test]
fn schedules_of_shard_4() {
    shard(4);
}
