mod needed;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;
use crate::domain::{
    fixtures::{digest, head, replica, unit, version},
    ids::SnapshotId,
    path::{InnerPath, RelPath},
    record::{Purpose, PushRecord, UnitState, UnitTable, UnitVersion},
    unit::{FileFact, UnitContent},
    version::VersionVector,
};

const NOW: &str = "2029-11-21T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

fn content(text: &str) -> UnitContent {
    let name = InnerPath::new("level.dat").expect("sound");
    let fact = FileFact {
        size: text.len() as u64,
        sha256: digest(text),
    };
    UnitContent {
        files: [(name, fact)].into(),
        folders: BTreeSet::new(),
    }
}

/// A folder that plays.
#[derive(Clone)]
struct Folder {
    name: char,
    vector: VersionVector,
    table: UnitTable,
    contents: BTreeMap<RelPath, UnitContent>,
}

/// Folders, and what they pushed.
struct Fleet {
    folders: Vec<Folder>,
    pushed: Vec<(SnapshotId, PushRecord)>,
}

fn id(number: usize) -> SnapshotId {
    format!("{number:064x}").parse().expect("an id")
}

impl Fleet {
    fn new(folders: usize) -> Self {
        let folder = |name| Folder {
            name,
            vector: VersionVector::default(),
            table: UnitTable::new(),
            contents: BTreeMap::new(),
        };
        Self {
            folders: ('A'..).take(folders).map(folder).collect(),
            pushed: Vec::new(),
        }
    }

    /// A folder changes a unit, or deletes it, and pushes at this time by its clock.
    fn push(&mut self, who: usize, name: &str, deletes: bool, time: Timestamp) -> SnapshotId {
        self.publish(who, name, deletes, time, Purpose::Push)
    }

    fn publish(
        &mut self,
        who: usize,
        name: &str,
        deletes: bool,
        time: Timestamp,
        purpose: Purpose,
    ) -> SnapshotId {
        let number = self.pushed.len() + 1;
        let before = self.folders[who].clone();
        let folder = &mut self.folders[who];
        let dot = folder.vector.next(replica(folder.name));
        folder.vector.add(dot);
        let text = format!("{}{number}", folder.name);
        let made = (!deletes).then(|| content(&text));
        let mut row = version(None, dot);
        row.state = made
            .as_ref()
            .map_or(UnitState::Gone, |made| UnitState::Here(made.digest()));
        folder.table.insert(unit(name), row);
        match made {
            Some(made) => drop(folder.contents.insert(unit(name), made)),
            None => drop(folder.contents.remove(&unit(name))),
        }
        let mut made = head('1', folder.table.clone(), &[dot]).record;
        // A safety copy covers nothing but itself.
        if purpose == Purpose::Push {
            made.vector = folder.vector.clone();
        }
        made.contents = folder.contents.clone();
        made.time = time.to_string();
        made.purpose = purpose;
        self.pushed.push((id(number), made));
        if purpose == Purpose::Rescue {
            // Nobody's state, not that of the folder either: but its counter is used.
            folder.table = before.table;
            folder.contents = before.contents;
        }
        id(number)
    }

    /// A folder takes what another has; where both changed a unit, the later dot wins.
    fn merge(&mut self, who: usize, other: usize) {
        if who == other {
            return;
        }
        let theirs = self.folders[other].clone();
        let ours = &mut self.folders[who];
        for (name, row) in &theirs.table {
            let mine = ours.table.get(name).cloned();
            let taken = match mine {
                None => Some(row.clone()),
                Some(mine) if mine.dot == row.dot => None,
                Some(mine) if theirs.vector.covers_dot(mine.dot) => Some(row.clone()),
                Some(_) if ours.vector.covers_dot(row.dot) => None,
                Some(mine) if row.outranks(&mine) => Some(row.decided_over([&mine])),
                Some(mine) => {
                    let won = mine.decided_over([row]);
                    ours.table.insert(name.clone(), won);
                    None
                }
            };
            if let Some(taken) = taken {
                match theirs.contents.get(name) {
                    Some(content) => drop(ours.contents.insert(name.clone(), content.clone())),
                    None => drop(ours.contents.remove(name)),
                }
                ours.table.insert(name.clone(), taken);
            }
        }
        ours.vector.join(&theirs.vector);
    }

