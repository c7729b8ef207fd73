//! Doctor: every assumption that hooks rest on, looked at, each with its remedy. Changes nothing in
//! the game folder but the mode of secrets that others can read.

mod cloud;
mod folder;
mod launchers;
mod machine;

use std::path::PathBuf;

use serde::Serialize;

pub use launchers::remedies;

use crate::{
    config::{layout::Layout, sync_file},
    domain::shell,
    error::Error,
    sync::{event::Listener, session, settings::Settings},
    wiring::{self, instances::Instance},
};

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Verdict {
    /// As it should be.
    Well,
    /// Worth knowing; nothing has to be done.
    Note,
    /// Somebody has to do something.
    Fault,
}

/// What was found about one assumption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// Which assumption: a short name that does not change.
    pub check: &'static str,
    /// How it stands.
    pub verdict: Verdict,
    /// What it is about: a game folder, a launcher; `None`: this machine.
    pub subject: Option<String>,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub remedies: Vec<String>,
}

/// Everything that was found, in the order in which it should be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Returns how many things somebody has to do something about.
    pub fn faults(&self) -> usize {
        let fault = |finding: &&Finding| finding.verdict == Verdict::Fault;
        self.findings.iter().filter(fault).count()
    }
}

/// Findings about one subject, while they are collected.
struct Findings {
    subject: Option<String>,
    all: Vec<Finding>,
}

impl Findings {
    fn about(subject: Option<String>) -> Self {
        let all = Vec::new();
        Self { subject, all }
    }

    fn add(&mut self, check: &'static str, verdict: Verdict, message: String, remedies: &[String]) {
        self.all.push(Finding {
            check,
            verdict,
            subject: self.subject.clone(),
            message,
            remedies: remedies.to_vec(),
        });
    }

    fn well(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, Verdict::Well, message.into(), &[]);
    }

    fn note(&mut self, check: &'static str, message: impl Into<String>, remedies: &[String]) {
        self.add(check, Verdict::Note, message.into(), remedies);
    }

    fn fault(&mut self, check: &'static str, message: impl Into<String>, remedies: &[String]) {
        self.add(check, Verdict::Fault, message.into(), remedies);
    }

    /// One more remedy for what was found last.
    fn more(&mut self, remedy: String) {
        if let Some(last) = self.all.last_mut() {
            last.remedies.push(remedy);
        }
    }

    /// The server takes no push now: to advise one would lead to the same error.
    fn push_later(&mut self) {
        let is_pending =
            |one: &&mut Finding| one.check == folder::PENDING && one.verdict == Verdict::Fault;
        if let Some(pending) = self.all.iter_mut().find(is_pending) {
            let remedy =
                "It goes out with the next push, once the server takes it again: see below.";
            pending.remedies = vec![remedy.to_owned()];
        }
    }

    /// What the error says; where it names no remedy, this one.
    fn error(&mut self, check: &'static str, error: &Error, otherwise: &str) {
        let remedies = match error.hints() {
            [] => vec![otherwise.to_owned()],
            hints => hints.to_vec(),
        };
        self.add(check, Verdict::Fault, error.to_string(), &remedies);
    }
}

/// Looks at this machine, at the launchers in `launchers` (or at all that can be found), and at the
/// game folder of `settings`; where that is not opted in and was not asked for, at each instance that is.
pub fn examine(
    settings: &Settings,
    listener: Listener<'_>,
    launchers: &[PathBuf],
    asked: bool,
) -> Report {
    let mut findings = machine::examine(settings);
    let instances = wired(settings, launchers, &mut findings);
    let layout = Layout::new(session::absolute(&settings.pack));
    let folders: Vec<Layout> = if sync_file::is_opted_in(&layout) {
        vec![layout]
    } else if asked {
        let mut one = Findings::about(Some(layout.pack().display().to_string()));
        let remedy = format!(
            "To sync it: instance-sync setup {}",
            shell::pack_folder(layout.pack())
        );
        if layout.pack().is_dir() {
            one.note("opt-in", "this folder is not opted in", &[remedy]);
        } else {
            let remedy = "Check --pack-folder, or INST_MC_DIR.".to_owned();
            one.fault("opt-in", "there is no such folder", &[remedy]);
        }
        findings.extend(one.all);
        Vec::new()
    } else {
        let synced = instances.into_iter().filter(|one| one.sync.opted_in);
        synced.map(|one| Layout::new(one.game_folder)).collect()
    };
    for layout in folders {
        findings.extend(folder::examine(settings, &layout, listener));
    }
    Report { findings }
}

/// Looks at the launchers, and returns their instances.
fn wired(settings: &Settings, folders: &[PathBuf], findings: &mut Vec<Finding>) -> Vec<Instance> {
    let mut own = Findings::about(None);
    let remedy = "Start the launcher once, or name its data folder with --launcher-dir.";
    let (all, errors) = wiring::health(folders, &settings.dirs);
    let listing = wiring::instances(folders, &settings.dirs);
    for error in &errors {
        own.error("launchers", error, remedy);
    }
    if all.is_empty() && errors.is_empty() {
        own.note("launchers", "none was found", &[remedy.to_owned()]);
    }
    for health in &all {
        let found = launchers::examine(health, &listing.instances, &settings.dirs);
        own.all.extend(found);
    }
    findings.append(&mut own.all);
    listing.instances
}
