//! A row of the report: what was compared, how it came out, and whether that is good enough.

use serde_json::{Value, json};

use super::series::{Series, Spread};

/// One row.
#[derive(Debug)]
pub struct Row {
    /// What `BENCH_ROWS` calls it.
    pub name: &'static str,
    /// What it is about, for people.
    pub title: String,
    pub ours: Series,
    /// What ours is measured against.
    pub theirs: (String, Series),
    /// Other programs that were there.
    pub others: Vec<(String, Series)>,
    pub checks: Vec<Check>,
    /// What a reader should know besides.
    pub notes: Vec<String>,
}

/// A figure, and how large it may be.
#[derive(Debug)]
pub struct Check {
    pub what: String,
    pub measured: f64,
    /// Reached if it is not above this.
    pub reach: f64,
    pub unit: Unit,
}

/// How a figure is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of the time that the other side took.
    Ratio,
    Count,
    Bytes,
    /// A multiple of something.
    Times,
    /// How often the line had to be waited for, rounded.
    RoundTrips,
}

impl Row {
    /// Compares our times with those of another.
    pub fn new(
        name: &'static str,
        title: impl Into<String>,
        ours: Series,
        label: impl Into<String>,
        theirs: Series,
    ) -> Self {
        Self {
            name,
            title: title.into(),
            ours,
            theirs: (label.into(), theirs),
            others: Vec::new(),
            checks: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Asks for our time to be at most this share of the other's.
    pub fn within(self, reach: f64) -> Self {
        let measured = self.ratio().median;
        self.check("time", measured, reach, Unit::Ratio)
    }

    /// Asks for a figure to be at most `reach`.
    pub fn check(mut self, what: impl Into<String>, measured: f64, reach: f64, unit: Unit) -> Self {
        self.checks.push(Check {
            what: what.into(),
            measured,
            reach,
            unit,
        });
        self
    }

    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Returns our time over the other's.
    pub fn ratio(&self) -> Spread {
        self.ours.over(&self.theirs.1)
    }

    /// Returns the check of the ratio, where there is one.
    pub fn reach(&self) -> Option<&Check> {
        self.checks.iter().find(|check| check.unit == Unit::Ratio)
    }

    /// Returns what the JSON report says of it.
    pub fn json(&self) -> Value {
        let ratio = self.ratio();
        let checks = self.checks.iter().map(|check| {
            json!({
                "what": check.what, "measured": check.measured, "reach": check.reach,
                "unit": format!("{:?}", check.unit), "met": check.is_met(),
            })
        });
        let others = self.others.iter().map(|(label, series)| {
            let mut value = series.json();
            value["label"] = json!(label);
            value
        });
        let mut theirs = self.theirs.1.json();
        theirs["label"] = json!(self.theirs.0);
        json!({
            "name": self.name, "title": self.title,
            "ours": self.ours.json(), "theirs": theirs, "others": others.collect::<Vec<_>>(),
            "ratio": { "median": ratio.median, "q1": ratio.low, "q3": ratio.high },
            "checks": checks.collect::<Vec<_>>(), "notes": self.notes,
        })
    }
}

impl Check {
    pub fn is_met(&self) -> bool {
        let measured = match self.unit {
            Unit::RoundTrips => self.measured.round(),
            _ => self.measured,
        };
        measured <= self.reach
    }

    /// Returns the figure as people read it.
    pub fn measured(&self) -> String {
        self.unit.show(self.measured)
    }

    /// Returns the reach as people read it.
    pub fn reach(&self) -> String {
        match self.unit {
            Unit::RoundTrips => format!("{:.0}", self.reach),
            unit => unit.show(self.reach),
        }
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Ratio => share(value),
            Self::Count => format!("{value:.0}"),
            Self::Bytes => format!("{:.1} MB", value / 1e6),
            Self::Times => format!("{value:.2} x"),
            Self::RoundTrips => format!("{value:.2}"),
        }
    }
}

/// Writes a ratio: small ones as a part of the other's time.
pub fn share(ratio: f64) -> String {
    let parts = ratio.recip();
    match parts {
        ..2.0 => format!("{ratio:.2}"),
        2.0..10.0 => format!("1/{parts:.1}").trim_end_matches(".0").to_owned(),
        _ => format!("1/{parts:.0}"),
    }
}

/// Writes a time in seconds.
pub fn time(seconds: f64) -> String {
    let millis = seconds * 1000.0;
    match millis {
        ..10.0 => format!("{millis:.2} ms"),
        10.0..1000.0 => format!("{millis:.0} ms"),
        _ => format!("{seconds:.2} s"),
    }
}
