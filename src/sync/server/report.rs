//! What became of a pull or a push, told to a server of ours: for its log, and for those who wait for this
//! device. Only where something happened, after the work, for a second at most; that it fails is not told.

use std::time::{Duration, Instant};

use super::presence::Met;
use crate::{
    config::servers_file,
    domain::location::Location,
    error::{Error, Kind, Result},
    remote::control::{
        Control, Said,
        activity::{self, Doing, Row, What},
    },
    sync::{
        outcome::{Changes, PullOutcome, PushOutcome},
        session::Session,
    },
};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// What there is to tell.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    doing: Option<Doing>,
    row: Option<Row>,
}

/// Tells what became of a pull.
pub fn after_pull(session: &mut Session<'_>, outcome: &Result<PullOutcome>) {
    let met = session.met;
    if !met.reached {
        return;
    }
    let told = Told {
        doing: doing_after_pull(met, session.settings.plays, outcome),
        row: row_of_pull(met, outcome),
    };
    tell(session, &told);
}

/// Tells what became of a decision.
pub fn after_resolve(session: &mut Session<'_>, outcome: &Result<PullOutcome>) {
    if !session.met.reached {
        return;
    }
    let row = row_of_resolve(session.met, outcome);
    tell(session, &Told { doing: None, row });
}

/// Tells what became of a push; and finds out what a server is that nobody asked yet.
pub fn after_push(session: &mut Session<'_>, outcome: &Result<PushOutcome>) {
    let told = Told {
        doing: doing_after_push(outcome),
        row: row_of_push(outcome),
    };
    tell(session, &told);
    let is_model = session.settings.cloud.is_some();
    if matches!(outcome, Ok(PushOutcome::Pushed { .. })) && !is_model {
        let location = session.sync.location.clone();
        let settings = session.settings;
        if let Ok(access) = session.access() {
            super::refresh(settings, &location, access.question().ca_file, PATIENCE);
        }
    }
}

/// What others should know of this device, where that is not what they know.
fn doing_after_pull(met: Met, plays: bool, outcome: &Result<PullOutcome>) -> Option<Doing> {
    let starts = matches!(outcome, Ok(outcome) if !matches!(outcome, PullOutcome::Conflict { .. }));
    let quiet = matches!(outcome, Ok(PullOutcome::UpToDate { saved: None }));
    match (starts, met.announced.is_some()) {
        (false, true) => Some(Doing::Idle),
        // What it pushed on the way was taken for the end of its session.
        (true, true) if !quiet => Some(Doing::Playing),
        (true, false) if plays => Some(Doing::Playing),
        _ => None,
    }
}

/// What was pushed says by itself that a session is over; where nothing changed, nothing does. Whoever
/// types a push has the same in mind: this is all in the cloud.
fn doing_after_push(outcome: &Result<PushOutcome>) -> Option<Doing> {
    let ended = matches!(outcome, Ok(PushOutcome::UpToDate));
    ended.then_some(Doing::Idle)
}

fn row_of_pull(met: Met, outcome: &Result<PullOutcome>) -> Option<Row> {
    match outcome {
        Ok(PullOutcome::Applied { changes, saved }) => {
            let merged = saved.is_some() || !changes.copied.is_empty();
            let what = if merged { What::Merged } else { What::Pulled };
            Some(Row {
                bytes: Some(changes.bytes),
                units: Some(count(changes)),
                ..row(what, None)
            })
        }
        Ok(PullOutcome::Forked { units, .. }) => Some(forked(units.len(), "others-decide")),
        Ok(PullOutcome::Postponed { units, .. }) => Some(forked(units.len(), "postponed")),
        Ok(PullOutcome::Conflict { units, .. }) if !met.repeated => {
            Some(forked(units.len(), "conflict"))
        }
        Ok(PullOutcome::Offline { .. }) => Some(row(What::Failed, Some("unusable"))),
        Ok(_) => None,
        Err(error) => failed(error),
    }
}

/// Whatever a decision took, it is a merge.
fn row_of_resolve(met: Met, outcome: &Result<PullOutcome>) -> Option<Row> {
    let row = row_of_pull(met, outcome)?;
    let what = match row.what {
        What::Pulled => What::Merged,
        other => other,
    };
    Some(Row { what, ..row })
}

fn row_of_push(outcome: &Result<PushOutcome>) -> Option<Row> {
    match outcome {
        Ok(PushOutcome::Conflict { units, .. }) => Some(forked(units.len(), "conflict")),
        Ok(_) => None,
        Err(error) => failed(error),
    }
}