    /// Some pushes leave out a unit that another made, and name a snapshot that has it, or that is gone.
    fn leave_out(&mut self, some: &[(usize, usize, usize)]) {
        for (which, name, within) in some {
            let name = unit(UNITS[*name]);
            let Some((_, record)) = self.pushed.get(*which) else {
                continue;
            };
            let own = record.dot();
            let Some(row) = record
                .units
                .get(&name)
                .filter(|row| row.dot != own)
                .cloned()
            else {
                continue;
            };
            let (UnitState::Here(digest), Purpose::Push) = (&row.state, record.purpose) else {
                continue;
            };
            let has = |record: &PushRecord| {
                let row = record.units.get(&name);
                row.is_some_and(|row| row.state == UnitState::Here(*digest))
            };
            let named = self.pushed.get(*within).filter(|(_, record)| has(record));
            let within = named.map_or_else(|| id(999), |(id, _)| id.clone());
            let digest = *digest;
            let record = &mut self.pushed[*which].1;
            record.contents.remove(&name);
            if let Some(row) = record.units.get_mut(&name) {
                row.state = UnitState::Held { digest, within };
            }
        }
    }

    fn history(&self) -> History {
        History::new(self.pushed.clone(), now())
    }

    fn judge(&self) -> Retention {
        judge(&self.history(), Rules::default(), &BTreeSet::new(), now())
    }
}

fn days_ago(days: i64, hour: i64) -> Timestamp {
    let day: Timestamp = "2029-11-21T00:00:00Z".parse().expect("a time");
    day - ((days * 24 - hour) * 60).minutes()
}

#[test]
fn a_clock_is_believed_from_the_first_day_on() {
    let age = |time: &str| {
        let mut fleet = Fleet::new(1);
        fleet.push(0, "saves/World", false, time.parse().expect("a time"));
        let history = History::new(fleet.pushed, now());
        Age::of(&history.moments()[0], Rules::default(), now())
    };
    assert_eq!(age("2025-12-31T23:59:59Z"), Age::Unknown);
    let january = Age::Within(Period::Month(2026, 1));
    assert_eq!(age("2026-01-01T00:00:00Z"), january);
}

#[test]
fn the_rules_are_all_then_days_then_months_for_each_folder() {
    let mut fleet = Fleet::new(2);
    let mut made = Vec::new();
    for (days, hour) in [
        (700, 1),
        (699, 1),
        (699, 5),
        (60, 1),
        (60, 9),
        (59, 9),
        (2, 1),
        (2, 2),
    ] {
        made.push(fleet.push(0, "saves/World", false, days_ago(days, hour)));
    }
    let judged = fleet.judge();
    let gone: Vec<usize> = (0..made.len())
        .filter(|place| judged.go.contains_key(&made[*place]))
        .collect();
    // 700 days ago is another month than 699 days ago: 22 and 23 December are not.
    assert_eq!(gone, [0, 1, 3]);
    assert_eq!(judged.go[&made[0]], Thinned::ToMonths);
    assert_eq!(judged.go[&made[3]], Thinned::ToDays);
    assert_eq!(judged.keep[&made[2]], Reason::Monthly);
    assert_eq!(judged.keep[&made[4]], Reason::Daily);
    assert_eq!(judged.keep[&made[6]], Reason::Recent);

    // Another folder has days of its own, also where it only goes on from the first.
    fleet.merge(1, 0);
    let other = fleet.push(1, "saves/Other", false, days_ago(60, 10));
    assert!(fleet.judge().keep.contains_key(&other));
}

#[test]
fn a_unit_that_was_deleted_long_ago_keeps_its_last_content() {
    let mut fleet = Fleet::new(1);
    let first = fleet.push(0, "saves/Old", false, days_ago(400, 1));
    let last = fleet.push(0, "saves/Old", false, days_ago(400, 2));
    fleet.push(0, "saves/Old", true, days_ago(400, 3));
    fleet.push(0, "saves/World", false, days_ago(400, 4));
    let judged = fleet.judge();
    assert!(judged.go.contains_key(&first));
    assert_eq!(judged.keep[&last], Reason::Newest);
    // It stays so when the unit is back.
    fleet.push(0, "saves/Old", false, days_ago(3, 1));
    assert_eq!(fleet.judge().keep[&last], Reason::Newest);
}

/// The snapshot that brought the first one is gone; a later one lists it still.
#[test]
fn a_version_is_not_replaced_by_an_older_one_whose_own_snapshot_is_gone() {
    let mut fleet = Fleet::new(1);
    fleet.push(0, "saves/World", false, days_ago(100, 1));
    fleet.push(0, "options.txt", false, days_ago(100, 2));
    let last = fleet.push(0, "saves/World", false, days_ago(100, 3));
    fleet.push(0, "options.txt", false, days_ago(100, 4));
    fleet.push(0, "options.txt", false, days_ago(100, 5));
    fleet.pushed.remove(0);
    assert_eq!(fleet.judge().keep.get(&last), Some(&Reason::Newest));
}

