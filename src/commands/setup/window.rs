//! `setup` in a window: what the player does there is done here, by the same engine as on a terminal.

use std::{collections::BTreeSet, path::PathBuf};

use secrecy::ExposeSecret;

use super::{
    Found, Given, How, Need, access,
    desk::{Desk, Leaving},
    failed, keyring_or_files, list, open_ones, opt_in, passphrase_typed, place_of, reaches_keyring,
    scene::{self, Candidate},
    token_of_file, token_typed,
};
use crate::{
    cancel,
    cli::Setup,
    commands::{
        Context, Done,
        folders::{self, Folder},
        init,
        pairing::{self, Ticket},
        which::Which,
    },
    domain::{enrolment, location::Location},
    error::{Error, Result},
    process::{console, core_dumps},
    secrets::{Place, keyring, token::Token},
    sync::{
        event::{Event, Listener, note},
        pairing::{
            enrolling,
            joiner::{Joiner, Paired},
        },
    },
    texts::text,
    window::protocol::{
        Said,
        setup::{self, Act, Became, Connect, Ended, Finish, Finished, News, Whose, Wired},
    },
    wiring::{
        self,
        execute::{Finality, Request},
        instances::{Hooks, Instance},
    },
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

    /// Tries an account.
    fn connect(&mut self, connect: &Connect) {
        self.account = None;
        let given = match self.ticket(connect) {
            Ok(Some((typed, ticket))) => self.given_by_ticket(connect, typed, ticket),
            Ok(None) => self.given(connect).map(Some),
            Err(error) => Err(error),
        };
        let given = match given {
            Ok(Some(given)) => given,
            Ok(None) => return,
            Err(error) => return self.refuse(&error, false),
        };
        let Some(first) = connect
            .games
            .first()
            .and_then(|place| self.games.get(*place))
        else {
            return self.refuse(&Error::usage(text!("setup-no-launcher")), false);
        };
        let (folder, tried) = (first.folder.clone(), given.clone());
        let mut chosen = connect
            .games
            .iter()
            .filter_map(|place| self.games.get(*place));
        let reach = chosen.any(|game| reaches_keyring(&game.folder));
        let asks = !self.args.keyring && reach;
        let looked = self
            .desk
            .beside(self.context, Leaving::AtOnce, move |listener| {
                let access = access(&tried, &folder)?;
                let listed = list(&access, &folder, listener);
                Ok((listed, asks && keyring::answers()))
            });
        let (listed, keyring) = match looked {
            Some(Ok(looked)) => looked,
            Some(Err(error)) => return self.refuse(&error, false),
            None => return,
        };
        let found = match listed {
            Ok(offers) => Found::with_list(offers),
            Err(error) if connect.regardless => Found::without_list(&error),
            Err(error) => return self.refuse(&error, true),
        };
        // Nobody can replace a passphrase that was mistyped when it was used for the first time.
        let is_sealed = |(_, paired): &(String, Paired)| paired.passphrase.is_some();
        if found.offers.is_empty()
            && !self.paired.as_ref().is_some_and(is_sealed)
            && let Some(passphrase) = &given.passphrase
        {
            let Some(again) = &connect.again else {
                return self.desk.say(News::Repeat);
            };
            if again.expose_secret() != passphrase.expose_secret() {
                let error = Error::usage(text!("setup-not-the-same"));
                return self.refuse(&error.hint(text!("setup-not-the-same-hint")), false);
            }
        }
        let game = |place: &usize| Some((*place, self.games.get(*place)?));
        let games: Vec<_> = connect.games.iter().filter_map(game).collect();
        let account = scene::account(&given, &found, &games, keyring);
        self.account = Some((given, found));
        self.desk.take_said();
        self.desk.say(News::Connected(account));
    }

    /// What was typed, where it can be an account.
    fn given(&self, connect: &Connect) -> Result<Given> {
        let address = self.args.url.as_deref().unwrap_or(&connect.address);
        let location = place_of(self.context, address)?;
        let rest = matches!(location, Location::Rest(_));
        let token = match &self.token {
            Some(token) => Some(token.clone()),
            None => token_typed(&connect.token, rest)?,
        };
        let need = Need::beside(token.as_ref(), self.folders(connect));
        let passphrase = passphrase_typed(&connect.passphrase, need)?;
        Ok(Given {
            location,
            token,
            passphrase,
        })
    }

    /// The folders that were chosen.
    fn folders<'s>(&'s self, connect: &'s Connect) -> impl Iterator<Item = &'s Folder> {
        let games = connect.games.iter();
        games.filter_map(|place| Some(&self.games.get(*place)?.folder))
    }

    /// What lets this device in, where that was typed: as it was typed, and what it is.
    fn ticket(&self, connect: &Connect) -> Result<Option<(String, Ticket)>> {
        let address = self.args.url.as_deref().unwrap_or(&connect.address).trim();
        if Ticket::is_meant(address) {
            return Ok(Some((address.to_owned(), Ticket::parse(address)?)));
        }
        let typed = connect.token.expose_secret();
        if self.token.is_some() || !enrolment::is_code(typed) {
            return Ok(None);
        }
        let Location::Rest(url) = init::location(address)? else {
            return Ok(None);
        };
        let code = pairing::enrolment(&url, &connect.token)?;
        Ok(Some((format!("{url} {typed}"), Ticket::Enrolment(code))))
    }

    /// Gets in by what was typed, and waits for the other device's yes where one has to say it. `None` where
    /// the player left.
    fn given_by_ticket(
        &mut self,
        connect: &Connect,
        said: String,
        ticket: Ticket,
    ) -> Result<Option<Given>> {
        let could_bring = ticket.may_bring_passphrase();
        let need = match &ticket {
            Ticket::Enrolment(_) => Need::of_device(self.folders(connect)),
            Ticket::Pairing(_) => Need::Optional,
        };
        let typed = passphrase_typed(&connect.passphrase, need)?;
        if self.paired.as_ref().is_none_or(|(code, _)| *code != said) {
            self.forget_paired();
            if need == Need::Optional && !ticket.may_bring_passphrase() && typed.is_none() {
                return Err(no_passphrase());
            }
            let Some(paired) = self.enter(ticket) else {
                return Ok(None);
            };
            self.paired = Some((said, paired?));
        }
        let Some((_, paired)) = &self.paired else {
            return Ok(None);
        };
        let passphrase = paired.passphrase.clone().or(typed);
        if passphrase.is_none() && need != Need::Kept {
            return Err(if could_bring {
                Error::usage(text!("pairing-came-without"))
                    .hint(text!("pairing-in-without", name = paired.name.as_str()))
            } else {
                no_passphrase()
            });
        }
        Ok(Some(Given {
            location: paired.location.clone(),
            token: Some(paired.token.clone()),
            passphrase,
        }))
    }

    /// Lets this device in. `None` where the player left before.
    fn enter(&mut self, ticket: Ticket) -> Option<Result<Paired>> {
        let settings = self.context.settings.clone();
        match ticket {
            Ticket::Pairing(invitation) => {
                self.desk
                    .beside(self.context, Leaving::AtOnce, move |listener| {
                        let joiner = Joiner::claim(&settings, &invitation, listener)?;
                        let (host, name) = (joiner.host(), joiner.name.as_str());
                        note(listener, text!("pairing-waits", host = host, name = name));
                        joiner.wait(listener)
                    })
            }
            // What it made has to be known, to be taken out again.
            Ticket::Enrolment(code) => {
                self.desk
                    .beside(self.context, Leaving::AfterIt, move |listener| {
                        enrolling::enrol(&settings, &code, listener)
                    })
            }
        }
    }

    /// Opts in. `None` where that could not be begun.
    fn finish(&mut self, finish: &Finish) -> Option<Result<Done>> {
        let (given, found) = self.account.clone()?;
        let answers: Result<Vec<(usize, Which)>> = finish
            .games
            .iter()
            .map(|(place, which)| Ok((*place, answered(which, &found)?)))
            .collect();
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => {
                self.refuse(&error, false);
                return None;
            }
        };
        let how = How::of(self.args, self.place(finish.keyring));
        let (mut ended, mut done, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (place, which) in answers {
            let Some(game) = self.games.get(place) else {
                continue;
            };
            let (name, folder) = (game.name(), game.folder.clone());
            let layout = folder.layout.clone();
            if self.desk.is_left() {
                let became = Became::NotBegun;
                ended.push(Ended { name, became });
                continue;
            }
            self.desk.working(text!("setup-at", name = &name));
            let (given, found) = (given.clone(), found.clone());
            let how = how.within_reach(self.args, &folder);
            let opted = self
                .desk
                .beside(self.context, Leaving::AfterIt, move |listener| {
                    opt_in(&given, &found, &folder, which, how, listener)
                });
            let became = match opted.unwrap_or_else(|| Err(Error::failed(text!("catalogue-died"))))
            {
                Ok(opted_in) => {
                    init::report(self.context, &opted_in);
                    let (course, context) = (&self.context.course, self.context);
                    course.end_in(context, &layout, "setup", 0);
                    done.push(place);
                    scene::became(&opted_in)
                }
                Err(error) => {
                    let said = scene::said(&error);
                    errors.push(error);
                    Became::Failed(said)
                }
            };
            ended.push(Ended { name, became });
        }
        if !done.is_empty() {
            self.paired = None;
        }
        let launchers = if finish.wire && !self.desk.is_left() {
            self.wire(&done)
        } else {
            Vec::new()
        };
        let stopped = self.desk.is_left();
        let all = ended.len();
        let unwired = launchers.iter().any(|one| one.failed.is_some());
        let said = self.desk.take_said();
        self.desk.stay();
        self.desk.say(News::Finished(Finished {
            games: ended,
            launchers,
            said,
        }));
        Some(self.verdict(errors, all, stopped, unwired))
    }

    /// Where the secrets are kept.
    fn place(&mut self, keyring: bool) -> Place {
        if self.args.keyring {
            return Place::Keyring;
        }
        if !keyring {
            return Place::File;
        }
        let tried = self
            .desk
            .beside(self.context, Leaving::AfterIt, |listener| {
                let (place, error) = keyring_or_files();
                if let Some(error) = error {
                    let hints = vec![text!("setup-kept-in-files")];
                    listener(Event::Warning(error.to_string(), hints));
                }
                place
            });
        tried.unwrap_or(Place::File)
    }

    /// Wires the launchers of the games that were opted in, and those that have commands of their own.
    fn wire(&mut self, done: &[usize]) -> Vec<Wired> {
        let games = done.iter().filter_map(|place| self.games.get(*place));
        let instances: Vec<&Instance> = games.filter_map(|game| game.instance.as_ref()).collect();
        let with = |hooks| instances.iter().filter(move |one| one.hooks == hooks);
        let mut requests = Vec::new();
        let folders: BTreeSet<PathBuf> = with(Hooks::None)
            .map(|one| one.launcher_folder.clone())
            .collect();
        let stamp = self.context.settings.now();
        let stamp = stamp.strftime("%Y%m%d-%H%M%S%.3f").to_string();
        let request = |folders, instances| Request {
            folders,
            instances,
            finality: Finality::Final,
            stamp: stamp.clone(),
        };
        if !folders.is_empty() {
            requests.push(request(folders.into_iter().collect(), Vec::new()));
        }
        for one in with(Hooks::Shadowed) {
            let name = one.folder.display().to_string();
            requests.push(request(vec![one.launcher_folder.clone()], vec![name]));
        }
        if requests.is_empty() {
            return Vec::new();
        }
        self.desk.working(text!("setup-wiring"));
        let dirs = self.context.settings.dirs.clone();
        let install = move |_: Listener<'_>| {
            let install = |request: &Request| wiring::install(request, &dirs);
            requests.iter().map(install).collect::<Vec<_>>()
        };
        let reports = self.desk.beside(self.context, Leaving::AfterIt, install);
        let shown = |report: Result<wiring::report::Report>| match report {
            Ok(report) => scene::wired(&report),
            Err(error) => vec![scene::not_wired(&error)],
        };
        let all: Vec<Wired> = reports
            .unwrap_or_default()
            .into_iter()
            .flat_map(shown)
            .collect();
        for said in all.iter().filter_map(|one| one.failed.as_ref()) {
            self.context.output.warning(&said.text, &said.hints);
        }
        all
    }

    /// How the command ends.
    fn verdict(
        &self,
        mut errors: Vec<Error>,
        all: usize,
        stopped: bool,
        unwired: bool,
    ) -> Result<Done> {
        if stopped {
            return Err(cancel::error());
        }
        match (errors.len(), all) {
            (0, _) if unwired => {
                Err(Error::failed(text!("setup-unwired")).hint(text!("setup-no-hooks-hint")))
            }
            (0, _) => Ok(Done::Well),
            (1, 1) => Err(errors.remove(0)),
            (wrong, _) => {
                for error in &errors {
                    self.context.output.error(error);
                }
                Err(failed(wrong, all))
            }
        }
    }
}

fn no_passphrase() -> Error {
    Error::usage(text!("pairing-needs-passphrase")).hint(text!("pairing-type-passphrase-hint"))
}

/// What was answered, of what is there.
fn answered(which: &setup::Which, found: &Found) -> Result<Which> {
    match which {
        setup::Which::Own => Ok(Which::Own),
        setup::Which::Listed { offer } => found
            .offers
            .get(*offer)
            .map(|offer| Which::Listed(offer.known.clone()))
            .ok_or_else(|| Error::usage(text!("setup-not-listed"))),
        setup::Which::Typed { id } => {
            let id = id.trim().parse();
            id.map(Which::Typed)
                .map_err(|error: crate::domain::ids::BadId| Error::usage(error.to_string()))
        }
    }
}
