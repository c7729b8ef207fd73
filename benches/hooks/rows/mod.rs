//! The rows of the report, each measured by a function of its own.

use super::row::{Row, Unit};
use super::scene::{Observed, Scene};

mod changed;
mod far;
mod first_pull;
mod idle;
mod large_tree;
mod not_opted_in;

/// What measures a row.
type Measure = fn(&Scene) -> Row;

/// All rows, in the order in which they run: the last one changes the scene for good.
pub const ALL: &[(&str, Measure)] = &[
    ("not-opted-in", not_opted_in::measure),
    ("pull-idle", idle::pull),
    ("push-idle", idle::push),
    ("pull-changed", changed::pull),
    ("push-changed", changed::push),
    ("first-pull", first_pull::measure),
    ("far-idle", far::idle),
    ("far-changed", far::changed),
    ("large-tree", large_tree::measure),
    ("many-snapshots", idle::pull_of_many),
];

/// How much memory the program itself may hold at once in nearly every row.
const MEMORY: f64 = 15e6;

impl Row {
    /// Asks for our own peak to be at most this many bytes.
    fn memory(self, observed: &Observed, reach: f64) -> Self {
        let peak = bytes(observed.watched.peak);
        self.check("own peak memory", peak, reach, Unit::Bytes)
    }

    /// Asks for restic to be started at most this often.
    fn restics(self, observed: &Observed, reach: u32) -> Self {
        let count = count(observed.watched.restics());
        self.check("restic processes", count, reach.into(), Unit::Count)
    }

    /// Asks for the server to be asked at most this often.
    fn requests(self, observed: &Observed, reach: u32) -> Self {
        let count = count(observed.requests);
        self.check("HTTP requests", count, reach.into(), Unit::Count)
    }
}

#[allow(clippy::cast_precision_loss, reason = "small enough to be exact")]
fn bytes(count: u64) -> f64 {
    count as f64
}

fn count(count: usize) -> f64 {
    bytes(count as u64)
}
