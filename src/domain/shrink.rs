//! The shrink guard: is what is missing here deleted, or is a disk not there?

use std::collections::BTreeSet;

use super::{
    agreement::Agreement,
    digest::Digest,
    local::LocalSide,
    path::RelPath,
    record::UnitState,
    unit::{Extent, UnitKind},
};

/// Returns the units that are missing here, or most of them, if that is too much to be taken for
/// deletions without a question: no world is left of those that were; or most of the files or of the
/// bytes are gone, by more than one world that was deleted.
///
/// One world among others is deleted in the game every day, however large it is: no accident takes
/// just that one. What this folder and the cloud last agreed on is the measure; what was added since
/// then does not count. `extent` says how large a unit is now.
pub fn vanished(
    agreement: &Agreement,
    local: &LocalSide,
    extent: impl Fn(&RelPath) -> Option<Extent>,
) -> BTreeSet<RelPath> {
    // What is here under another name is not missing.
    let new: BTreeSet<Digest> = local
        .values()
        .filter(|side| side.agreed.is_none())
        .filter_map(|side| side.content)
        .collect();
    let (mut missing, mut shrunken) = (BTreeSet::new(), BTreeSet::new());
    let (mut before, mut left) = (Extent::default(), Extent::default());
    let (mut worlds, mut lost_worlds) = (0_usize, 0_usize);
    for (unit, agreed) in agreement {
        let Some(side) = local.get(unit) else {
            continue;
        };
        if side.hold.is_some() || !matches!(agreed.version.state, UnitState::Here(_)) {
            continue;
        }
        let digest = agreed.version.digest();
        let is_world = usize::from(agreed.version.kind == UnitKind::World);
        before += agreed.extent;
        worlds += is_world;
        if side.content.is_some() {
            let now = extent(unit).unwrap_or(agreed.extent);
            left += Extent {
                files: now.files.min(agreed.extent.files),
                bytes: now.bytes.min(agreed.extent.bytes),
            };
            if lost_most(agreed.extent, now) && side.changed() {
                shrunken.insert(unit.clone());
            }
        } else if digest.is_some_and(|digest| new.contains(&digest)) {
            left += agreed.extent;
        } else {
            lost_worlds += is_world;
            missing.insert(unit.clone());
        }
    }
    let emptied = worlds > 0 && lost_worlds == worlds;
    let shrank = lost_most(before, left) && (missing.len() > 1 || !shrunken.is_empty());
    if emptied || shrank {
        missing.append(&mut shrunken);
        missing
    } else {
        BTreeSet::new()
    }
}