#[test]
fn a_safety_copy_stays_where_the_push_that_has_the_same_goes() {
    let mut fleet = Fleet::new(2);
    let first = fleet.push(0, "saves/World", false, days_ago(100, 1));
    let copy = fleet.publish(1, "saves/World", false, days_ago(100, 2), Purpose::Rescue);
    let same = fleet.pushed[0].1.clone();
    let of_copy = &mut fleet.pushed[1].1;
    of_copy.contents = same.contents.clone();
    let world = unit("saves/World");
    let mine = of_copy.units.get_mut(&world).expect("its row");
    mine.state = same.units[&world].state.clone();
    fleet.push(0, "saves/World", false, days_ago(100, 3));
    let judged = fleet.judge();
    assert!(judged.go.contains_key(&first));
    assert_eq!(judged.keep.get(&copy), Some(&Reason::SafetyCopy));
}

#[test]
fn what_another_went_on_from_stays_where_its_own_folder_left_it() {
    let mut fleet = Fleet::new(2);
    let passed = fleet.push(0, "saves/World", false, days_ago(100, 1));
    let left = fleet.push(0, "saves/World", false, days_ago(100, 2));
    fleet.push(0, "options.txt", false, days_ago(100, 3));
    fleet.merge(1, 0);
    fleet.push(1, "saves/World", false, days_ago(3, 1));
    let judged = fleet.judge();
    assert_eq!(judged.keep.get(&left), Some(&Reason::Newest));
    assert!(judged.go.contains_key(&passed));
    // Once that folder has the other's, it is the past of this one.
    fleet.merge(0, 1);
    fleet.push(0, "options.txt", false, days_ago(2, 1));
    assert!(fleet.judge().go.contains_key(&left));
}

#[test]
fn both_sides_of_a_fork_stay_and_where_it_began() {
    let mut fleet = Fleet::new(2);
    let base = fleet.push(0, "saves/World", false, days_ago(500, 1));
    fleet.merge(1, 0);
    let sides = [
        fleet.push(0, "saves/World", false, days_ago(500, 2)),
        fleet.push(1, "saves/World", false, days_ago(500, 3)),
    ];
    fleet.merge(0, 1);
    let merged = fleet.push(0, "options.txt", false, days_ago(500, 4));
    let after = fleet.push(0, "options.txt", false, days_ago(500, 5));
    let judged = fleet.judge();
    for one in [&sides[0], &base] {
        assert_eq!(judged.keep.get(one), Some(&Reason::Fork));
    }
    assert!(judged.keep.contains_key(&sides[1]));
    assert!(judged.go.contains_key(&merged) && judged.keep.contains_key(&after));
}

#[test]
fn a_clock_that_is_ahead_or_from_before_the_program_makes_nothing_old() {
    let mut fleet = Fleet::new(1);
    let dead: Timestamp = "1970-01-01T00:01:00Z".parse().expect("a time");
    let ahead: Timestamp = "2099-01-01T00:00:00Z".parse().expect("a time");
    let made: Vec<SnapshotId> = [dead, dead, ahead, ahead]
        .map(|time| fleet.push(0, "saves/World", false, time))
        .into();
    let judged = fleet.judge();
    assert!(made.iter().all(|one| judged.keep[one] == Reason::Clock));

    // Behind by a year, on top of what is of yesterday: it is of yesterday too.
    let mut fleet = Fleet::new(2);
    fleet.push(0, "saves/World", false, days_ago(1, 1));
    fleet.merge(1, 0);
    let made: Vec<SnapshotId> = (1..4)
        .map(|hour| fleet.push(1, "saves/World", false, days_ago(366, hour)))
        .collect();
    let judged = fleet.judge();
    assert!(made.iter().all(|one| judged.keep[one] == Reason::Recent));
}

