//! `log`: what the hooks did, newest last.

use super::{Context, Done};
use crate::{
    cli,
    config::{layout::Layout, sync_file},
    logbook,
};

/// Runs the command. It takes no lock, and needs nothing but the log.
pub fn run(context: &Context<'_>, args: &cli::Log) -> Done {
    let layout = Layout::new(&context.settings.pack);
    let log = if args.all || !sync_file::is_opted_in(&layout) {
        logbook::of_user(&context.settings.dirs)
    } else {
        Some(layout.log())
    };
    let entries = log.map(|log| logbook::read(&log)).unwrap_or_default();
    let first = entries.len().saturating_sub(args.entries);
    for entry in &entries[first..] {
        if context.output.is_json() {
            context.output.object(entry);
        } else {
            context.output.text(&entry.to_text());
        }
    }
    if entries.is_empty() && !context.output.is_json() {
        context.output.line("Nothing is in the log yet.");
    }
    Done::Well
}
