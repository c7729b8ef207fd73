//! Small parts that tests of the rules are made of.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{
    agreement::Agreed,
    digest::Digest,
    ids::{ReplicaId, SnapshotId},
    lineage::Head,
    path::RelPath,
    record::{DeviceLabel, Origin, Purpose, PushRecord, UnitState, UnitTable, UnitVersion},
    unit::{Extent, UnitKind},
    version::{Dot, VersionVector},
};

/// The world that most tests are about.
pub const WORLD: &str = "saves/World";

/// A replica named by one character.
pub fn replica(name: char) -> ReplicaId {
    format!("0000000000000000000000000{name}")
        .parse()
        .expect("a ULID")
}

/// A change of a replica.
pub fn dot(name: char, counter: u64) -> Dot {
    let replica = replica(name);
    Dot { replica, counter }
}

/// A unit's path.
pub fn unit(name: &str) -> RelPath {
    RelPath::new(name).expect("sound")
}

/// The digest of a content that is named by a text.
pub fn digest(content: &str) -> Digest {
    Digest::of(content.as_bytes())
}

/// A version of a world, made by the device that its replica names, `dot.counter` hours after 1970.
pub fn version(content: Option<&str>, dot: Dot) -> UnitVersion {
    let hours = i64::try_from(dot.counter).expect("a small counter");
    UnitVersion {
        kind: UnitKind::World,
        dot,
        also: BTreeSet::new(),
        over: BTreeSet::new(),
        origin: Origin {
            device: format!(
                "device {}",
                dot.replica.to_string().chars().last().expect("one")
            ),
            time: Timestamp::from_second(hours * 3600).expect("a time"),
        },
        state: content.map_or(UnitState::Gone, |text| UnitState::Here(digest(text))),
        about: None,
    }
}

/// An agreement about a version in the snapshot `1111...`.
pub fn agreed(version: UnitVersion) -> Agreed {
    Agreed {
        version,
        snapshot: snapshot('1'),
        extent: Extent::default(),
        was: None,
    }
}

/// A snapshot's id of one character.
pub fn snapshot(name: char) -> SnapshotId {
    name.to_string().repeat(64).parse().expect("an id")
}

/// A vector of some changes.
pub fn vector(dots: &[Dot]) -> VersionVector {
    let mut vector = VersionVector::default();
    for dot in dots {
        vector.add(*dot);
    }
    vector
}

/// A head that lists `units` and covers `dots`, the first of which is its own.
pub fn head(id: char, units: UnitTable, dots: &[Dot]) -> Head {
    let record = PushRecord {
        schema: 1,
        instance_id: "00000000000000000000000001".parse().expect("a ULID"),
        purpose: Purpose::Push,
        before: None,
        push: "00000000000000000000000002".parse().expect("a ULID"),
        replica: dots[0].replica,
        counter: dots[0].counter,
        vector: vector(dots),
        covers: BTreeSet::new(),
        device: DeviceLabel {
            id: None,
            name: "deck".to_owned(),
        },
        time: String::new(),
        scope: digest(""),
        units,
        contents: BTreeMap::new(),
    };
    let snapshot = snapshot(id);
    Head { snapshot, record }
}
