//! The one error type: what happened, what was kept, what to do next; and the exit-code table.

use std::fmt;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

type Source = Box<dyn std::error::Error + Send + Sync + 'static>;

/// What kind of failure it is. Callers branch on it; [`Error::exit_code`] is derived from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Anything that has no kind of its own.
    Failed,
    /// The command line, or a file that a person wrote, is wrong.
    Usage,
    /// A unit changed on both sides, and only a person can decide.
    Conflict,
    /// The server refused the account, or the repository refused the password.
    Credentials,
    /// Another instance-sync worked on this instance past the deadline.
    Busy,
    /// A swap that was interrupted cannot be carried to its end now: a game has a world open.
    Unfinished,
    /// The server could not be reached, did not answer in time, or somebody has locked the whole
    /// repository. Nothing is known to be wrong.
    Offline,
    /// The server answered, and there is no repository at this address.
    NoRepository,
    /// The server has the repository in its trash: it is not there, and can be brought back.
    Trashed,
    /// A snapshot or its record cannot be read, or does not hold what it says.
    Damaged,
    /// No room: on this disk, or on the server.
    Full,
    /// The player cancelled it in a window.
    Cancelled,
    /// A command of the player's is not there.
    NoProgram,
    /// A command of the player's is there and cannot be run.
    NotRunnable,
}

/// A failure, with its cause and with hints that say what to run next.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hints: Vec<String>,
    source: Option<Source>,
    grave: bool,
}

impl Error {
    /// Returns an error of `kind` that says `message` (no final full stop, no secret).
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hints: Vec::new(),
            source: None,
            grave: matches!(kind, Kind::Credentials | Kind::Full),
        }
    }

    /// Returns an error of [`Kind::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// Returns an error of [`Kind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds a sentence that says what was kept or what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Takes the cause away, where it could say more than anybody may read.
    #[must_use]
    pub fn without_cause(mut self) -> Self {
        self.source = None;
        self
    }

    /// Returns the same error as another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Says that only the player can mend it: where a window can be shown, it is.
    #[must_use]
    pub fn grave(mut self) -> Self {
        self.grave = true;
        self
    }

    /// Returns whether only the player can mend it: credentials, room on the server.
    pub fn is_grave(&self) -> bool {
        self.grave
    }

    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns the hints, in the order in which they should be read.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Returns the process's exit code for this error:
    ///
    /// | code | meaning |
    /// |---|---|
    /// | 0 | the game may start; or the work is done, or pending |
    /// | 1 | failed |
    /// | 2 | usage |
    /// | 3 | a conflict needs a decision |
    /// | 4 | credentials refused |
    /// | 5 | another instance-sync worked on this instance past the deadline |
    /// | 130 | cancelled in a window, as an interrupt is on a terminal |
    /// | 126, 127 | the command after `--` cannot be run, or is not there: as shells say it |
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Usage => 2,
            Kind::Conflict => 3,
            Kind::Credentials => 4,
            Kind::Busy => 5,
            Kind::NotRunnable => 126,
            Kind::NoProgram => 127,
            Kind::Cancelled => 130,
            Kind::Failed
            | Kind::Unfinished
            | Kind::Offline
            | Kind::NoRepository
            | Kind::Trashed
            | Kind::Damaged
            | Kind::Full => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.message.clone();
        // One line with all causes: hooks have one line to be read in.
        let mut cause = self
            .source
            .as_deref()
            .map(|source| source as &dyn std::error::Error);
        while let Some(error) = cause {
            // Errors of some crates end with their own cause.
            let text = error.to_string();
            if !said.ends_with(&text) {
                said.push_str(": ");
                said.push_str(&text);
            }
            cause = error.source();
        }
        f.write_str(&said)
    }
}

// `source` stays `None` for callers: Display already prints the whole chain.
impl std::error::Error for Error {}

/// Adds what was being done to the errors of other crates.
pub trait Context<T> {
    /// Turns the error into one of [`Kind::Failed`] that says `message` and keeps the cause.
    fn context(self, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Into<Source>> Context<T> for std::result::Result<T, E> {
    fn context(self, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::failed(message()).because(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_prints_its_whole_chain_on_one_line() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::failed("cannot write state.json").because(cause);
        assert_eq!(error.to_string(), "cannot write state.json: disk on fire");
    }

    #[test]
    fn a_cause_that_a_cause_says_itself_is_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("the database failed: {0}")]
        struct Outer(#[source] std::io::Error);
        let cause = Outer(std::io::Error::other("disk on fire"));
        let error = Error::failed("cannot open it").because(cause);
        assert_eq!(
            error.to_string(),
            "cannot open it: the database failed: disk on fire"
        );
    }

    #[test]
    fn every_kind_has_the_documented_exit_code() {
        let code = |kind| Error::new(kind, "x").exit_code();
        assert_eq!(code(Kind::Failed), 1);
        assert_eq!(code(Kind::Usage), 2);
        assert_eq!(code(Kind::Conflict), 3);
        assert_eq!(code(Kind::Credentials), 4);
        assert_eq!(code(Kind::Busy), 5);
        assert_eq!(code(Kind::NotRunnable), 126);
        assert_eq!(code(Kind::NoProgram), 127);
        assert_eq!(code(Kind::Cancelled), 130);
        assert_eq!(code(Kind::Offline), 1);
        assert_eq!(code(Kind::Trashed), 1);
        assert_eq!(code(Kind::Unfinished), 1);
    }
}
