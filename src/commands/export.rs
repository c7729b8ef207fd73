//! `export`: one world as a zip.

use std::path::PathBuf;

use indicatif::HumanBytes;
use serde::Serialize;

use super::{Context, Done, restore};
use crate::{
    cli,
    domain::count::counted,
    error::Result,
    sync::{
        decide,
        export::{self, ExportOutcome, Exported, Request},
    },
};

#[derive(Serialize)]
struct Event<'a> {
    event: &'static str,
    #[serde(flatten)]
    outcome: &'a ExportOutcome,
}

/// Runs the command.
pub fn run(context: &Context<'_>, args: &cli::Export) -> Result<Done> {
    let request = Request {
        unit: args.unit.clone(),
        point: restore::point(context, &args.point)?,
        target: args.to.clone().unwrap_or_else(|| PathBuf::from(".")),
        force: args.force,
    };
    let outcome = export::export(&context.settings, &|event| context.hear(event), &request)?;
    context.settle();
    if context.output.is_json() {
        context.output.object(&Event {
            event: "export",
            outcome: &outcome,
        });
        return Ok(Done::Well);
    }
    match &outcome {
        ExportOutcome::NotOptedIn | ExportOutcome::Copy => {}
        ExportOutcome::Exported(zip) => context.output.line(&said("Exported", zip)),
        ExportOutcome::Unchanged(zip) => {
            context.output.line(&said("There already:", zip));
        }
    }
    Ok(Done::Well)
}

fn said(what: &str, zip: &Exported) -> String {
    let version = zip.version.as_ref().map_or_else(
        || "as it is here".to_owned(),
        |version| {
            format!(
                "the version of {} of {} ({})",
                version.device,
                decide::minutes(version.time),
                version.snapshot.as_ref().map_or("-", |id| id.short())
            )
        },
    );
    format!(
        "{what} {}, {version}: {} ({}, {}; the zip {})",
        zip.unit,
        zip.file,
        counted(zip.files, "file"),
        HumanBytes(zip.bytes),
        HumanBytes(zip.size)
    )
}
