//! What the window of `setup` shows, made of what the engine knows.

use jiff::Timestamp;

use super::{Found, Given, current, offered};
use crate::{
    commands::folders::Folder,
    domain::location::Location,
    error::Error,
    sync::{
        catalogue::Offer,
        last_played::Played,
        opt_in::{How, OptedIn},
    },
    texts::text,
    window::protocol::{
        Said,
        setup::{self, Account, Became, Game, Readers, Wired},
    },
    wiring::{
        instances::{Hooks, Instance},
        report::{Became as Written, Report},
    },
};

/// A game folder, and the instance of a launcher that it is.
pub struct Candidate {
    pub folder: Folder,
    pub instance: Option<Instance>,
}

impl Candidate {
    /// Returns what the player calls it.
    pub fn name(&self) -> String {
        let pack = self.folder.layout.pack();
        let instance = self.instance.as_ref().map(|one| one.name.clone());
        let said = self.folder.settings.label.clone();
        said.or(instance)
            .or_else(|| crate::workdir::label::of_folder(pack))
            .unwrap_or_else(|| pack.display().to_string())
    }

    pub fn shown(&self) -> Game {
        Game {
            name: self.name(),
            launcher: self.instance.as_ref().map(|one| one.launcher.to_string()),
            folder: self.folder.layout.pack().to_path_buf(),
            own: current(&self.folder).map(|id| id.short()),
            unwired: self
                .instance
                .as_ref()
                .is_some_and(|one| matches!(one.hooks, Hooks::None | Hooks::Shadowed)),
        }
    }
}

/// Returns what is said of an error.
pub fn said(error: &Error) -> Said {
    Said {
        text: error.to_string(),
        hints: error.hints().to_vec(),
    }
}

/// Returns what is shown of an account to choose from, for the games at these places.
pub fn account(
    given: &Given,
    found: &Found,
    games: &[(usize, &Candidate)],
    keyring: bool,
) -> Account {
    let order = |game: &Candidate| {
        let name = game.name();
        let offered = offered(&found.offers, Some(&name));
        offered.into_iter().map(|(place, _)| place).collect()
    };
    Account {
        place: given.location.to_string(),
        readers: readers(given),
        offers: found.offers.iter().map(offer).collect(),
        games: games
            .iter()
            .map(|(place, game)| (*place, order(game)))
            .collect(),
        keyring,
    }
}

fn readers(given: &Given) -> Readers {
    match (&given.passphrase, &given.location) {
        (Some(_), _) => Readers::Passphrase,
        (None, Location::Rest(_)) => Readers::Operator,
        (None, _) => Readers::Token,
    }
}

fn offer(offer: &Offer) -> setup::Offer {
    let played: Option<(Timestamp, String)> = match &offer.played {
        Played::At { time, device } => Some((*time, device.clone())),
        Played::Never | Played::Trashed | Played::Unknown => None,
    };
    setup::Offer {
        label: offer.known.label().to_owned(),
        id: offer.known.instance.short(),
        played,
        never: offer.played == Played::Never,
        devices: offer.known.devices.clone(),
    }
}

/// Returns what became of a folder.
pub fn became(done: &OptedIn) -> Became {
    match done.how {
        How::Already => Became::Already,
        How::Created => Became::Created,
        How::Joined | How::Offline => Became::Joined {
            has_saves: done.has_saves,
        },
    }
}

/// Returns what became of the launchers.
pub fn wired(report: &Report) -> Vec<Wired> {
    let files = report.files.iter().map(|file| Wired {
        name: match &file.instance {
            Some(instance) => format!("{instance} ({})", file.launcher),
            None => file.launcher.to_string(),
        },
        failed: (file.outcome == Written::Failed).then(|| {
            later(Said {
                text: file.error.clone().unwrap_or_default(),
                hints: file.hints.clone(),
            })
        }),
    });
    let errors = report.errors.iter().map(not_wired);
    files.chain(errors).collect()
}

/// Returns what is said where no launcher could be wired.
pub fn not_wired(error: &Error) -> Wired {
    Wired {
        name: text!("setup-launcher"),
        failed: Some(later(said(error))),
    }
}

fn later(mut said: Said) -> Said {
    said.hints.push(text!("setup-no-hooks-hint"));
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::catalogue::Known, secrets::token::Token};

    fn offer_called(label: &str, played: Played) -> Offer {
        let known = Known {
            instance: "01M7Y8NXC8Z2MTVTHSG1NKY3QG".parse().expect("an id"),
            labels: vec![label.to_owned()],
            devices: vec!["deck".to_owned()],
            profile: "minecraft".to_owned(),
            time: Timestamp::UNIX_EPOCH,
        };
        Offer { known, played }
    }

    #[test]
    fn what_is_called_the_same_comes_first_and_the_rest_stays_in_order() {
        let offers = ["Vanilla", "Skyblock", "Modded"];
        let offers = offers.map(|label| offer_called(label, Played::Never));
        let order = |name| {
            let all = offered(&offers, name).into_iter();
            all.map(|(place, _)| place).collect::<Vec<_>>()
        };
        assert_eq!(order(Some("Skyblock")), [1, 0, 2]);
        assert_eq!(order(Some("Another")), [0, 1, 2]);
        assert_eq!(order(None), [0, 1, 2]);
    }

    #[test]
    fn who_can_read_the_saves_depends_on_the_passphrase_and_the_place() {
        let given = |place: &str, passphrase: Option<&str>| Given {
            location: place.parse().expect("a place"),
            token: Token::parse("alice:secret").ok(),
            passphrase: passphrase.map(Into::into),
        };
        let server = "https://saves.example.org";
        assert_eq!(readers(&given(server, None)), Readers::Operator);
        assert_eq!(readers(&given(server, Some("x"))), Readers::Passphrase);
        assert_eq!(readers(&given("/mnt/cloud", None)), Readers::Token);
    }

    #[test]
    fn when_it_was_played_is_told_only_where_that_is_known() {
        let never = offer(&offer_called("a", Played::Never));
        assert!(never.never && never.played.is_none());
        let unknown = offer(&offer_called("a", Played::Unknown));
        assert!(!unknown.never && unknown.played.is_none());
        let (time, device) = (Timestamp::UNIX_EPOCH, "deck".to_owned());
        let at = offer(&offer_called("a", Played::At { time, device }));
        assert_eq!(at.played, Some((time, "deck".to_owned())));
    }
}
