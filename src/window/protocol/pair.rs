//! What the window of `pair` and whoever opened it say to each other.
//!
//! What it shows opens the saves, and so does what is typed in it: both travel over the pipe, and nowhere else.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Said, exposed};

/// How the window begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// A code is shown here, as soon as there is one.
    Show,
    /// The code of a new device is typed here.
    Adopt,
}

/// The window of `pair`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Pair {
    /// How it begins.
    pub way: Way,
}

/// What becomes of a pairing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "kebab-case")]
pub enum News {
    /// What it is at.
    Working {
        /// A sentence.
        text: String,
    },
    /// The code of a new device is to be typed.
    Adopt {
        /// Why what was typed cannot be taken.
        refused: Option<Said>,
    },
    /// There is a code to show.
    Begun(Begun),
    /// A device waits for a yes.
    Waits(Newcomer),
    /// It is over.
    Over(Over),
}

/// A pairing that began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    /// The line to type on the new device.
    #[serde(serialize_with = "exposed")]
    pub typed: SecretString,
    /// What a camera is shown.
    #[serde(serialize_with = "exposed")]
    pub scanned: SecretString,
    /// How long it is good from now on.
    pub seconds: u64,
    /// What the new device's player has to add to `instance-sync setup`.
    pub options: String,
    /// What they have to know before they can use it, as sentences.
    pub hints: Vec<String>,
}

/// A device that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newcomer {
    /// What it calls itself.
    pub name: String,
    /// What it is.
    pub kind: Machine,
    /// Where it asks from.
    pub address: String,
}

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Machine {
    /// A computer.
    Computer,
    /// One to hold in the hands.
    Handheld,
    /// Anything else.
    Other,
}

/// How a pairing ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// Whether the device is in.
    pub end: End,
    /// What happened, and what to do next.
    pub said: Said,
}

/// Whether a device is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// It is.
    In,
    /// The player said no.
    Refused,
    /// Nobody is, and nobody here said so.
    Failed,
}

/// What the player wants.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
pub enum Act {
    /// A code is to be shown, in the place of one that is.
    Show,
    /// The new device shows a code itself.
    Adopt,
    /// This is it.
    Typed {
        /// As it was typed.
        #[serde(serialize_with = "exposed")]
        code: SecretString,
    },
    /// The device that waits is to be let in.
    LetIn,
    /// It is not.
    Refuse,
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::super::{FromWindow, ToWindow};
    use super::*;

    #[test]
    fn secrets_travel_and_are_in_no_debug() {
        let begun = ToWindow::PairNews(News::Begun(Begun {
            typed: "saves.example.org/alice/482913-7K2M".into(),
            scanned: "saves.example.org/alice/482913-9QX4".into(),
            seconds: 900,
            options: "--ca-file=FILE".to_owned(),
            hints: vec!["The server has a CA of its own.".to_owned()],
        }));
        let typed = FromWindow::Pair(Act::Typed {
            code: "482913-TB0C".into(),
        });
        let shown = format!("{begun:?}{typed:?}");
        assert!(!shown.contains("482913"), "{shown}");
        let line = serde_json::to_string(&begun).expect("a line");
        let Ok(ToWindow::PairNews(News::Begun(back))) = serde_json::from_str(&line) else {
            panic!("what was begun")
        };
        assert!(back.typed.expose_secret().ends_with("7K2M"));
        assert!(back.scanned.expose_secret().ends_with("9QX4"));
        let line = serde_json::to_string(&typed).expect("a line");
        let Ok(FromWindow::Pair(Act::Typed { code })) = serde_json::from_str(&line) else {
            panic!("what was typed")
        };
        assert_eq!(code.expose_secret(), "482913-TB0C");
    }

    #[test]
    fn every_other_word_can_be_read_back() {
        for act in [Act::Show, Act::Adopt, Act::LetIn, Act::Refuse] {
            let line = serde_json::to_string(&FromWindow::Pair(act)).expect("a line");
            let back: FromWindow = serde_json::from_str(&line).expect("the same");
            assert_eq!(serde_json::to_string(&back).expect("a line"), line);
        }
        let said = Said {
            text: "no".to_owned(),
            hints: vec!["again".to_owned()],
        };
        let device = Newcomer {
            name: "Deck".to_owned(),
            kind: Machine::Handheld,
            address: "192.0.2.7".to_owned(),
        };
        let over = |end| {
            let said = said.clone();
            News::Over(Over { end, said })
        };
        for news in [
            News::Adopt { refused: None },
            News::Adopt {
                refused: Some(said.clone()),
            },
            News::Waits(device),
            over(End::In),
            over(End::Refused),
            over(End::Failed),
        ] {
            let line = serde_json::to_string(&ToWindow::PairNews(news)).expect("a line");
            let back: ToWindow = serde_json::from_str(&line).expect("the same");
            assert_eq!(serde_json::to_string(&back).expect("a line"), line);
        }
    }
}
