//! `setup` in a window: what the player does there is done here, by the same engine as on a terminal.

mod enter;
mod finish;

use super::{
    Found, Given,
    desk::Desk,
    open_ones, place_of,
    scene::{self, Candidate},
    token_of_file,
};
use crate::{
    cancel,
    cli::Setup,
    commands::{
        Context, Done,
        folders::{self, Folder},
        pairing,
    },
    error::{Error, Result},
    process::{console, core_dumps},
    secrets::token::Token,
    sync::pairing::joiner::Paired,
    texts::text,
    window::protocol::{
        Said,
        setup::{self, Act, News, Whose},
    },
    wiring::{self, instances::Instance},
};

/// Shows the window until the player is through. `None` where none can be shown: then nothing was done.
pub fn run(context: &Context<'_>, args: &Setup) -> Result<Option<Done>> {
    if let Some(url) = &args.url {
        place_of(context, url)?;
    }
    core_dumps::forbid();
    let token = token_of_file(&context.settings)?;
    let Some((games, choose, said)) = candidates(context, args)? else {
        return Ok(Some(Done::Well));
    };
    let shown = setup::Setup {
        games: games.iter().map(Candidate::shown).collect(),
        choose,
        address: args.url.clone(),
        token: token.as_ref().map(|token| Whose::of(token.is_of_device())),
        said,
        now: context.settings.now(),
    };
    let Some(desk) = Desk::open(shown) else {
        return Ok(None);
    };
    pairing::heed_interrupts();
    // Where the program was started by a double click, its console is in the way.
    if console::is_ours_alone() {
        console::leave();
    }
    let course = Course {
        context,
        args,
        token,
        games,
        desk,
        account: None,
        paired: None,
    };
    course.run().map(Some)
}

/// The folders, whether the player chooses among them, and what is to be said first. `None` where a folder
/// was said that is opted in already.
type Candidates = Option<(Vec<Candidate>, bool, Vec<Said>)>;

fn candidates(context: &Context<'_>, args: &Setup) -> Result<Candidates> {
    let said = folders::said(context, args)?;
    let Some(folders) = said else {
        let listing = folders::listing(context, args);
        let open = folders::open(&listing, args);
        let mut said: Vec<Said> = listing.errors.iter().map(scene::said).collect();
        if listing.instances.is_empty() {
            said.push(Said {
                text: text!("setup-no-launcher"),
                hints: vec![text!("setup-no-launcher-hint")],
            });
        } else if open.is_empty() {
            said.push(Said {
                text: text!("setup-all-synced"),
                hints: vec![text!("setup-all-synced-hint")],
            });
        }
        let candidate = |one: &&Instance| Candidate {
            folder: folders::of(&context.settings, one),
            instance: Some((*one).clone()),
        };
        let games = open.iter().map(candidate).collect();
        return Ok(Some((games, true, said)));
    };
    let open = open_ones(context, args, folders)?;
    if open.is_empty() {
        return Ok(None);
    }
    // Only to offer the wiring: a launcher that cannot be read is nothing to this folder.
    let dirs = &context.settings.dirs;
    let listing = wiring::instances(&args.launcher_dir, dirs);
    let candidate = |folder: Folder| Candidate {
        instance: listing
            .instances
            .iter()
            .find(|one| one.is_at(folder.layout.pack()))
            .cloned(),
        folder,
    };
    let games = open.into_iter().map(candidate).collect();
    Ok(Some((games, false, Vec::new())))
}

/// One window, from its first page to its last.
struct Course<'a, 'c> {
    context: &'a Context<'c>,
    args: &'a Setup,
    /// The token of a file.
    token: Option<Token>,
    games: Vec<Candidate>,
    desk: Desk,
    account: Option<(Given, Found)>,
    /// Who was let in by a code, which is good once; and the code.
    paired: Option<(String, Paired)>,
}

impl Course<'_, '_> {
    fn run(mut self) -> Result<Done> {
        let mut result = None;
        while let Some(act) = self.desk.wait() {
            match act {
                Act::Connect(connect) => self.connect(&connect),
                Act::Finish(finish) => {
                    if let Some(done) = self.finish(&finish) {
                        result = Some(done);
                    }
                }
            }
        }
        let result = result.unwrap_or_else(|| Err(cancel::error()));
        match self.paired.take() {
            // It was let in, and nothing keeps its token.
            Some((_, paired)) => result.map_err(|error| paired.give_up(error)),
            None => result,
        }
    }

    /// Takes this device out of the account again, where it was let in and nothing was opted in.
    fn forget_paired(&mut self) {
        if let Some((_, paired)) = self.paired.take() {
            paired.leave();
        }
    }

    fn refuse(&mut self, error: &Error, regardless: bool) {
        let said = scene::said(error);
        self.desk.say(News::Refused { said, regardless });
    }
}
