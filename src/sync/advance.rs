//! What this folder knows once a plan is carried out.

use std::collections::BTreeSet;

use super::{fetch::Wants, observe::Local, session::Session};
use crate::{
    domain::{
        agreement::{Agreed, Agreement},
        ids::SnapshotId,
        lineage::Head,
        path::RelPath,
        plan::{Plan, Step},
        record::{UnitState, UnitVersion},
        unit::Extent,
    },
    workdir::state::{Rescued, State},
};

/// Returns the state once `plan` against `heads` is carried out with what is `wanted`.
///
/// The vectors are joined, and the snapshots `ids` are known, only where the plan is whole: of a
/// partial one each unit's agreement says how far it got.
pub fn next_state(
    session: &Session<'_>,
    local: &Local,
    heads: &[Head],
    plan: &Plan,
    wants: &Wants,
    ids: BTreeSet<SnapshotId>,
) -> State {
    let mut next = session.state.clone();
    let here = |unit: &RelPath| {
        local
            .scan
            .units
            .get(unit)
            .map(|scanned| scanned.content.extent())
    };
    for (unit, step) in &plan.steps {
        let agreed: Option<(&UnitVersion, Option<SnapshotId>, Option<Extent>)> = match step {
            Step::Take(take) | Step::Follow(take) => {
                let extent = wants.get(unit).map(|want| want.content.extent());
                Some((&take.version, Some(take.from.clone()), extent))
            }
            Step::Settle(settlement) => settlement.source.clone().map(|source| {
                let version = &settlement.agreed;
                let extent = extent_in(heads, unit, version);
                (version, Some(source), extent)
            }),
            Step::Agree(version) => Some((version, source_in(heads, unit, version), here(unit))),
            Step::Remove(version) => Some((version, source_in(heads, unit, version), None)),
            Step::Hold {
                version: Some(version),
                why,
            } if !why.keeps_news() => Some((version, source_in(heads, unit, version), None)),
            // What lies here beside a version that was left out, and that is deleted now, is an edit
            // over the deletion.
            Step::Keep {
                beats_deletion: true,
            } if is_elsewhere(local, unit) => {
                gone_in(heads, unit).map(|(version, snapshot)| (version, Some(snapshot), None))
            }
            Step::Hold { .. } | Step::Nothing | Step::Keep { .. } | Step::Dispute(_) => None,
        };
        if let Some((version, Some(snapshot), extent)) = agreed {
            // What lies here of a unit that is held now is the version before.
            let was = match (step, next.agreement.get(unit)) {
                (Step::Hold { .. }, Some(before)) => before.last_here().cloned(),
                _ => None,
            };
            let agreed = Agreed {
                version: version.clone(),
                snapshot,
                extent: extent.unwrap_or_default(),
                was,
            };
            next.agreement.insert(unit.clone(), agreed);
        }
    }
    next.offline = false;
    if !wants.is_empty() {
        // What comes may look like what the old parent has under its name.
        next.parent = None;
    }
    if plan.is_whole() {
        next.scope = Some(session.scope.digest());
        let equal = |head: &&Head| is_equal(local, head, plan, wants);
        if let Some(head) = heads.first().filter(equal) {
            next.parent = Some(head.snapshot.clone());
        }
        // What is held stays in no head: its safety copy is still what has it.
        next.rescued
            .retain(|unit, copy| is_held(local, unit) && ids.contains(&copy.snapshot));
        join(&mut next, heads, ids);
    }
    // What was decided for is an edit on top of what is agreed, and in the cloud already.
    for (unit, step) in &plan.steps {
        if let Step::Settle(settlement) = step
            && let Some(take) = settlement
                .take
                .as_ref()
                .filter(|_| wants.contains_key(unit))
            && let Some(digest) = take.version.digest()
        {
            let snapshot = take.from.clone();
            let rescued = Rescued { digest, snapshot };
            next.rescued.insert(unit.clone(), rescued);
        }
    }
    let (mut stamps, taken) = (local.scan.stamps.clone(), local.scan.taken);
    // What is swapped in has other stamps: until they are filled in, it would be read again.
    stamps.retain(|unit, _| {
        !wants.contains_key(unit) && !matches!(plan.steps.get(unit), Some(Step::Remove(_)))
    });
    next.remember_scan(stamps, taken);
    next
}

