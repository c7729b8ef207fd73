//! Restoring into a staging folder, portion by portion, and comparing.

use std::collections::{BTreeMap, BTreeSet};

use super::{Damage, Found, Suspect};
use crate::{
    domain::{
        digest::Digest,
        drill::{self, Part},
        path::RelPath,
        save,
        unit::FileFact,
    },
    error::Result,
    store::messages::Status,
    sync::{
        cloud::{self, Store},
        event::{Event, Phase, Progress},
        fetch,
        session::Session,
    },
    workdir::stage::Staging,
};

/// How much is on this disk at a time, but for a file that is larger.
const PORTION: u64 = 512 << 20;

/// Restores parts into `staging`, which is empty between two portions, and notes what is wrong.
pub fn restore(
    session: &Session<'_>,
    store: &dyn Store,
    staging: &Staging,
    parts: Vec<Part>,
    found: &mut Found,
) -> Result<()> {
    let total = drill::bytes(&parts);
    let whole = parts.iter().filter(|part| part.whole);
    let whole: BTreeSet<_> = whole.map(|part| (part.unit.clone(), part.digest)).collect();
    let older = parts.iter().filter(|part| !part.newest);
    let older: BTreeSet<_> = older.map(|part| (part.unit.clone(), part.digest)).collect();
    let portions = drill::portions(parts, PORTION);
    let largest = portions.iter().map(|portion| drill::bytes(portion)).max();
    fetch::check_room(session, largest.unwrap_or_default())?;
    let mut left: BTreeMap<(RelPath, Digest), usize> = BTreeMap::new();
    for part in portions.iter().flatten() {
        *left.entry((part.unit.clone(), part.digest)).or_default() += 1;
    }
    let mut broken: BTreeSet<(RelPath, Digest)> = BTreeSet::new();
    let mut done = 0_u64;
    for portion in portions {
        staging.empty()?;
        let wrong = one(session, store, staging, &portion, done, total)?;
        done = done.saturating_add(drill::bytes(&portion));
        for (part, Looked { wrong, odd, bad }) in portion.iter().zip(wrong) {
            note_suspect(part, odd, &mut found.checked.suspect);
            found.bad.extend(bad);
            let version = (part.unit.clone(), part.digest);
            match wrong {
                None => found.checked.bytes = found.checked.bytes.saturating_add(part.bytes()),
                Some(why) if broken.insert(version.clone()) => {
                    found.checked.damaged.push(Damage {
                        unit: part.unit.clone(),
                        snapshot: part.snapshot.clone(),
                        newest: part.newest,
                        why,
                    });
                }
                Some(_) => {}
            }
            let left = left.entry(version.clone()).or_default();
            *left = left.saturating_sub(1);
            if *left > 0 {
                continue;
            }
            let is_sound = !broken.contains(&version);
            if whole.contains(&version) || !is_sound {
                found
                    .tried
                    .insert((part.unit.clone(), part.snapshot.clone()));
            }
            if older.contains(&version) {
                found.came_of_past(version.clone(), is_sound);
            }
            if is_sound && part.newest && whole.contains(&version) {
                found.came(&part.unit, part.digest);
            }
        }
    }
    Ok(())
}

/// What is wrong with a part that was restored.
#[derive(Default)]
struct Looked {
    /// Why it is not as recorded.
    wrong: Option<String>,
    /// The contents that did not come.
    bad: Vec<Digest>,
    /// Files that are as recorded, and not what their names say.
    odd: Vec<(RelPath, save::Damage)>,
}

/// Notes a version once, however many portions it came in.
fn note_suspect(part: &Part, odd: Vec<(RelPath, save::Damage)>, suspect: &mut Vec<Suspect>) {
    let files = odd.len();
    let Some((file, why)) = odd.into_iter().next() else {
        return;
    };
    let is_same = |one: &&mut Suspect| (&one.unit, &one.snapshot) == (&part.unit, &part.snapshot);
    match suspect.iter_mut().find(is_same) {
        Some(known) => known.files += files,
        None => suspect.push(Suspect {
            unit: part.unit.clone(),
            snapshot: part.snapshot.clone(),
            newest: part.newest,
            file,
            why: why.to_string(),
            files,
            device: part.origin.device.clone(),
            time: part.origin.time,
        }),
    }
}

/// Restores one portion and says of each part what is wrong with it, if anything is.
fn one(
    session: &Session<'_>,
    store: &dyn Store,
    staging: &Staging,
    portion: &[Part],
    before: u64,
    total: u64,
) -> Result<Vec<Looked>> {
    let Some(first) = portion.first() else {
        return Ok(Vec::new());
    };
    let paths = |part: &Part| -> Vec<RelPath> {
        if part.whole {
            return vec![part.unit.clone()];
        }
        let files = part.files.keys();
        files.map(|inner| part.unit.join(inner)).collect()
    };
    let units: Vec<Vec<RelPath>> = portion.iter().map(paths).collect();
    let mut progress = |status: &Status| {
        (session.listener)(Event::Progress(Progress {
            phase: Phase::Fetch,
            item: None,
            done: before.saturating_add(status.bytes_restored),
            total: Some(total),
        }));
    };
    let target = staging.tree();
    let failed = cloud::restore_units(store, &first.snapshot, &target, &units, &mut progress)?;
    portion
        .iter()
        .map(|part| {
            let expected: BTreeMap<RelPath, FileFact> = part
                .files
                .iter()
                .map(|(inner, fact)| (part.unit.join(inner), *fact))
                .collect();
            let wrong = staging.verify(&expected)?;
            let bad = wrong.keys().filter_map(|path| expected.get(path));
            let bad = bad.map(|fact| fact.sha256).collect();
            // What restic says is about one file; of all others it is known that they did not come.
            let said = failed.as_deref();
            let is_meant = |path: &RelPath| said.is_some_and(|said| said.contains(path.as_str()));
            let meant = wrong.iter().find(|(path, _)| is_meant(path));
            let Some((path, why)) = meant.or_else(|| wrong.iter().next()) else {
                return Ok(Looked {
                    odd: staging.look_into(&expected),
                    ..Looked::default()
                });
            };
            let why = said.filter(|_| is_meant(path)).unwrap_or(why);
            Ok(Looked {
                wrong: Some(format!("{path}: {why}")),
                bad,
                odd: Vec::new(),
            })
        })
        .collect()
}
