//! The graph of snapshots: which are heads, and what the cloud says of each unit.

use std::collections::BTreeMap;

use super::{
    ids::SnapshotId,
    path::RelPath,
    record::{PushRecord, UnitState, UnitVersion},
    unit::Extent,
    version::VersionVector,
};

/// A snapshot and what it says of itself.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub snapshot: SnapshotId,
    /// Its `push.json`.
    pub record: PushRecord,
}

/// Returns the snapshots whose vectors no other covers, less those that `mine` covers already,
/// by id.
pub fn heads(records: Vec<Head>, mine: &VersionVector) -> Vec<Head> {
    let news: Vec<Head> = records
        .into_iter()
        .filter(|head| !mine.covers(&head.record.vector))
        .collect();
    let beaten = |head: &Head| {
        news.iter().any(|other| {
            other.record.vector.covers(&head.record.vector)
                && !head.record.vector.covers(&other.record.vector)
        })
    };
    let mut heads: Vec<Head> = news.iter().filter(|head| !beaten(head)).cloned().collect();
    heads.sort_by(|a, b| a.snapshot.cmp(&b.snapshot));
    heads
}

/// One version of a unit that the cloud offers.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The head that offers it.
    pub head: SnapshotId,
    /// What that head covers.
    pub vector: VersionVector,
    /// The version.
    pub version: UnitVersion,
    /// How large it is, where the head says so.
    pub extent: Option<Extent>,
}

impl Candidate {
    /// Returns the snapshot to restore it from.
    pub fn source(&self) -> SnapshotId {
        self.version.source(&self.head)
    }
}

/// What the cloud says of each unit: one candidate, or several where heads disagree, the latest
/// first.
pub type CloudSide = BTreeMap<RelPath, Vec<Candidate>>;

