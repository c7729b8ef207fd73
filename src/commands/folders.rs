//! The question which game folders to opt in: the one that was given, the one that this is, or some of
//! the instances of the launchers.

use std::path::{Path, PathBuf};

use super::Context;
use crate::{
    cli::Setup,
    config::layout::Layout,
    error::{Context as _, Error, Result},
    sync::{opt_in, session::absolute, settings::Settings},
    ui::prompt::Prompt,
    wiring::{
        self,
        instances::{Instance, Listing},
    },
};

/// A folder to opt in.
#[derive(Clone)]
pub struct Folder {
    /// What was asked for, for this folder.
    pub settings: Settings,
    /// Where everything of it is.
    pub layout: Layout,
    /// What a launcher calls it.
    pub name: Option<String>,
}

impl Folder {
    /// Makes it, where it is that of an instance that was never started.
    pub fn make(&self) -> Result<()> {
        let pack = self.layout.pack();
        let instance_is_there = pack.parent().is_some_and(Path::is_dir);
        if self.name.is_some() && instance_is_there && !pack.exists() {
            std::fs::create_dir(pack).context(|| format!("cannot make {}", pack.display()))?;
        }
        Ok(())
    }
}

/// Asks for them, where somebody can be asked and nothing was said. None: all are synced already.
pub fn choose(context: &Context<'_>, prompt: &Prompt<'_>, args: &Setup) -> Result<Vec<Folder>> {
    let settings = &context.settings;
    if let Some(said) = said(context, args)? {
        return Ok(said);
    }
    if !prompt.is_terminal() {
        return Err(no_game_folder(settings));
    }
    let listing = listing(context, args);
    let open = open(&listing, args);
    if listing.instances.is_empty() {
        return Err(no_game_folder(settings));
    }
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let items: Vec<String> = open.iter().map(|one| line(one)).collect();
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let question = "Which instances are to be synced? Space marks, Enter goes on";
    let chosen = prompt.choose_many(question, &items)?;
    let chosen = chosen.into_iter().filter_map(|place| open.get(place));
    Ok(chosen.map(|one| of(settings, one)).collect())
}

/// Returns the folders that were named, or the one that this is. `None` where nothing was said and this is
/// no game's.
pub fn said(context: &Context<'_>, args: &Setup) -> Result<Option<Vec<Folder>>> {
    let settings = &context.settings;
    if args.instance.is_empty() {
        if context.folder_given || is_game_folder(&settings.pack) {
            return Ok(Some(vec![given(settings)?]));
        }
        return Ok(None);
    }
    if context.folder_given {
        return Err(Error::usage(
            "--instance and --pack-folder exclude each other",
        ));
    }
    let listing = listing(context, args);
    let named = |name: &String| by_name(&listing.instances, name);
    let named = args
        .instance
        .iter()
        .map(named)
        .collect::<Result<Vec<_>>>()?;
    Ok(Some(
        named.into_iter().map(|one| of(settings, one)).collect(),
    ))
}

/// Lists the instances of the launchers, and says what of them cannot be read.
pub fn listing(context: &Context<'_>, args: &Setup) -> Listing {
    let listing = wiring::instances(&args.launcher_dir, &context.settings.dirs);
    for error in &listing.errors {
        context.output.warning(&error.to_string(), error.hints());
    }
    listing
}

/// Returns the instances that are not synced yet, or all of them where they are to be anew.
pub fn open<'a>(listing: &'a Listing, args: &Setup) -> Vec<&'a Instance> {
    let all = listing.instances.iter();
    all.filter(|one| args.force || !one.sync.opted_in || one.sync.copy)
        .collect()
}

fn no_game_folder(settings: &Settings) -> Error {
    Error::usage(format!(
        "{} does not look like the folder of a game: it has neither saves nor options.txt",
        absolute(&settings.pack).display()
    ))
    .hint("Give the game's folder with --pack-folder, or an instance of a launcher with --instance. To see those: instance-sync list")
}

/// The folder that was said, or this one.
fn given(settings: &Settings) -> Result<Folder> {
    Ok(Folder {
        settings: settings.clone(),
        layout: opt_in::check_folder(settings)?,
        name: None,
    })
}

/// Returns the folder of an instance.
pub fn of(settings: &Settings, instance: &Instance) -> Folder {
    let settings = Settings {
        pack: instance.game_folder.clone(),
        launcher_label: Some(instance.name.clone()),
        ..settings.clone()
    };
    Folder {
        layout: Layout::new(absolute(&settings.pack)),
        settings,
        name: Some(instance.name.clone()),
    }
}

fn by_name<'a>(instances: &'a [Instance], name: &str) -> Result<&'a Instance> {
    let found: Vec<&Instance> = instances
        .iter()
        .filter(|one| {
            let id = one.folder.file_name().and_then(|id| id.to_str());
            let path = Path::new(name);
            one.name == name || id == Some(name) || one.folder == path || one.game_folder == path
        })
        .collect();
    let names = |all: &[&Instance]| {
        let names: Vec<String> = all.iter().map(|one| line(one)).collect();
        names.join("; ")
    };
    match found[..] {
        [one] => Ok(one),
        [] => {
            let all: Vec<&Instance> = instances.iter().collect();
            let error = Error::usage(format!("no launcher has an instance {name:?}"));
            Err(match all[..] {
                [] => error.hint("No instance was found: instance-sync list. Give its game folder with --pack-folder."),
                _ => error.hint(format!("There are: {}.", names(&all))),
            })
        }
        _ => Err(
            Error::usage(format!("several instances are called {name:?}")).hint(format!(
                "Give the folder of one of them: {}.",
                names(&found)
            )),
        ),
    }
}

fn line(instance: &Instance) -> String {
    let name = instance.name.replace(char::is_control, " ");
    format!(
        "{name} ({}, {})",
        instance.launcher,
        instance.folder.display()
    )
}

/// Whether this looks like the folder that a game runs in.
fn is_game_folder(pack: &Path) -> bool {
    let pack: PathBuf = absolute(pack);
    [".cloud-sync", "saves", "options.txt"]
        .iter()
        .any(|name| pack.join(name).exists())
}
