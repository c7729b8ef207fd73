//! Doctor: every assumption that hooks rest on, looked at, each with its remedy. Changes nothing but
//! the mode of secrets that others can read.

mod cloud;
mod folder;
mod machine;

use serde::Serialize;

use crate::{
    config::{layout::Layout, sync_file},
    error::Error,
    sync::{event::Listener, session, settings::Settings},
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

    /// What the error says; where it names no remedy, this one.
    fn error(&mut self, check: &'static str, error: &Error, otherwise: &str) {
        let remedies = match error.hints() {
            [] => vec![otherwise.to_owned()],
            hints => hints.to_vec(),
        };
        self.add(check, Verdict::Fault, error.to_string(), &remedies);
    }
}

/// Looks at this machine, and at the game folder of `settings` where that is opted in.
pub fn examine(settings: &Settings, listener: Listener<'_>) -> Report {
    let mut findings = machine::examine(settings);
    let layout = Layout::new(session::absolute(&settings.pack));
    if sync_file::is_opted_in(&layout) {
        findings.extend(folder::examine(settings, &layout, listener));
    }
    Report { findings }
}
