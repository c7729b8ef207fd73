//! A `restic` that is a script: it misbehaves for the commands that a test names, hands all others
//! to the real one, and notes how it was called.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::script;

/// What the script does instead of the work.
#[derive(Clone, Debug)]
pub enum Act {
    /// Says nothing and exits with this code.
    Exit(i32),
    /// Writes these to standard output and standard error, and exits with this code.
    Say(&'static str, &'static str, i32),
    /// Never ends.
    Hang,
    /// Never ends, and ignores an interrupt.
    HangDeaf,
    /// Repeats restic's notice of a retry, as it does for 15 minutes when a server is down.
    Retry,
    /// Lets the real restic do the work, and then exits with this code all the same.
    Afterwards(i32),
    /// Moves this file out of the way, and back the next time, before the real restic does the work.
    Swings(PathBuf),
    /// Moves this file back, which lies as `aside` in the script's folder, before the real restic does the
    /// work.
    Returns(PathBuf),
    /// Lets the real restic do the work, and is killed after it before it can exit.
    KilledAfterwards,
}

/// The script, in a folder of its own.
pub struct FakeRestic {
    folder: PathBuf,
    real: Option<PathBuf>,
    acts: Vec<(String, Act)>,
}

/// How the script was called once.
#[derive(Clone, Debug)]
pub struct Call {
    pub args: Vec<String>,
    pub env: BTreeMap<String, String>,
}

impl FakeRestic {
    /// Writes one that exits with 1 for everything but `version`, where it says 0.19.1.
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder.join("calls")).unwrap();
        let mut fake = Self {
            folder: folder.to_owned(),
            real: None,
            acts: Vec::new(),
        };
        fake.on(
            "version",
            Act::Say(
                "restic 0.19.1 compiled with go1.25 on linux/amd64\\n",
                "",
                0,
            ),
        );
        fake
    }

    /// Writes one that lets the real restic do everything that no act is set for.
    pub fn around(folder: &Path, real: &Path) -> Self {
        let mut fake = Self::new(folder);
        fake.real = Some(real.to_owned());
        fake.on("version", Act::Afterwards(0));
        fake
    }

    /// Sets what happens for a command such as `backup`; `*` stands for all without an act.
    pub fn on(&mut self, command: &str, act: Act) {
        self.acts.retain(|(known, _)| known != command);
        // The script takes the first that fits.
        let at = if command == "*" { self.acts.len() } else { 0 };
        self.acts.insert(at, (command.to_owned(), act));
        self.write();
    }

    /// Lets a command do its work again.
    pub fn mend(&mut self, command: &str) {
        self.acts.retain(|(known, _)| known != command);
        self.write();
    }

    /// Returns the path of the script; its name is `restic`.
    pub fn path(&self) -> PathBuf {
        self.folder.join("restic")
    }

    /// Returns all calls so far, in their order.
    #[track_caller]
    pub fn calls(&self) -> Vec<Call> {
        (1..10_000)
            .map(|number| self.folder.join("calls").join(number.to_string()))
            .take_while(|call| call.join("env").exists())
            .map(|call| Call {
                args: strings(&call.join("args")),
                env: strings(&call.join("env"))
                    .iter()
                    .filter_map(|pair| pair.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
            })
            .collect()
    }

    /// Returns the calls of one command.
    #[track_caller]
    pub fn calls_of(&self, command: &str) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.args.iter().any(|arg| arg == command));
        calls
    }

    fn write(&self) {
        let real = match &self.real {
            Some(real) => format!("\"{}\" \"$@\"", real.display()),
            None => "(exit 1)".to_owned(),
        };
        let mut script = START.replace("FOLDER", &self.folder.display().to_string());
        for (command, act) in &self.acts {
            let pattern = if command == "*" {
                "*".to_owned()
            } else {
                format!("*' {command} '*")
            };
            let act = act.script(&real);
            let act = act.replace("FOLDER", &self.folder.display().to_string());
            let _ = writeln!(script, "{pattern}) {act} ;;");
        }
        // In its place, not as a child: whoever stops the script stops restic.
        let last = if self.real.is_some() {
            format!("exec {real}")
        } else {
            "exit 1".to_owned()
        };
        let _ = write!(script, "esac\n{last}\n");
        script::install(&self.path(), &script);
    }
}

/// The words of a call are noted one by one: joined, a name with a space could look like a command.
const START: &str = r#"#!/bin/sh
outside=$PATH
PATH=/usr/bin:/bin
number=1
until mkdir "FOLDER/calls/$number" 2>/dev/null; do number=$((number + 1)); done
call="FOLDER/calls/$number"
printf '%s\0' "$@" >"$call/args"
PATH=$outside /usr/bin/env -0 >"$call/part" && mv "$call/part" "$call/env"
case " $* " in
"#;

impl Act {
    fn script(&self, real: &str) -> String {
        match self {
            Self::Exit(code) => format!("exit {code}"),
            Self::Say(out, err, code) => {
                let quoted = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
                format!(
                    "printf %b {}; printf %b {} >&2; exit {code}",
                    quoted(out),
                    quoted(err)
                )
            }
            Self::Hang => "exec sleep 1000".to_owned(),
            Self::HangDeaf => "trap '' INT; exec sleep 1000".to_owned(),
            Self::Retry => "while :; do echo 'Load(<key/0>) returned error, retrying after \
                1.2s: connection refused' >&2; sleep 0.2; done"
                .to_owned(),
            Self::Afterwards(0) => format!("{real}; exit $?"),
            Self::Afterwards(code) => format!("{real}; exit {code}"),
            Self::Swings(file) => {
                let file = file.display();
                format!(
                    "if [ -e '{file}' ]; then mv '{file}' 'FOLDER/aside'; \
                     else mv 'FOLDER/aside' '{file}'; fi; {real}; exit $?"
                )
            }
            Self::Returns(file) => {
                let file = file.display();
                format!(
                    "if [ -e 'FOLDER/aside' ]; then mv 'FOLDER/aside' '{file}'; fi; {real}; exit $?"
                )
            }
            Self::KilledAfterwards => format!("{real}; kill -KILL $$"),
        }
    }
}

/// Reads a file of strings that end with a zero byte.
fn strings(file: &Path) -> Vec<String> {
    let bytes = fs::read(file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    text.split_terminator('\0').map(str::to_owned).collect()
}
