//! `status`: a look at the folder and the cloud.

use super::{Context, Done, prune::day, pull::list};
use crate::{
    cli,
    domain::path::RelPath,
    error::Result,
    sync::{
        proof::Standing,
        status::{self, Cloud, Instance},
        unfinished,
    },
    ui::table,
};

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::Status) -> Result<Done> {
    let listener = |event| context.hear(event);
    let status = status::status(
        &context.settings,
        &listener,
        context.label.as_deref(),
        args.offline,
    )?;
    if context.output.is_json() {
        context.output.object(&status);
        return Ok(Done::Well);
    }
    match &status.instance {
        None => context.output.line(&format!(
            "{} is not opted in. Opt in with: instance-sync setup",
            status.pack_folder.display()
        )),
        Some(instance) => {
            context
                .output
                .text(&table::columns(&rows(&status.pack_folder, instance)));
        }
    }
    Ok(Done::Well)
}

fn rows(folder: &std::path::Path, instance: &Instance) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        (
            "instance",
            format!("{} ({})", instance.label, instance.instance_id),
        ),
        ("folder", folder.display().to_string()),
        ("server", instance.url.clone()),
        (
            "account",
            instance
                .account
                .clone()
                .unwrap_or_else(|| "from the token".to_owned()),
        ),
        ("profile", instance.profile.to_string()),
        ("device", instance.device.clone()),
        (
            "base",
            instance
                .base
                .as_ref()
                .map_or_else(|| "none yet".to_owned(), |base| base.short().to_owned()),
        ),
        ("units", instance.units.len().to_string()),
        ("changes", changes(instance)),
        ("cloud", cloud(&instance.cloud)),
        ("proven", proven(&instance.proven)),
    ];
    if let Some(every) = &instance.proven.every {
        rows.push(("drill", format!("by itself, every {every}")));
    }
    let restic = instance.restic.as_ref();
    let found = restic.map(|restic| {
        format!(
            "{} ({}, {})",
            restic.version,
            restic.origin,
            restic.program.display()
        )
    });
    rows.push((
        "restic",
        found.unwrap_or_else(|| "none yet; it is fetched when it is needed".to_owned()),
    ));
    if instance.copy {
        rows.push((
            "copy",
            "of another folder: not synced until instance-sync setup".to_owned(),
        ));
    }
    if let Some(reason) = instance.unfinished {
        let what = unfinished::named(reason);
        rows.push((
            "unfinished",
            format!("{what} was interrupted; the next command carries it to its end"),
        ));
    }
    if instance.pending_push {
        rows.push((
            "push",
            "is pending: it goes out at the next chance".to_owned(),
        ));
    }
    if !instance.conflicts.is_empty() {
        let names: Vec<&str> = instance.conflicts.iter().map(RelPath::as_str).collect();
        rows.push(("conflicts", names.join(", ")));
    }
    if !instance.vanished.is_empty() {
        let names: Vec<&str> = instance.vanished.iter().map(RelPath::as_str).collect();
        rows.push((
            "missing",
            format!("{} (not taken for deleted)", names.join(", ")),
        ));
    }
    for problem in &instance.problems {
        rows.push(("not synced", format!("{}: {}", problem.path, problem.why)));
    }
    rows
}

/// What of the state that was last synced here was proven restorable, and when.
pub fn proven(standing: &Standing) -> String {
    let damaged = |newest: bool| -> Vec<RelPath> {
        let of_it = standing.damaged.iter().filter(|one| one.newest == newest);
        let mut units: Vec<_> = of_it.map(|one| one.unit.clone()).collect();
        units.sort();
        units.dedup();
        units
    };
    let (newest, older) = (damaged(true), damaged(false));
    // What is damaged was tried.
    let since = standing.since.iter().filter(|unit| !newest.contains(unit));
    let since: Vec<RelPath> = since.cloned().collect();
    let mut parts = Vec::new();
    match (standing.oldest, standing.proven, &standing.last) {
        (Some(time), proven @ 1.., _) => {
            let all = proven + standing.since.len();
            let how_much = if proven == all {
                "all units".to_owned()
            } else {
                format!("{proven} of {all} units")
            };
            parts.push(format!(
                "last proven restorable on {} ({how_much})",
                day(time)
            ));
            if !since.is_empty() {
                parts.push(format!("changed since, or not tried: {}", list(&since)));
            }
        }
        (_, _, Some(last)) if newest.is_empty() => {
            let (day, units) = (day(last.time), last.units);
            parts.push(format!(
                "not as it is now: since the drill of {day} ({units} of {} units sound) every unit changed",
                last.of_units
            ));
        }
        _ => parts.push("never".to_owned()),
    }
    if !newest.is_empty() {
        parts.push(format!("DAMAGED in the cloud: {}", list(&newest)));
    }
    if !older.is_empty() {
        parts.push(format!("older versions DAMAGED: {}", list(&older)));
    }
    parts.join("; ")
}

fn changes(instance: &Instance) -> String {
    if instance.changes.is_empty() {
        return "none".to_owned();
    }
    let each: Vec<String> = instance
        .changes
        .iter()
        .map(|change| format!("{} ({})", change.unit, change.change))
        .collect();
    each.join(", ")
}

fn cloud(cloud: &Cloud) -> String {
    match cloud {
        Cloud::NotAsked => "not asked".to_owned(),
        Cloud::Same => "nothing new".to_owned(),
        Cloud::Ahead { snapshots } => {
            format!("snapshots that are new here: {snapshots}")
        }
        Cloud::Empty => "nothing pushed yet".to_owned(),
        Cloud::Trashed { why } => why.clone(),
        Cloud::Unreachable { why } => format!("not reached: {why}"),
    }
}