/// Returns whether nothing of a head is here with another content, once the plan is carried out. An
/// edit that was made here may look exactly like the version of another device.
fn is_equal(local: &Local, head: &Head, plan: &Plan, wants: &Wants) -> bool {
    head.record.contents.iter().all(|(unit, content)| {
        let digest = match (wants.get(unit), plan.steps.get(unit)) {
            (Some(want), _) => Some(want.content.digest()),
            (None, Some(Step::Remove(_))) => None,
            (None, _) => local.scan.units.get(unit).map(|here| here.content.digest()),
        };
        digest.is_none_or(|digest| digest == content.digest())
    })
}

fn join(next: &mut State, heads: &[Head], ids: BTreeSet<SnapshotId>) {
    for head in heads {
        next.vector.join(&head.record.vector);
    }
    if let Some(head) = heads.first() {
        next.base = Some(head.snapshot.clone());
        // Where a head says all that is agreed here, or says the same, nobody needs to be told.
        next.merged = !heads.iter().any(|head| {
            head.record.vector.covers(&next.vector) || says_the_same(head, &next.agreement)
        });
    }
    next.known = ids;
    next.conflict = None;
    next.choices.clear();
    next.deciding = false;
}

fn says_the_same(head: &Head, agreement: &Agreement) -> bool {
    head.record.units.len() == agreement.len()
        && agreement.iter().all(|(unit, agreed)| {
            head.record.units.get(unit).is_some_and(|row| {
                row.dot == agreed.version.dot && row.digest() == agreed.version.digest()
            })
        })
}

fn is_held(local: &Local, unit: &RelPath) -> bool {
    let side = local.side.get(unit);
    side.is_some_and(|side| side.hold.is_some())
}

fn is_elsewhere(local: &Local, unit: &RelPath) -> bool {
    let side = local.side.get(unit);
    side.is_some_and(|side| side.elsewhere.is_some())
}

fn gone_in<'a>(heads: &'a [Head], unit: &RelPath) -> Option<(&'a UnitVersion, SnapshotId)> {
    heads.iter().find_map(|head| {
        let row = head.record.units.get(unit)?;
        (row.state == UnitState::Gone).then(|| (row, head.snapshot.clone()))
    })
}

/// Returns the snapshot that has what a version holds, by way of a head that lists it.
fn source_in(heads: &[Head], unit: &RelPath, version: &UnitVersion) -> Option<SnapshotId> {
    heads.iter().find_map(|head| {
        let row = head.record.units.get(unit)?;
        (row.digest() == version.digest()).then(|| row.source(&head.snapshot))
    })
}

