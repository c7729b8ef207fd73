//! This folder's side: what was found on disk, measured against the agreement.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    agreement::{Agreed, Agreement},
    digest::Digest,
    path::RelPath,
    record::{UnitState, UnitVersion},
    unit::UnitKind,
    version::Dot,
};

/// What a scan found of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// It was read whole.
    Content(Digest),
    /// It is there and cannot be read whole: it is neither pushed, nor swapped, nor deleted.
    Unreadable,
}

/// One unit of this folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalUnit {
    /// What it is to a player.
    pub kind: UnitKind,
    /// What it holds, or `None` where it is not here.
    pub content: Option<Digest>,
    /// What this folder and the cloud last agreed on.
    pub agreed: Option<UnitVersion>,
    /// Why this device must not touch it, if it must not.
    pub hold: Option<Hold>,
    /// The cloud's version, where this device left it out until now and something lies here: then
    /// what this folder covers says nothing of this unit.
    pub elsewhere: Option<UnitVersion>,
}

impl LocalUnit {
    /// Returns the mark of its last change; `None` where it changed since the agreement: such a
    /// change is covered by nobody's vector.
    pub fn dot(&self) -> Option<Dot> {
        let agreed = self.agreed.as_ref()?;
        (self.hold.is_some() || agreed.digest() == self.content).then_some(agreed.dot)
    }

    /// Returns whether what lies here is no version of the cloud's history, while the cloud has one
    /// that was never here: nobody may take the one for an edit of the other.
    pub fn is_rival(&self) -> bool {
        self.hold.is_none() && self.elsewhere.is_some() && self.dot().is_none()
    }

    /// Returns whether it changed here since this folder and the cloud last agreed.
    pub fn changed(&self) -> bool {
        self.hold.is_none()
            && self.elsewhere.is_none()
            && self.dot().is_none()
            && !(self.agreed.is_none() && self.content.is_none())
    }
}

/// Why a unit is left alone on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It is outside this device's scope.
    OutOfScope,
    /// It cannot be read whole.
    Unreadable,
    /// The cloud's version cannot exist here; an older one may.
    Name,
    /// A running game has it open.
    Open,
    /// Where the cloud's version has a file lies something that no scan lists.
    InTheWay,
    /// It is missing here, or most of it, together with most of the rest, and nobody has said that it
    /// was deleted.
    Vanished,
    /// The cloud's version cannot be restored.
    Damaged,
}

impl Hold {
    /// Returns whether the cloud's news of the unit stay news while it is held: the folder has, or
    /// had, a version of its own, which is not to be mistaken for the cloud's.
    pub fn keeps_news(self) -> bool {
        match self {
            // A disk that comes back brings the version from before: older than the news, no edit of them.
            Self::Unreadable | Self::Open | Self::InTheWay | Self::Damaged | Self::Vanished => true,
            Self::OutOfScope | Self::Name => false,
        }
    }
}

/// Every unit that is here, or that the agreement knows of.
pub type LocalSide = BTreeMap<RelPath, LocalUnit>;

/// Measures what was `found` against the `agreement`.
///
/// `vanished` are units whose absence is no deletion before somebody says so. `kind_in_scope`
/// returns the kind that this device's scope gives to a path, or `None` where it is outside.
pub fn local_side(
    agreement: &Agreement,
    found: &BTreeMap<RelPath, (UnitKind, Found)>,
    vanished: &BTreeSet<RelPath>,
    kind_in_scope: impl Fn(&RelPath) -> Option<UnitKind>,
) -> LocalSide {
    let mut side = LocalSide::new();
    for (unit, (kind, found)) in found {
        let known = agreement.get(unit);
        let (agreed, elsewhere) = match (known, found) {
            // A held version was never here: what was found is no edit of it, but of what was here
            // before.
            (Some(known), Found::Content(found)) if is_held_elsewhere(known, *found) => {
                (known.was.clone(), Some(known.version.clone()))
            }
            (known, _) => (known.map(|known| known.version.clone()), None),
        };
        let (content, hold) = match found {
            Found::Unreadable => (
                agreed.as_ref().and_then(UnitVersion::digest),
                Some(Hold::Unreadable),
            ),
            Found::Content(digest) if vanished.contains(unit) => {
                (Some(*digest), Some(Hold::Vanished))
            }
            Found::Content(digest) => (Some(*digest), None),
        };
        side.insert(
            unit.clone(),
            LocalUnit {
                kind: *kind,
                content,
                agreed,
                hold,
                elsewhere,
            },
        );
    }
    for (unit, agreed) in agreement
        .iter()
        .filter(|(unit, _)| !found.contains_key(*unit))
    {
        let version = &agreed.version;
        let hold = match (&version.state, kind_in_scope(unit)) {
            (_, None) => Some(Hold::OutOfScope),
            (UnitState::Here(_) | UnitState::Held { .. }, Some(_)) if vanished.contains(unit) => {
                Some(Hold::Vanished)
            }
            // Left out by this device until now, and still not here: neither a deletion nor known
            // to be impossible. The next news of it is looked at afresh.
            (UnitState::Held { .. }, Some(_)) => continue,
            (UnitState::Here(_) | UnitState::Gone, Some(_)) => None,
        };
        let local = LocalUnit {
            kind: version.kind,
            content: hold.and_then(|_| version.digest()),
            agreed: Some(version.clone()),
            hold,
            elsewhere: None,
        };
        side.insert(unit.clone(), local);
    }
    side
}

