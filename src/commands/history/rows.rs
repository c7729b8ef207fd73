//! What is said of a snapshot and of a version, in words.

use unicode_width::UnicodeWidthStr as _;

use super::{size, when};
use crate::{
    domain::{path::RelPath, record::Before, save, unit::Extent},
    sync::history::{Change, Deed, Here, Named, SnapshotRow, VersionRow, Why},
    ui::graph::{Colour, Row, Sign},
};

/// How many units are named of one snapshot.
const NAMED: usize = 6;

/// What whoever reads it understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// Any letters.
    All,
    /// ASCII alone, but for names.
    Ascii,
}

/// How many columns a drawing takes beside its rows, where few devices went apart.
const MARGIN: usize = 7;

/// A row in words.
pub struct Told {
    name: String,
    parents: Vec<String>,
    sign: Sign,
    when: String,
    device: String,
    /// The snapshot to name.
    short: String,
    marks: Vec<String>,
    lines: Vec<String>,
}

impl Told {
    /// Tells of a snapshot.
    pub fn of_snapshot(row: &SnapshotRow, letters: Letters) -> Self {
        let mut lines: Vec<String> = why(row).into_iter().collect();
        let changes = row.units.iter();
        let mut units: Vec<String> = changes
            .map(|one| format!("{}  {}", name(&one.unit), change(&one.change, letters)))
            .collect();
        if units.len() > NAMED {
            let more = units.len() - (NAMED - 1);
            units.truncate(NAMED - 1);
            units.push(format!("and {more} more"));
        }
        lines.extend(units);
        if lines.is_empty() {
            lines.push("no change".to_owned());
        }
        Self {
            name: row.snapshot.to_string(),
            parents: row.parents.iter().map(ToString::to_string).collect(),
            sign: sign(row.here, matches!(row.why, Why::SafetyCopy | Why::Foreign)),
            when: when(row.time),
            device: plain(&row.device),
            short: row.snapshot.short().to_owned(),
            marks: marks(row.here, row.newest),
            lines,
        }
    }

    /// Tells of a version of a unit.
    pub fn of_version(row: &VersionRow, letters: Letters) -> Self {
        let mut what = change(&row.change, letters);
        if let Some(to) = &row.to {
            what = format!("renamed to {}", name(to));
        }
        let mut lines = Vec::new();
        if row.safety_copy {
            lines.push(safety_copy(row.made_before));
        }
        lines.push(what);
        if let Some(time) = row.proven {
            lines.push(format!("proven restorable on {}", when(Some(time))));
        }
        if row.change.change != Deed::Deleted && row.sources.is_empty() {
            lines.push("no snapshot holds it any more".to_owned());
        }
        Self {
            name: row.snapshot.to_string(),
            parents: row.parents.iter().map(ToString::to_string).collect(),
            sign: sign(row.here, row.safety_copy),
            when: when(row.time),
            device: plain(&row.device),
            short: row
                .sources
                .first()
                .unwrap_or(&row.snapshot)
                .short()
                .to_owned(),
            marks: marks(row.here, row.newest),
            lines,
        }
    }

    /// Returns the row of a drawing of so many columns. The snapshot is there to be typed: where it would be
    /// cut, the device goes to a line of its own.
    pub fn drawn(&self, width: usize) -> Row {
        let mut first = format!("{}  {}  {}", self.when, self.device, self.short);
        let marks = self.marks.join(", ");
        if first.width() + MARGIN > width {
            first = format!("{}  {}\n{}", self.when, self.short, self.device);
        }
        if !marks.is_empty() {
            first = format!("{first}  {marks}");
        }
        let mut bright = vec![(self.short.clone(), Colour::Name)];
        if !marks.is_empty() {
            bright.push((marks, Colour::Mark));
        }
        let text = std::iter::once(first).chain(self.lines.iter().cloned());
        Row {
            name: self.name.clone(),
            parents: self.parents.clone(),
            sign: self.sign,
            text: text.collect::<Vec<_>>().join("\n"),
            bright,
        }
    }

    /// Returns the cells of a table.
    pub fn cells(&self) -> Vec<String> {
        vec![
            self.when.clone(),
            self.device.clone(),
            self.short.clone(),
            self.marks.join(", "),
            self.lines.join("; "),
        ]
    }
}

fn sign(here: Option<Here>, aside: bool) -> Sign {
    match here {
        Some(Here::Same) => Sign::Here,
        _ if aside => Sign::Aside,
        _ => Sign::Step,
    }
}

fn marks(here: Option<Here>, newest: bool) -> Vec<String> {
    let here = here.map(|here| match here {
        Here::Same => "here",
        Here::Changed => "here, changed since",
    });
    let newest = newest.then_some("newest");
    here.into_iter().chain(newest).map(str::to_owned).collect()
}

/// Says why there is a snapshot, where it is no plain push.
fn why(row: &SnapshotRow) -> Option<String> {
    let mut said = match row.why {
        Why::Foreign => {
            return Some("made with plain restic, or says nothing of itself".to_owned());
        }
        Why::SafetyCopy => return Some(safety_copy(row.made_before)),
        Why::Push => Vec::new(),
        Why::Merge => vec![format!("merge of {}", row.parents.len())],
    };
    said.extend(row.beside.iter().map(|other| {
        let device = plain(&other.device);
        format!("fork: played beside {device}'s {}", other.snapshot.short())
    }));
    (!said.is_empty()).then(|| said.join(", "))
}

