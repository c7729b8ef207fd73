//! What holds for the launchers: their hooks, the program that those start, instances that hide them.

use super::{Finding, Findings};
use crate::{
    domain::shell,
    launchers::program::{self, Startable},
    wiring::{
        health::{Health, Program},
        instances::{Hooks, Instance},
    },
};

/// Looks at one launcher, which has these instances.
pub(super) fn examine(health: &Health, instances: &[Instance]) -> Vec<Finding> {
    let subject = format!("{} in {}", health.launcher, health.folder.display());
    let mut findings = Findings::about(Some(subject));
    if let Some(error) = &health.error {
        let remedies = [
            "May this user read the file, and is it whole? Start the launcher: it mends its settings, or says what is wrong.".to_owned(),
            "A copy of the file from before the hooks is in backups, below the user's data folder.".to_owned(),
        ];
        findings.fault("launcher", error.clone(), &remedies);
        return findings.all;
    }
    let own = instances
        .iter()
        .filter(|one| one.launcher == health.launcher && one.launcher_folder == health.folder);
    let synced: Vec<&Instance> = own.filter(|one| one.sync.opted_in).collect();
    hooks(health, &synced, &mut findings);
    for program in &health.programs {
        look_at(program, &mut findings);
    }
    for one in &synced {
        if one.hooks == Hooks::Shadowed {
            let text = format!(
                "{} has commands of its own: the launcher's hooks never run there, and it is not synced",
                one.name
            );
            let option = shell::option("instance", &one.name);
            let remedy = format!("Wire it: instance-sync hooks install {option}");
            findings.fault("hidden", text, &[remedy]);
        }
    }
    findings.all
}

fn hooks(health: &Health, synced: &[&Instance], findings: &mut Findings) {
    let install = ["Wire it: instance-sync hooks install".to_owned()];
    let waiting: Vec<&str> = synced
        .iter()
        .filter(|one| one.hooks == Hooks::None)
        .map(|one| one.name.as_str())
        .collect();
    if health.wired {
        findings.well("hooks", "pull and push are wired");
    } else if waiting.is_empty() {
        findings.note("hooks", "not wired, and no instance waits for it", &install);
    } else {
        let text = format!("not wired: nothing syncs {}", waiting.join(", "));
        findings.fault("hooks", text, &install);
    }
}

/// A program that is not there keeps every game of the launcher from starting.
fn look_at(program: &Program, findings: &mut Findings) {
    let name = &program.program;
    let remedies = [
        "Put it there again: instance-sync hooks install".to_owned(),
        "Or take the hooks out: instance-sync hooks remove".to_owned(),
    ];
    match program.startable {
        Startable::Missing => {
            let text = format!("the hooks start {name}, which is not there: no game starts");
            findings.fault("program", text, &remedies);
        }
        Startable::NotExecutable => {
            let text = format!("the hooks start {name}, which cannot be executed: no game starts");
            findings.fault("program", text, &remedies);
        }
        Startable::Yes => match program::running() {
            Ok(running) if !program::is_current(&running, name.as_ref()) => {
                let text = format!("the hooks start {name}, another version than this one");
                let remedy = "To make it this one: instance-sync hooks install".to_owned();
                findings.note("program", text, &[remedy]);
            }
            _ => findings.well("program", format!("the hooks start {name}")),
        },
    }
}
