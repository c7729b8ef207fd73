//! Pictures of the window of `pair`.

use instance_sync::texts::Language;
use instance_sync::window::protocol::pair::{End, Way};

use crate::{
    pair::{asked, code, demanding, over},
    screenshots::pictures,
    stage::{Setting, Stage},
};

/// A device that is in, in the engine's own words.
pub fn is_in(setting: Setting) -> Stage {
    let (text, hints) = match setting.language {
        Language::English => (
            "Steam Deck is in, with a token of its own and what opens your saves.",
            [
                "On Steam Deck, choose the instance that is to be played there.",
                "To take it out again: revoke it in the account’s list of devices (instance-sync devices).",
            ],
        ),
        Language::German => (
            "Steam Deck ist drin, mit einem eigenen Token und dem, was deine Spielstände öffnet.",
            [
                "Wähle auf Steam Deck die Instanz, die dort gespielt werden soll.",
                "Um es wieder herauszunehmen: widerrufe es in der Liste der Geräte des Kontos (instance-sync devices).",
            ],
        ),
    };
    let mut stage = asked(setting);
    stage.hear(over(End::In, text, &hints));
    stage
}

#[test]
fn screenshots_of_the_code() {
    pictures("pair-code", code);
}

#[test]
fn screenshots_of_a_code_that_takes_more_than_the_line() {
    pictures("pair-code-needs", demanding);
}

#[test]
fn screenshots_of_the_field() {
    pictures("pair-adopt", |setting| {
        let mut stage = setting.pair(Way::Adopt);
        stage.leave();
        stage
    });
}

#[test]
fn screenshots_of_the_device_that_waits() {
    pictures("pair-asked", asked);
}

#[test]
fn screenshots_of_a_device_that_is_in() {
    pictures("pair-in", is_in);
}
