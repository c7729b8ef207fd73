//! `pull ... -- COMMAND` and `push ... -- COMMAND`: the hook that was there before ours.

use std::ffi::OsString;

use super::Context;
use crate::{
    error::Result,
    process::command::{self, Ended},
};

/// Runs what follows a `pull` that ended with `code`: the command, if the game may start.
pub fn after_pull(context: &Context<'_>, code: u8, original: &[OsString]) -> u8 {
    if code != 0 || original.is_empty() {
        return code;
    }
    told(context, command::become_it(original))
}

/// Runs what follows a `push` that ended with `code`: the command, in any case.
pub fn after_push(context: &Context<'_>, code: u8, original: &[OsString]) -> u8 {
    if original.is_empty() {
        return code;
    }
    let theirs = match code {
        0 => command::become_it(original),
        _ => command::run(original, &[]),
    };
    match told(context, theirs) {
        0 => code,
        theirs => theirs,
    }
}

/// Returns the exit code of a command, and says why it could not be run.
pub fn told(context: &Context<'_>, ended: Result<Ended>) -> u8 {
    match ended {
        Ok(ended) => ended.code(),
        Err(error) => {
            context.output.error(&error);
            error.exit_code()
        }
    }
}
