//! A command of the player's: the game, or a hook that follows ours. It gets our streams, environment
//! and working folder, and lives on where we are killed.

use std::{
    ffi::OsString,
    io,
    process::{Command, ExitStatus},
};

use super::{core_dumps, signals::Signals};
use crate::{
    error::{Error, Kind, Result},
    texts::text,
};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Killed(i32),
}

impl Ended {
    /// Returns the exit code that a shell would give it.
    pub fn code(self) -> u8 {
        match self {
            // Windows has larger ones: what is not 0 must not become 0.
            Self::Exited(code) => u8::try_from(code).unwrap_or(1),
            Self::Killed(signal) => u8::try_from(128 + signal).unwrap_or(1),
        }
    }

    fn of(status: ExitStatus) -> Self {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return Self::Killed(signal);
        }
        Self::Exited(status.code().unwrap_or(1))
    }
}

/// Gives this process up for the command, where the system can do that; else runs it to its end.
/// Nothing that was to be done afterwards is: it returns only where the command could not be run, or
/// on systems that have no `exec`.
pub fn become_it(words: &[OsString]) -> Result<Ended> {
    #[cfg(unix)]
    {
        let mut command = command(words)?;
        let exec = || std::os::unix::process::CommandExt::exec(&mut command);
        let error = core_dumps::as_before(exec);
        Err(not_run(words, error))
    }
    #[cfg(not(unix))]
    run(words, &[])
}

/// Runs the command to its end, however long that takes, with these further variables.
///
/// A terminal interrupts us and it at once: that is its business alone. `SIGTERM` and `SIGHUP` are
/// passed on to it, and it is waited for: it may be saving. Those that come once it has ended do not
/// end us either, unless they come twice; an interrupt does.
pub fn run(words: &[OsString], variables: &[(&str, OsString)]) -> Result<Ended> {
    let mut command = command(words)?;
    command.envs(variables.iter().map(|(name, value)| (name, value)));
    // Before it starts, so that no signal finds us without.
    let mut signals = Signals::take();
    let mut child =
        core_dumps::as_before(|| command.spawn()).map_err(|error| not_run(words, error))?;
    let status = signals.wait_for(&mut child).map_err(|error| {
        Error::failed(text!("program-lost", program = name(words))).because(error)
    })?;
    signals.work_on();
    Ok(Ended::of(status))
}

/// Returns the name of the command's program. What follows it can hold secrets, and is never shown.
pub fn name(words: &[OsString]) -> String {
    let word = words.first().map(|word| word.to_string_lossy());
    word.unwrap_or_default().into_owned()
}

fn command(words: &[OsString]) -> Result<Command> {
    let Some((program, args)) = words.split_first() else {
        return Err(Error::usage(text!("command-none-given")));
    };
    let mut command = Command::new(program);
    command.args(args);
    Ok(command)
}

fn not_run(words: &[OsString], error: io::Error) -> Error {
    let program = name(words);
    match error.kind() {
        io::ErrorKind::NotFound => Error::new(
            Kind::NoProgram,
            text!("command-not-there", program = program),
        )
        .hint(text!("command-where-looked-for")),
        _ => Error::new(
            Kind::NotRunnable,
            text!("program-not-run", program = program),
        )
        .because(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_a_shell() {
        assert_eq!(Ended::Exited(0).code(), 0);
        assert_eq!(Ended::Exited(3).code(), 3);
        assert_eq!(Ended::Killed(9).code(), 137);
        assert_eq!(Ended::Exited(-1_073_741_819).code(), 1);
        assert_eq!(Ended::Exited(256).code(), 1);
    }
}
