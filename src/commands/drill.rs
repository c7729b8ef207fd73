//! The drill in the background: started by a push, at its very end; told of by the next hook.

use std::{ffi::OsString, path::Path};

use super::{Context, Done, logged};
use crate::{
    cli::Global,
    config::layout::Layout,
    domain::shell,
    error::{Error, Result},
    process::background,
    sync::{
        graph, proof,
        session::absolute,
        verify::{self, Background},
    },
    texts::text,
};

/// Starts a drill if one is due. Nobody waits for it, and nobody is told where it cannot be started.
pub fn after_push(context: &Context<'_>, global: &Global) {
    // A folder that is not opted in is not looked at once more.
    if !context.opted_in.get() {
        return;
    }
    let layout = Layout::new(absolute(&context.settings.pack));
    let now = context.settings.now();
    if proof::peek(&layout).is_some_and(|proofs| proofs.is_due(now)) {
        // It is due again after the next push.
        let _ = background::start(&words("__drill", &layout, global));
    }
}

/// Leaves the drill itself behind, and ends.
pub fn leave(context: &Context<'_>, global: &Global) -> Result<Done> {
    let layout = Layout::new(absolute(&context.settings.pack));
    background::leave(&words("__drilling", &layout, global))
        .map_err(|error| Error::failed("the drill was not started").because(error))?;
    Ok(Done::Well)
}

/// Runs the drill.
pub fn run(context: &Context<'_>) -> Result<Done> {
    background::be_modest();
    let seed = verify::seed();
    let done = verify::in_background(&context.settings, &|_| {}, seed)?;
    let (word, details) = match done {
        Background::NotDue => return Ok(Done::Well),
        Background::NotIdle => ("not idle", Vec::new()),
        Background::GaveWay => ("gave way", Vec::new()),
        Background::Empty => ("nothing pushed yet", Vec::new()),
        Background::Drilled {
            in_time,
            units,
            bytes,
            damaged,
        } => {
            let word = match (damaged, in_time) {
                (0, true) => "sound",
                (0, false) => "ran out of time",
                _ => "damaged",
            };
            (word, logged::amounts(units, bytes))
        }
    };
    context.course.became(word, details);
    Ok(Done::Well)
}

/// Tells once of what a drill found damaged. Called where a hook has worked in an opted-in folder.
pub fn tell(context: &Context<'_>) {
    context.opted_in.set(true);
    let layout = Layout::new(absolute(&context.settings.pack));
    let Some(proofs) = proof::tell(&layout) else {
        return;
    };
    let look = text!(
        "drill-damage-look",
        folder = shell::pack_folder(layout.pack())
    );
    if let Some(first) = proofs.unreadable.first() {
        let error = graph::cannot_be_read(proofs.unreadable.len(), first);
        context.alert(error.to_string(), vec![look.clone(), verify::repair()]);
    }
    let mut units: Vec<_> = proofs.damaged.into_iter().map(|one| one.unit).collect();
    units.sort();
    units.dedup();
    if !units.is_empty() {
        let units = super::pull::list(&units);
        let text = text!("drill-damage", units = units);
        context.alert(text, vec![look, verify::repair()]);
    }
}

/// The words that start it: the folder, and how the cloud is reached.
fn words(command: &str, layout: &Layout, global: &Global) -> Vec<OsString> {
    let mut words: Vec<OsString> = vec![command.into(), "--no-gui".into(), "--no-download".into()];
    let mut option = |name: &str, value: &Path| {
        let mut word = OsString::from(name);
        word.push(absolute(value));
        words.push(word);
    };
    option("--pack-folder=", layout.pack());
    let given = [
        ("--token-file=", &global.token_file),
        ("--restic-binary=", &global.restic_binary),
        ("--ca-file=", &global.ca_file),
    ];
    for (name, value) in given {
        if let Some(value) = value {
            option(name, value);
        }
    }
    if global.insecure_http {
        words.push("--insecure-http".into());
    }
    if let Some(label) = &global.instance_label {
        words.push(format!("--instance-label={label}").into());
    }
    words
}
