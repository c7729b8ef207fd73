//! What a run left behind, and the checks on it.

use std::process::ExitStatus;
use std::time::Duration;

/// What a run left behind. Its Display shows the whole of it, for the message of a failed check.
#[derive(Clone, Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub elapsed: Duration,
    /// The command line, for messages.
    pub line: String,
}

impl Output {
    /// Checks that it wrote nothing at all.
    #[track_caller]
    pub fn assert_silent(&self) -> &Self {
        assert!(
            self.stdout.is_empty() && self.stderr.is_empty(),
            "expected no output\n{self}"
        );
        self
    }

    /// Checks that standard output or standard error holds this text.
    #[track_caller]
    pub fn assert_says(&self, text: &str) -> &Self {
        let said = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(said, "expected it to say {text:?}\n{self}");
        self
    }

    /// Checks that this text, such as a secret, is nowhere in the output.
    #[track_caller]
    pub fn assert_never_says(&self, text: &str) -> &Self {
        let said = self.stdout.contains(text) || self.stderr.contains(text);
        assert!(!said, "expected it not to say {text:?}\n{self}");
        self
    }

    /// Checks each object of `--json` against docs/schema.
    #[track_caller]
    pub fn assert_keeps_to_schemas(&self) {
        for line in self.stdout.lines().filter(|line| line.starts_with('{')) {
            // Whether it is JSON at all is for those who ask.
            let Ok(printed) = serde_json::from_str(line) else {
                continue;
            };
            if let Some(why) = super::schema::objection(&printed) {
                panic!("{line}\nkeeps to no schema in docs/schema: {why}\n{self}");
            }
        }
    }

    /// Parses standard output as one JSON value, or as the result of `--json`, its last line: on a busy machine
    /// others, which say what takes so long, come before it.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text);
        read(&self.stdout).unwrap_or_else(|error| {
            let (earlier, result) = self.stdout.trim_end().rsplit_once('\n').unwrap_or_default();
            let is_on_the_way = |line: &str| {
                let event = read(line).map(|line| line["event"].clone());
                event.is_ok_and(|event| {
                    ["notice", "progress", "warning"]
                        .iter()
                        .any(|e| event == *e)
                })
            };
            assert!(
                earlier.lines().all(is_on_the_way),
                "standard output is not JSON: {error}\n{self}"
            );
            read(result)
                .unwrap_or_else(|error| panic!("its last line is not JSON: {error}\n{self}"))
        })
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        writeln!(f, "$ {}", self.line)?;
        writeln!(f, "{}, after {} ms", self.status, self.elapsed.as_millis())?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            writeln!(f, "--- {name} ({} bytes)", text.len())?;
            f.write_str(text)?;
            if !text.is_empty() && !text.ends_with('\n') {
                writeln!(f, "  (no final newline)")?;
            }
        }
        writeln!(f, "---")
    }
}
