//! `doctor`: what the hooks rest on, and what to do about what is wrong.

use serde::Serialize;

use super::{Context, Done};
use crate::{
    cli::Launchers,
    doctor::{self, Finding, Report, Verdict},
    error::{Error, Result},
};

#[derive(Serialize)]
struct Line<'a> {
    event: &'static str,
    #[serde(flatten)]
    finding: &'a Finding,
}

#[derive(Serialize)]
struct Sum {
    event: &'static str,
    checks: usize,
    faults: usize,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Launchers) -> Result<Done> {
    let report = doctor::examine(
        &context.settings,
        &|event| context.hear(event),
        &args.launcher_dir,
        context.folder_given,
    );
    context.settle();
    if context.output.is_json() {
        for finding in &report.findings {
            let event = "finding";
            context.output.object(&Line { event, finding });
        }
        context.output.object(&Sum {
            event: "doctor",
            checks: report.findings.len(),
            faults: report.faults(),
        });
    } else {
        context.output.text(&text(&report));
    }
    match report.faults() {
        0 => Ok(Done::Well),
        1 => Err(Error::failed("1 thing needs a hand")),
        faults => Err(Error::failed(format!("{faults} things need a hand"))),
    }
}

/// One line for each finding, below the name of what it is about, with its remedies.
fn text(report: &Report) -> String {
    let widths = report.findings.iter().map(|finding| finding.check.len());
    let width = widths.max().unwrap_or(0);
    let mut lines = Vec::new();
    let mut subject = None;
    for finding in &report.findings {
        if subject.is_some_and(|before| before != &finding.subject) {
            lines.push(String::new());
        }
        if subject != Some(&finding.subject) {
            let machine = || "This machine".to_owned();
            lines.push(finding.subject.clone().unwrap_or_else(machine));
            subject = Some(&finding.subject);
        }
        let mark = match finding.verdict {
            Verdict::Well => "ok   ",
            Verdict::Note => "note ",
            Verdict::Fault => "FAULT",
        };
        let (check, message) = (finding.check, &finding.message);
        lines.push(format!("  {mark}  {check:width$}  {message}"));
        for remedy in &finding.remedies {
            lines.push(format!("         {:width$}  -> {remedy}", ""));
        }
    }
    lines.join("\n")
}