/// Returns whether less than half of the files or of the bytes are left.
pub fn lost_most(before: Extent, now: Extent) -> bool {
    let most = |before: u64, now: u64| now < before.div_ceil(2);
    most(before.files, now.files) || most(before.bytes, now.bytes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        agreement::Agreed,
        fixtures,
        local::{Found, Hold, local_side},
        record::UnitVersion,
    };

    fn world(name: &str) -> RelPath {
        fixtures::unit(&format!("saves/{name}"))
    }

    /// What vanished, of worlds of so many bytes each, if just `left` are there.
    fn missing(agreed: &[(&str, u64)], left: &[&str]) -> Vec<String> {
        let left: Vec<(&str, &str)> = left.iter().map(|name| (*name, *name)).collect();
        vanished_of(agreed, &left, 0)
    }

    /// The same, where each world that is left holds what its second name says; what changed has so
    /// many bytes now.
    fn vanished_of(agreed: &[(&str, u64)], left: &[(&str, &str)], now: u64) -> Vec<String> {
        let agreement: Agreement = agreed
            .iter()
            .map(|(name, bytes)| {
                let extent = Extent {
                    files: 1,
                    bytes: *bytes,
                };
                let version = fixtures::version(Some(name), fixtures::dot('A', 1));
                let agreed = Agreed {
                    extent,
                    ..fixtures::agreed(version)
                };
                (world(name), agreed)
            })
            .collect();
        let found: BTreeMap<_, _> = left
            .iter()
            .map(|(name, holds)| {
                let found = Found::Content(fixtures::digest(holds));
                (world(name), (UnitKind::World, found))
            })
            .collect();
        let local = local_side(&agreement, &found, &BTreeSet::new(), |_| {
            Some(UnitKind::World)
        });
        let extent = |unit: &RelPath| {
            let unchanged = !local[unit].changed();
            let bytes = agreement.get(unit)?.extent.bytes;
            Some(Extent {
                files: 1,
                bytes: if unchanged { bytes } else { now },
            })
        };
        vanished(&agreement, &local, extent)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_world_among_others_is_deleted_without_a_question() {
        let three = [("a", 10), ("b", 10), ("c", 10)];
        assert!(missing(&three, &["a", "b"]).is_empty());
        assert!(missing(&three, &["a", "b", "c"]).is_empty());
        assert!(missing(&[("a", 1), ("b", 9)], &["a"]).is_empty());
    }

    #[test]
    fn the_only_world_most_of_the_files_and_most_of_the_bytes_are_asked_about() {
        assert_eq!(missing(&[("a", 10)], &[]), ["saves/a"]);
        let three = [("a", 10), ("b", 10), ("c", 10)];
        assert_eq!(missing(&three, &["a"]), ["saves/b", "saves/c"]);
        let large = [("a", 1), ("b", 9), ("c", 9), ("d", 1), ("e", 1)];
        assert_eq!(missing(&large, &["a", "d", "e"]), ["saves/b", "saves/c"]);
    }

    #[test]
    fn a_rename_is_no_loss_and_a_new_world_is_no_substitute() {
        let two = [("a", 10), ("b", 10)];
        assert!(vanished_of(&two, &[("new name", "a"), ("b", "b")], 0).is_empty());
        assert!(vanished_of(&two, &[("x", "a"), ("y", "b")], 0).is_empty());
        assert_eq!(missing(&[("a", 10)], &["new world"]), ["saves/a"]);
    }

    #[test]
    fn a_world_that_lost_most_of_its_content_is_asked_about() {
        let two = [("a", 90), ("b", 10)];
        let held = vanished_of(&two, &[("a", "other"), ("b", "b")], 5);
        assert_eq!(held, ["saves/a"]);
        // The rest outweighs it: a world may shrink.
        let two = [("a", 10), ("b", 90)];
        assert!(vanished_of(&two, &[("a", "other"), ("b", "b")], 1).is_empty());
    }

    #[test]
    fn half_is_not_most() {
        let extent = |files, bytes| Extent { files, bytes };
        assert!(!lost_most(extent(2, 100), extent(1, 50)));
        assert!(lost_most(extent(2, 100), extent(1, 49)));
        assert!(lost_most(extent(3, 100), extent(1, 100)));
    }

    /// What vanished of units that are all missing here but for `left`.
    fn of(agreed: &[(RelPath, Agreed)], left: &[&RelPath], held: &[&RelPath]) -> Vec<String> {
        let agreement: Agreement = agreed.iter().cloned().collect();
        let found = left.iter().map(|unit| {
            let version = &agreement[*unit].version;
            let content = Found::Content(version.digest().expect("it was here"));
            ((*unit).clone(), (version.kind, content))
        });
        let mut local = local_side(&agreement, &found.collect(), &BTreeSet::new(), |unit| {
            Some(agreement.get(unit)?.version.kind)
        });
        for unit in held {
            let side = local.get_mut(*unit).expect("a side");
            side.hold = Some(Hold::OutOfScope);
        }
        vanished(&agreement, &local, |unit| Some(agreement.get(unit)?.extent))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    fn unit_of(name: &str, content: Option<&str>, kind: UnitKind) -> (RelPath, Agreed) {
        let version = UnitVersion {
            kind,
            ..fixtures::version(content, fixtures::dot('A', 1))
        };
        let extent = Extent {
            files: 1,
            bytes: 10,
        };
        let agreed = fixtures::agreed(version);
        (fixtures::unit(name), Agreed { extent, ..agreed })
    }

    #[test]
    fn what_was_gone_already_or_is_left_alone_does_not_count() {
        let here = unit_of("saves/here", Some("x"), UnitKind::World);
        let gone = unit_of("saves/gone", None, UnitKind::World);
        let held = unit_of("saves/held", Some("y"), UnitKind::World);
        let all = [here.clone(), gone, held.clone()];
        assert_eq!(of(&all, &[], &[&held.0]), ["saves/here"]);
        assert!(of(&all, &[&here.0], &[&held.0]).is_empty());
    }

    #[test]
    fn a_settings_file_is_deleted_without_a_question() {
        let options = unit_of("options.txt", Some("x"), UnitKind::Settings);
        let config = unit_of("config", Some("y"), UnitKind::Settings);
        assert!(of(&[options, config.clone()], &[&config.0], &[]).is_empty());
    }

    #[test]
    fn a_world_that_was_merely_played_is_no_part_of_a_loss() {
        let three = [("a", 10), ("b", 10), ("c", 10)];
        let held = vanished_of(&three, &[("a", "other")], 10);
        assert_eq!(held, ["saves/b", "saves/c"]);
    }
}
