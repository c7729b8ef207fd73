//! A hook from its first work to what the player must know of it.

use super::{Context, Done, alert, pull, push, verdict};
use crate::{
    cancel,
    error::{Error, Kind},
    texts::text,
};

/// Pulls before a game. Returns the exit code: 0 where the game may start.
pub fn before_game(context: &Context<'_>, strict: bool) -> u8 {
    context.show_work(true);
    let mut result = pull::run(context);
    if result.is_ok() && cancel::is_requested() {
        // It was too late to stop, and the player wants no game.
        let error = Error::new(Kind::Cancelled, text!("cancelled"));
        result = Err(error.hint(text!("cancelled-too-late")));
    }
    context.settle();
    let failed = result.as_ref().err().map(Error::kind);
    if matches!(result, Ok(Done::Undecided)) && context.asked.get() {
        // Whoever was asked knows.
        context.alerts.take();
    }
    let code = verdict(context, strict, result);
    alert::before_game(context, code, failed)
}

/// Pushes after a game. Returns the exit code.
pub fn after_game(context: &Context<'_>, strict: bool) -> u8 {
    context.show_work(false);
    let result = push::run(context);
    context.settle();
    let code = verdict(context, strict, result);
    alert::after_game(context);
    code
}
