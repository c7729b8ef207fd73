//! What the window of `setup` and whoever opened it say to each other.
//!
//! What comes from this window can hold secrets: it travels over the pipe, and nowhere else.

use std::path::PathBuf;

use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, Serializer};

use super::{Said, exposed};

/// What is to be set up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setup {
    /// The games; answers name them by their place here.
    pub games: Vec<Game>,
    /// Whether the player chooses some of them; else it is all of them.
    pub choose: bool,
    /// The address, where it was given already.
    pub address: Option<String>,
    /// Whose the token is, where it was given already.
    pub token: Option<Whose>,
    /// What could not be looked at, or why there is no game.
    pub said: Vec<Said>,
    /// What time it is.
    pub now: Timestamp,
}

/// Whose a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The account's: all of its devices may have it.
    Account,
    /// One device's own, beside which a passphrase is needed.
    Device,
}

impl Whose {
    /// Returns that of a token that is a device's own, or is not.
    pub fn of(is_of_device: bool) -> Self {
        if is_of_device {
            Self::Device
        } else {
            Self::Account
        }
    }
}

/// A game folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Game {
    /// What the player calls it.
    pub name: String,
    /// The launcher that has it.
    pub launcher: Option<String>,
    /// Where it is.
    pub folder: PathBuf,
    /// The short id of the instance that it is, where it is opted in anew.
    pub own: Option<String>,
    /// Whether its launcher runs no hooks for it, and could.
    pub unwired: bool,
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "kebab-case")]
pub enum News {
    /// What it is at.
    Working {
        /// A sentence.
        text: String,
    },
    /// The account cannot be used as it was given.
    Refused {
        /// Why.
        said: Said,
        /// Whether it can be gone on with all the same, without the account's list.
        regardless: bool,
    },
    /// It is a new account with a passphrase, which is to be typed a second time.
    Repeat,
    /// The account can be used.
    Connected(Account),
    /// Everything was tried.
    Finished(Finished),
}

/// An account that can be used.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Where saves will go.
    pub place: String,
    /// Who can read them.
    pub readers: Readers,
    /// The account's instances.
    pub offers: Vec<Offer>,
    /// For each game that was chosen, its place and the places of the offers in the order to show them.
    pub games: Vec<(usize, Vec<usize>)>,
    /// Whether the player may choose the keyring.
    pub keyring: bool,
}

/// Who can read the saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Readers {
    /// Who knows the passphrase.
    Passphrase,
    /// Who has the token, and who runs the server.
    Operator,
    /// Who has the token.
    Token,
}

/// An instance of the account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Offer {
    /// What it is called.
    pub label: String,
    /// Its short id.
    pub id: String,
    /// When and where it was last played; none: never, or nobody knows.
    pub played: Option<(Timestamp, String)>,
    /// Whether it is known that nobody played it.
    pub never: bool,
    /// The devices that have it.
    pub devices: Vec<String>,
}

/// What became of all of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finished {
    /// The folders.
    pub games: Vec<Ended>,
    /// The launchers.
    pub launchers: Vec<Wired>,
    /// What else the player should look at.
    pub said: Vec<Said>,
}

/// What became of one folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ended {
    /// What the player calls it.
    pub name: String,
    /// What became of it.
    pub became: Became,
}

/// What became of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Became {
    /// It was synced already.
    Already,
    /// It is a new instance.
    Created,
    /// It has joined an instance.
    Joined {
        /// Whether there are saves here that are compared with the cloud's.
        has_saves: bool,
    },
    /// It could not be done.
    Failed(Said),
    /// It was not begun: the player stopped before.
    NotBegun,
}

/// What became of a launcher's hooks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wired {
    /// The launcher, or the instance of it.
    pub name: String,
    /// Why they could not be put in.
    pub failed: Option<Said>,
}

/// What the player wants.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// The account is to be tried.
    Connect(Connect),
    /// The folders are to be opted in.
    Finish(Finish),
}

