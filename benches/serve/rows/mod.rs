//! The rows.

use super::figure::Figure;
use super::options::Options;

mod blobs;
mod list;
mod start;
mod streams;
mod turns;

/// What measures a row.
pub type Measure = fn(&Options) -> Vec<Figure>;

/// All rows, by name.
pub const ALL: [(&str, Measure); 5] = [
    ("list", list::measure),
    ("blobs", blobs::measure),
    ("streams", streams::measure),
    ("turns", turns::measure),
    ("start", start::measure),
];
