//! The table of DESIGN.md, row by row, and what must hold for any two sides.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    agreement::{Agreement, Mark, next_table},
    fixtures::{WORLD, agreed, digest, dot, head, replica, snapshot, unit, vector, version},
    lineage::{cloud_side, heads},
    local::{Found, LocalUnit, local_side},
    version::Dot,
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

/// A version of the cloud, in a head of its own that covers `known` too.
fn offer(id: char, content: &str, mark: Dot, known: &[Dot]) -> Candidate {
    let mut covered = vec![mark];
    covered.extend_from_slice(known);
    Candidate {
        head: snapshot(id),
        vector: vector(&covered),
        version: version(Some(content), mark),
        extent: None,
    }
}

/// This folder's side of a world.
fn mine(agreed: Option<UnitVersion>, content: Option<&str>) -> LocalUnit {
    LocalUnit {
        kind: UnitKind::World,
        content: content.map(digest),
        agreed,
        hold: None,
        elsewhere: None,
    }
}

/// What replica A plans, which covers `known`.
fn against(local: LocalUnit, known: &[Dot], deciding: bool, cloud: Vec<Candidate>) -> Plan {
    let covered = vector(known);
    let me = Mine {
        replica: replica('A'),
        vector: &covered,
        deciding,
    };
    let local = [(unit(WORLD), local)].into();
    plan(&local, &me, &[(unit(WORLD), cloud)].into())
}

fn disputed(planned: &Plan) -> Dispute {
    let (_, dispute) = planned.all_disputes().pop().expect("a dispute");
    dispute
}

fn two() -> Vec<Candidate> {
    vec![
        offer('2', "one", dot('B', 1), &[]),
        offer('3', "two", dot('C', 1), &[]),
    ]
}

