//! `list`: all instances of all launchers.

use serde::Serialize;

use super::{Context, Done, hooks::NONE_FOUND};
use crate::{
    cli::Launchers,
    domain::shell,
    error::{Error, Result},
    sync::{decide::minutes, glance::World},
    ui::table,
    wiring::{
        self,
        instances::{Hooks, Instance, Listing},
    },
};

#[derive(Serialize)]
struct Printed<'a> {
    event: &'static str,
    instances: &'a [Instance],
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &Launchers) -> Result<Done> {
    let listing = wiring::instances(&args.launcher_dir, &context.settings.dirs);
    if context.output.is_json() {
        context.output.object(&Printed {
            event: "list",
            instances: &listing.instances,
        });
    } else {
        show(context, &listing);
    }
    for error in &listing.errors {
        context.output.warning(&error.to_string(), error.hints());
    }
    match listing.errors.len() {
        0 => Ok(Done::Well),
        _ => Err(Error::failed("not every launcher could be looked at")),
    }
}

fn show(context: &Context<'_>, listing: &Listing) {
    let output = context.output;
    if listing.instances.is_empty() {
        if listing.launchers > 0 {
            output.line("The launchers that were found have no instances yet.");
        } else if listing.errors.is_empty() {
            output.line(&format!("No launcher was found. {NONE_FOUND}"));
        }
        return;
    }
    let mut rows = vec![
        [
            "name",
            "launcher",
            "synced",
            "last sync",
            "id",
            "world",
            "hooks",
            "",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    rows.extend(listing.instances.iter().map(row));
    output.text(&table::fitted(&rows, output.width()));
    for hint in hints(&listing.instances) {
        output.line(&hint);
    }
}

fn row(instance: &Instance) -> Vec<String> {
    let sync = &instance.sync;
    let synced = match (sync.opted_in, sync.copy) {
        (true, false) => "yes",
        (true, true) => "a copy",
        (false, _) => "no",
    };
    let last = match (sync.opted_in, sync.last_sync) {
        (true, Some(time)) => minutes(time),
        (true, None) => "never".to_owned(),
        (false, _) => String::new(),
    };
    let id = sync.instance_id.filter(|_| sync.opted_in);
    let hooks = match instance.hooks {
        Hooks::Launcher => "yes",
        Hooks::Own => "its own",
        Hooks::Shadowed => "HIDDEN",
        Hooks::None => "no",
        Hooks::Unknown => "?",
    };
    let mut marks = Vec::new();
    if sync.pending_push {
        marks.push("push pending".to_owned());
    }
    match sync.conflicts.len() {
        0 => {}
        1 => marks.push("1 conflict".to_owned()),
        count => marks.push(format!("{count} conflicts")),
    }
    if !instance.same_as.is_empty() {
        marks.push("twice on this device".to_owned());
    }
    marks.extend(sync.problem.as_ref().map(|_| "cannot be read".to_owned()));
    vec![
        // A name is one line of a table, whatever is in it.
        instance.name.replace(char::is_control, " "),
        instance.launcher.to_string(),
        synced.to_owned(),
        last,
        // As the server's pages show it.
        id.map(|id| id.short()).unwrap_or_default(),
        sync.world.as_ref().map(world).unwrap_or_default(),
        hooks.to_owned(),
        marks.join(", "),
    ]
}

/// The world that was played last, and its day.
fn world(world: &World) -> String {
    let folder = || world.unit.name().to_owned();
    let name = world.about.name.clone().unwrap_or_else(folder);
    match world.about.day {
        Some(day) => format!("{name} (day {day})"),
        None => name,
    }
}

/// What to do about what the table shows, each thing once.
fn hints(instances: &[Instance]) -> Vec<String> {
    let mut hints = Vec::new();
    let first = |is: &dyn Fn(&Instance) -> bool| instances.iter().find(|instance| is(instance));
    let options: Vec<String> = instances
        .iter()
        .filter(|one| one.is_shadowed())
        .map(|one| shell::option("instance", &one.name))
        .collect();
    if !options.is_empty() {
        hints.push(format!(
            "HIDDEN: it has commands of its own, so that the launcher's hooks never run there. To wire it: \
             instance-sync hooks install {}",
            options.join(" ")
        ));
    }
    if first(&|instance| instance.hooks == Hooks::None).is_some() {
        hints.push("To wire the launchers: instance-sync hooks install".to_owned());
    }
    if let Some(conflict) = first(&|instance| !instance.sync.conflicts.is_empty()) {
        hints.push(format!(
            "To decide about a conflict: instance-sync resolve {}",
            shell::pack_folder(&conflict.game_folder)
        ));
    }
    if let Some(copy) = first(&|instance| instance.sync.copy) {
        hints.push(format!(
            "A copy of another instance is not synced. To opt it in for itself: instance-sync setup {}",
            shell::pack_folder(&copy.game_folder)
        ));
    }
    if let Some(twin) = first(&|instance| !instance.same_as.is_empty()) {
        let others: Vec<String> = twin
            .same_as
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        hints.push(format!(
            "{} is the same instance as {}. To leave this one alone: instance-sync disable {}",
            twin.game_folder.display(),
            others.join(", "),
            shell::pack_folder(&twin.game_folder)
        ));
    }
    for broken in instances {
        if let Some(problem) = &broken.sync.problem {
            hints.push(format!("{}: {problem}", broken.name));
        }
    }
    if instances.iter().all(|instance| !instance.sync.opted_in) {
        let folder = instances
            .first()
            .map(|instance| shell::pack_folder(&instance.game_folder));
        hints.push(format!(
            "To sync one: instance-sync setup {}",
            folder.unwrap_or_default()
        ));
    }
    hints
}
