//! Small parts that tests of this folder's side are made of.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use super::observe::Local;
use crate::{
    domain::{
        digest::Digest,
        fixtures::{digest, dot, unit, version},
        local::LocalUnit,
        path::InnerPath,
        unit::{FileFact, UnitContent, UnitKind},
    },
    workdir::{
        scan::{Scan, Scanned},
        stamp::Stamps,
    },
};

/// The files of a unit, each with a text in it.
pub fn files(files: &[(&str, &str)]) -> UnitContent {
    let fact = |text: &str| FileFact {
        size: text.len() as u64,
        sha256: digest(text),
    };
    let files = files
        .iter()
        .map(|(name, text)| (InnerPath::new(*name).expect("sound"), fact(text)));
    UnitContent {
        files: files.collect(),
        folders: BTreeSet::new(),
    }
}

/// A folder that holds these worlds, and nothing is known of them.
pub fn local<'a>(worlds: impl IntoIterator<Item = (&'a str, UnitContent)>) -> Local {
    let scanned = |content| Scanned {
        kind: UnitKind::World,
        content,
        unreadable: None,
    };
    let worlds = worlds.into_iter();
    let scan = Scan {
        taken: SystemTime::UNIX_EPOCH,
        units: worlds
            .map(|(name, content)| (unit(name), scanned(content)))
            .collect(),
        stamps: Stamps::new(),
        problems: Vec::new(),
        same_look: false,
        read: 0,
        partial: BTreeSet::new(),
    };
    Local {
        scan,
        side: BTreeMap::new(),
        open: BTreeSet::new(),
    }
}

/// A world as this folder has it, and what was agreed on.
pub fn side(content: Option<Digest>, agreed: Option<Digest>) -> LocalUnit {
    let agreed = agreed.map(|digest| {
        let mut version = version(Some(""), dot('A', 1));
        version.state = crate::domain::record::UnitState::Here(digest);
        version
    });
    LocalUnit {
        kind: UnitKind::World,
        content,
        agreed,
        hold: None,
        elsewhere: None,
    }
}
