//! All rows together, as Markdown and JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::machine;
use super::others;
use super::picture;
use super::row::{self, Row, Unit};
use super::scene::Scene;
use super::series::{Series, Spread};

/// What a run of the benchmark found.
pub struct Report {
    rows: Vec<Row>,
    machine: Vec<(&'static str, String)>,
    world: String,
    quick: bool,
}

impl Report {
    pub fn new(scene: &Scene, rows: Vec<Row>) -> Self {
        Self {
            rows,
            machine: machine::describe(),
            world: scene.content.describe(),
            quick: scene.options.quick,
        }
    }

    /// Returns the picture.
    pub fn picture(&self) -> String {
        picture::draw(&self.rows)
    }

    /// Writes all three forms into `target/bench`.
    pub fn write(&self) {
        let folder = folder();
        fs::create_dir_all(&folder).unwrap();
        let json = serde_json::to_string_pretty(&self.json()).unwrap();
        for (name, text) in [
            ("bench.md", self.markdown()),
            ("bench.json", json + "\n"),
            ("bench.svg", self.picture()),
        ] {
            fs::write(folder.join(name), text).unwrap();
        }
        println!("bench: written to target/bench: bench.md, bench.json, bench.svg");
    }

    /// Returns the tables, the notes and the machine.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        if self.quick {
            text.push_str("**A quick run: a small world and few runs. It judges nothing.**\n\n");
        }
        text.push_str(&self.times());
        text.push('\n');
        text.push_str(&self.figures());
        text.push('\n');
        for row in &self.rows {
            for note in &row.notes {
                let _ = writeln!(text, "- {}: {note}", row.title);
            }
        }
        if let Some(missing) = others::missing() {
            let _ = writeln!(text, "- Other programs {missing}.");
        }
        let _ = writeln!(text, "\nThe world: {}.", self.world);
        let facts = self
            .machine
            .iter()
            .map(|(name, fact)| format!("{name} {fact}"));
        let facts: Vec<String> = facts.collect();
        let _ = writeln!(text, "The machine: {}.", facts.join("; "));
        text
    }

    /// The first table: times beside times.
    fn times(&self) -> String {
        let mut text = "\
| What | instance-sync | Beside | Takes | Ratio | Reach | Met |
|---|---|---|---|---|---|---|
"
        .to_owned();
        for row in &self.rows {
            let ratio = row.ratio();
            let (reach, met) = match row.reach() {
                Some(check) => (check.reach(), yes(check.is_met())),
                None => ("-".to_owned(), "-"),
            };
            let (label, theirs) = &row.theirs;
            let _ = writeln!(
                text,
                "| {} | {} | {label} | {} | **{}** ({} to {}) | {reach} | {met} |",
                row.title,
                spread(&row.ours),
                spread(theirs),
                row::share(ratio.median),
                row::share(ratio.low),
                row::share(ratio.high),
            );
            for (label, series) in &row.others {
                let _ = writeln!(text, "| | | {label} | {} | | | |", spread(series));
            }
        }
        text
    }

    /// The second table: everything that is counted.
    fn figures(&self) -> String {
        let mut text =
            "| What | Figure | Measured | Reach | Met |\n|---|---|---|---|---|\n".to_owned();
        for row in &self.rows {
            let counted = row.checks.iter().filter(|check| check.unit != Unit::Ratio);
            for check in counted {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} | {} | {} |",
                    row.title,
                    check.what,
                    check.measured(),
                    check.reach(),
                    yes(check.is_met()),
                );
            }
        }
        text
    }

    fn json(&self) -> Value {
        let machine = self
            .machine
            .iter()
            .map(|(name, fact)| ((*name).to_owned(), json!(fact)));
        json!({
            "quick": self.quick,
            "world": self.world,
            "machine": machine.collect::<serde_json::Map<_, _>>(),
            "rows": self.rows.iter().map(Row::json).collect::<Vec<_>>(),
        })
    }
}

/// Returns where the report goes, wherever cargo's own target folder is.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench")
}

fn yes(met: bool) -> &'static str {
    if met { "yes" } else { "**no**" }
}

/// Writes a median with its quartiles.
fn spread(series: &Series) -> String {
    let Spread { low, median, high } = series.wall();
    format!(
        "{} ({} to {})",
        row::time(median),
        row::time(low),
        row::time(high)
    )
}
