//! What a restore drill restores: which files of which versions, and in what portions.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use super::{
    digest::{Digest, Hasher},
    history::History,
    ids::SnapshotId,
    path::{InnerPath, RelPath},
    record::{Origin, UnitState},
    unit::{FileFact, UnitContent},
};

/// Files of one version of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The unit.
    pub unit: RelPath,
    /// A snapshot that holds it.
    pub snapshot: SnapshotId,
    /// Which version.
    pub digest: Digest,
    /// Who made it, and when.
    pub origin: Origin,
    /// Whether that is its newest.
    pub newest: bool,
    /// These files of it.
    pub files: BTreeMap<InnerPath, FileFact>,
    /// Whether these are all of them.
    pub whole: bool,
}

impl Part {
    /// Returns all of a version.
    pub fn whole(
        unit: RelPath,
        snapshot: SnapshotId,
        content: &UnitContent,
        origin: Origin,
        newest: bool,
    ) -> Self {
        Self {
            unit,
            snapshot,
            digest: content.digest(),
            origin,
            newest,
            files: content.files.clone(),
            whole: true,
        }
    }

    /// Returns how many bytes it has.
    pub fn bytes(&self) -> u64 {
        let files = self.files.values();
        files.fold(0, |sum, file| sum.saturating_add(file.size))
    }

    fn with(&self, files: BTreeMap<InnerPath, FileFact>, whole: bool) -> Self {
        Self {
            unit: self.unit.clone(),
            snapshot: self.snapshot.clone(),
            digest: self.digest,
            origin: self.origin.clone(),
            newest: self.newest,
            files,
            whole,
        }
    }
}

/// Returns how many bytes some parts have.
pub fn bytes(parts: &[Part]) -> u64 {
    let parts = parts.iter();
    parts.fold(0, |sum, part| sum.saturating_add(part.bytes()))
}

/// What the past has besides the newest.
#[derive(Debug, Default)]
pub struct Past {
    /// Each content of each file once.
    pub parts: Vec<Part>,
    /// Units that a snapshot does not list as their digest says.
    pub unlisted: Vec<(RelPath, SnapshotId)>,
}

/// Returns what older snapshots, and safety copies, hold that is not in `newest`.
pub fn past(history: &History, newest: &[Part]) -> Past {
    let mut known: BTreeSet<(RelPath, Digest)> = BTreeSet::new();
    let mut seen: BTreeSet<(RelPath, Digest)> = BTreeSet::new();
    for part in newest {
        known.insert((part.unit.clone(), part.digest));
        let files = part.files.iter();
        seen.extend(files.map(|(inner, fact)| (part.unit.join(inner), fact.sha256)));
    }
    let mut past = Past::default();
    for moment in history.moments().iter().rev() {
        for (unit, row) in &moment.record.units {
            let UnitState::Here(digest) = row.state else {
                continue;
            };
            if !known.insert((unit.clone(), digest)) {
                continue;
            }
            let Some(content) = history.listed(moment, unit) else {
                let unlisted = (unit.clone(), moment.snapshot.clone());
                past.unlisted.push(unlisted);
                continue;
            };
            let all = {
                let (unit, snapshot) = (unit.clone(), moment.snapshot.clone());
                Part::whole(
                    unit,
                    snapshot,
                    &content.spelled(),
                    row.origin.clone(),
                    false,
                )
            };
            let mut files = all.files.clone();
            files.retain(|inner, fact| seen.insert((unit.join(inner), fact.sha256)));
            let whole = files.len() == all.files.len();
            if whole || !files.is_empty() {
                past.parts.push(all.with(files, whole));
            }
        }
    }
    past
}

/// Returns every version that has one of the `bad` contents, reduced to the files that have it; one of
/// the `newest` as a whole, if that is asked for.
pub fn sharing(
    history: &History,
    newest: Vec<Part>,
    bad: &BTreeSet<Digest>,
    newest_whole: bool,
) -> Vec<Part> {
    let mut known: BTreeSet<(RelPath, Digest)> = BTreeSet::new();
    let mut parts = Vec::new();
    let mut add = |part: Part| {
        if !known.insert((part.unit.clone(), part.digest)) {
            return;
        }
        let mut files = part.files.clone();
        files.retain(|_, fact| bad.contains(&fact.sha256));
        if files.is_empty() {
            return;
        }
        if part.newest && newest_whole {
            parts.push(part);
        } else {
            let whole = part.whole && files.len() == part.files.len();
            parts.push(part.with(files, whole));
        }
    };
    newest.into_iter().for_each(&mut add);
    for moment in history.moments().iter().rev() {
        for (unit, row) in &moment.record.units {
            if let Some(content) = history.listed(moment, unit) {
                let (unit, snapshot) = (unit.clone(), moment.snapshot.clone());
                let origin = row.origin.clone();
                let content = content.spelled();
                add(Part::whole(unit, snapshot, &content, origin, false));
            }
        }
    }
    parts
}

/// How much a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// So many bytes.
    Bytes(u64),
    /// So much of everything.
    Percent(u8),
}

