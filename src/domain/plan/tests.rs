//! The table of DESIGN.md, row by row, and what must hold for any two sides.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    agreement::{Agreement, Mark, next_table},
    fixtures::{WORLD, agreed, digest, dot, head, replica, unit, vector, version},
    lineage::{cloud_side, heads},
    local::{Found, local_side},
};

/// What was found where a world holds `here`.
fn found(here: Option<&str>) -> BTreeMap<RelPath, (UnitKind, Found)> {
    here.map(|text| (unit(WORLD), (UnitKind::World, Found::Content(digest(text)))))
        .into_iter()
        .collect()
}

fn side(agreement: &Agreement, here: Option<&str>) -> LocalSide {
    local_side(agreement, &found(here), &BTreeSet::new(), |_| {
        Some(UnitKind::World)
    })
}

/// What a folder of replica A plans, which agreed on the unit at B:1 (`base`), has `here` now, and
/// sees a head of B that says `there`, marked B:2 where it is news.
#[allow(clippy::option_option)] // no row, a row that says gone, a row with content
fn decide(base: Option<&str>, here: Option<&str>, there: Option<Option<&str>>) -> Step {
    let agreement: Agreement = base
        .map(|text| (unit(WORLD), agreed(version(Some(text), dot('B', 1)))))
        .into_iter()
        .collect();
    let local = side(&agreement, here);
    let row = match (there, base) {
        (Some(content), base) if content == base => Some(version(content, dot('B', 1))),
        (Some(content), _) => Some(version(content, dot('B', 2))),
        (None, _) => None,
    };
    let table = row.map(|row| (unit(WORLD), row)).into_iter().collect();
    let heads = heads(
        vec![head('2', table, &[dot('B', 2)])],
        &vector(&[dot('B', 1)]),
    );
    let mine = vector(&[dot('B', 1)]);
    let mine = Mine {
        replica: replica('A'),
        vector: &mine,
        deciding: false,
    };
    let mut plan = plan(&local, &mine, &cloud_side(&heads));
    plan.steps.remove(&unit(WORLD)).unwrap_or(Step::Nothing)
}

fn name(step: &Step) -> &'static str {
    match step {
        Step::Nothing => "nothing",
        Step::Agree(_) => "agree",
        Step::Take(Take { revived: false, .. }) => "take",
        Step::Take(Take { revived: true, .. }) => "take, and say so",
        Step::Remove(_) => "remove",
        Step::Keep {
            beats_deletion: false,
        } => "keep",
        Step::Keep {
            beats_deletion: true,
        } => "keep, and say so",
        Step::Dispute(dispute) if dispute.party == Party::Own => "conflict",
        Step::Dispute(_) => "fork",
        Step::Settle(_) => "settled",
        Step::Follow(_) => "follow",
        Step::Hold { .. } => "hold",
    }
}

#[test]
fn every_row_of_the_table() {
    let base = Some("base");
    let rows = [
        // base, here, there, step
        (base, base, Some(base), "nothing"),
        (base, base, Some(Some("theirs")), "take"),
        (None, None, Some(Some("theirs")), "take"),
        (base, base, Some(None), "remove"),
        (base, Some("mine"), Some(base), "keep"),
        (base, Some("mine"), Some(Some("theirs")), "conflict"),
        (base, Some("mine"), Some(None), "keep, and say so"),
        (None, Some("mine"), None, "keep"),
        (None, Some("mine"), Some(Some("theirs")), "conflict"),
        (base, None, Some(base), "keep"),
        (base, None, Some(Some("theirs")), "take, and say so"),
        (base, None, Some(None), "agree"),
        // Equal content is never a conflict, with a base or without.
        (base, Some("same"), Some(Some("same")), "agree"),
        (None, Some("same"), Some(Some("same")), "agree"),
        // Absence from a table never deletes.
        (base, base, None, "nothing"),
        (None, None, Some(None), "agree"),
    ];
    for (base, here, there, expected) in rows {
        let step = decide(base, here, there);
        assert_eq!(name(&step), expected, "{base:?} {here:?} {there:?}");
    }
}

