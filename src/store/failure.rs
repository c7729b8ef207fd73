//! What restic's exit codes and last words mean.

use secrecy::{ExposeSecret, SecretString};

use super::{
    messages::ExitError,
    process::{Ended, Patience, stopped_error},
};
use crate::error::{Error, Kind, Result};

/// Turns the end of a call into an error, unless it ended well. `what` says what was being done.
pub fn check(
    what: &str,
    ended: &Ended,
    patience: Patience,
    secrets: &[&SecretString],
) -> Result<()> {
    if let Some(stopped) = ended.stopped {
        let error = stopped_error(what, stopped, patience);
        let cause = ended.stderr.lines().rev().find_map(|line| {
            let (_, rest) = line.split_once("retrying after ")?;
            Some(rest.split_once(": ")?.1.to_owned())
        });
        return Err(match cause {
            Some(cause) if stopped == super::process::Stopped::Retrying => {
                error.because(masked(&cause, secrets))
            }
            _ => error,
        });
    }
    let said = last_words(&ended.stderr, secrets);
    let lower = said.to_lowercase();
    let has = |texts: &[&str]| texts.iter().any(|text| lower.contains(text));
    let error = |kind: Kind| Error::new(kind, format!("{what}: {said}"));
    Err(match ended.code {
        Some(0) => return Ok(()),
        Some(10) => error(Kind::NoRepository),
        Some(12) => error(Kind::Credentials).hint(
            "The repository exists, and its password is another one: if the player chose a passphrase, give it with \
             --passphrase-file when this device joins.",
        ),
        Some(11) => error(Kind::Failed).hint(
            "Somebody else works on the whole repository (prune, or check). Try again later; if a process died \
             while it held the lock, remove the lock with: restic unlock",
        ),
        Some(130) => error(Kind::Failed).hint("restic was interrupted. Nothing is lost; run the command again."),
        _ if has(&["(401)", "(403)", "unauthorized", "forbidden"]) => error(Kind::Credentials),
        _ if has(&["(507)", "insufficient storage", "quota"]) => {
            error(Kind::Full).hint("The server has no room for this account. Ask whoever runs it; the save stays here.")
        }
        _ if has(&["no space left", "disk full", "not enough space"])
            || ended.stderr.to_lowercase().contains("no space left") =>
        {
            error(Kind::Full).hint("Free some space on the disk and run the command again.")
        }
        _ if has(&["connection refused", "no such host", "i/o timeout", "timeout exceeded", "connection reset", "dial tcp"]) => {
            error(Kind::Offline)
        }
        _ if has(&["is damaged", "ciphertext verification failed", "invalid data returned", "load(", "not found in index", "is too short", "unable to load"]) => {
            error(Kind::Damaged).hint("Nothing was changed here. Look at the repository with: restic check")
        }
        Some(code) => Error::failed(format!("{what}: restic ended with code {code}: {said}")),
        None => Error::failed(format!("{what}: restic was killed")).hint("Nothing is lost; run the command again."),
    })
}

/// Returns the line that says what went wrong, without control characters and secrets.
fn last_words(stderr: &str, secrets: &[&SecretString]) -> String {
    let from_json = stderr
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str::<ExitError>(line).ok());
    let text = from_json.map_or_else(
        || {
            let mut lines = stderr.lines().filter(|line| !line.trim().is_empty());
            lines
                .rfind(|line| !line.contains("retrying after"))
                .unwrap_or("no message")
                .to_owned()
        },
        |error| error.message,
    );
    let line = text.trim().trim_start_matches("Fatal: ").lines().next();
    masked(line.unwrap_or(""), secrets)
}

/// Returns what may be shown of a text of restic's: no secret, no control character, not too long.
fn masked(text: &str, secrets: &[&SecretString]) -> String {
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
        assert_eq!(kind(11, ""), Some(Kind::Failed));
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
        assert_eq!(kind(1, "gibberish"), Some(Kind::Failed));
        assert_eq!(kind(130, ""), Some(Kind::Failed));
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