#[test]
fn disputes_are_told_by_whom_they_wait_for() {
    let own = against(mine(None, Some("mine")), &[], false, two());
    let units = |plan: &Plan, party| {
        plan.disputes(party)
            .map(|(unit, _)| unit.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(units(&own, Party::Own), [unit(WORLD)]);
    assert_eq!(units(&own, Party::Others), []);
    assert_eq!(own.forks().count(), 0);
    let foreign = against(mine(None, None), &[], true, two());
    assert_eq!(units(&foreign, Party::Own), []);
    assert_eq!(units(&foreign, Party::Others), [unit(WORLD)]);
    assert_eq!(foreign.forks().count(), 1);
    assert_eq!(
        (own.all_disputes().len(), foreign.all_disputes().len()),
        (1, 1)
    );
    // Who goes on with one of the versions meanwhile still knows of the fork.
    let follow = Step::Follow(take(&two()[0], false));
    let followed = Plan {
        steps: [(unit(WORLD), follow)].into(),
    };
    assert_eq!(followed.forks().count(), 1);
    assert!(followed.all_disputes().is_empty() && !followed.is_whole());
}

#[test]
fn what_is_here_of_a_dispute() {
    let at =
        |agreed: Option<UnitVersion>, content| against(mine(agreed, content), &[], false, two());
    let case = |plan: &Plan| (disputed(plan).here, disputed(plan).party);
    let ours = version(Some("ours"), dot('A', 1));
    // A folder that joins, with something of its own, or with what one of them is.
    let joined = case(&at(None, Some("ours")));
    assert_eq!(joined, (Here::Unpublished(digest("ours")), Party::Own));
    let equal = case(&at(None, Some("one")));
    assert_eq!(equal.0, Here::Version(version(Some("one"), dot('B', 1))));
    // A version that neither of them knows; one that is one of them; an edit of it that looks like one.
    let published = case(&at(Some(ours.clone()), Some("ours")));
    assert_eq!(published, (Here::Version(ours.clone()), Party::Others));
    let agreed = version(Some("one"), dot('B', 1));
    assert_eq!(
        case(&at(Some(agreed.clone()), Some("one"))).0,
        Here::Version(agreed)
    );
    let edited = case(&at(Some(ours.clone()), Some("one")));
    assert_eq!(edited, (Here::Unpublished(digest("one")), Party::Own));
    // Something that all of them replace is none of them.
    let newer = ["one", "two"].into_iter().zip(['B', 'C']);
    let newer = newer.map(|(text, name)| offer('2', text, dot(name, 2), &[dot('A', 1)]));
    let replaced = against(
        mine(Some(ours.clone()), Some("ours")),
        &[dot('A', 1)],
        true,
        newer.collect(),
    );
    assert_eq!(case(&replaced), (Here::None, Party::Others));

    let texts = [
        Here::None,
        Here::Version(ours),
        Here::Unpublished(digest("mine")),
    ];
    let digests = texts.map(|here| here.digest());
    assert_eq!(digests, [None, Some(digest("ours")), Some(digest("mine"))]);
}

#[test]
fn who_published_beside_others_decides() {
    let at = |name, deciding| {
        let ours = version(Some("ours"), dot(name, 1));
        let plan = against(
            mine(Some(ours), Some("ours")),
            &[dot(name, 1)],
            deciding,
            two(),
        );
        disputed(&plan).party
    };
    assert_eq!(at('A', true), Party::Own);
    assert_eq!(at('A', false), Party::Others);
    assert_eq!(at('D', true), Party::Others);
}

/// Two devices merged at the same time, each took another version, and both know both.
#[test]
fn of_two_merges_that_know_each_other_the_one_that_saw_more_stays() {
    let (a, b, extra) = (dot('A', 3), dot('B', 2), dot('C', 1));
    let ours = || mine(Some(version(Some("ours"), a)), Some("ours"));
    let theirs = |mark: Dot, known: &[Dot]| vec![offer('2', "theirs", mark, known)];
    let step = |known: &[Dot], cloud| {
        let mut plan = against(ours(), known, false, cloud);
        name(&plan.steps.remove(&unit(WORLD)).expect("a step"))
    };
    // They saw all that we did; we saw more than they and rank higher; they rank higher.
    assert_eq!(step(&[a, b], theirs(b, &[a])), "take");
    assert_eq!(step(&[a, b, extra], theirs(b, &[a])), "nothing");
    let b = dot('B', 4);
    assert_eq!(step(&[a, b, extra], theirs(b, &[a])), "take");
}

#[test]
fn equal_content_takes_the_marks_of_whoever_knows_more() {
    let (a, b) = (dot('A', 1), dot('B', 2));
    let ours = || mine(Some(version(Some("same"), a)), Some("same"));
    let step = |known: &[Dot], theirs: &[Dot]| {
        let mut plan = against(ours(), known, false, vec![offer('2', "same", b, theirs)]);
        plan.steps.remove(&unit(WORLD)).expect("a step")
    };
    // They know of ours: theirs, as it is. We know of theirs: ours stays.
    match step(&[a], &[a]) {
        Step::Agree(agreed) => assert_eq!(agreed, version(Some("same"), b)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(step(&[a, b], &[]), Step::Nothing));
    // Nobody knows of the other: both, whoever says so.
    match step(&[a], &[]) {
        Step::Agree(agreed) => assert_eq!((agreed.dot, agreed.also), (b, [a].into())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_held_says_what_is_news() {
    let step = |hold, known: &[Dot]| {
        let mut local = mine(None, Some("mine"));
        local.hold = Some(hold);
        let cloud = vec![offer('2', "theirs", dot('B', 1), &[])];
        let plan = against(local, known, false, cloud);
        let is_whole = plan.is_whole();
        match &plan.steps[&unit(WORLD)] {
            Step::Hold { version, .. } => (version.as_ref().map(|row| row.dot), is_whole),
            other => panic!("{other:?}"),
        }
    };
    let theirs = dot('B', 1);
    assert_eq!(step(Hold::Open, &[theirs]), (None, true));
    // What can come back waits for its news; what is never here does not.
    assert_eq!(step(Hold::Open, &[]), (Some(theirs), false));
    assert_eq!(step(Hold::OutOfScope, &[]), (Some(theirs), true));
}

#[test]
fn what_was_fetched_is_simply_here() {
    let held = held_version(&version(Some("x"), dot('A', 1)), &snapshot('7'));
    assert!(matches!(held.state, UnitState::Held { .. }));
    assert_eq!(as_here(&held), version(Some("x"), dot('A', 1)));
    let gone = version(None, dot('A', 1));
    assert_eq!(as_here(&held_version(&gone, &snapshot('7'))), gone);
}

#[test]
fn a_step_says_what_is_here_after_it() {
    let before = Some(digest("before"));
    let taken = || take(&offer('2', "new", dot('B', 2), &[]), false);
    let settle = |take| {
        let agreed = version(Some("agreed"), dot('B', 2));
        let (source, copies) = (None, Vec::new());
        Step::Settle(Box::new(Settlement {
            agreed,
            source,
            take,
            copies,
        }))
    };
    for step in [
        Step::Take(taken()),
        Step::Follow(taken()),
        settle(Some(taken())),
    ] {
        assert_eq!(content_after(&step, before), Some(digest("new")));
    }
    let gone = Step::Remove(version(None, dot('B', 2)));
    assert_eq!(content_after(&gone, before), None);
    for step in [settle(None), Step::Nothing] {
        assert_eq!(content_after(&step, before), before);
    }
}
