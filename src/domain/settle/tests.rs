//! Every policy, and that whoever decides the same agrees on the same.

use std::collections::BTreeSet;

use super::*;
use crate::domain::{
    fixtures::{WORLD, digest, dot, head, replica, unit, vector, version},
    lineage::{cloud_side, heads},
    local::{Found, LocalSide, local_side},
    plan::{Mine, plan},
    unit::UnitKind,
    version::{Dot, VersionVector},
};

/// Nothing is changed by landing.
fn as_it_is(lander: &Lander<'_>, _: &CopyName) -> Landing {
    Landing {
        digest: lander.digest,
        level: None,
    }
}

/// Heads that each hold one version of the world: the content, and the change that made it.
fn cloud(versions: &[(&str, Dot)]) -> Vec<crate::domain::lineage::Head> {
    let all = versions.iter().zip('1'..).map(|((content, dot), id)| {
        let table = [(unit(WORLD), version(Some(content), *dot))].into();
        head(id, table, &[*dot])
    });
    heads(all.collect(), &VersionVector::default())
}

/// A folder that holds a version which it published itself, or one that joins with `content`.
fn folder(content: &str, published: Option<Dot>) -> LocalSide {
    let agreement = published
        .map(|dot| {
            (
                unit(WORLD),
                crate::domain::fixtures::agreed(version(Some(content), dot)),
            )
        })
        .into_iter()
        .collect();
    let found = [(
        unit(WORLD),
        (UnitKind::World, Found::Content(digest(content))),
    )]
    .into();
    local_side(&agreement, &found, &BTreeSet::new(), |_| {
        Some(UnitKind::World)
    })
}

/// What replica A does under `policy`, which holds "mine".
fn decide(published: Option<Dot>, theirs: &[(&str, Dot)], policy: Policy) -> Step {
    let vector = vector(&published.into_iter().collect::<Vec<_>>());
    let mine = Mine {
        replica: replica('A'),
        vector: &vector,
        deciding: true,
    };
    let local = folder("mine", published);
    let mut planned = plan(&local, &mine, &cloud_side(&cloud(theirs)));
    let present = [(unit(WORLD), Some(digest("mine")))].into();
    let today = Today {
        device: "new",
        time: "2026-08-14T12:00:00Z".parse().expect("a time"),
    };
    settle(&mut planned, |_, _| policy, present, &today, &as_it_is);
    planned.steps.remove(&unit(WORLD)).expect("a step")
}

fn settled(step: Step) -> Settlement {
    match step {
        Step::Settle(settlement) => *settlement,
        other => panic!("not settled: {other:?}"),
    }
}

#[test]
fn the_agreed_version_is_the_later_one_whatever_is_kept() {
    for policy in [
        Policy::KeepBoth,
        Policy::KeepLocal,
        Policy::KeepCloud,
        Policy::Newest,
    ] {
        let later = settled(decide(
            Some(dot('A', 1)),
            &[("theirs", dot('B', 2))],
            policy,
        ));
        assert_eq!(later.agreed.digest(), Some(digest("theirs")), "{policy}");
        let earlier = settled(decide(
            Some(dot('A', 2)),
            &[("theirs", dot('B', 1))],
            policy,
        ));
        assert_eq!(earlier.agreed.digest(), Some(digest("mine")), "{policy}");
    }
}

/// So that a device which has only the loser takes the decision for an edit of it.
#[test]
fn the_agreed_version_is_on_top_of_those_that_lost() {
    let theirs = [("theirs", dot('B', 2))];
    let agreed = settled(decide(Some(dot('A', 1)), &theirs, Policy::KeepBoth)).agreed;
    assert_eq!(
        (agreed.dot, agreed.over),
        (dot('B', 2), [dot('A', 1)].into())
    );
    let agreed = settled(decide(Some(dot('A', 3)), &theirs, Policy::KeepCloud)).agreed;
    assert_eq!(
        (agreed.dot, agreed.over),
        (dot('A', 3), [dot('B', 2)].into())
    );
}

