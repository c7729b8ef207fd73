//! Whose account `pair` is for, where nobody says a folder: a double click does not.

use crate::{
    commands::Context,
    config::{layout::Layout, sync_file},
    domain::location::Location,
    error::{Error, Result},
    sync::settings::Settings,
    texts::text,
    wiring,
};

/// Returns the settings for the folder that was said, or that this is; else for a game of a launcher, where all
/// that are synced belong to one account.
pub fn settings(context: &Context<'_>) -> Result<Settings> {
    let settings = context.settings.clone();
    if context.folder_given {
        return if sync_file::is_opted_in(&Layout::new(&settings.pack)) {
            Ok(settings)
        } else {
            Err(context.not_opted_in())
        };
    }
    if sync_file::is_opted_in(&Layout::new(&settings.pack)) {
        return Ok(settings);
    }
    let listing = wiring::instances(&[], &settings.dirs);
    let synced = listing.instances.into_iter().filter(|one| !one.sync.copy);
    let mut accounts: Vec<(Location, Option<String>)> = Vec::new();
    let mut first = None;
    for one in synced {
        let layout = Layout::new(&one.game_folder);
        if !sync_file::is_opted_in(&layout) {
            continue;
        }
        // One that cannot be read is no reason to let nobody in.
        let Ok(file) = sync_file::read(&layout) else {
            continue;
        };
        let account = (file.location, file.account);
        if !accounts.contains(&account) {
            accounts.push(account);
            first.get_or_insert(one.game_folder);
        }
    }
    match (first, accounts.len()) {
        (Some(pack), 1) => Ok(Settings { pack, ..settings }),
        (Some(_), _) => Err(nobody_knows(text!("pair-several"))),
        (None, _) => Err(nobody_knows(text!("pair-no-folder"))),
    }
}

fn nobody_knows(why: String) -> Error {
    Error::usage(why).hint(text!("pair-no-folder-hint"))
}