fn row(what: What, reason: Option<&'static str>) -> Row {
    Row {
        what,
        snapshot: None,
        bytes: None,
        units: None,
        reason,
    }
}

fn forked(units: usize, reason: &'static str) -> Row {
    Row {
        units: Some(units as u64),
        ..row(What::Forked, Some(reason))
    }
}

fn count(changes: &Changes) -> u64 {
    (changes.taken.len() + changes.removed.len() + changes.copied.len()) as u64
}

/// Why something failed, as a word; nothing where the player wanted it, or nobody would hear it.
fn failed(error: &Error) -> Option<Row> {
    let reason = match error.kind() {
        Kind::Offline | Kind::Cancelled | Kind::Credentials => return None,
        Kind::Damaged => "damaged",
        Kind::Full => "full",
        Kind::NoRepository | Kind::Trashed => "no-repository",
        Kind::Busy | Kind::Unfinished => "busy",
        Kind::Conflict => "conflict",
        Kind::Usage => "usage",
        Kind::Failed | Kind::NoProgram | Kind::NotRunnable => "failed",
    };
    Some(row(What::Failed, Some(reason)))
}

fn tell(session: &mut Session<'_>, told: &Told) {
    if *told == Told::default() {
        return;
    }
    let (settings, instance) = (session.settings, session.sync.instance_id);
    let Some(server) = super::remembered(settings, &session.sync.location) else {
        return;
    };
    // The same again is no news to others.
    let since = session.met.announced;
    let since = since.unwrap_or_else(|| settings.now().as_second());
    let url = match &session.sync.location {
        Location::Rest(url) => url.clone(),
        Location::Folder(_) | Location::Other(_) => return,
    };
    let Ok(access) = session.access() else { return };
    let Some(control) = Control::beside(&access.question()) else {
        return;
    };
    let begun = Instant::now();
    let left = || control.within(PATIENCE.saturating_sub(begun.elapsed()));
    let mut heard = Heard::Yes;
    if let Some(row) = told.row.as_ref().filter(|_| server.has("sync-log")) {
        heard = Heard::of(&activity::report(&left(), instance, row));
    }
    // Who does not answer once is not waited for twice.
    if let Some(doing) = told.doing.filter(|_| server.has("presence"))
        && heard == Heard::Yes
    {
        heard = Heard::of(&activity::beat(&left(), instance, doing, since));
    }
    if heard == Heard::ByAnother {
        // The next opt-in, or the next push, finds out which server it is now.
        servers_file::remember(&settings.dirs, &url, None);
    }
}

/// Who took what was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// The server that was meant.
    Yes,
    /// Nobody, or nobody who would have it.
    No,
    /// A server of another kind, or an older one.
    ByAnother,
}