/// An account, as it was typed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Connect {
    /// The places of the games that were chosen.
    pub games: Vec<usize>,
    /// The address.
    pub address: String,
    /// The token; empty where there is none.
    #[serde(serialize_with = "exposed")]
    pub token: SecretString,
    /// The passphrase; empty where there is none.
    #[serde(serialize_with = "exposed")]
    pub passphrase: SecretString,
    /// The passphrase a second time, where that was asked for.
    #[serde(serialize_with = "maybe_exposed")]
    pub again: Option<SecretString>,
    /// Whether to go on without the account's list.
    pub regardless: bool,
}

/// How the folders are to be opted in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Finish {
    /// The place of each game, and what it is to be.
    pub games: Vec<(usize, Which)>,
    /// Whether the secrets are to be kept in the keyring.
    pub keyring: bool,
    /// Whether the launchers are to run the hooks.
    pub wire: bool,
}

/// Which instance a folder is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Which {
    /// A new one; or the one that it is, where it is opted in anew.
    Own,
    /// One of the account's.
    Listed {
        /// Its place among the offers.
        offer: usize,
    },
    /// The one of this id.
    Typed {
        /// As it was typed.
        id: String,
    },
}

#[allow(clippy::ref_option)] // serde's signature
fn maybe_exposed<S: Serializer>(secret: &Option<SecretString>, to: S) -> Result<S::Ok, S::Error> {
    match secret {
        Some(secret) => exposed(secret, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::super::{FromWindow, ToWindow};
    use super::*;

    #[test]
    fn secrets_travel_and_are_in_no_debug() {
        let act = FromWindow::Setup(Act::Connect(Connect {
            games: vec![0],
            address: "https://saves.example.org".to_owned(),
            token: "alice:hunter2".into(),
            passphrase: "open sesame".into(),
            again: Some("open sesame".into()),
            regardless: false,
        }));
        let shown = format!("{act:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("sesame"));
        let line = serde_json::to_string(&act).expect("a line");
        let back: FromWindow = serde_json::from_str(&line).expect("the same");
        let FromWindow::Setup(Act::Connect(back)) = back else {
            panic!("{back:?}")
        };
        assert_eq!(back.token.expose_secret(), "alice:hunter2");
        let again = back.again.expect("a second time");
        assert_eq!(again.expose_secret(), "open sesame");
    }

    #[test]
    fn every_answer_and_news_can_be_read_back() {
        let games = vec![
            (0, Which::Own),
            (1, Which::Listed { offer: 7 }),
            (
                2,
                Which::Typed {
                    id: "01M7".to_owned(),
                },
            ),
        ];
        let finish = Finish {
            games: games.clone(),
            keyring: true,
            wire: true,
        };
        let line = serde_json::to_string(&FromWindow::Setup(Act::Finish(finish))).expect("a line");
        let Ok(FromWindow::Setup(Act::Finish(back))) = serde_json::from_str(&line) else {
            panic!("{line}")
        };
        assert_eq!(back.games, games);
        let said = Said {
            text: "no".to_owned(),
            hints: vec!["try".to_owned()],
        };
        let ended = |became| Ended {
            name: "Skyblock".to_owned(),
            became,
        };
        let news = News::Finished(Finished {
            games: vec![
                ended(Became::Joined { has_saves: true }),
                ended(Became::Failed(said.clone())),
                ended(Became::NotBegun),
            ],
            launchers: Vec::new(),
            said: vec![said],
        });
        let line = serde_json::to_string(&ToWindow::SetupNews(news)).expect("a line");
        let Ok(ToWindow::SetupNews(News::Finished(back))) = serde_json::from_str(&line) else {
            panic!("{line}")
        };
        assert_eq!(back.games[0].became, Became::Joined { has_saves: true });
        assert_eq!(back.games[2].became, Became::NotBegun);
    }
}
