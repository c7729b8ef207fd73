//! What a save is about, in the player's language: `Day 412 · Hardcore · 1.21.4 · played 31 h`.

use super::about::{About, Mode};
use crate::texts::text;

/// Returns one short line without the save's own name; empty where nothing of it is known.
pub fn words(about: &About) -> String {
    let mode = about.mode.map(|mode| match mode {
        Mode::Survival => text!("save-survival"),
        Mode::Creative => text!("save-creative"),
        Mode::Adventure => text!("save-adventure"),
        Mode::Spectator => text!("save-spectator"),
    });
    let parts = [
        about.day.map(|day| text!("save-day", day = day)),
        if about.hardcore {
            Some(text!("save-hardcore"))
        } else {
            mode
        },
        about.version.clone(),
        about
            .played
            .filter(|seconds| *seconds >= 60)
            .map(|seconds| match seconds / 60 {
                minutes @ ..60 => text!("save-played-minutes", number = minutes),
                minutes => text!("save-played-hours", number = minutes / 60),
            }),
    ];
    let joined = parts
        .into_iter()
        .flatten()
        .reduce(|before, after| text!("save-and", before = before, after = after));
    joined.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::{Language, speaking};

    #[test]
    fn a_world_is_described_in_both_languages() {
        let world = About {
            name: Some("World".to_owned()),
            version: Some("1.21.4".to_owned()),
            mode: Some(Mode::Survival),
            hardcore: true,
            day: Some(412),
            played: Some(31 * 3600 + 1800),
            ..About::default()
        };
        let said = |language| speaking(language, || words(&world));
        assert_eq!(
            said(Language::English),
            "Day 412 \u{b7} Hardcore \u{b7} 1.21.4 \u{b7} played 31 h"
        );
        assert_eq!(
            said(Language::German),
            "Tag 412 \u{b7} Hardcore \u{b7} 1.21.4 \u{b7} 31 h gespielt"
        );
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        assert_eq!(words(&About::default()), "");
        let new = About {
            mode: Some(Mode::Creative),
            played: Some(59),
            ..About::default()
        };
        assert_eq!(words(&new), "Creative");
        let slot = About {
            version: Some("1.2".to_owned()),
            played: Some(61),
            screenshot: Some(false),
            ..About::default()
        };
        assert_eq!(words(&slot), "1.2 \u{b7} played 1 min");
    }
}
