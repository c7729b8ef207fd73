//! What a command leaves in the logs: its outcome, and what it said.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use indicatif::HumanBytes;

use super::Context;
use crate::{
    config::{device, layout::Layout, sync_file},
    domain::log::Entry,
    logbook,
    sync::{
        outcome::{Changes, PullOutcome, PushOutcome},
        session::absolute,
    },
    workdir::label,
};

/// What became of a command, for the log.
#[derive(Debug)]
pub struct Became {
    outcome: &'static str,
    details: Vec<String>,
}

/// One command under way.
#[derive(Debug)]
pub struct Course {
    begun: Cell<Instant>,
    became: RefCell<Option<Became>>,
}

impl Course {
    /// Begins.
    pub fn begin() -> Self {
        Self {
            begun: Cell::new(Instant::now()),
            became: RefCell::new(None),
        }
    }

    /// Notes what became of it, and that it is worth an entry. Where no command does that, one is written
    /// for a failure in an opted-in folder, and for nothing else.
    pub fn became(&self, outcome: &'static str, details: Vec<String>) {
        *self.became.borrow_mut() = Some(Became { outcome, details });
    }

    /// Writes the entry of `command`, which ends with `code`. What comes next begins now.
    pub fn end(&self, context: &Context<'_>, command: &str, code: u8) {
        let layout = Layout::new(absolute(&context.settings.pack));
        self.end_in(context, &layout, command, code);
    }

    /// Writes the entry of `command` in this folder, where that is another than the one that was given.
    pub fn end_in(&self, context: &Context<'_>, layout: &Layout, command: &str, code: u8) {
        let seconds = self.begun.replace(Instant::now()).elapsed().as_secs_f64();
        let messages = context.output.take_told();
        let became = self.became.take();
        let became = match became {
            Some(became) => became,
            None if code != 0 && sync_file::is_opted_in(layout) => Became {
                outcome: "failed",
                details: Vec::new(),
            },
            None => return,
        };
        let label = context.label.clone().unwrap_or_else(|| label(layout));
        let entry = Entry {
            time: logbook::on_the_wall(context.settings.now()),
            command: command.to_owned(),
            label,
            device: device::name(),
            folder: None,
            outcome: became.outcome.to_owned(),
            details: became.details,
            exit_code: code,
            seconds,
            messages,
        };
        logbook::note(layout, &context.settings.dirs, entry);
    }
}

/// What an instance is called where nobody says so: as its launcher or its folder is, else by its id.
pub fn label(layout: &Layout) -> String {
    let short = || sync_file::read(layout).map(|sync| sync.instance_id.short());
    let name = label::of_folder(layout.pack());
    name.or_else(|| short().ok())
        .unwrap_or_else(|| "-".to_owned())
}

/// Notes what became of a pull, or of a decision.
pub fn of_pull(course: &Course, outcome: &PullOutcome) {
    let none = Changes::default();
    let (word, units, changes) = match outcome {
        PullOutcome::NotOptedIn => return,
        PullOutcome::Copy => ("copy", 0, &none),
        PullOutcome::UpToDate { saved: None } => ("up to date", 0, &none),
        PullOutcome::UpToDate { .. } => ("saved", 0, &none),
        PullOutcome::Applied { changes, .. } => ("applied", 0, changes),
        PullOutcome::Conflict { units, .. } => ("conflict", units.len(), &none),
        PullOutcome::Forked { changes, .. } => ("forked", 0, changes),
        PullOutcome::Postponed { changes, .. } => ("postponed", 0, changes),
        PullOutcome::Offline { .. } => ("offline", 0, &none),
        PullOutcome::Unpublished => ("nothing pushed yet", 0, &none),
        PullOutcome::Refused { .. } => ("refused", 0, &none),
        PullOutcome::Busy { .. } => ("busy", 0, &none),
        PullOutcome::Unfinished { .. } => ("unfinished", 0, &none),
    };
    let moved = changes.taken.len() + changes.removed.len() + changes.copied.len();
    course.became(word, amounts(units + moved, changes.bytes));
}

/// Notes what became of a push.
pub fn of_push(course: &Course, outcome: &PushOutcome) {
    let (word, units, bytes) = match outcome {
        PushOutcome::NotOptedIn => return,
        PushOutcome::Copy => ("copy", 0, 0),
        PushOutcome::UpToDate => ("up to date", 0, 0),
        PushOutcome::Pushed {
            units,
            deleted,
            bytes,
            ..
        } => ("pushed", units.len() + deleted.len(), *bytes),
        PushOutcome::Conflict { units, .. } => ("conflict", units.len(), 0),
        PushOutcome::Pending { .. } => ("pending", 0, 0),
    };
    course.became(word, amounts(units, bytes));
}

/// How much it was, where it was anything.
pub fn amounts(units: usize, bytes: u64) -> Vec<String> {
    let mut amounts = Vec::new();
    match units {
        0 => {}
        1 => amounts.push("1 unit".to_owned()),
        units => amounts.push(format!("{units} units")),
    }
    if bytes > 0 {
        amounts.push(HumanBytes(bytes).to_string());
    }
    amounts
}

/// How long a game was played, for people.
pub fn played(time: Duration) -> Vec<String> {
    let minutes = time.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => Vec::new(),
        (0, minutes) => vec![format!("{minutes} min")],
        (hours, minutes) => vec![format!("{hours} h {minutes} min")],
    }
}
