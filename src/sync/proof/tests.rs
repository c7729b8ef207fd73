use super::*;
use crate::domain::fixtures::{agreed, digest, dot, snapshot, unit, version};

fn at(time: &str) -> Timestamp {
    time.parse().expect("a time")
}

fn drilled(time: &str, whole: bool) -> Drilled {
    Drilled {
        time: at(time),
        kind: DrillKind::Sample,
        heads: vec![snapshot('1')],
        units: 1,
        of_units: 1,
        older: 0,
        bytes: 5,
        whole,
        sound: true,
    }
}

fn proofs() -> Proofs {
    Proofs::new("00000000000000000000000001".parse().expect("a ULID"))
}

fn sound(contents: &[(&str, &str)]) -> BTreeSet<(RelPath, Digest)> {
    let one = |(name, text): &(&str, &str)| (unit(name), digest(text));
    contents.iter().map(one).collect()
}

fn damage(name: &str) -> Damage {
    Damage {
        unit: unit(name),
        snapshot: snapshot('1'),
        newest: true,
        why: "gone".to_owned(),
    }
}

/// What a drill of everything notes, but for its kind and what it looked at.
fn noted<'a>(
    drilled: Drilled,
    sound: &'a BTreeSet<(RelPath, Digest)>,
    damaged: &'a [Damage],
    tried: &'a BTreeSet<(RelPath, SnapshotId)>,
) -> Noted<'a> {
    const NONE: &BTreeSet<SnapshotId> = &BTreeSet::new();
    Noted {
        counts: drilled.whole,
        drilled,
        sound,
        tried,
        listed: None,
        readable: NONE,
        damaged,
        unreadable: &[],
    }
}

fn note(proofs: &mut Proofs, drilled: Drilled, contents: &[(&str, &str)], damaged: &[Damage]) {
    proofs.note(&noted(drilled, &sound(contents), damaged, &BTreeSet::new()));
}

fn of_all(time: &str) -> Drilled {
    Drilled {
        kind: DrillKind::All,
        ..drilled(time, true)
    }
}

#[test]
fn a_state_is_proven_as_long_as_it_is_the_one_that_was_restored() {
    let mut proofs = proofs();
    let state = |a: &str, b: Option<&str>| -> Agreement {
        let one = |text: Option<&str>| agreed(version(text, dot('A', 1)));
        [(unit("saves/A"), one(Some(a))), (unit("saves/B"), one(b))].into()
    };
    let standing = proofs.standing(&state("1", Some("1")));
    assert_eq!(
        (standing.oldest, standing.proven, standing.since.len()),
        (None, 0, 2)
    );
    note(
        &mut proofs,
        drilled("2026-11-01T00:00:00Z", true),
        &[("saves/A", "1")],
        &[],
    );
    note(
        &mut proofs,
        drilled("2026-11-03T00:00:00Z", true),
        &[("saves/B", "1")],
        &[],
    );
    let standing = proofs.standing(&state("1", Some("1")));
    assert_eq!(standing.oldest, Some(at("2026-11-01T00:00:00Z")));
    assert_eq!((standing.proven, standing.since.len()), (2, 0));
    // What is deleted needs no proof; what changed does.
    assert_eq!(proofs.standing(&state("1", None)).proven, 1);
    assert_eq!(proofs.standing(&state("2", None)).since, [unit("saves/A")]);
    // An older version stays proven.
    note(
        &mut proofs,
        drilled("2026-11-04T00:00:00Z", true),
        &[("saves/A", "2")],
        &[],
    );
    assert_eq!(
        proofs.of(&unit("saves/A"), digest("1")),
        Some(at("2026-11-01T00:00:00Z"))
    );
    for number in 3..20 {
        let text = number.to_string();
        let drilled = drilled("2026-11-05T00:00:00Z", true);
        note(&mut proofs, drilled, &[("saves/A", &text)], &[]);
    }
    assert_eq!(proofs.of(&unit("saves/A"), digest("1")), None);
    assert_eq!(proofs.units[&unit("saves/A")].len(), VERSIONS);
}

#[test]
fn damage_is_told_once_and_takes_the_proof_away() {
    let mut proofs = proofs();
    let noted = |proofs: &mut Proofs, damaged: &[Damage]| {
        note(proofs, of_all("2026-11-01T00:00:00Z"), &[], damaged);
        proofs.told
    };
    note(
        &mut proofs,
        drilled("2026-11-01T00:00:00Z", true),
        &[("saves/A", "1")],
        &[],
    );
    assert!(proofs.told);
    assert!(!noted(&mut proofs, &[damage("saves/A")]));
    assert_eq!(proofs.of(&unit("saves/A"), digest("1")), None);
    proofs.told = true;
    // The same again is no news; more is, and so is what comes back.
    assert!(noted(&mut proofs, &[damage("saves/A")]));
    assert!(!noted(&mut proofs, &[damage("saves/A"), damage("saves/B")]));
    noted(&mut proofs, &[]);
    proofs.told = true;
    assert!(!noted(&mut proofs, &[damage("saves/A")]));
    // One that gave way has not seen everything: it takes no damage back.
    let gave_way = drilled("2026-11-02T00:00:00Z", false);
    note(&mut proofs, gave_way, &[], &[]);
    assert_eq!(proofs.damaged.len(), 1);
    assert_eq!(
        proofs.last.as_ref().map(|last| last.time),
        Some(at("2026-11-01T00:00:00Z"))
    );
}

