//! Many runs of one thing, and what they say together.

use std::time::Duration;

use serde_json::{Value, json};

use super::measure::Sample;

/// The runs of one side of a comparison, in their order.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<Sample>);

/// The middle of some values, and what a quarter of them is below and above.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub low: f64,
    pub median: f64,
    pub high: f64,
}

impl Series {
    pub fn push(&mut self, sample: Sample) {
        self.0.push(sample);
    }

    /// Returns how long the runs took, in seconds.
    pub fn wall(&self) -> Spread {
        Spread::of(self.seconds())
    }

    /// Returns this one's time over the other's: that of the medians, with the spread of each pair
    /// of runs that followed one another.
    pub fn over(&self, other: &Self) -> Spread {
        let pairs = self.seconds().zip(other.seconds());
        Spread {
            median: self.wall().median / other.wall().median,
            ..Spread::of(pairs.map(|(mine, theirs)| mine / theirs))
        }
    }

    /// Returns what the JSON report says of it, in milliseconds.
    pub fn json(&self) -> Value {
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let wall = self.wall();
        let cpu = Spread::of(self.0.iter().map(|sample| millis(sample.cpu)));
        json!({
            "runs": self.0.len(),
            "wall_ms": { "median": wall.median * 1000.0, "q1": wall.low * 1000.0, "q3": wall.high * 1000.0 },
            "cpu_ms": { "median": cpu.median, "q1": cpu.low, "q3": cpu.high },
        })
    }

    fn seconds(&self) -> impl Iterator<Item = f64> {
        self.0.iter().map(|sample| sample.wall.as_secs_f64())
    }
}

impl Spread {
    /// Returns the quartiles of some values. What lies between two of them is a mixture of both.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len() - 1;
        let at = |quarters: usize| {
            let (below, rest) = (last * quarters / 4, last * quarters % 4);
            let above = sorted[last.min(below + 1)];
            let share = [0.0, 0.25, 0.5, 0.75][rest];
            sorted[below] + (above - sorted[below]) * share
        };
        Self {
            low: at(1),
            median: at(2),
            high: at(3),
        }
    }
}

/// One side of a comparison.
pub type Side<'a> = &'a mut dyn FnMut() -> Sample;

/// Runs two or more sides in turn, so that whatever else the machine does meets all of them: once
/// without counting, then `rounds` times, after `prepare` each. Who begins changes from round to
/// round.
pub fn in_turn<const N: usize>(
    rounds: usize,
    prepare: impl FnMut(),
    mut sides: [Side<'_>; N],
) -> [Series; N] {
    let series = all_in_turn(rounds, prepare, &mut sides);
    series.try_into().expect("a series for each side")
}

/// The same for a number of sides that is not known before.
pub fn all_in_turn(
    rounds: usize,
    mut prepare: impl FnMut(),
    sides: &mut [Side<'_>],
) -> Vec<Series> {
    let mut series = vec![Series::default(); sides.len()];
    for round in 0..=rounds {
        prepare();
        for turn in 0..sides.len() {
            let side = (turn + round) % sides.len();
            let sample = sides[side]();
            if round > 0 {
                series[side].push(sample);
            }
        }
    }
    series
}
