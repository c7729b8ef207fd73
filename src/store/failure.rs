//! What restic's exit codes and last words mean.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::messages::ExitError;
use crate::{
    error::{Error, Kind, Result},
    process::restic::{Ended, Patience, Stopped, stopped_error},
    texts::text,
};

/// Returns what to do about an exclusive lock.
pub fn lock_in_the_way() -> String {
    text!("lock-in-the-way")
}

/// Turns the end of a call into an error, unless it ended well. `doing` says what was being done.
pub fn check(
    doing: impl fmt::Display,
    ended: &Ended,
    patience: Patience,
    secrets: &[&SecretString],
) -> Result<()> {
    if ended.stopped.is_none() && ended.code == Some(0) {
        return Ok(());
    }
    let doing = doing.to_string();
    if let Some(stopped) = ended.stopped {
        let error = stopped_error(&doing, stopped, patience);
        let cause = ended.stderr.lines().rev().find_map(|line| {
            let (_, rest) = line.split_once("retrying after ")?;
            Some(rest.split_once(": ")?.1.to_owned())
        });
        return Err(match cause {
            Some(cause) if stopped == Stopped::Retrying => error.because(masked(&cause, secrets)),
            _ => error,
        });
    }
    let said = last_words(&ended.stderr, secrets);
    let lower = said.to_lowercase();
    let has = |texts: &[&str]| texts.iter().any(|text| lower.contains(text));
    let error = |kind: Kind| Error::new(kind, format!("{doing}: {said}"));
    Err(match ended.code {
        Some(10) => error(Kind::NoRepository),
        Some(12) => error(Kind::Credentials).hint(text!("repository-password-is-another")),
        // Nothing is wrong with this folder or the repository: it is as if the server were away.
        Some(11) => error(Kind::Offline).hint(lock_in_the_way()),
        Some(130) => error(Kind::Failed).hint(text!("restic-interrupted")),
        _ if has(&["(401)", "(403)", "unauthorized", "forbidden"]) => error(Kind::Credentials),
        _ if has(&["(507)", "insufficient storage", "quota"]) => {
            error(Kind::Full).hint(text!("repository-server-full"))
        }
        _ if has(&["no space left", "disk full", "not enough space"])
            || ended.stderr.to_lowercase().contains("no space left") =>
        {
            error(Kind::Full).hint(text!("disk-free-some-space"))
        }
        _ if has(&[
            "connection refused",
            "no such host",
            "i/o timeout",
            "timeout exceeded",
            "connection reset",
            "dial tcp",
        ]) =>
        {
            error(Kind::Offline)
        }
        _ if has(&[
            "is damaged",
            "ciphertext verification failed",
            "invalid data returned",
            "load(",
            "not found in index",
            "is too short",
            "unable to load",
        ]) =>
        {
            error(Kind::Damaged).hint(text!("repository-look-with-check"))
        }
        // No index lists it, as after `repair index`.
        _ if has(&["not found in repository", UNKNOWN_BLOB]) => {
            error(Kind::Damaged).hint(text!("repository-look-with-check"))
        }
        // A pack that the index lists is not there.
        _ if has(&["readfull("])
            && has(&["no such file", "cannot find", "does not exist", "404"]) =>
        {
            error(Kind::Damaged).hint(text!("repository-look-with-check"))
        }
        Some(code) => Error::failed(text!(
            "restic-ended-with",
            doing = doing,
            code = code,
            said = said
        )),
        None => {
            Error::failed(text!("restic-killed", doing = doing)).hint(text!("restic-run-again"))
        }
    })
}

/// Returns whether restic gave up over a key before it saw anything else of the repository: the one
/// that the password opens does not fit the `config`, or another cannot be read (0.18 then looks at
/// no further one), or there are more than it tries.
pub fn is_of_a_key(ended: &Ended) -> bool {
    let says = |text: &str| ended.stderr.contains(text);
    ended.stopped.is_none()
        && match ended.code {
            Some(1) => {
                says(WRONG_KEY)
                    || says("LoadRaw(<key/")
                    || says(r"LoadRaw(\u003ckey/")
                    || says("only supported KDF is")
                    || says("scrypt: ")
                    || says("maximum number of keys reached")
            }
            // A panic.
            Some(2) => says("repository.OpenKey"),
            _ => false,
        }
}

/// What restic says, in small letters, where a file's content is in no index.
const UNKNOWN_BLOB: &str = "unknown blob ";

/// Returns whether a restore gave up over one file that no index has: nothing of the others came
/// either.
pub fn is_of_one_file(ended: &Ended) -> bool {
    let said = last_words(&ended.stderr, &[]).to_lowercase();
    ended.stopped.is_none() && ended.code == Some(1) && said.starts_with(UNKNOWN_BLOB)
}

/// Returns whether restic gave up over a key or a password.
pub fn is_refused(ended: &Ended) -> bool {
    (ended.stopped.is_none() && ended.code == Some(12)) || is_of_a_key(ended)
}

/// What restic says where a key that the password opens does not open the `config`.
const WRONG_KEY: &str = "config or key ";

/// Returns the key that the password opens and that does not fit the `config`.
pub fn wrong_key(ended: &Ended) -> Option<&str> {
    let (_, rest) = ended.stderr.split_once(WRONG_KEY)?;
    rest.split_whitespace().next()
}