impl Amount {
    /// Returns how many bytes that is of `total`.
    pub fn of(self, total: u64) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Percent(percent) => {
                let part = u128::from(total) * u128::from(percent);
                u64::try_from(part.div_ceil(100)).unwrap_or(u64::MAX)
            }
        }
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong =
            || format!("'{text}' is no amount: bytes such as 500M or 2G, or a part such as 5%");
        if let Some(percent) = text.strip_suffix('%') {
            let percent: u8 = percent.parse().map_err(|_| wrong())?;
            return match percent {
                1..=100 => Ok(Self::Percent(percent)),
                _ => Err(wrong()),
            };
        }
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let shift = match &text[digits.len()..] {
            "" => 0,
            "K" | "k" => 10,
            "M" => 20,
            "G" => 30,
            _ => return Err(wrong()),
        };
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let bytes = number.checked_mul(1 << shift).filter(|bytes| *bytes > 0);
        bytes.map(Self::Bytes).ok_or_else(wrong)
    }
}

/// Chooses some parts of at most `bound` bytes: three quarters of it from the newest state, the rest
/// from the past, and more of either where the other is small. Another seed chooses others. Something
/// is chosen in any case: the smallest file, where the bound is smaller.
pub fn sample(newest: Vec<Part>, past: Vec<Part>, bound: u64, seed: u64) -> Vec<Part> {
    let smallest = newest
        .iter()
        .chain(&past)
        .filter_map(|part| {
            let (inner, fact) = part.files.iter().min_by_key(|(_, fact)| fact.size)?;
            let files = [(inner.clone(), *fact)].into();
            Some(part.with(files, part.whole && part.files.len() == 1))
        })
        .min_by_key(Part::bytes);
    let mut chosen = Chosen {
        parts: Vec::new(),
        bytes: 0,
    };
    let newest = chosen.take(shuffled(newest, seed), bound - bound / 4);
    let past = chosen.take(shuffled(past, seed), bound);
    let newest = chosen.take(newest, bound);
    for part in newest.into_iter().chain(past) {
        chosen.take_files(&part, bound, seed);
    }
    if chosen.parts.iter().all(|part| part.files.is_empty()) {
        chosen.parts.extend(smallest);
    }
    chosen.parts
}

struct Chosen {
    parts: Vec<Part>,
    bytes: u64,
}

impl Chosen {
    /// Takes the parts that fit, and returns the others.
    fn take(&mut self, parts: Vec<Part>, bound: u64) -> Vec<Part> {
        let mut left = Vec::new();
        for part in parts {
            let bytes = self.bytes.saturating_add(part.bytes());
            if bytes > bound {
                left.push(part);
                continue;
            }
            self.bytes = bytes;
            self.parts.push(part);
        }
        left
    }

    /// Takes the files of a part that fit.
    fn take_files(&mut self, part: &Part, bound: u64, seed: u64) {
        let mut files: Vec<_> = part.files.iter().collect();
        files.sort_by_cached_key(|(inner, fact)| place(seed, &part.unit.join(inner), fact.sha256));
        let mut some = BTreeMap::new();
        for (inner, fact) in files {
            let bytes = self.bytes.saturating_add(fact.size);
            if bytes <= bound {
                self.bytes = bytes;
                some.insert(inner.clone(), *fact);
            }
        }
        if !some.is_empty() {
            let whole = part.whole && some.len() == part.files.len();
            self.parts.push(part.with(some, whole));
        }
    }
}

fn shuffled(mut parts: Vec<Part>, seed: u64) -> Vec<Part> {
    parts.sort_by_cached_key(|part| place(seed, &part.unit, part.digest));
    parts
}

/// Returns where something comes in the order that a seed makes.
fn place(seed: u64, path: &RelPath, digest: Digest) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&seed.to_be_bytes());
    hasher.update(path.as_str().as_bytes());
    hasher.update(b"\0");
    hasher.update(digest.to_string().as_bytes());
    hasher.finish()
}

/// Groups parts into portions of one snapshot each, of at most `bound` bytes, but for a single file
/// that is larger. The first are smaller, each twice as large as the one before: so something is
/// compared early, however slow the line is.
pub fn portions(parts: Vec<Part>, bound: u64) -> Vec<Vec<Part>> {
    const FIRST: u64 = 8 << 20;
    let mut room = FIRST.min(bound);
    let mut by_snapshot: BTreeMap<SnapshotId, Vec<Part>> = BTreeMap::new();
    let mut order = Vec::new();
    for part in parts {
        let of_snapshot = by_snapshot.entry(part.snapshot.clone()).or_default();
        if of_snapshot.is_empty() {
            order.push(part.snapshot.clone());
        }
        of_snapshot.push(part);
    }
    let mut portions = Vec::new();
    for snapshot in order {
        let (mut portion, mut bytes) = (Vec::new(), 0_u64);
        for part in by_snapshot.remove(&snapshot).unwrap_or_default() {
            for piece in pieces(part, room) {
                let size = piece.bytes();
                if !portion.is_empty() && bytes.saturating_add(size) > room {
                    portions.push(std::mem::take(&mut portion));
                    bytes = 0;
                    room = room.saturating_mul(2).min(bound);
                }
                bytes = bytes.saturating_add(size);
                portion.push(piece);
            }
        }
        portions.push(portion);
    }
    portions
}

/// Cuts a part that is larger than `bound`.
fn pieces(part: Part, bound: u64) -> Vec<Part> {
    if part.bytes() <= bound {
        return vec![part];
    }
    let mut pieces = Vec::new();
    let (mut files, mut bytes) = (BTreeMap::new(), 0_u64);
    for (inner, fact) in &part.files {
        if !files.is_empty() && bytes.saturating_add(fact.size) > bound {
            pieces.push(part.with(std::mem::take(&mut files), false));
            bytes = 0;
        }
        bytes = bytes.saturating_add(fact.size);
        files.insert(inner.clone(), *fact);
    }
    pieces.push(part.with(files, false));
    pieces
}

#[cfg(test)]
mod tests;
