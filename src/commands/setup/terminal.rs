//! `setup` on a terminal, or answered line by line through a pipe.

use super::{
    Found, How, current,
    door::{Asking, account},
    failed, keyring_or_files, offered, open_ones, opt_in, place_of, reaches_keyring, unwired,
};
use crate::{
    cli::Setup,
    commands::{
        Context, Done,
        folders::{self, Folder},
        init,
        which::{self, Which},
    },
    domain::shell,
    error::{Kind, Result},
    secrets::{Place, keyring},
    sync::{
        opt_in::{How as Became, OptedIn},
        pairing::joiner::Paired,
    },
    ui::prompt::Prompt,
};

/// Asks, and opts in.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Done> {
    if let Some(url) = &args.url {
        place_of(context, url)?;
    }
    let prompt = Prompt::new(context.output);
    let all = folders::choose(context, &prompt, args)?;
    let is_any = !all.is_empty();
    let open = open_ones(context, args, all)?;
    let Some(first) = open.first() else {
        if !is_any {
            let text = "All instances of the launchers are synced already. For another folder: --pack-folder.";
            context.output.line(text);
        }
        return Ok(Done::Well);
    };
    if prompt.is_terminal() {
        for folder in &open {
            let text = format!("Opting in {}", folder.layout.pack().display());
            context.output.line(&text);
        }
    }
    let mut paired = None;
    let done = opt_all_in(context, &prompt, args, (first, &open), &mut paired);
    // Nothing keeps its token: it is let in anew at the next try.
    done.map_err(|error| match &paired {
        Some(paired) => paired.give_up(error),
        None => error,
    })
}

/// Asks for the account, and then for each folder. `paired` is the device that was let in for it.
fn opt_all_in(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    (first, open): (&Folder, &[Folder]),
    paired: &mut Option<Paired>,
) -> Result<Done> {
    let asking = Asking {
        context,
        prompt,
        folders: open,
    };
    let (mut given, found) = account(asking, args, first, paired)?;
    let is_sealed = paired.as_ref().is_some_and(|got| got.passphrase.is_some());
    let mut is_sure = found.listed || is_sealed || !prompt.is_terminal();
    let how = How::of(args, place(context, prompt, args, open)?);
    let (mut wrong, mut done, mut stopped) = (0, Vec::new(), None);
    for folder in open {
        let asked = which(context, prompt, &found, folder, open.len() > 1).and_then(|which| {
            // Nobody can replace a passphrase that was mistyped when it was used for the first time.
            if !is_sure && matches!(which, Which::Own) && current(folder).is_none() {
                asking.make_sure(&mut given, &found)?;
                is_sure = true;
            }
            let listener = |event| context.hear(event);
            let how = how.within_reach(args, folder);
            opt_in(&given, &found, folder, which, how, &listener)
        });
        context.settle();
        match asked {
            Ok(opted_in) => {
                init::report(context, &opted_in);
                way_back(context, &found, &opted_in);
                context.course.end_in(context, &folder.layout, "setup", 0);
                done.push(folder.layout.pack());
            }
            Err(error) if open.len() == 1 => return Err(error),
            Err(error) if error.kind() == Kind::Cancelled => {
                stopped = Some(error);
                break;
            }
            Err(error) => {
                context.output.error(&error);
                wrong += 1;
            }
        }
    }
    if !done.is_empty() {
        *paired = None;
    }
    unwired(context, args, &done);
    if let Some(error) = stopped {
        return Err(error);
    }
    match wrong {
        0 => Ok(Done::Well),
        _ => Err(failed(wrong, open.len())),
    }
}

/// Says how to choose otherwise, where there was a choice.
fn way_back(context: &Context<'_>, found: &Found, done: &OptedIn) {
    if done.how == Became::Created && !found.offers.is_empty() && !context.output.is_json() {
        context.output.line(&format!(
            "If it should be one that is there already: instance-sync init --join=NAME {}",
            shell::pack_folder(&done.pack_folder)
        ));
    }
}

/// Asks where the secrets are to be kept, where there is a choice and somebody to make it.
fn place(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    args: &Setup,
    folders: &[Folder],
) -> Result<Place> {
    if args.keyring {
        return Ok(Place::Keyring);
    }
    let any = folders.iter().any(reaches_keyring);
    if !prompt.is_terminal() || !any || !keyring::answers() {
        return Ok(Place::File);
    }
    let items = [
        "The keyring of the system",
        "Files in .cloud-sync that only you can read",
    ];
    let question = "Where are the secrets to be kept? Arrow keys, then Enter";
    if prompt.choose(question, &items)? != 0 {
        return Ok(Place::File);
    }
    for folder in folders.iter().filter(|folder| !reaches_keyring(folder)) {
        context.output.line(&format!(
            "Those of {} are kept in files: its launcher is a Flatpak, which does not reach the keyring.",
            folder.layout.pack().display()
        ));
    }
    let (place, error) = keyring_or_files();
    if let Some(error) = error {
        let hints = ["They are kept in files.".to_owned()];
        context.output.warning(&error.to_string(), &hints);
    }
    Ok(place)
}

fn which(
    context: &Context<'_>,
    prompt: &Prompt<'_>,
    found: &Found,
    folder: &Folder,
    several: bool,
) -> Result<Which> {
    let name = folder.name.as_deref();
    let subject = name.filter(|_| several);
    let offers: Vec<_> = offered(&found.offers, name)
        .into_iter()
        .map(|(_, offer)| offer)
        .collect();
    let offered = (&offers[..], found.listed);
    which::ask(context, prompt, offered, current(folder), subject)
}