#[test]
fn an_edit_of_somebody_else_is_a_fork_and_not_my_conflict() {
    let there = |content, id, mark| {
        let table = [(unit(WORLD), version(Some(content), mark))].into();
        head(id, table, &[mark])
    };
    let mine = VersionVector::default();
    let all = heads(
        vec![
            there("one", '1', dot('B', 1)),
            there("two", '2', dot('C', 1)),
        ],
        &mine,
    );
    let me = Mine {
        replica: replica('A'),
        vector: &mine,
        deciding: true,
    };
    let planned = plan(&LocalSide::new(), &me, &cloud_side(&all));
    assert_eq!(planned.forks().count(), 1);
    assert!(!planned.is_whole());
}

fn content() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        Just(None),
        Just(Some("a")),
        Just(Some("b")),
        Just(Some("c"))
    ]
}

proptest! {
    /// A unit that is here disappears only where the cloud says that it is gone, and only if it
    /// did not change here; what is here is overwritten only if it did not change here.
    #[test]
    fn nothing_unsaved_is_ever_overwritten(base in content(), here in content(), there in proptest::option::of(content())) {
        let step = decide(base, here, there);
        let changed = here != base;
        match step {
            Step::Remove(_) => prop_assert!(!changed && there == Some(None)),
            Step::Take(_) => prop_assert!(!changed || here.is_none()),
            _ => {}
        }
        let after = content_after(&step, here.map(digest));
        let allowed = [here, there.flatten()].map(|side| side.map(digest));
        prop_assert!(allowed.contains(&after));
    }

    /// Once a plan that needs no decision is carried out, planning again finds nothing to do.
    #[test]
    fn a_plan_that_was_carried_out_is_empty_when_planned_again(
        base in content(), here in content(), there in proptest::option::of(content()),
    ) {
        let step = decide(base, here, there);
        let settled = match &step {
            Step::Take(Take { version, .. }) | Step::Agree(version) | Step::Remove(version) => version.clone(),
            _ => return Ok(()),
        };
        let agreement: Agreement = [(unit(WORLD), agreed(settled.clone()))].into();
        let found = settled.digest().map(|digest| (unit(WORLD), (UnitKind::World, Found::Content(digest))));
        let local = local_side(&agreement, &found.into_iter().collect(), &BTreeSet::new(), |_| Some(UnitKind::World));
        let mine = vector(&[dot('B', 2)]);
        let me = Mine { replica: replica('A'), vector: &mine, deciding: true };
        let table = [(unit(WORLD), settled)].into();
        let again = plan(&local, &me, &cloud_side(&[head('2', table, &[dot('B', 2)])]));
        prop_assert!(again.steps.values().all(|step| matches!(step, Step::Nothing)));
        prop_assert!(!local.values().any(LocalUnit::changed));
    }

    /// A push lists every unit that anybody knew, deleted ones as gone, and marks only changes.
    #[test]
    fn a_push_forgets_no_unit(base in content(), here in content()) {
        let agreement: Agreement =
            base.map(|text| (unit(WORLD), agreed(version(Some(text), dot('B', 1))))).into_iter().collect();
        let local = side(&agreement, here);
        let mark = dot('A', 1);
        let origin = version(None, mark).origin;
        let vector = vector(&[dot('B', 1), mark]);
        let table = next_table(&agreement, &local, &Mark { dot: mark, origin: &origin, vector: &vector });
        let row = table.get(&unit(WORLD));
        prop_assert_eq!(row.is_some(), base.is_some() || here.is_some());
        if let Some(row) = row {
            prop_assert_eq!(row.digest(), here.map(digest));
            prop_assert_eq!(row.dot == mark, base != here);
        }
    }
}
