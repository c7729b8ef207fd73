//! What holds for the launchers: their hooks, the program that those start, instances that hide them.

use std::path::Path;

use super::{Finding, Findings};
use crate::{
    config::user_dirs::UserDirs,
    domain::{launcher::wire::Slots, shell},
    launchers::{
        launcher::Launcher,
        program::{self, Startable},
    },
    wiring::{
        health::{Health, Program},
        instances::{Hooks, Instance},
    },
};

/// Looks at one launcher, which has these instances.
pub(super) fn examine(health: &Health, instances: &[Instance], dirs: &UserDirs) -> Vec<Finding> {
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
        look_at(health, program, dirs, &mut findings);
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
    for one in synced.iter().filter(|one| !one.same_as.is_empty()) {
        let others: Vec<String> = one
            .same_as
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        let text = format!(
            "{} is the same instance as {}: each goes on as a device of its own",
            one.game_folder.display(),
            others.join(", ")
        );
        let folder = shell::pack_folder(&one.game_folder);
        let remedy = format!(
            "Should it be a copy that was not meant to be synced: instance-sync disable {folder}; then setup makes it an instance of its own"
        );
        findings.note("copy", text, &[remedy]);
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
        let commands = health.commands.as_ref();
        let text = match commands.map(Slots::hooked) {
            Some(false) => "the wrapper command pulls and pushes",
            _ => "pull and push are wired",
        };
        findings.well("hooks", text);
    } else if waiting.is_empty() {
        findings.note("hooks", "not wired, and no instance waits for it", &install);
    } else {
        let text = format!("not wired: nothing syncs {}", waiting.join(", "));
        findings.fault("hooks", text, &install);
    }
}

/// A program that is not there keeps every game of the launcher from starting.
fn look_at(health: &Health, program: &Program, dirs: &UserDirs, findings: &mut Findings) {
    let name = &program.program;
    let what = what_starts(program);
    match program.startable {
        Startable::Missing => {
            let text = format!("{what} {name}, which is not there: no game starts");
            findings.fault("program", text, &remedies(health, program, dirs));
        }
        Startable::NotExecutable => {
            let text = format!("{what} {name}, which cannot be executed: no game starts");
            findings.fault("program", text, &remedies(health, program, dirs));
        }
        Startable::Yes => match program::running() {
            Ok(running) if !program::is_current(&running, name.as_ref()) => {
                let text = format!("{what} {name}, another version than this one");
                let remedy = "To make it this one: instance-sync hooks install".to_owned();
                findings.note("program", text, &[remedy]);
            }
            _ => findings.well("program", format!("{what} {name}")),
        },
    }
}

/// Says which commands start a program, up to its name.
fn what_starts(program: &Program) -> String {
    let own = program.places.iter().filter(|place| !place.hook);
    let mut named: Vec<String> = own
        .map(|place| match &place.instance {
            Some(instance) => format!("{} of {instance}", place.key),
            None => place.key.to_owned(),
        })
        .collect();
    let hooks = named.len() < program.places.len();
    match (hooks, named.len()) {
        (true, 0) => "the hooks start".to_owned(),
        (true, _) => format!("the hooks and {} start", named.join(", ")),
        (false, 1) => format!("{} starts", named.remove(0)),
        (false, _) => format!("{} start", named.join(", ")),
    }
}

/// Says how to mend each command that starts a program which is not there.
pub fn remedies(health: &Health, program: &Program, dirs: &UserDirs) -> Vec<String> {
    let launcher = Launcher {
        kind: health.launcher,
        folder: health.folder.clone(),
    };
    let stays = program::place(&launcher, dirs).ok();
    let is_ours = stays
        .as_deref()
        .is_some_and(|stays| stays == Path::new(&program.program));
    let again = "Put it there again: instance-sync hooks install".to_owned();
    let mut remedies = Vec::new();
    if is_ours {
        remedies.push(again);
    } else {
        for place in &program.places {
            remedies.push(match (&place.instance, place.hook) {
                (None, true) => again.clone(),
                (Some(instance), true) => format!(
                    "Wire {instance} anew: instance-sync hooks install {}",
                    shell::option("instance", instance)
                ),
                (instance, false) => {
                    let of = instance.as_ref().map(|name| format!(" of {name}"));
                    let stays = stays.as_ref().map(|stays| stays.display().to_string());
                    format!(
                        "Correct or clear {}{} in the launcher's settings; hooks install puts a program at {}",
                        place.key,
                        of.unwrap_or_default(),
                        stays.unwrap_or_default()
                    )
                }
            });
        }
        // One for both hooks.
        remedies.dedup();
    }
    if program.places.iter().any(|place| place.hook) {
        remedies.push("Or take the hooks out: instance-sync hooks remove".to_owned());
    }
    remedies
}
