//! Which account: tried as it was typed, or with what lets this device in.

use secrecy::ExposeSecret as _;

use super::{
    super::{
        Found, Given, Need, access, desk::Leaving, list, passphrase_typed, place_of,
        reaches_keyring, scene, token_typed,
    },
    Course,
};
use crate::{
    commands::{
        folders::Folder,
        init,
        pairing::{self, Ticket},
    },
    domain::{enrolment, location::Location},
    error::{Error, Kind, Result},
    secrets::keyring,
    sync::{
        event::note,
        pairing::{
            enrolling,
            joiner::{Joiner, Paired},
        },
    },
    texts::text,
    window::protocol::setup::{Connect, News},
};

impl Course<'_, '_> {
    /// Tries an account.
    pub(super) fn connect(&mut self, connect: &Connect) {
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
            match self.enter(ticket) {
                None => return Ok(None),
                Some(Err(error)) if error.kind() == Kind::Cancelled => return Ok(None),
                Some(paired) => self.paired = Some((said, paired?)),
            }
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
            // What was asked has to be taken back; what was let in meanwhile has to be known, to be taken out again.
            Ticket::Pairing(invitation) => {
                self.desk
                    .beside(self.context, Leaving::AfterIt, move |listener| {
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
}

fn no_passphrase() -> Error {
    Error::usage(text!("pairing-needs-passphrase")).hint(text!("pairing-type-passphrase-hint"))
}