#[test]
fn a_safety_copy_goes_only_where_a_push_that_stays_has_all_of_it() {
    let mut fleet = Fleet::new(2);
    let time = days_ago(100, 1);
    let lone = fleet.publish(1, "saves/World", false, time, Purpose::Rescue);
    let pushed = fleet.push(0, "saves/World", false, days_ago(100, 2));
    fleet.folders[1].table.clear();
    let copy = fleet.publish(1, "saves/World", false, days_ago(100, 3), Purpose::Rescue);
    let same = fleet.pushed[1].1.clone();
    let place = fleet.pushed.len() - 1;
    let row = &same.units[&unit("saves/World")];
    let of_copy = &mut fleet.pushed[place].1;
    of_copy.contents = same.contents.clone();
    let mine = of_copy
        .units
        .get_mut(&unit("saves/World"))
        .expect("its row");
    mine.state = row.state.clone();
    let judged = fleet.judge();
    assert_eq!(judged.go.get(&copy), Some(&Thinned::SafetyCopy));
    assert_eq!(judged.keep[&lone], Reason::SafetyCopy);
    assert!(judged.keep.contains_key(&pushed));
    // This folder goes by it.
    let here = [copy.clone()].into();
    let judged = judge(&fleet.history(), Rules::default(), &here, now());
    assert_eq!(judged.keep[&copy], Reason::Here);
}

#[test]
fn what_a_kept_one_left_out_on_purpose_is_where_it_says() {
    let mut fleet = Fleet::new(1);
    let holder = fleet.push(0, "saves/World", false, days_ago(80, 1));
    let changed = fleet.push(0, "saves/World", false, days_ago(80, 2));
    let later = fleet.push(0, "options.txt", false, days_ago(80, 3));
    let held = |row: &UnitVersion| UnitState::Held {
        digest: row.digest().expect("content"),
        within: holder.clone(),
    };
    let old = fleet.pushed[0].1.units[&unit("saves/World")].clone();
    let record = &mut fleet.pushed[2].1;
    let row = record.units.get_mut(&unit("saves/World")).expect("its row");
    row.state = held(&old);
    record.contents.remove(&unit("saves/World"));
    let judged = fleet.judge();
    assert_eq!(judged.keep[&holder], Reason::ReferredTo);
    assert!(judged.keep.contains_key(&later) && judged.keep.contains_key(&changed));
}

#[test]
fn what_a_kept_one_left_out_stays_where_the_snapshot_that_it_names_is_gone() {
    let mut fleet = Fleet::new(1);
    let holder = fleet.push(0, "saves/World", false, days_ago(80, 1));
    fleet.push(0, "saves/World", false, days_ago(80, 2));
    let later = fleet.push(0, "options.txt", false, days_ago(80, 3));
    assert!(fleet.judge().go.contains_key(&holder));
    let mut old = fleet.pushed[0].1.units[&unit("saves/World")].clone();
    old.state = UnitState::Held {
        digest: old.digest().expect("content"),
        within: id(99),
    };
    let record = &mut fleet.pushed[2].1;
    record.units.insert(unit("saves/World"), old);
    record.contents.remove(&unit("saves/World"));
    let judged = fleet.judge();
    assert_eq!(judged.keep[&holder], Reason::ReferredTo);
    assert!(judged.keep.contains_key(&later));
}

/// A device that stood in a drawer: by its clock, what it makes today is of long ago.
#[test]
fn what_is_made_by_a_clock_that_is_behind_what_it_was_made_on_stays() {
    let mut fleet = Fleet::new(2);
    fleet.push(0, "saves/World", false, days_ago(40, 1));
    fleet.merge(1, 0);
    let made: Vec<SnapshotId> = (1..4)
        .map(|hour| fleet.push(1, "saves/World", false, days_ago(200, hour)))
        .collect();
    let judged = fleet.judge();
    for one in &made {
        assert_eq!(judged.keep.get(one), Some(&Reason::Clock));
    }
}

/// One step of a fleet: who, which unit, what, and by how many hours the clock is wrong.
type Step = (usize, usize, u8, i64, i64);

const UNITS: [&str; 3] = ["saves/One", "saves/Two", "options.txt"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let skew = prop_oneof![
        6 => Just(0_i64),
        1 => -20_000_i64..20_000,
        2 => -30_i64..30,
    ];
    proptest::collection::vec((0..3_usize, 0..3_usize, 0..10_u8, 0..600_i64, skew), 1..40)
}

fn play(steps: &[Step]) -> Fleet {
    let mut fleet = Fleet::new(3);
    let mut hours = 24 * 900;
    for (who, which, what, pause, skew) in steps {
        hours = (hours - pause).max(1);
        let time = now() - (hours * 60).minutes() + (skew * 60).minutes();
        match what {
            0..3 => fleet.merge(*who, *which),
            9 => drop(fleet.publish(*who, UNITS[*which], false, time, Purpose::Rescue)),
            what => drop(fleet.push(*who, UNITS[*which], *what == 3, time)),
        }
    }
    fleet
}