fn safety_copy(before: Option<Before>) -> String {
    match before {
        Some(Before::Pull) => "safety copy before a pull",
        Some(Before::Undo) => "safety copy before an undo",
        Some(Before::Restore) => "safety copy before a restore",
        Some(Before::Other) | None => "safety copy",
    }
    .to_owned()
}

/// Says what became of a unit.
fn change(change: &Change, letters: Letters) -> String {
    let whole = |extent: Option<Extent>| match extent {
        Some(extent) => format!("{}, {}", files(extent.files), size(extent.bytes)),
        None => "size unknown".to_owned(),
    };
    let compared = || match (change.before, change.after, change.files_changed) {
        (Some(before), Some(after), Some(changed)) => Some(format!(
            "{changed} of {}, {}",
            files(after.files.max(before.files)),
            grown(before.bytes, after.bytes)
        )),
        _ => None,
    };
    let mut said = match change.change {
        Deed::Added => format!("added, {}", whole(change.after)),
        Deed::Changed => compared().unwrap_or_else(|| format!("changed, {}", whole(change.after))),
        Deed::Deleted => match change.before {
            Some(before) => format!("deleted ({})", whole(Some(before))),
            None => "deleted".to_owned(),
        },
        Deed::Kept => whole(change.after),
        Deed::Renamed => {
            let from = change.from.as_ref().map(name).unwrap_or_default();
            match compared().filter(|_| change.files_changed != Some(0)) {
                Some(compared) => format!("renamed from {from}, {compared}"),
                None => format!("renamed from {from}"),
            }
        }
    };
    let about = change.about.as_deref().map(save::words);
    let about = about.map(|about| match letters {
        Letters::All => about,
        Letters::Ascii => about.replace(" \u{b7} ", ", "),
    });
    if let Some(about) = about.filter(|about| !about.is_empty()) {
        said = format!("{said} ({about})");
    }
    if let Some(earlier) = &change.same_as {
        said = format!("{said}, {}", as_on(earlier));
    }
    said
}

/// Says that something is as it was before.
pub fn as_on(earlier: &Named) -> String {
    format!(
        "as on {} ({})",
        when(earlier.time),
        earlier.snapshot.short()
    )
}

fn files(number: u64) -> String {
    match number {
        1 => "1 file".to_owned(),
        number => format!("{number} files"),
    }
}

fn grown(before: u64, after: u64) -> String {
    if after >= before {
        format!("+{}", size(after - before))
    } else {
        format!("-{}", size(before - after))
    }
}

/// A name is one line of a table, whatever is in it.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Returns what a unit is called, on one line.
pub fn name(unit: &RelPath) -> String {
    plain(unit.as_str())
}

/// Joins a few, and says how many more there are.
pub fn few(all: impl Iterator<Item = String>) -> String {
    let mut all: Vec<String> = all.collect();
    if all.len() > NAMED {
        let more = all.len() - (NAMED - 1);
        all.truncate(NAMED - 1);
        all.push(format!("and {more} more"));
    }
    all.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::save::About,
        sync::history::UnitChange,
        ui::graph::{self, Pen},
    };

    fn row() -> SnapshotRow {
        let unit = RelPath::new("saves/World").expect("sound");
        let about = About {
            day: Some(12),
            version: Some("1.21.4".to_owned()),
            ..About::default()
        };
        SnapshotRow {
            snapshot: "06f53f1a".repeat(8).parse().expect("an id"),
            parents: Vec::new(),
            time: None,
            claimed: None,
            device: "a-desktop-with-a-name".to_owned(),
            why: Why::Push,
            made_before: None,
            beside: Vec::new(),
            here: Some(Here::Same),
            newest: true,
            units: vec![UnitChange {
                unit,
                change: Change {
                    change: Deed::Added,
                    from: None,
                    before: None,
                    after: None,
                    files_changed: None,
                    same_as: None,
                    about: Some(Box::new(about)),
                },
            }],
        }
    }

    #[test]
    fn a_snapshot_is_named_whole_however_narrow_the_terminal_is() {
        let drawn = |width| {
            let told = Told::of_snapshot(&row(), Letters::All);
            let pen = Pen {
                lines: true,
                colours: false,
                width,
            };
            graph::draw(&[told.drawn(width)], pen)
        };
        let wide = drawn(80);
        let first = wide.lines().next().expect("a line");
        assert!(first.ends_with("06f53f1a  here, newest"), "{wide}");
        let narrow = drawn(40);
        let first = narrow.lines().next().expect("a line");
        assert!(first.ends_with("  06f53f1a"), "{narrow}");
        assert!(narrow.contains("a-desktop-with-a-name"), "{narrow}");
        assert!(narrow.contains("here,"), "{narrow}");
    }

    #[test]
    fn who_reads_ascii_alone_gets_no_other_sign() {
        let lines = |letters| Told::of_snapshot(&row(), letters).lines.join("\n");
        assert!(lines(Letters::All).contains("Day 12 \u{b7} 1.21.4"));
        let ascii = lines(Letters::Ascii);
        assert!(ascii.is_ascii(), "{ascii}");
        assert!(ascii.contains("Day 12, 1.21.4"), "{ascii}");
    }
}
