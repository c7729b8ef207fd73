//! The table of DESIGN.md, row by row, and what must hold for any two sides.

use proptest::prelude::*;

use super::*;
use crate::domain::{
    agreement::{Agreed, Agreement, next_table},
    lineage::{Head, cloud_side, heads},
    local::{Found, local_side},
    record::{DeviceLabel, PushRecord, UnitTable},
    unit::UnitKind,
};

const UNIT: &str = "saves/World";

fn replica(last: char) -> ReplicaId {
    format!("0000000000000000000000000{last}")
        .parse()
        .expect("a ULID")
}

fn dot(replica_name: char, counter: u64) -> Dot {
    let replica = replica(replica_name);
    Dot { replica, counter }
}

fn unit(name: &str) -> RelPath {
    RelPath::new(name).expect("sound")
}

fn version(content: Option<&str>, dot: Dot) -> UnitVersion {
    UnitVersion {
        kind: UnitKind::World,
        dot,
        over: std::collections::BTreeSet::new(),
        state: content.map_or(UnitState::Gone, |text| {
            UnitState::Here(Digest::of(text.as_bytes()))
        }),
    }
}

fn vector(dots: &[Dot]) -> VersionVector {
    let mut vector = VersionVector::default();
    for dot in dots {
        vector.add(*dot);
    }
    vector
}

fn head(id: char, units: UnitTable, dots: &[Dot]) -> Head {
    let record = PushRecord {
        schema: 1,
        instance_id: "00000000000000000000000001".parse().expect("a ULID"),
        push: "00000000000000000000000002".parse().expect("a ULID"),
        replica: dots[0].replica,
        counter: dots[0].counter,
        vector: vector(dots),
        covers: std::collections::BTreeSet::new(),
        device: DeviceLabel {
            id: None,
            name: "deck".to_owned(),
        },
        time: String::new(),
        scope: Digest::of(b""),
        units,
        contents: BTreeMap::new(),
    };
    let snapshot = id.to_string().repeat(64).parse().expect("an id");
    Head { snapshot, record }
}

/// What a folder of replica A plans, which agreed on the unit at B:1 (`base`), has `here` now, and
/// sees a head of B that says `there`, marked B:2 where it is news.
#[allow(clippy::option_option)] // no row, a row that says gone, a row with content
fn decide(base: Option<&str>, here: Option<&str>, there: Option<Option<&str>>) -> Step {
    let agreed = base.map(|text| Agreed {
        version: version(Some(text), dot('B', 1)),
        snapshot: "1".repeat(64).parse().expect("an id"),
    });
    let agreement: Agreement = agreed
        .into_iter()
        .map(|agreed| (unit(UNIT), agreed))
        .collect();
    let found = here.map(|text| {
        (
            unit(UNIT),
            (UnitKind::World, Found::Content(Digest::of(text.as_bytes()))),
        )
    });
    let local = local_side(&agreement, &found.into_iter().collect(), |_| {
        Some(UnitKind::World)
    });
    let row = match (there, base) {
        (Some(content), base) if content == base => Some(version(content, dot('B', 1))),
        (Some(content), _) => Some(version(content, dot('B', 2))),
        (None, _) => None,
    };
    let table = row.map(|row| (unit(UNIT), row)).into_iter().collect();
    let heads = heads(
        vec![head('2', table, &[dot('B', 2)])],
        &vector(&[dot('B', 1)]),
    );
    let mine = vector(&[dot('B', 1)]);
    let mine = Mine {
        replica: replica('A'),
        vector: &mine,
    };
    let mut plan = plan(&local, &mine, &cloud_side(&heads));
    plan.steps.remove(&unit(UNIT)).unwrap_or(Step::Nothing)
}

fn name(step: &Step) -> &'static str {
    match step {
        Step::Nothing => "nothing",
        Step::Agree(_) => "agree",
        Step::Take { revived: false, .. } => "take",
        Step::Take { revived: true, .. } => "take, and say so",
        Step::Remove(_) => "remove",
        Step::Keep {
            beats_deletion: false,
        } => "keep",
        Step::Keep {
            beats_deletion: true,
        } => "keep, and say so",
        Step::Conflict(_) => "conflict",
        Step::Fork(_) => "fork",
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
        let table = [(unit(UNIT), version(Some(content), mark))].into();
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
            Step::Take { .. } => prop_assert!(!changed || here.is_none()),
            _ => {}
        }
        let after = content_after(&step, here.map(|text| Digest::of(text.as_bytes())));
        let allowed = [here, there.flatten()].map(|side| side.map(|text| Digest::of(text.as_bytes())));
        prop_assert!(allowed.contains(&after));
    }

    /// Once a plan that needs no decision is carried out, planning again finds nothing to do.
    #[test]
    fn a_plan_that_was_carried_out_is_empty_when_planned_again(
        base in content(), here in content(), there in proptest::option::of(content()),
    ) {
        let step = decide(base, here, there);
        let settled = match &step {
            Step::Take { version, .. } | Step::Agree(version) | Step::Remove(version) => version.clone(),
            _ => return Ok(()),
        };
        let snapshot = "2".repeat(64).parse().expect("an id");
        let agreement: Agreement = [(unit(UNIT), Agreed { version: settled.clone(), snapshot })].into();
        let found = settled.digest().map(|digest| (unit(UNIT), (UnitKind::World, Found::Content(digest))));
        let local = local_side(&agreement, &found.into_iter().collect(), |_| Some(UnitKind::World));
        let mine = vector(&[dot('B', 2)]);
        let me = Mine { replica: replica('A'), vector: &mine };
        let table = [(unit(UNIT), settled)].into();
        let again = plan(&local, &me, &cloud_side(&[head('2', table, &[dot('B', 2)])]));
        prop_assert!(again.steps.values().all(|step| matches!(step, Step::Nothing)));
        prop_assert!(!local.values().any(LocalUnit::changed));
    }

    /// A push lists every unit that anybody knew, deleted ones as gone, and marks only changes.
    #[test]
    fn a_push_forgets_no_unit(base in content(), here in content()) {
        let agreed = base.map(|text| Agreed {
            version: version(Some(text), dot('B', 1)),
            snapshot: "1".repeat(64).parse().expect("an id"),
        });
        let agreement: Agreement = agreed.into_iter().map(|agreed| (unit(UNIT), agreed)).collect();
        let found = here.map(|text| (unit(UNIT), (UnitKind::World, Found::Content(Digest::of(text.as_bytes())))));
        let local = local_side(&agreement, &found.into_iter().collect(), |_| Some(UnitKind::World));
        let mark = dot('A', 1);
        let table = next_table(&agreement, &local, mark, &vector(&[dot('B', 1), mark]));
        let row = table.get(&unit(UNIT));
        prop_assert_eq!(row.is_some(), base.is_some() || here.is_some());
        if let Some(row) = row {
            prop_assert_eq!(row.digest(), here.map(|text| Digest::of(text.as_bytes())));
            prop_assert_eq!(row.dot == mark, base != here);
        }
    }
}
