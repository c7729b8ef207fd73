//! What the environment asks for.

use std::env;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Options {
    /// A small world and few runs: to try the benchmark, not the program.
    pub quick: bool,
    /// The rows to run; empty means all.
    rows: Vec<String>,
    /// Whether `docs/performance.md` is written anew.
    pub docs: bool,
}

impl Options {
    /// Reads `BENCH_QUICK`, `BENCH_ROWS` and `BENCH_DOCS`.
    pub fn from_env() -> Self {
        let is_set = |name| env::var(name).is_ok_and(|value| value == "1");
        let rows = env::var("BENCH_ROWS").unwrap_or_default();
        Self {
            quick: is_set("BENCH_QUICK"),
            rows: rows
                .split(',')
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            docs: is_set("BENCH_DOCS"),
        }
    }

    /// Returns a name that was asked for and is that of no row.
    pub fn unknown<'a>(&'a self, known: &[&str]) -> Option<&'a str> {
        let mut names = self.rows.iter().map(String::as_str);
        names.find(|name| !known.contains(name))
    }

    /// Says whether a row of this name is to run.
    pub fn wants(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|name| name == row)
    }

    /// Returns `full`, or the smaller number where it has to be quick.
    pub fn scaled<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}