proptest! {
    #[test]
    fn the_newest_of_each_unit_and_every_side_stay(steps in steps()) {
        let fleet = play(&steps);
        let (history, judged) = (fleet.history(), fleet.judge());
        prop_assert_eq!(judged.keep.len() + judged.go.len(), history.moments().len());
        for head in history.heads() {
            prop_assert!(judged.keep.contains_key(&head.snapshot));
        }
        for moment in history.moments() {
            if moment.parents.len() > 1 {
                prop_assert!(moment.parents.iter().all(|side| judged.keep.contains_key(side)));
            }
        }
        for unit in history.units() {
            let versions = history.versions(unit);
            for version in versions {
                let replaced = versions.iter().any(|one| one.parents.contains(&version.row.dot));
                let by_deletion = versions.iter().any(|one| {
                    one.digest().is_none() && one.parents.contains(&version.row.dot)
                });
                if version.digest().is_some() && (!replaced || by_deletion) {
                    let kept = version.sources.iter().any(|id| judged.keep.contains_key(id));
                    prop_assert!(kept, "{} {:?}", unit, version.row.dot);
                }
            }
        }
        // Whatever goes is below something that stays.
        for (id, thinned) in &judged.go {
            let gone = history.get(id).expect("listed");
            let covered = judged.keep.keys().filter_map(|id| history.get(id)).any(|kept| {
                !kept.is_safety_copy() && kept.record.vector.covers(&gone.record.vector)
            });
            prop_assert!(covered || *thinned == Thinned::SafetyCopy);
        }
    }

    #[test]
    fn what_is_left_out_is_in_something_that_stays(
        steps in steps(),
        left_out in proptest::collection::vec((0..40_usize, 0..3_usize, 0..40_usize), 1..10),
    ) {
        let mut fleet = play(&steps);
        fleet.leave_out(&left_out);
        let (history, judged) = (fleet.history(), fleet.judge());
        let kept = || judged.keep.keys().filter_map(|id| history.get(id));
        for (unit, row) in kept().flat_map(|moment| &moment.record.units) {
            let UnitState::Held { digest, .. } = row.state else { continue };
            let is_anywhere = history.holding(unit, digest).is_some();
            let stays = kept().any(|moment| moment.record.lists(unit, digest));
            prop_assert_eq!(is_anywhere, stays, "{} {:?}", unit, row);
        }
    }

    #[test]
    fn what_stays_once_stays_again(
        steps in steps(),
        left_out in proptest::collection::vec((0..40_usize, 0..3_usize, 0..40_usize), 0..4),
    ) {
        let mut fleet = play(&steps);
        fleet.leave_out(&left_out);
        let first = fleet.judge();
        fleet.pushed.retain(|(id, _)| first.keep.contains_key(id));
        let second = fleet.judge();
        prop_assert!(second.go.is_empty(), "{:?}", second.go);
    }

    #[test]
    fn whoever_adds_snapshots_makes_no_other_go(
        steps in steps(),
        added in proptest::collection::vec(
            (0..40_usize, -40_000_i64..40_000, any::<bool>(), 0..3_usize), 1..20),
    ) {
        let mut fleet = play(&steps);
        let before = fleet.judge();
        // A folder of its own, which claims to have seen some state or none.
        let mut stranger = Folder {
            name: 'Z',
            vector: VersionVector::default(),
            table: UnitTable::new(),
            contents: BTreeMap::new(),
        };
        let known = fleet.pushed.clone();
        for (base, hours, rescue, which) in added {
            if let Some((_, base)) = known.get(base) {
                stranger.vector.join(&base.vector);
                stranger.table = base.units.clone();
                stranger.contents = base.contents.clone();
            }
            fleet.folders.push(stranger);
            let who = fleet.folders.len() - 1;
            let purpose = if rescue { Purpose::Rescue } else { Purpose::Push };
            let time = now() + (hours * 60).minutes();
            fleet.publish(who, UNITS[which], false, time, purpose);
            stranger = fleet.folders.pop().expect("the stranger");
        }
        let after = fleet.judge();
        for (id, reason) in &before.keep {
            // Unless a push has all of it now, which stays itself.
            let is_copied = after.go.get(id) == Some(&Thinned::SafetyCopy);
            prop_assert!(is_copied || after.keep.contains_key(id), "{} {:?}", id.short(), reason);
        }
    }
}
