//! What a window and whoever opened it say to each other: one JSON object a line, over the window's
//! standard input and output.
//!
//! The window gets one [`ToWindow`] that says what it shows, and further ones that change it. It answers
//! with [`Shown`](FromWindow::Shown) once it is on the screen, and then with what the player does. It ends
//! when its input does.

pub mod pair;
pub mod setup;

use std::{collections::BTreeMap, path::PathBuf};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::save::{self, About};

/// Which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The question about a conflict.
    Conflict,
    /// How far a long work is.
    Progress,
    /// Opting in.
    Setup,
    /// Something that the player must know.
    Message,
    /// Letting another device in.
    Pair,
}

impl Kind {
    /// Returns the word for it on the window's command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Progress => "progress",
            Self::Setup => "setup",
            Self::Message => "message",
            Self::Pair => "pair",
        }
    }

    /// Returns the kind that a word stands for.
    pub fn of_word(word: &str) -> Option<Self> {
        let all = [
            Self::Conflict,
            Self::Progress,
            Self::Setup,
            Self::Message,
            Self::Pair,
        ];
        all.into_iter().find(|kind| kind.word() == word)
    }

    /// Returns whether secrets are shown or typed in such a window.
    pub fn has_secrets(self) -> bool {
        matches!(self, Self::Setup | Self::Pair)
    }
}

/// To the window.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "show", rename_all = "kebab-case")]
pub enum ToWindow {
    /// A question.
    Conflict(Conflict),
    /// A work, or how far it is now.
    Progress(Progress),
    /// Something that the player must know.
    Message(Message),
    /// What is to be set up.
    Setup(setup::Setup),
    /// What became of what the player wanted in the window of `setup`.
    SetupNews(setup::News),
    /// A device is to be let in.
    Pair(pair::Pair),
    /// What becomes of that. It can hold secrets.
    PairNews(pair::News),
}

/// From the window.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum FromWindow {
    /// It is on the screen.
    Shown,
    /// What becomes of each unit.
    Decided {
        /// By the unit's path.
        answers: BTreeMap<String, Keep>,
    },
    /// It is decided another time.
    Later,
    /// The work, or the launch, is to end. Closing a window says the same.
    Cancel,
    /// The message was read.
    Close,
    /// The game is to start all the same.
    Play,
    /// What the player wants in the window of `setup`. It can hold secrets.
    Setup(setup::Act),
    /// What the player wants in the window of `pair`. It can hold secrets.
    Pair(pair::Act),
}

/// What becomes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// This device's version.
    Local,
    /// The cloud's version.
    Cloud,
    /// Both, the earlier one under another name.
    Both,
}

/// A question about units that changed on two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// What the player calls the instance.
    pub instance: String,
    /// This device's name.
    pub device: String,
    /// Whether a game waits for the answer.
    pub launch: bool,
    /// Whether it can be decided later.
    pub can_wait: bool,
    /// Whether everything that is here is in the cloud too.
    pub saved: bool,
    /// What time it is.
    pub now: Timestamp,
    /// What has to be decided.
    pub units: Vec<Unit>,
    /// What needs no decision.
    pub merging: Vec<Merging>,
}

/// A unit that changed on two sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Its path in the game folder: what answers call it.
    pub path: String,
    /// What the player calls it.
    pub name: String,
    /// A picture of it (PNG), where there is one.
    pub icon: Option<PathBuf>,
    /// What is here.
    pub here: Version,
    /// The cloud's versions, the latest first.
    pub cloud: Vec<Version>,
}

/// One version of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The device that it was played on.
    pub device: String,
    /// When it was saved, by that device's clock.
    pub time: Option<Timestamp>,
    /// Its size in bytes.
    pub bytes: Option<u64>,
    /// How many files it has.
    pub files: Option<u64>,
    /// In how many files it differs from what is here.
    pub differing: Option<u64>,
    /// What a player recognizes it by.
    #[serde(default, deserialize_with = "save::leniently")]
    pub about: Option<About>,
}

/// A unit that needs no decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merging {
    /// What the player calls it.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a unit that needs no decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fate {
    /// It comes from the cloud.
    Fetched {
        /// Whose version it is.
        device: String,
    },
    /// It was deleted on another device.
    Removed,
    /// It goes to the cloud.
    Sent,
}

/// How far a long work is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What the player calls the instance.
    pub instance: String,
    /// The work.
    pub work: Work,
    /// The unit or file that it is at, where that is known.
    pub item: Option<String>,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
    /// How fast it goes.
    pub bytes_per_second: u64,
    /// How long it still takes, where that can be told.
    pub seconds_left: Option<u64>,
    /// Whether it can be cancelled at this point.
    pub can_cancel: bool,
    /// Whether the window may come to the front.
    pub front: bool,
}

/// A work that can take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Work {
    /// Reading files here.
    Reading,
    /// Getting restic.
    Preparing,
    /// Getting saves.
    Downloading,
    /// Saving.
    Uploading,
}

/// Something that the player must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// What the player calls the instance.
    pub instance: String,
    /// What happened, a sentence each; with what to do.
    pub said: Vec<Said>,
    /// Whether a game waits.
    pub launch: bool,
    /// Whether it may start all the same.
    pub can_play: bool,
    /// Whether the window may come to the front.
    pub front: bool,
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What happened.
    pub text: String,
    /// What was kept, what to do.
    pub hints: Vec<String>,
}

fn exposed<S: Serializer>(secret: &SecretString, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose_secret())
}
