//! What every command gets: what was asked for, and where to say what happens.

use std::cell::{Cell, RefCell};

use super::{Done, logged, logged::Course};
use crate::{
    cancel,
    config::{layout::Layout, sync_file},
    error::{Error, Result},
    sync::{
        event::{self, Event, Phase},
        session::absolute,
        settings::Settings,
    },
    texts::text,
    ui::{output::Output, progress::Progress, progress_window::ProgressWindow, surface::Surface},
    window::protocol::{Said, Work},
};

/// What every command gets.
pub struct Context<'a> {
    /// What was asked for.
    pub settings: Settings,
    /// Where to print.
    pub output: &'a Output,
    /// Where to ask.
    pub surface: Surface,
    /// What the instance is called, where somebody said so.
    pub label: Option<String>,
    /// Whether somebody said which game folder: on the command line, or a launcher.
    pub folder_given: bool,
    /// What the log says of it.
    pub course: Course,
    /// Whether a window has asked what becomes of a conflict.
    pub asked: Cell<bool>,
    /// Whether a hook has worked in an opted-in folder.
    pub opted_in: Cell<bool>,
    /// What only the player can mend, for a window.
    pub alerts: RefCell<Vec<Said>>,
    pub(super) progress: Progress<'a>,
    pub(super) window: RefCell<Option<ProgressWindow>>,
}

impl Context<'_> {
    /// Does the work of a command that somebody gives who means a folder that is opted in.
    pub fn in_opted_in(&self, work: impl FnOnce() -> Result<Done>) -> Result<Done> {
        if sync_file::is_opted_in(&Layout::new(&self.settings.pack)) {
            work()
        } else {
            Err(self.not_opted_in())
        }
    }

    /// Returns the error that the folder is not opted in.
    pub fn not_opted_in(&self) -> Error {
        let folder = absolute(&self.settings.pack);
        let folder = folder.display().to_string();
        Error::usage(text!("not-opted-in", folder = folder)).hint(text!("not-opted-in-hint"))
    }

    /// Shows what the engine tells.
    pub fn hear(&self, event: Event) {
        match event {
            Event::Progress(progress) => self.show(progress),
            Event::Notice(text) => {
                self.progress.clear();
                self.output.line(&text);
            }
            Event::Warning(text, hints) => {
                self.progress.clear();
                self.output.warning(&text, &hints);
            }
            Event::Alert(text, hints) => {
                self.progress.clear();
                self.alert(text, hints);
            }
        }
    }

    /// Prints something that the player must know, and keeps it for a window.
    pub fn alert(&self, text: String, hints: Vec<String>) {
        self.output.warning(&text, &hints);
        self.alerts.borrow_mut().push(Said { text, hints });
    }

    fn show(&self, progress: event::Progress) {
        let work = match progress.phase {
            Phase::Scan | Phase::Pack => Work::Reading,
            // Counted, and nothing that a hook does: in no window.
            Phase::Past => return self.count("History", &progress),
            Phase::Packs => return self.count("Reading packs", &progress),
            Phase::Prune => return self.count("Removing what nobody needs", &progress),
            Phase::Restic => Work::Preparing,
            Phase::Fetch => Work::Downloading,
            Phase::Push => Work::Uploading,
            Phase::Swap => return self.finish(),
        };
        self.progress.show(work, progress.done, progress.total);
        if let Some(window) = &*self.window.borrow() {
            let bytes = (progress.done, progress.total);
            window.show(|| self.instance(), work, progress.item, bytes);
        }
    }

    fn count(&self, what: &str, progress: &event::Progress) {
        let total = progress.total.unwrap_or(progress.done);
        self.progress.count(what, progress.done, total);
    }

    /// From here on nothing can be cancelled.
    fn finish(&self) {
        if let Some(window) = &*self.window.borrow() {
            window.finish();
        }
    }

    /// Shows progress in a window too from here on, where windows are shown at all. `front` is whether it
    /// may come to the front.
    pub fn show_work(&self, front: bool) {
        cancel::begin();
        let window = (self.surface == Surface::Window).then(|| ProgressWindow::new(front));
        self.window.replace(window);
    }

    /// Takes the progress display away.
    pub fn settle(&self) {
        self.progress.clear();
        if let Some(window) = &*self.window.borrow() {
            window.clear();
        }
    }

    /// Prints why a command failed.
    pub fn error(&self, error: &Error) {
        self.output.error(error);
        self.alerts.borrow_mut().push(Said {
            text: error.to_string(),
            hints: error.hints().to_vec(),
        });
    }

    /// Returns what the player calls the instance.
    pub fn instance(&self) -> String {
        let layout = Layout::new(absolute(&self.settings.pack));
        let named = self.label.clone();
        named.unwrap_or_else(|| logged::label(&layout))
    }
}
