//! What the player must know, in a window: a launcher's log is read by nobody.

use super::Context;
use crate::{
    config::layout::Layout,
    error::Kind,
    sync::session::absolute,
    texts::text,
    ui::{surface::Surface, window::Window},
    window::protocol::{self, FromWindow, Message, ToWindow},
};

/// The exit code of a launch that the player cancelled.
const CANCELLED: u8 = 130;

/// Shows what only the player can mend, before the game starts. Returns the exit code with which the launch
/// goes on: as it was, or as the player decided. `failed` is why the pull failed, if it did.
pub fn before_game(context: &Context<'_>, code: u8, failed: Option<Kind>) -> u8 {
    if failed == Some(Kind::Cancelled) {
        return code;
    }
    match show(context, true, || can_play(context, code, failed)) {
        Some(FromWindow::Play) => {
            if code != 0 {
                context.output.warning(&text!("alert-plays-anyway"), &[]);
            }
            0
        }
        Some(FromWindow::Cancel) if code == 0 => CANCELLED,
        _ => code,
    }
}

/// Shows what only the player can mend, after the game.
pub fn after_game(context: &Context<'_>) {
    show(context, false, || false);
}

/// Returns whether the game may start with what is here: not where somebody is at work on it, or where the
/// files of two versions may be mixed.
fn can_play(context: &Context<'_>, code: u8, failed: Option<Kind>) -> bool {
    let layout = Layout::new(absolute(&context.settings.pack));
    let whole = !layout.journal().exists();
    match failed {
        None => code == 0,
        Some(Kind::Busy) => false,
        Some(_) => whole,
    }
}

fn show(
    context: &Context<'_>,
    launch: bool,
    can_play: impl FnOnce() -> bool,
) -> Option<FromWindow> {
    let said = context.alerts.take();
    if said.is_empty() || context.surface != Surface::Window {
        return None;
    }
    let message = Message {
        instance: context.instance(),
        said,
        launch,
        can_play: can_play(),
        front: launch,
    };
    Window::open(protocol::Kind::Message, ToWindow::Message(message))?.answer()
}
