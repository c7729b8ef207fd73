//! What is made of two versions of a unit, and which records are not trusted.

use super::*;
use crate::domain::{
    fixtures::{WORLD, digest, dot, head, replica, unit, vector, version},
    path::InnerPath,
    unit::FileFact,
};

fn dots(all: &[Dot]) -> BTreeSet<Dot> {
    all.iter().copied().collect()
}

#[test]
fn two_that_made_the_same_are_one_version_whoever_says_so() {
    let (a, b, c) = (dot('A', 1), dot('B', 2), dot('C', 1));
    let mut ours = version(Some("same"), a);
    let mut theirs = version(Some("same"), b);
    ours.over = dots(&[c]);
    theirs.over = dots(&[a]);
    let united = ours.united_with(&theirs);
    assert_eq!(united, theirs.united_with(&ours));
    // The later one speaks for both, and is nothing that it also is.
    assert_eq!((united.dot, &united.origin), (b, &theirs.origin));
    assert_eq!((&united.also, &united.over), (&dots(&[a]), &dots(&[c])));
}

#[test]
fn a_decision_is_on_top_of_all_that_its_losers_were() {
    let (a, b, c, d) = (dot('A', 1), dot('B', 1), dot('C', 1), dot('D', 1));
    let mut winner = version(Some("won"), a);
    winner.also = dots(&[c]);
    let mut loser = version(Some("lost"), b);
    loser.also = dots(&[d]);
    loser.over = dots(&[a, c]);
    let won = winner.decided_over([&loser]);
    assert_eq!(won.over, dots(&[b, d]));
    assert_eq!((won.dot, won.also), (winner.dot, winner.also));
}

#[test]
fn an_edit_outranks_a_deletion_and_a_version_not_itself() {
    let (early, late) = (
        version(Some("x"), dot('A', 1)),
        version(Some("y"), dot('B', 2)),
    );
    let gone = version(None, dot('B', 9));
    assert!(late.outranks(&early) && !early.outranks(&late));
    assert!(early.outranks(&gone) && !gone.outranks(&early));
    assert!(!early.outranks(&early));
}

#[test]
fn a_row_is_read_as_it_was_written_and_no_other_is_a_row() {
    let mut row = version(Some("x"), dot('A', 1));
    let digest = digest("x");
    let within = crate::domain::fixtures::snapshot('7');
    for state in [
        UnitState::Here(digest),
        UnitState::Gone,
        UnitState::Held { digest, within },
    ] {
        row.state = state;
        let json = serde_json::to_value(&row).expect("JSON");
        let read: UnitVersion = serde_json::from_value(json.clone()).expect("a row");
        assert_eq!(read, row);
        for state in ["here", "gone", "held"]
            .iter()
            .filter(|state| json["state"] != **state)
        {
            let mut odd = json.clone();
            odd["state"] = (*state).into();
            assert!(
                serde_json::from_value::<UnitVersion>(odd).is_err(),
                "{state}"
            );
        }
    }
}

/// A record of one world with one file.
fn record() -> PushRecord {
    let file = FileFact {
        size: 7,
        sha256: digest("level"),
    };
    let path = InnerPath::new("level.dat").expect("sound");
    let content = UnitContent {
        files: [(path, file)].into(),
        ..UnitContent::default()
    };
    let mut row = version(Some(""), dot('A', 1));
    row.state = UnitState::Here(content.digest());
    let table = [(unit(WORLD), row)].into();
    let mut record = head('1', table, &[dot('A', 1)]).record;
    record.contents.insert(unit(WORLD), content);
    record
}

#[test]
fn a_record_says_how_large_a_unit_is() {
    let extent = record().extent(&unit(WORLD));
    assert_eq!(extent, Some(Extent { files: 1, bytes: 7 }));
    assert_eq!(record().extent(&unit("saves/Other")), None);
    assert_eq!(record().file_count(), 2);
}

#[test]
fn a_record_that_contradicts_itself_is_not_trusted() {
    let instance = record().instance_id;
    let why = |change: &dyn Fn(&mut PushRecord)| {
        let mut record = record();
        change(&mut record);
        record.validate(instance).err().unwrap_or_default()
    };
    assert_eq!(why(&|_| ()), "");
    let foreign = "00000000000000000000000009".parse().expect("a ULID");
    assert!(why(&|record| record.instance_id = foreign).contains("belongs to the instance"));
    let itself = "does not cover itself";
    assert!(why(&|record| record.vector = vector(&[dot('B', 1)])).contains(itself));
    assert!(why(&|record| record.counter = 0).contains(itself));
    assert!(why(&|record| record.replica = replica('B')).contains(itself));
    let list = "does not match its digest";
    let state = |record: &mut PushRecord, state| {
        record.units.get_mut(&unit(WORLD)).expect("the world").state = state;
    };
    assert!(why(&|record| state(record, UnitState::Gone)).contains(list));
    assert!(why(&|record| state(record, UnitState::Here(digest("other")))).contains(list));
    assert!(why(&|record| record.contents.clear()).contains(list));
    assert!(why(&|record| record.units.clear()).contains("which it does not name"));
}
