//! What a save is about: what a player recognizes it by.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::catalogue::label;

/// How far from the origin a position may be: Minecraft's worlds end at 30 million.
const FARTHEST: i64 = 1_000_000_000;
/// A day, or a number of seconds, that is larger is no such number.
const MOST: u64 = 1 << 40;

/// What one save is about. Whatever is not known is not there.
///
/// It travels in records, and is for display alone: what cannot be understood in it, of a later version
/// or of nobody's, is left out when it is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Loose")]
pub struct About {
    /// What the player calls it: the world's name, or that of a slot. One line, 100 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The version of Minecraft, or of a visual novel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// How the world is played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// How hard it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difficulty: Option<Difficulty>,
    /// Whether the first death is the last.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hardcore: bool,
    /// When it was last played or saved, by the clock of where that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_played: Option<Timestamp>,
    /// The day in the world, as the game's debug screen counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u64>,
    /// For how many seconds it was played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub played: Option<u64>,
    /// Where the player stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<[i64; 3]>,
    /// In which dimension: `overworld`, `the_nether`, `the_end`, or another's whole name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<String>,
    /// For a slot of a visual novel: whether there is a picture in it. Nothing for anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screenshot: Option<bool>,
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the game's numbers.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name that the game and our records write.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// Returns the one of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }

            /// Returns the one of the game's number.
            pub fn numbered(number: i64) -> Option<Self> {
                Self::ALL.get(usize::try_from(number).ok()?).copied()
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}
named! {
    /// How a world is played.
    Mode {
        /// Everything has to be found.
        Survival = "survival",
        /// Everything is there.
        Creative = "creative",
        /// Blocks stay where they are.
        Adventure = "adventure",
        /// Nothing can be touched.
        Spectator = "spectator",
    }
}
named! {
    /// How hard a world is.
    Difficulty {
        /// No monsters.
        Peaceful = "peaceful",
        /// Weak ones.
        Easy = "easy",
        /// As they are.
        Normal = "normal",
        /// Strong ones.
        Hard = "hard",
    }
}

impl About {
    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Leaves out what cannot be, and makes one line of each text.
    #[must_use]
    pub(super) fn cleaned(self) -> Self {
        let line = |text: Option<String>| label(&text?);
        let known = |number: Option<u64>| number.filter(|number| *number < MOST);
        Self {
            name: line(self.name),
            version: line(self.version),
            last_played: self.last_played.filter(|time| is_sane(*time)),
            day: known(self.day),
            played: known(self.played),
            position: self.position.filter(|at| {
                at.iter()
                    .all(|place| (-FARTHEST..=FARTHEST).contains(place))
            }),
            dimension: line(self.dimension),
            ..self
        }
    }
}

/// Whether that can be the time of a save: there was no Minecraft before 2009, and clocks that are wrong
/// by centuries say nothing.
fn is_sane(time: Timestamp) -> bool {
    const FIRST: i64 = 1_230_768_000; // 2009-01-01
    const LAST: i64 = 7_258_118_400; // 2200-01-01
    (FIRST..LAST).contains(&time.as_second())
}

/// Whatever stands in the fields, so that one of them costs none of the others.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Loose {
    name: Value,
    version: Value,
    mode: Value,
    difficulty: Value,
    hardcore: Value,
    last_played: Value,
    day: Value,
    played: Value,
    position: Value,
    dimension: Value,
    screenshot: Value,
}

impl From<Loose> for About {
    fn from(loose: Loose) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let about = Self {
            name: text(&loose.name),
            version: text(&loose.version),
            mode: loose.mode.as_str().and_then(Mode::named),
            difficulty: loose.difficulty.as_str().and_then(Difficulty::named),
            hardcore: loose.hardcore.as_bool().unwrap_or(false),
            last_played: loose
                .last_played
                .as_str()
                .and_then(|time| time.parse().ok()),
            day: loose.day.as_u64(),
            played: loose.played.as_u64(),
            position: serde_json::from_value(loose.position).ok(),
            dimension: text(&loose.dimension),
            screenshot: loose.screenshot.as_bool(),
        };
        about.cleaned()
    }
}

