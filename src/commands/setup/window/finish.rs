//! The end of it: opting in, wiring the launchers, and what is said of both.

use std::{collections::BTreeSet, path::PathBuf};

use super::{
    super::{Found, How, desk::Leaving, failed, keyring_or_files, opt_in, scene},
    Course,
};
use crate::{
    cancel,
    commands::{Done, init, which::Which},
    error::{Error, Result},
    secrets::Place,
    sync::event::{Event, Listener},
    texts::text,
    window::protocol::setup::{self, Became, Ended, Finish, Finished, News, Wired},
    wiring::{
        self,
        execute::{Finality, Request},
        instances::{Hooks, Instance},
    },
};

impl Course<'_, '_> {
    /// Opts in. `None` where that could not be begun.
    pub(super) fn finish(&mut self, finish: &Finish) -> Option<Result<Done>> {
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