fn is_held_elsewhere(agreed: &Agreed, found: Digest) -> bool {
    matches!(&agreed.version.state, UnitState::Held { digest, .. } if *digest != found)
}

/// Adds the units that only the cloud knows and that this device's scope leaves out, so that they
/// are passed on and not fetched.
pub fn leave_out_strangers<'a>(
    side: &mut LocalSide,
    units: impl IntoIterator<Item = &'a RelPath>,
    kind_in_scope: impl Fn(&RelPath) -> Option<UnitKind>,
) {
    for unit in units {
        if !side.contains_key(unit) && kind_in_scope(unit).is_none() {
            let stranger = LocalUnit {
                kind: UnitKind::Data,
                content: None,
                agreed: None,
                hold: Some(Hold::OutOfScope),
                elsewhere: None,
            };
            side.insert(unit.clone(), stranger);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fixtures::{WORLD, agreed, digest, dot, snapshot, unit, version},
        plan::held_version,
    };

    /// This folder's side of a world, where this was agreed and this was found.
    fn side(known: Option<Agreed>, found: Option<&str>, vanished: bool) -> LocalUnit {
        let agreement: Agreement = known
            .map(|known| (unit(WORLD), known))
            .into_iter()
            .collect();
        let found = found
            .map(|text| (unit(WORLD), (UnitKind::World, Found::Content(digest(text)))))
            .into_iter()
            .collect();
        let vanished = vanished.then(|| unit(WORLD)).into_iter().collect();
        let kind = |_: &RelPath| Some(UnitKind::World);
        let mut side = local_side(&agreement, &found, &vanished, kind);
        side.remove(&unit(WORLD)).expect("a side")
    }

    #[test]
    fn what_vanished_is_held_whether_a_part_of_it_is_here_or_nothing() {
        let known = || Some(agreed(version(Some("base"), dot('A', 1))));
        for found in [None, Some("a part")] {
            let held = side(known(), found, true);
            assert_eq!(held.hold, Some(Hold::Vanished));
            assert!(!held.changed());
            let changed = side(known(), found, false);
            assert_eq!(changed.hold, None);
            assert!(changed.changed());
        }
    }

    #[test]
    fn what_lies_in_the_place_of_a_held_version_is_its_rival() {
        let theirs = version(Some("theirs"), dot('B', 1));
        let mut known = agreed(held_version(&theirs, &snapshot('2')));
        let here = |known: &Agreed| side(Some(known.clone()), Some("mine"), false);
        assert!(here(&known).is_rival() && !here(&known).changed());
        // It was here before, as it is: an older version, and no edit.
        known.was = Some(version(Some("mine"), dot('A', 1)));
        assert!(!here(&known).is_rival());
        let mut held = side(None, Some("mine"), false);
        assert!(!held.is_rival() && held.changed());
        held.elsewhere = Some(theirs);
        assert!(held.is_rival());
        held.hold = Some(Hold::Open);
        assert!(!held.is_rival() && !held.changed());
    }

    #[test]
    fn what_only_the_cloud_knows_is_left_out_where_the_scope_leaves_it_out() {
        let mut all = LocalSide::new();
        all.insert(unit(WORLD), side(None, Some("mine"), false));
        let units = [unit(WORLD), unit("saves/Other"), unit("mods/a.jar")];
        let kind = |unit: &RelPath| (unit.as_str() == "saves/Other").then_some(UnitKind::World);
        leave_out_strangers(&mut all, &units, kind);
        assert_eq!(all.keys().collect::<Vec<_>>(), [&units[2], &units[0]]);
        assert_eq!(all[&units[2]].hold, Some(Hold::OutOfScope));
        assert_eq!(all[&units[0]].hold, None);
    }

    #[test]
    fn news_of_what_can_come_back_stay_news() {
        let keeps = [
            Hold::Unreadable,
            Hold::Open,
            Hold::InTheWay,
            Hold::Damaged,
            Hold::Vanished,
        ];
        assert!(keeps.into_iter().all(Hold::keeps_news));
        assert!(
            ![Hold::OutOfScope, Hold::Name]
                .into_iter()
                .any(Hold::keeps_news)
        );
    }
}