#[test]
fn damage_is_known_until_somebody_looked_at_it_again() {
    let mut proofs = proofs();
    let old = Damage {
        snapshot: snapshot('7'),
        newest: false,
        ..damage("saves/B")
    };
    note(
        &mut proofs,
        of_all("2026-11-01T00:00:00Z"),
        &[],
        &[damage("saves/A"), old.clone()],
    );
    proofs.told = true;
    // A sample of something else says nothing of it, and it is not told again.
    let sample = || drilled("2026-11-02T00:00:00Z", true);
    note(&mut proofs, sample(), &[("saves/C", "1")], &[]);
    assert_eq!(proofs.damaged, [damage("saves/A"), old.clone()]);
    assert!(proofs.told);
    // A look at the newest state alone: what is not in it is of the past.
    let newest = Drilled {
        kind: DrillKind::Newest,
        ..sample()
    };
    note(&mut proofs, newest.clone(), &[], &[]);
    assert!(proofs.damaged.iter().all(|one| !one.newest));
    // What it looked at as a whole, and came, is sound again; and what is in no list is gone.
    let tried = [(unit("saves/A"), snapshot('1'))].into();
    let nothing = BTreeSet::new();
    proofs.note(&noted(newest.clone(), &nothing, &[], &tried));
    assert_eq!(proofs.damaged, [old]);
    let listed = [snapshot('1')].into();
    let tried = nothing_tried();
    let gone = Noted {
        listed: Some(&listed),
        ..noted(newest, &nothing, &[], &tried)
    };
    proofs.note(&gone);
    assert!(proofs.damaged.is_empty() && proofs.told);
}

#[test]
fn a_snapshot_that_could_not_be_read_is_known_until_it_can_be() {
    let mut proofs = proofs();
    let nothing = BTreeSet::new();
    let unreadable = [snapshot('3')];
    let tried = nothing_tried();
    let first = noted(of_all("2026-11-01T00:00:00Z"), &nothing, &[], &tried);
    proofs.note(&Noted {
        unreadable: &unreadable,
        ..first
    });
    assert!(!proofs.told);
    let sample = || noted(drilled("2026-11-02T00:00:00Z", true), &nothing, &[], &tried);
    proofs.note(&sample());
    assert_eq!(proofs.unreadable, unreadable);
    let readable = unreadable.iter().cloned().collect();
    proofs.note(&Noted {
        readable: &readable,
        ..sample()
    });
    assert!(proofs.unreadable.is_empty());
    // A look at everything that does not find it so has read it; and what is gone is nothing to read.
    let again = || noted(of_all("2026-11-03T00:00:00Z"), &nothing, &[], &tried);
    let known = |proofs: &mut Proofs| {
        proofs.note(&Noted {
            unreadable: &unreadable,
            ..again()
        });
        assert_eq!(proofs.unreadable, unreadable);
    };
    known(&mut proofs);
    proofs.note(&again());
    assert!(proofs.unreadable.is_empty());
    known(&mut proofs);
    let listed = BTreeSet::new();
    proofs.note(&Noted {
        listed: Some(&listed),
        ..sample()
    });
    assert!(proofs.unreadable.is_empty());
}

#[test]
fn a_drill_that_had_no_time_to_compare_anything_is_due_again() {
    let mut proofs = proofs();
    proofs.every = Some("7d".to_owned());
    let now = at("2026-11-02T00:00:00Z");
    note(
        &mut proofs,
        drilled("2026-11-02T00:00:00Z", false),
        &[],
        &[],
    );
    assert!(proofs.is_due(now));
    let (nothing, tried) = (BTreeSet::new(), nothing_tried());
    let some = noted(
        drilled("2026-11-02T00:00:00Z", false),
        &nothing,
        &[],
        &tried,
    );
    proofs.note(&Noted {
        counts: true,
        ..some
    });
    assert!(!proofs.is_due(now));
    assert!(proofs.last.as_ref().is_some_and(|last| !last.whole));
}

fn nothing_tried() -> BTreeSet<(RelPath, SnapshotId)> {
    BTreeSet::new()
}

#[test]
fn a_drill_is_due_after_its_time_and_where_a_clock_was_set_back() {
    let mut proofs = proofs();
    let now = at("2026-11-20T00:00:00Z");
    assert!(!proofs.is_due(now));
    proofs.every = Some("7d".to_owned());
    assert!(proofs.is_due(now));
    for (last, due) in [
        ("2026-11-13T00:00:00Z", true),
        ("2026-11-13T00:00:01Z", false),
        ("2026-11-20T00:00:00Z", false),
        ("2027-11-20T00:00:00Z", true),
    ] {
        proofs.last = Some(drilled(last, true));
        assert_eq!(proofs.is_due(now), due, "{last}");
    }
    proofs.every = Some("nonsense".to_owned());
    assert!(!proofs.is_due(now));
}

#[test]
fn what_cannot_be_used_is_proven_anew_and_what_is_newer_is_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let layout = Layout::new(folder.path());
    std::fs::create_dir(layout.own()).expect("writes");
    let mine = proofs();
    let mut kept = proofs();
    kept.every = Some("2d".to_owned());
    kept.save(&layout).expect("writes");
    let loaded = Proofs::load(&layout, mine.instance_id).expect("reads");
    assert_eq!(loaded.every.as_deref(), Some("2d"));
    let other = "00000000000000000000000002".parse().expect("a ULID");
    assert_eq!(Proofs::load(&layout, other).expect("reads").every, None);
    std::fs::write(layout.verified_json(), "{\"schema\":1").expect("writes");
    assert_eq!(
        Proofs::load(&layout, mine.instance_id)
            .expect("reads")
            .every,
        None
    );
    let newer = "{\"schema\":2,\"more\":true}";
    std::fs::write(layout.verified_json(), newer).expect("writes");
    assert!(Proofs::load(&layout, mine.instance_id).is_err());
    assert!(peek(&layout).is_none() && tell(&layout).is_none());
    let left = std::fs::read_to_string(layout.verified_json()).expect("reads");
    assert_eq!(left, newer);
}
