//! What a player is told of a plan.

use crate::{
    domain::{
        local::Hold,
        path::RelPath,
        plan::{Plan, Step, Take},
        shell,
    },
    error::Error,
    sync::{
        event::{Event, note, warn},
        session::Session,
    },
    texts::text,
};

/// Warns that the graph cannot be read whole, and that nothing is decided by it.
pub fn warn_unknown(session: &Session<'_>, why: &Error) {
    let mut hints = vec![text!("pull-unknown-hint")];
    hints.extend_from_slice(why.hints());
    (session.listener)(Event::Warning(
        text!("pull-unknown", why = why.to_string()),
        hints,
    ));
}

/// Which edits and which deletions met, and what became of them.
pub(super) fn tell_of_deletions(session: &Session<'_>, plan: &Plan) {
    for (unit, step) in &plan.steps {
        match step {
            Step::Keep {
                beats_deletion: true,
            } => note(
                session.listener,
                text!("pull-kept-deleted", unit = unit.as_str()),
            ),
            Step::Take(Take { revived: true, .. }) => note(
                session.listener,
                text!("pull-back-deleted", unit = unit.as_str()),
            ),
            _ => {}
        }
    }
}

/// Which open worlds have news that do not come now.
pub(super) fn tell_of_open_worlds(session: &Session<'_>, plan: &Plan) {
    for (unit, step) in &plan.steps {
        if let Step::Hold {
            version: Some(_),
            why: Hold::Open,
        } = step
        {
            (session.listener)(Event::Alert(
                text!("pull-open-world", unit = unit.as_str()),
                vec![text!("pull-open-world-hint")],
            ));
        }
    }
}

/// About which units other devices disagree.
pub(super) fn tell_of_forks(session: &Session<'_>, units: &[RelPath]) {
    for unit in units {
        let text = text!(
            "pull-forked",
            unit = unit.as_str(),
            folder = session.folder(),
            word = shell::word(unit.as_str())
        );
        warn(session.listener, text);
    }
}
