//! The oracle: what was promised, and whether it can still be had. It shares no code with the
//! planner, and reads folders, undo and snapshots in its own way.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::{
    device::Device,
    folders::{Content, Units, interrupted, shown, undo},
    lib::domain::ids::SnapshotId,
    memory::{Entry, Memory, Snapshot},
};

/// What was promised.
#[derive(Default)]
pub struct Oracle {
    promised: HashSet<Content>,
    /// Promised as long as nobody throws the folder away that has it.
    kept: HashSet<Content>,
    made: HashSet<Content>,
    /// What a prune removed, as the player wished; it may still lie on a device.
    released: HashSet<Content>,
    /// What each snapshot holds, which never changes.
    held: HashMap<SnapshotId, HashSet<Content>>,
}

/// What a unit is in a snapshot.
pub struct State {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// The unit.
    pub unit: String,
    /// What it holds there.
    pub content: Content,
}

impl Oracle {
    /// Notes what a player made.
    pub fn made(&mut self, units: Units) {
        self.made.extend(units.into_values());
    }

    /// Notes that a hook saw these while the cloud was in reach.
    pub fn promise(&mut self, units: Units) {
        let released = &self.released;
        let seen = units.into_values().filter(|one| !released.contains(one));
        self.promised.extend(seen);
    }

    /// Notes that these were replaced here by the player's wish.
    pub fn keep(&mut self, units: Units) {
        self.kept.extend(units.into_values());
    }

    /// A folder was thrown away, with what only it had.
    pub fn let_go(&mut self) {
        self.kept.clear();
    }

    /// Returns everything that snapshots say that they hold.
    pub fn restorable(cloud: &Memory) -> Vec<State> {
        let mut states = Vec::new();
        for snapshot in cloud.all() {
            let listed = listed(&snapshot);
            for (unit, content) in units_of(&snapshot) {
                if listed.contains(&unit) {
                    states.push(State {
                        snapshot: snapshot.listed.id.clone(),
                        unit,
                        content,
                    });
                }
            }
        }
        states
    }

    /// Returns whether this was promised.
    pub fn is_promised(&self, content: &Content) -> bool {
        self.promised.contains(content)
    }

    /// Everything that the cloud has.
    fn saved(&mut self, cloud: &Memory) -> HashSet<Content> {
        let mut saved = HashSet::new();
        for snapshot in cloud.all() {
            let id = snapshot.listed.id.clone();
            let held = self
                .held
                .entry(id)
                .or_insert_with(|| units_of(&snapshot).into_values().collect());
            saved.extend(held.iter().cloned());
        }
        saved
    }

    /// Everything that can be had somewhere.
    fn reachable(&mut self, devices: &[Device], cloud: &Memory) -> HashSet<Content> {
        let mut reachable = self.saved(cloud);
        for device in devices {
            reachable.extend(device.units().into_values());
            reachable.extend(interrupted(&device.own()));
            reachable.extend(undo(&device.own()));
        }
        reachable
    }

    /// Is there anything that was promised, or that was here before a command, and cannot be had? Is
    /// any unit a mix of two?
    pub fn check(
        &mut self,
        devices: &[Device],
        cloud: &Memory,
        before: &Units,
    ) -> Result<(), String> {
        for device in devices.iter().filter(|device| !device.is_interrupted()) {
            for (unit, content) in device.units() {
                if !self.made.contains(&content) {
                    return Err(format!("{unit} is a mix: {}", shown(&content)));
                }
            }
        }
        let reachable = self.reachable(devices, cloud);
        let all = self
            .promised
            .iter()
            .chain(&self.kept)
            .chain(before.values());
        let mut lost = all.filter(|one| !reachable.contains(*one));
        match lost.next() {
            None => Ok(()),
            Some(lost) => Err(format!("lost: {}", shown(lost))),
        }
    }

    /// What the cloud does not have after a prune was let go by the player.
    pub fn release(&mut self, cloud: &Memory) {
        let saved = self.saved(cloud);
        let once = self.held.values().flatten();
        let gone = once.filter(|one| !saved.contains(*one));
        self.released.extend(gone.cloned());
        self.promised.retain(|one| saved.contains(one));
        self.kept.retain(|one| saved.contains(one));
    }
}

/// The units that a snapshot's record lists as here, where it was not cut short.
fn listed(snapshot: &Snapshot) -> BTreeSet<String> {
    let Some(Entry::File(bytes)) = snapshot.tree.get(".cloud-sync/push.json") else {
        return BTreeSet::new();
    };
    let record: Value = serde_json::from_slice(bytes).unwrap();
    let units = record["units"].as_object().into_iter().flatten();
    let here = units.filter(|(_, row)| row["state"] == "here");
    here.map(|(unit, _)| unit.clone()).collect()
}

fn units_of(snapshot: &Snapshot) -> Units {
    let mut units = Units::new();
    for (path, entry) in &snapshot.tree {
        let Entry::File(bytes) = entry else { continue };
        let (unit, name) = match path.splitn(3, '/').collect::<Vec<_>>().as_slice() {
            ["saves", world, name] => (format!("saves/{world}"), (*name).to_owned()),
            ["options.txt"] => ("options.txt".to_owned(), String::new()),
            _ => continue,
        };
        units.entry(unit).or_default().insert(name, bytes.clone());
    }
    units
}

/// Returns the snapshots that a prune leaves: those that no other one covers, and those that one of
/// these refers to.
pub fn needed(all: &[Snapshot]) -> BTreeSet<SnapshotId> {
    let records: Vec<(SnapshotId, Value)> = all
        .iter()
        .filter_map(
            |snapshot| match snapshot.tree.get(".cloud-sync/push.json")? {
                Entry::File(bytes) => Some((
                    snapshot.listed.id.clone(),
                    serde_json::from_slice(bytes).unwrap(),
                )),
                Entry::Folder => None,
            },
        )
        .collect();
    let covers = |one: &Value, other: &Value| {
        let count = |vector: &Value, replica: &str| vector[replica].as_u64().unwrap_or(0);
        other["vector"]
            .as_object()
            .unwrap()
            .iter()
            .all(|(replica, counter)| count(&one["vector"], replica) >= counter.as_u64().unwrap())
    };
    let mut needed = BTreeSet::new();
    for (id, record) in &records {
        let rescue = record["purpose"] == "rescue";
        let covered = records.iter().any(|(other_id, other)| {
            other_id != id && covers(other, record) && !covers(record, other)
        });
        if rescue || !covered {
            needed.insert(id.clone());
            for row in record["units"].as_object().into_iter().flatten() {
                if let Some(within) = row.1["within"].as_str() {
                    needed.insert(within.parse().unwrap());
                }
            }
        }
    }
    needed
}