impl Heard {
    fn of(said: &Result<Said<()>>) -> Self {
        match said {
            Ok(Ok(())) => Self::Yes,
            Ok(Err(refused)) if refused.is_unknown_route() && refused.status != 401 => {
                Self::ByAnother
            }
            Ok(Err(_)) | Err(_) => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::path::RelPath, remote::control::Refused};

    const ANNOUNCED: Met = Met {
        announced: Some(60),
        reached: true,
        repeated: false,
    };

    fn units() -> Vec<RelPath> {
        vec![RelPath::new("saves/My World").expect("a path")]
    }

    fn conflict() -> PullOutcome {
        PullOutcome::Conflict {
            units: units(),
            saved: true,
        }
    }

    fn quiet() -> PullOutcome {
        PullOutcome::UpToDate { saved: None }
    }

    fn applied() -> PullOutcome {
        PullOutcome::Applied {
            changes: Changes {
                taken: units(),
                bytes: 7,
                ..Changes::default()
            },
            saved: None,
        }
    }

    #[test]
    fn nothing_to_do_is_told_to_nobody() {
        assert_eq!(doing_after_pull(ANNOUNCED, true, &Ok(quiet())), None);
        assert_eq!(row_of_pull(ANNOUNCED, &Ok(quiet())), None);
        assert_eq!(row_of_push(&Ok(PushOutcome::UpToDate)), None);
    }

    #[test]
    fn a_game_that_does_not_start_after_all_is_no_session() {
        let doing = |outcome| doing_after_pull(ANNOUNCED, true, &outcome);
        assert_eq!(doing(Ok(conflict())), Some(Doing::Idle));
        assert_eq!(doing(Err(Error::failed("x"))), Some(Doing::Idle));
        assert_eq!(doing(Ok(applied())), Some(Doing::Playing));
        // Nobody was told of it: a conflict was open.
        let met = Met {
            announced: None,
            ..ANNOUNCED
        };
        assert_eq!(doing_after_pull(met, true, &Ok(conflict())), None);
        assert_eq!(
            doing_after_pull(met, true, &Ok(quiet())),
            Some(Doing::Playing)
        );
        assert_eq!(doing_after_pull(met, false, &Ok(applied())), None);
    }

    #[test]
    fn a_session_in_which_nothing_changed_is_over_with_its_push() {
        let unchanged = || Ok(PushOutcome::UpToDate);
        assert_eq!(doing_after_push(&unchanged()), Some(Doing::Idle));
        assert_eq!(doing_after_push(&Ok(PushOutcome::NotOptedIn)), None);
        assert_eq!(doing_after_push(&Err(Error::failed("x"))), None);
    }

    #[test]
    fn a_decision_is_a_merge_and_none_is_what_it_was() {
        let what = |outcome| row_of_resolve(ANNOUNCED, &outcome).map(|row| row.what);
        assert_eq!(what(Ok(applied())), Some(What::Merged));
        assert_eq!(what(Ok(conflict())), Some(What::Forked));
        assert_eq!(what(Err(Error::failed("x"))), Some(What::Failed));
        assert_eq!(what(Ok(quiet())), None);
    }

    #[test]
    fn what_is_written_down_holds_no_name() {
        let row = row_of_pull(ANNOUNCED, &Ok(applied())).expect("a row");
        assert_eq!(
            (row.what, row.units, row.bytes),
            (What::Pulled, Some(1), Some(7))
        );
        let row = row_of_pull(ANNOUNCED, &Ok(conflict())).expect("a row");
        assert_eq!((row.what, row.reason), (What::Forked, Some("conflict")));
        assert_eq!((row.units, row.bytes), (Some(1), None));
        let text = serde_json::to_string(&row).expect("JSON");
        assert!(!text.contains("World"), "{text}");
        let repeated = Met {
            repeated: true,
            ..ANNOUNCED
        };
        assert_eq!(row_of_pull(repeated, &Ok(conflict())), None);
    }

    #[test]
    fn what_came_went_and_was_copied_counts_and_a_copy_is_a_merge() {
        let row = |changes, saved| {
            let outcome = PullOutcome::Applied { changes, saved };
            row_of_pull(ANNOUNCED, &Ok(outcome)).expect("a row")
        };
        let none = Changes::default;
        assert_eq!(row(none(), None).units, Some(0));
        let removed = Changes {
            taken: [units(), units()].concat(),
            removed: units(),
            ..none()
        };
        let came = row(removed.clone(), None);
        assert_eq!((came.what, came.units), (What::Pulled, Some(3)));
        let copied = Changes {
            copied: units(),
            ..removed
        };
        let merged = row(copied, None);
        assert_eq!((merged.what, merged.units), (What::Merged, Some(4)));
        // What was here went out as well.
        let saved = "0".repeat(64).parse().expect("an id");
        assert_eq!(row(none(), Some(saved)).what, What::Merged);
    }

    #[test]
    fn a_server_that_knows_nothing_of_it_is_another_one() {
        let no = |status, word: &str| {
            let refused = Refused::of_test(status, word);
            Heard::of(&Ok(Err(refused)))
        };
        assert_eq!(Heard::of(&Ok(Ok(()))), Heard::Yes);
        // As a rest-server answers where it knows no route.
        assert_eq!(no(405, ""), Heard::ByAnother);
        assert_eq!(no(404, "nowhere"), Heard::ByAnother);
        // That is about the token, whoever says it.
        assert_eq!(no(401, ""), Heard::No);
        assert_eq!(no(403, "suspended"), Heard::No);
        let away = Err(Error::new(Kind::Offline, "away"));
        assert_eq!(Heard::of(&away), Heard::No);
    }

    #[test]
    fn a_failure_has_a_word_and_a_cancelled_one_is_none() {
        let reason = |kind| {
            let row = row_of_push(&Err(Error::new(kind, "x")));
            row.map(|row| row.reason)
        };
        assert_eq!(reason(Kind::Full), Some(Some("full")));
        assert_eq!(reason(Kind::Damaged), Some(Some("damaged")));
        for nobody in [Kind::Offline, Kind::Cancelled, Kind::Credentials] {
            assert_eq!(reason(nobody), None);
        }
    }
}
