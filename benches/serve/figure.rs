//! What was measured, and what it should be.

/// What is asked of a figure.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    AtLeast(f64),
    AtMost(f64),
    /// For comparison.
    None,
}

/// A figure of the report.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What was done.
    pub what: &'static str,
    /// What is counted.
    pub name: &'static str,
    pub measured: f64,
    /// How it is written: `x`, `ms`, `MB`, `/s` or nothing.
    pub unit: &'static str,
    pub reach: Reach,
}

impl Figure {
    pub fn new(
        (what, name): (&'static str, &'static str),
        measured: f64,
        unit: &'static str,
        reach: Reach,
    ) -> Self {
        Self {
            what,
            name,
            measured,
            unit,
            reach,
        }
    }

    /// Returns whether it is as it should be; `None` where nothing is asked.
    pub fn is_met(&self) -> Option<bool> {
        match self.reach {
            Reach::AtLeast(least) => Some(self.measured >= least),
            Reach::AtMost(most) => Some(self.measured <= most),
            Reach::None => None,
        }
    }

    /// Returns its row of the table.
    pub fn row(&self) -> String {
        let written = |value: f64| match self.unit {
            "x" => format!("{value:.2} x"),
            "" => format!("{value:.0}"),
            "/s" => format!("{value:.0} a second"),
            unit => format!("{value:.1} {unit}"),
        };
        let reach = match self.reach {
            Reach::AtLeast(least) => format!("at least {}", written(least)),
            Reach::AtMost(most) => format!("at most {}", written(most)),
            Reach::None => "-".to_owned(),
        };
        let met = match self.is_met() {
            Some(true) => "yes",
            Some(false) => "**no**",
            None => "-",
        };
        format!(
            "| {} | {} | {} | {reach} | {met} |",
            self.what,
            self.name,
            written(self.measured)
        )
    }
}