/// Returns the line that says what went wrong, without control characters and secrets.
pub fn last_words(stderr: &str, secrets: &[&SecretString]) -> String {
    let from_json = stderr
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<ExitError>(line).ok());
    let text = from_json.map_or_else(
        || {
            let mut lines = stderr.lines().filter(|line| !line.trim().is_empty());
            lines
                .rfind(|line| !line.contains("retrying after"))
                .map_or_else(|| text!("restic-said-nothing"), str::to_owned)
        },
        |error| error.message,
    );
    let line = text.trim().trim_start_matches("Fatal: ").lines().next();
    masked(line.unwrap_or(""), secrets)
}

/// Returns what may be shown of a text of restic's: no secret, no control character, not too long.
pub fn masked(text: &str, secrets: &[&SecretString]) -> String {
    let mut text = text.to_owned();
    // Before it is cut: half a secret is one too.
    for secret in secrets.iter().map(|secret| secret.expose_secret()) {
        if !secret.is_empty() {
            text = text.replace(secret, "***");
        }
    }
    text.chars().filter(|c| !c.is_control()).take(500).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn kind(code: i32, stderr: &str) -> Option<Kind> {
        let ended = Ended {
            code: Some(code),
            stopped: None,
            stderr: stderr.to_owned(),
        };
        let patience = Patience {
            silence: Duration::from_secs(1),
            retrying: Duration::from_secs(1),
        };
        check("pull", &ended, patience, &[])
            .err()
            .map(|error| error.kind())
    }

    #[test]
    fn exit_codes_and_last_words_have_kinds() {
        assert_eq!(kind(0, "whatever"), None);
        assert_eq!(kind(10, ""), Some(Kind::NoRepository));
        assert_eq!(kind(12, ""), Some(Kind::Credentials));
        assert_eq!(kind(11, ""), Some(Kind::Offline));
        assert_eq!(
            kind(1, "Fatal: unexpected HTTP response (401): 401 Unauthorized"),
            Some(Kind::Credentials)
        );
        assert_eq!(
            kind(
                1,
                "Fatal: server response unexpected: 507 Insufficient Storage"
            ),
            Some(Kind::Full)
        );
        assert_eq!(
            kind(1, "write /x: no space left on device"),
            Some(Kind::Full)
        );
        assert_eq!(
            kind(
                1,
                "Fatal: config or key abc is damaged: ciphertext verification failed"
            ),
            Some(Kind::Damaged)
        );
        assert_eq!(
            kind(
                1,
                "cannot dump file: ReadFull(<data/2983b34b06>): open /c/data/29/x: no such file or directory"
            ),
            Some(Kind::Damaged)
        );
        for text in [
            "Fatal: loading tree for snapshot \"27104b5f\" failed: id 165aa8da not found in repository",
            "Fatal: cannot dump file: id ca3d163b not found in repository",
            "Unknown blob ca3d163b",
        ] {
            assert_eq!(kind(1, text), Some(Kind::Damaged), "{text}");
        }
        assert_eq!(kind(1, "gibberish"), Some(Kind::Failed));
        assert_eq!(kind(130, ""), Some(Kind::Failed));
    }

    #[test]
    fn a_key_that_does_not_fit_is_told_from_other_failures() {
        let ended = |code, stderr: &str| Ended {
            code: Some(code),
            stopped: None,
            stderr: stderr.to_owned(),
        };
        let wrong = ended(
            1,
            r#"{"code":1,"message":"Fatal: config or key 5d01 is damaged: ciphertext verification failed"}"#,
        );
        assert!(is_of_a_key(&wrong));
        assert_eq!(wrong_key(&wrong), Some("5d01"));
        for (code, text) in [
            (1, "Fatal: LoadRaw(<key/0000000000>): invalid data returned"),
            (
                1,
                r"Fatal: LoadRaw(\u003ckey/0000000000\u003e): invalid data",
            ),
            (1, "Fatal: only supported KDF is scrypt()"),
            (
                2,
                "panic: ...\ngithub.com/restic/restic/internal/repository.OpenKey(",
            ),
        ] {
            assert!(is_of_a_key(&ended(code, text)), "{text}");
            assert_eq!(wrong_key(&ended(code, text)), None);
        }
        for (code, text) in [
            (12, "Fatal: wrong password or no key found"),
            (
                1,
                "Fatal: LoadRaw(<index/0000000000>): invalid data returned",
            ),
            (0, "config or key 5d01 is damaged"),
        ] {
            assert!(!is_of_a_key(&ended(code, text)), "{text}");
        }
    }

    #[test]
    fn digits_in_the_name_of_a_pack_are_no_status() {
        let text = "Fatal: write /x/data/db/84036401507: no space left on device";
        assert_eq!(kind(1, text), Some(Kind::Full));
        assert_eq!(kind(1, "Fatal: pack 401403507 is odd"), Some(Kind::Failed));
    }

    #[test]
    fn a_secret_in_an_error_is_masked() {
        let ended = Ended {
            code: Some(1),
            stopped: None,
            stderr: "{\"message_type\":\"exit_error\",\"code\":1,\"message\":\"Fatal: https://a:hunter2@h failed\"}".into(),
        };
        let patience = Patience {
            silence: Duration::from_secs(1),
            retrying: Duration::from_secs(1),
        };
        let secret = SecretString::from("hunter2");
        let text = check("push", &ended, patience, &[&secret])
            .expect_err("failed")
            .to_string();
        assert!(text.contains("***") && !text.contains("hunter2"), "{text}");
    }
}