fn extent_in(heads: &[Head], unit: &RelPath, version: &UnitVersion) -> Option<Extent> {
    heads.iter().find_map(|head| {
        let row = head.record.units.get(unit)?;
        let extent = head.record.extent(unit)?;
        (row.digest() == version.digest()).then_some(extent)
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{
        domain::{
            fixtures::{WORLD, agreed, dot, head, replica, snapshot, unit, version},
            record::UnitTable,
            unit::UnitContent,
        },
        sync::{
            fetch::{Source, Want},
            fixtures::{files, local, side},
        },
        workdir::folder::FolderIdentity,
    };

    fn content(text: &str) -> UnitContent {
        files(&[("level.dat", text)])
    }

    /// A version that holds `content(text)`.
    fn holding(text: &str, counter: u64) -> UnitVersion {
        let mut version = version(Some(""), dot('A', counter));
        version.state = UnitState::Here(content(text).digest());
        version
    }

    fn one(version: UnitVersion) -> UnitTable {
        UnitTable::from([(unit(WORLD), version)])
    }

    /// A head that lists the world as `holding(text, counter)`, with its files.
    fn listing(id: char, text: &str, counter: u64) -> Head {
        let mut head = head(id, one(holding(text, counter)), &[dot('A', counter)]);
        head.record.contents.insert(unit(WORLD), content(text));
        head
    }

    fn folder(here: Option<&str>) -> Local {
        local(here.map(|text| (WORLD, content(text))))
    }

    fn state() -> State {
        let folder = FolderIdentity {
            device: None,
            path: PathBuf::new(),
            inode: 0,
        };
        let instance = "00000000000000000000000001".parse().expect("a ULID");
        State::new(instance, replica('B'), folder)
    }

    #[test]
    fn a_head_is_equal_where_nothing_of_it_will_be_here_otherwise() {
        let head = listing('1', "new", 1);
        let equal = |here: Option<&str>, want: Option<&str>, step: Option<Step>| {
            let wants = want.map(|text| Want {
                source: Source::Cloud(snapshot('1'), unit(WORLD)),
                content: content(text),
                level: None,
                step: unit(WORLD),
            });
            let wants = wants.map(|want| (unit(WORLD), want)).into_iter().collect();
            let mut plan = Plan::default();
            plan.steps.extend(step.map(|step| (unit(WORLD), step)));
            is_equal(&folder(here), &head, &plan, &wants)
        };
        assert!(equal(Some("new"), None, None));
        assert!(!equal(Some("old"), None, None));
        assert!(equal(Some("old"), Some("new"), None));
        assert!(!equal(Some("new"), Some("old"), None));
        // What is not here looks like nothing.
        assert!(equal(None, None, None));
        let gone = version(None, dot('A', 2));
        assert!(equal(Some("old"), None, Some(Step::Remove(gone))));
    }

    #[test]
    fn nobody_is_told_what_a_head_says_or_covers_already() {
        let merged = |heads: &[Head], agreed_on: UnitVersion, known: char| {
            let mut next = state();
            next.vector.add(dot(known, 1));
            next.agreement.insert(unit(WORLD), agreed(agreed_on));
            join(&mut next, heads, BTreeSet::new());
            next.merged
        };
        let head = || listing('1', "new", 1);
        // It covers all that is known here.
        assert!(!merged(&[head()], holding("old", 1), 'A'));
        // It does not, and says the same.
        assert!(!merged(&[head()], holding("new", 1), 'B'));
        // It does not, and says something else: by its mark, by its content, by what it lists.
        assert!(merged(&[head()], holding("new", 2), 'B'));
        assert!(merged(&[head()], holding("old", 1), 'B'));
        let mut more = head();
        let options = version(Some(""), dot('A', 1));
        more.record.units.insert(unit("options.txt"), options);
        assert!(merged(&[more], holding("new", 1), 'B'));
        // No head at all: there is nobody who could be told.
        assert!(!merged(&[], holding("new", 1), 'B'));
    }

    #[test]
    fn where_a_version_is_and_how_large_is_what_a_head_says_that_holds_the_same() {
        let heads = [listing('1', "other", 1), listing('2', "this one", 2)];
        let wanted = holding("this one", 3);
        let place = unit(WORLD);
        assert_eq!(source_in(&heads, &place, &wanted), Some(snapshot('2')));
        let extent = content("this one").extent();
        assert_eq!(extent_in(&heads, &place, &wanted), Some(extent));
        let unknown = holding("nobody's", 3);
        assert_eq!(source_in(&heads, &place, &unknown), None);
        assert_eq!(extent_in(&heads, &place, &unknown), None);
    }

    #[test]
    fn a_deletion_is_found_in_the_head_that_has_it() {
        let gone = version(None, dot('B', 1));
        let heads = [
            listing('1', "here", 1),
            head('2', one(gone.clone()), &[dot('B', 1)]),
        ];
        let found = gone_in(&heads, &unit(WORLD));
        assert_eq!(found, Some((&gone, snapshot('2'))));
        assert_eq!(gone_in(&heads[..1], &unit(WORLD)), None);
    }

    #[test]
    fn what_was_left_out_so_far_is_elsewhere() {
        let mut local = folder(Some("here"));
        assert!(!is_elsewhere(&local, &unit(WORLD)));
        let mut side = side(Some(content("here").digest()), None);
        local.side.insert(unit(WORLD), side.clone());
        assert!(!is_elsewhere(&local, &unit(WORLD)));
        side.elsewhere = Some(holding("there", 1));
        local.side.insert(unit(WORLD), side);
        assert!(is_elsewhere(&local, &unit(WORLD)));
    }
}