/// Returns what all `heads` together say of each unit.
///
/// A head's version of a unit falls away where another head knows it and moved on, and where
/// another head holds equal content. A deletion falls away where another head holds content: an
/// edit beats a deletion.
pub fn cloud_side(heads: &[Head]) -> CloudSide {
    let mut side = CloudSide::new();
    for head in heads {
        for (unit, version) in &head.record.units {
            let overtaken = heads.iter().any(|other| {
                let knows = |theirs: &UnitVersion| {
                    version
                        .changes()
                        .all(|dot| other.record.vector.covers_dot(dot) || theirs.includes(dot))
                };
                other.snapshot != head.snapshot
                    && other.record.units.get(unit).is_some_and(|theirs| {
                        knows(theirs)
                            && theirs.dot != version.dot
                            && (!head.record.vector.covers_dot(theirs.dot)
                                || theirs.outranks(version))
                    })
            });
            if overtaken {
                continue;
            }
            side.entry(unit.clone()).or_default().push(Candidate {
                head: head.snapshot.clone(),
                vector: head.record.vector.clone(),
                version: version.clone(),
                extent: head.record.extent(unit),
            });
        }
    }
    for candidates in side.values_mut() {
        if candidates
            .iter()
            .any(|candidate| candidate.version.digest().is_some())
        {
            let (gone, kept): (Vec<_>, Vec<_>) = candidates
                .drain(..)
                .partition(|candidate| candidate.version.state == UnitState::Gone);
            *candidates = kept;
            // What the deletion had replaced is replaced by the edit that beats it.
            for edit in candidates.iter_mut() {
                for deletion in &gone {
                    edit.vector.join(&deletion.vector);
                }
            }
        }
        // Of equals, keep the one that everybody would keep: content that is here before content
        // that must be fetched from elsewhere, of the same version; else the later version.
        candidates.sort_by(|a, b| {
            let here =
                |candidate: &Candidate| matches!(candidate.version.state, UnitState::Here(_));
            (b.version.rank(), here(b)).cmp(&(a.version.rank(), here(a)))
        });
        let mut kept: Vec<Candidate> = Vec::new();
        for candidate in candidates.drain(..) {
            match kept
                .iter_mut()
                .find(|other| other.version.digest() == candidate.version.digest())
            {
                Some(other) => {
                    other.version = other.version.united_with(&candidate.version);
                    other.vector.join(&candidate.vector);
                }
                None => kept.push(candidate),
            }
        }
        *candidates = kept;
    }
    side
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fixtures::{WORLD, dot, head, unit, version},
        version::Dot,
    };

    fn holding(id: char, row: UnitVersion, dots: &[Dot]) -> Head {
        head(id, [(unit(WORLD), row)].into(), dots)
    }

    /// What the heads offer of the world, by change.
    fn offered(heads: &[Head]) -> Vec<Dot> {
        let side = cloud_side(heads);
        let candidates = side.get(&unit(WORLD)).map(Vec::as_slice);
        let dots = candidates.unwrap_or_default().iter();
        dots.map(|one| one.version.dot).collect()
    }

    #[test]
    fn what_another_head_moved_on_from_falls_away() {
        let old = holding('1', version(Some("old"), dot('A', 1)), &[dot('A', 1)]);
        let new = holding(
            '2',
            version(Some("new"), dot('B', 1)),
            &[dot('B', 1), dot('A', 1)],
        );
        assert_eq!(offered(&[old.clone(), new]), [dot('B', 1)]);
        // Its vector does not cover the change, but the version says that it replaced it.
        let mut over = version(Some("new"), dot('B', 1));
        over.over.insert(dot('A', 1));
        let partial = holding('2', over, &[dot('B', 1)]);
        assert_eq!(offered(&[old.clone(), partial]), [dot('B', 1)]);
        let stranger = holding('2', version(Some("new"), dot('B', 2)), &[dot('B', 2)]);
        assert_eq!(offered(&[old, stranger]), [dot('B', 2), dot('A', 1)]);
    }

    #[test]
    fn one_version_in_two_heads_is_one_candidate_that_covers_what_both_do() {
        let row = version(Some("same"), dot('A', 1));
        let heads = [
            holding('1', row.clone(), &[dot('B', 1), dot('A', 1)]),
            holding('2', row, &[dot('C', 1), dot('A', 1)]),
        ];
        let side = cloud_side(&heads);
        let candidates = &side[&unit(WORLD)];
        assert_eq!(candidates.len(), 1);
        assert!(candidates[0].vector.covers_dot(dot('B', 1)));
        assert!(candidates[0].vector.covers_dot(dot('C', 1)));
    }

    #[test]
    fn an_edit_beats_a_deletion_and_replaces_what_that_had_replaced() {
        let heads = [
            holding('1', version(None, dot('A', 5)), &[dot('A', 5), dot('C', 3)]),
            holding('2', version(Some("edit"), dot('B', 1)), &[dot('B', 1)]),
        ];
        let side = cloud_side(&heads);
        let candidates = &side[&unit(WORLD)];
        assert_eq!(candidates.len(), 1);
        assert_eq!(candidates[0].version.dot, dot('B', 1));
        assert!(candidates[0].vector.covers_dot(dot('C', 3)));
    }

    #[test]
    fn of_versions_that_both_heads_know_the_one_that_outranks_is_left() {
        let both = [dot('A', 1), dot('B', 2)];
        let heads = [
            holding(
                '1',
                version(Some("a"), dot('A', 1)),
                &[dot('C', 1), both[0], both[1]],
            ),
            holding(
                '2',
                version(Some("b"), dot('B', 2)),
                &[dot('D', 1), both[0], both[1]],
            ),
        ];
        assert_eq!(offered(&heads), [dot('B', 2)]);
    }

    #[test]
    fn a_version_is_known_only_where_all_that_made_it_are() {
        let mut twice = version(Some("same"), dot('A', 2));
        twice.also.insert(dot('B', 1));
        let heads = [
            holding('1', twice, &[dot('A', 2), dot('B', 1)]),
            holding(
                '2',
                version(Some("on top"), dot('C', 9)),
                &[dot('C', 9), dot('A', 2)],
            ),
        ];
        assert_eq!(offered(&heads), [dot('C', 9), dot('A', 2)]);
    }
}