#[test]
fn what_is_kept_is_what_was_asked_for() {
    let kept = |mine: u64, policy| {
        let theirs = [("theirs", dot('B', 2))];
        let settlement = settled(decide(Some(dot('A', mine)), &theirs, policy));
        settlement.take.map(|take| take.version.digest())
    };
    for mine in [1, 3] {
        assert_eq!(kept(mine, Policy::KeepLocal), None);
        assert_eq!(kept(mine, Policy::KeepCloud), Some(Some(digest("theirs"))));
    }
    assert_eq!(kept(1, Policy::Newest), Some(Some(digest("theirs"))));
    assert_eq!(kept(3, Policy::Newest), None);
}

#[test]
fn both_are_kept_and_the_earlier_one_is_named_by_who_made_it() {
    let names = |mine: Option<Dot>, theirs: &[(&str, Dot)]| -> Vec<String> {
        let settlement = settled(decide(mine, theirs, Policy::KeepBoth));
        let names = settlement.copies.iter().map(|copy| copy.name.to_string());
        names.collect()
    };
    let theirs = [("theirs", dot('B', 2))];
    assert_eq!(
        names(Some(dot('A', 1)), &theirs),
        ["saves/World (device A, 1970-01-01)"]
    );
    assert_eq!(
        names(Some(dot('A', 3)), &theirs),
        ["saves/World (device B, 1970-01-01)"]
    );
    // What was never published does not push a world from its name.
    assert_eq!(names(None, &theirs), ["saves/World (new, 2026-08-14)"]);
    // Three of them, two by one device on one day.
    let two = [("one", dot('B', 1)), ("two", dot('C', 3))];
    assert_eq!(
        names(Some(dot('A', 2)), &two),
        [
            "saves/World (device A, 1970-01-01)",
            "saves/World (device B, 1970-01-01)"
        ]
    );
}

#[test]
fn a_copy_that_landed_before_is_not_made_again_and_another_keeps_its_name() {
    let theirs = [("theirs", dot('B', 2))];
    let vector = vector(&[dot('A', 1)]);
    let mine = Mine {
        replica: replica('A'),
        vector: &vector,
        deciding: true,
    };
    let local = folder("mine", Some(dot('A', 1)));
    let copies = |held: &str| -> Vec<String> {
        let mut planned = plan(&local, &mine, &cloud_side(&cloud(&theirs)));
        let taken = unit("saves/WORLD (Device A, 1970-01-01)");
        let present = [(taken, Some(digest(held)))].into();
        let today = Today {
            device: "new",
            time: jiff::Timestamp::UNIX_EPOCH,
        };
        settle(
            &mut planned,
            |_, _| Policy::KeepBoth,
            present,
            &today,
            &as_it_is,
        );
        let settlement = settled(planned.steps.remove(&unit(WORLD)).expect("a step"));
        let names = settlement.copies.iter().map(|copy| copy.name.to_string());
        names.collect()
    };
    assert!(copies("mine").is_empty());
    let short = &digest("mine").to_string()[..8];
    assert_eq!(
        copies("something else"),
        [format!("saves/World (device A, 1970-01-01, {short})")]
    );
}

#[test]
fn what_only_others_dispute_is_followed_until_somebody_decides() {
    let two = [("one", dot('B', 1)), ("two", dot('C', 3))];
    let vector = VersionVector::default();
    let mine = Mine {
        replica: replica('A'),
        vector: &vector,
        deciding: true,
    };
    let mut planned = plan(&LocalSide::new(), &mine, &cloud_side(&cloud(&two)));
    let today = Today {
        device: "new",
        time: jiff::Timestamp::UNIX_EPOCH,
    };
    settle(
        &mut planned,
        |_, _| Policy::Ask,
        BTreeMap::new(),
        &today,
        &as_it_is,
    );
    assert!(!planned.is_whole());
    match planned.steps.remove(&unit(WORLD)) {
        Some(Step::Follow(take)) => assert_eq!(take.version.digest(), Some(digest("two"))),
        other => panic!("{other:?}"),
    }
}