/// Reads what may be such a description, for a field that must never cost the record around it: what is
/// none, or says nothing, is nothing. To be used with `#[serde(default, deserialize_with = "...")]`.
pub fn leniently<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<About>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let about: Option<About> = serde_json::from_value(value).ok();
    Ok(about.filter(|about| !about.is_empty()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({
            "name": "World", "version": "1.21.4", "mode": "survival", "difficulty": "hard",
            "hardcore": true, "last_played": "2026-08-14T20:00:00Z", "day": 412, "played": 111_600,
            "position": [-12, 64, 300], "dimension": "the_nether", "screenshot": false,
        })
    }

    fn read(value: Value) -> About {
        serde_json::from_value(value).expect("an object")
    }

    #[test]
    fn what_is_written_is_read_back_and_what_is_not_known_is_not_written() {
        assert_eq!(
            serde_json::to_value(read(whole())).expect("writes"),
            whole()
        );
        assert_eq!(
            serde_json::to_value(About::default()).expect("writes"),
            json!({})
        );
        assert!(About::default().is_empty() && !read(json!({"day": 0})).is_empty());
    }

    #[test]
    fn one_odd_field_costs_none_of_the_others() {
        let odd = [
            json!(null),
            json!([[]]),
            json!({"a": 1}),
            json!(-1.5),
            json!("\u{202e}"),
            json!(u64::MAX),
            json!([1, 2, i64::MAX]),
        ];
        for name in whole().as_object().expect("one").keys() {
            for value in &odd {
                let mut mixed = whole();
                mixed[name] = value.clone();
                mixed["of a later version"] = json!(1);
                let mut without = whole();
                without.as_object_mut().expect("one").remove(name);
                assert_eq!(read(mixed), read(without), "{name}: {value}");
            }
        }
    }

    #[test]
    fn what_cannot_be_is_left_out() {
        let mut odd = whole();
        odd["name"] = json!("a\u{202e}b\n\u{1b}[2J ".repeat(1000));
        odd["last_played"] = json!("1971-01-01T00:00:00Z");
        odd["position"] = json!([1, 2, 30_000_000_000_i64]);
        let about = read(odd);
        let name = about.name.expect("a name");
        assert!(
            name.starts_with("ab [2J ab") && name.chars().count() <= 100,
            "{name}"
        );
        assert_eq!((about.last_played, about.position), (None, None));
        let day = |day: u64| read(json!({ "day": day })).day;
        assert_eq!(day(1_099_511_627_775), Some(1_099_511_627_775));
        assert_eq!(day(1_099_511_627_776), None);
    }

    #[test]
    fn a_record_is_read_whatever_stands_there() {
        #[derive(Deserialize)]
        struct Record {
            #[serde(default, deserialize_with = "leniently")]
            about: Option<About>,
        }
        for (about, name) in [
            (whole(), Some("World")),
            (json!(5), None),
            (json!({}), None),
            (json!(null), None),
        ] {
            let record: Record =
                serde_json::from_value(json!({ "about": about })).expect("a record");
            assert_eq!(record.about.and_then(|about| about.name).as_deref(), name);
        }
        let record: Record = serde_json::from_str("{}").expect("a record");
        assert_eq!(record.about, None);
    }

    proptest! {
        #[test]
        fn any_text_is_a_value_or_an_error(text in any::<String>()) {
            let _ = serde_json::from_str::<About>(&text);
            let about = read(json!({ "name": text, "last_played": text, "dimension": text }));
            let again: About = serde_json::from_value(serde_json::to_value(&about).expect("writes")).expect("reads");
            prop_assert_eq!(again, about);
        }
    }
}
