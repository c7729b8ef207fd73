//! `run -- COMMAND`: pull, play, push.

use std::{ffi::OsString, time::Instant};

use serde_json::json;

use super::{Context, chain, drill, hook, logged};
use crate::{
    cli::{Cli, Run},
    config::{layout::Layout, sync_file},
    process::command::{self, Ended},
    sync::playing::{self, Playing},
};

/// Runs the command, and returns the exit code: the game's own, unless it was not started.
///
/// A push that fails is told and logged, and does not hide how the game ended: a launcher would call
/// that a crash of the game. With `--strict` it counts where the game ended well.
pub fn run(context: &Context<'_>, cli: &Cli, args: &Run) -> u8 {
    let strict = cli.global.strict;
    let layout = Layout::new(&context.settings.pack);
    if !sync_file::is_opted_in(&layout) || playing::is_inside(&context.settings) {
        return chain::told(context, command::become_it(&args.command));
    }
    let pulled = hook::before_game(context, strict);
    context.course.end(context, "pull", pulled);
    if pulled != 0 {
        return pulled;
    }
    let code = match play(context, &args.command) {
        Ok(ended) => ended.code(),
        // Nothing was played.
        Err(error) => {
            context.output.error(&error);
            context.course.end(context, "run", error.exit_code());
            return error.exit_code();
        }
    };
    let pushed = hook::after_game(context, strict);
    context.course.end(context, "push", pushed);
    drill::after_push(context, &cli.global);
    if code == 0 && strict { pushed } else { code }
}

/// Runs the game, inside a session.
fn play(context: &Context<'_>, words: &[OsString]) -> crate::error::Result<Ended> {
    context.settle();
    let playing = Playing::begin(&context.settings);
    let begun = Instant::now();
    let ended = command::run(words, &[playing.variable()])?;
    context
        .course
        .became("played", logged::played(begun.elapsed()));
    context.course.end(context, "run", ended.code());
    if context.output.is_json() {
        let signal = match ended {
            Ended::Killed(signal) => Some(signal),
            Ended::Exited(_) => None,
        };
        context.output.object(&json!({
            "event": "run",
            "exit_code": ended.code(),
            "signal": signal,
            "seconds": begun.elapsed().as_secs(),
        }));
    }
    Ok(ended)
}
