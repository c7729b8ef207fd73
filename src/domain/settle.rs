//! Deciding disputes: which version a unit goes on with, and what becomes of the others.
//!
//! Whoever merges the same heads must end with the same table, or devices would merge each other
//! for ever. So the agreed version of a decided unit is always the one of the highest rank, which
//! every device computes alike; where the decision is for another one, its content counts as an
//! edit made here on top of it, and gets a mark of its own with the next push.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    copy_name::{self, CopyName, Loser},
    digest::Digest,
    ids::SnapshotId,
    lineage::Candidate,
    names,
    path::RelPath,
    plan::{Dispute, Here, Party, Plan, Step, Take, take},
    policy::Policy,
    record::UnitVersion,
};

/// What a decision does.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The version that everybody who decides the same agrees on.
    pub agreed: UnitVersion,
    /// A snapshot that lists it; `None` where it is this folder's own agreement already.
    pub source: Option<SnapshotId>,
    /// What is fetched, where what is here does not stay.
    pub take: Option<Take>,
    /// What lands beside it.
    pub copies: Vec<Copy>,
}

/// A version that stays under another name.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Where it lands.
    pub name: RelPath,
    /// Where it comes from: a snapshot, or what is here.
    pub from: Option<SnapshotId>,
    /// What the version holds that it is a copy of.
    pub digest: Digest,
    /// Its own `level.dat`, where it has another than that version.
    pub level: Option<Vec<u8>>,
}

/// What a version holds once it has landed under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// Everything.
    pub digest: Digest,
    /// Its `level.dat`, where that is another one then.
    pub level: Option<Vec<u8>>,
}

/// A version that is to land under another name.
#[derive(Debug, Clone, Copy)]
pub struct Lander<'a> {
    /// The unit that it is a version of.
    pub unit: &'a RelPath,
    /// A snapshot that has it; `None` where it is what is here.
    pub from: Option<&'a SnapshotId>,
    /// What it holds.
    pub digest: Digest,
}

/// Says what a version holds under another name.
pub type Lands<'a> = &'a dyn Fn(&Lander<'_>, &CopyName) -> Landing;

/// Who and when: what a copy of something that was never published is named by.
#[derive(Debug, Clone)]
pub struct Today<'a> {
    /// This device's name.
    pub device: &'a str,
    /// Now, by its clock.
    pub time: Timestamp,
}

/// Replaces the disputes of `plan` that `policy` decides.
///
/// What others have to decide and nobody did is followed where this folder has no version of its
/// own. `present` says which units there will be whose names a copy must not take, with what they
/// hold.
pub fn settle(
    plan: &mut Plan,
    policy: impl Fn(&RelPath, &Dispute) -> Policy,
    mut present: BTreeMap<RelPath, Option<Digest>>,
    today: &Today<'_>,
    lands: Lands<'_>,
) {
    for (unit, step) in &mut plan.steps {
        let Step::Dispute(dispute) = step else {
            continue;
        };
        let policy = policy(unit, dispute);
        if policy.decides() {
            let settled = settlement(unit, dispute, policy, &mut present, (today, lands));
            *step = Step::Settle(Box::new(settled));
        } else if let (Party::Others, Here::None, [latest, ..]) =
            (dispute.party, &dispute.here, dispute.versions.as_slice())
        {
            *step = Step::Follow(take(latest, false));
        }
    }
}

/// One of the versions of a dispute.
enum Version<'a> {
    Here(Digest, Option<&'a UnitVersion>),
    Cloud(&'a Candidate),
}

impl Version<'_> {
    fn row(&self) -> Option<&UnitVersion> {
        match self {
            Self::Here(_, row) => *row,
            Self::Cloud(candidate) => Some(&candidate.version),
        }
    }

    fn digest(&self) -> Option<Digest> {
        match self {
            Self::Here(digest, _) => Some(*digest),
            Self::Cloud(candidate) => candidate.version.digest(),
        }
    }
}

fn settlement(
    unit: &RelPath,
    dispute: &Dispute,
    policy: Policy,
    present: &mut BTreeMap<RelPath, Option<Digest>>,
    copying: (&Today<'_>, Lands<'_>),
) -> Settlement {
    let here = match &dispute.here {
        Here::None => None,
        Here::Unpublished(digest) => Some(Version::Here(*digest, None)),
        Here::Version(row) => row.digest().map(|digest| Version::Here(digest, Some(row))),
    };
    let cloud = dispute.versions.iter().map(Version::Cloud);
    let mut all: Vec<Version<'_>> = here.into_iter().chain(cloud).collect();
    // The latest first. What was never published has no rank, and comes last: a world that has
    // just been made on a new device does not push an old one from its name.
    all.sort_by_key(|version| std::cmp::Reverse(version.row().map(UnitVersion::rank)));
    let latest = &dispute.versions[0];
    let (agreed, source) = match &all[0] {
        Version::Here(_, Some(row)) => ((*row).clone(), None),
        Version::Cloud(candidate) => (take(candidate, false).version, Some(candidate.source())),
        Version::Here(_, None) => (take(latest, false).version, Some(latest.source())),
    };
    let losers = all
        .iter()
        .filter_map(Version::row)
        .filter(|row| row.dot != agreed.dot);
    let agreed = agreed.decided_over(losers);
    let chosen = match policy {
        Policy::KeepLocal => all
            .iter()
            .find(|version| matches!(version, Version::Here(..)))
            .unwrap_or(&all[0]),
        Policy::KeepCloud => all
            .iter()
            .find(|version| matches!(version, Version::Cloud(_)))
            .unwrap_or(&all[0]),
        Policy::KeepBoth | Policy::Newest | Policy::Ask | Policy::Abort => &all[0],
    };
    let taken = match chosen {
        Version::Here(..) => None,
        Version::Cloud(candidate) => Some(take(candidate, false)),
    };
    let mut copies = Vec::new();
    if policy == Policy::KeepBoth {
        for version in &all[1..] {
            copies.extend(copy(unit, version, present, copying));
        }
    }
    Settlement {
        agreed,
        source,
        take: taken,
        copies,
    }
}

/// Returns the copy that a losing version lands as, unless it is there already.
fn copy(
    unit: &RelPath,
    version: &Version<'_>,
    present: &mut BTreeMap<RelPath, Option<Digest>>,
    (today, lands): (&Today<'_>, Lands<'_>),
) -> Option<Copy> {
    let digest = version.digest()?;
    let loser = match version.row() {
        Some(row) => Loser {
            device: &row.origin.device,
            time: row.origin.time,
            digest,
        },
        None => Loser {
            device: today.device,
            time: today.time,
            digest,
        },
    };
    let from = match version {
        Version::Here(..) => None,
        Version::Cloud(candidate) => Some(candidate.source()),
    };
    let lander = Lander {
        unit,
        from: from.as_ref(),
        digest,
    };
    let plain = copy_name::plain(unit, &loser)?;
    let exact = copy_name::exact(unit, &loser)?;
    for name in [plain, exact] {
        let landing = lands(&lander, &name);
        let name = name.path;
        let key = names::key(name.as_str());
        let there = present
            .iter()
            .find(|(other, _)| names::key(other.as_str()) == key);
        match there {
            None => {
                present.insert(name.clone(), Some(landing.digest));
                let level = landing.level;
                return Some(Copy {
                    name,
                    from,
                    digest,
                    level,
                });
            }
            // It has landed before, here or by way of another device.
            Some((_, Some(held))) if *held == landing.digest || *held == digest => return None,
            Some(_) => {}
        }
    }
    // The exact name says the content: whatever holds it was made from this version.
    None
}

#[cfg(test)]
mod tests;
