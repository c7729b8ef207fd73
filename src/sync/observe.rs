//! Observing this folder: what is there, measured against the agreement.

use super::{
    event::{Event, note, warn},
    session::Session,
};
use crate::{
    domain::local::{LocalSide, local_side},
    workdir::scan::{self, Scan},
};

/// This folder's side.
#[derive(Clone)]
pub struct Local {
    /// What was found on disk.
    pub scan: Scan,
    /// What it means.
    pub side: LocalSide,
}

impl Local {
    /// Returns whether anything changed here since the agreement.
    pub fn changed(&self) -> bool {
        self.side
            .values()
            .any(crate::domain::local::LocalUnit::changed)
    }
}

/// Scans the folder.
pub fn local(session: &Session<'_>) -> Local {
    let state = &session.state;
    let scan = scan::scan(
        session.layout.pack(),
        &session.scope,
        &state.stamps,
        state.scan_time(),
    );
    measure(session, scan)
}

/// Measures a scan against the agreement as it is now.
pub fn measure(session: &Session<'_>, scan: Scan) -> Local {
    let agreement = &session.state.agreement;
    let side = local_side(agreement, &scan.found(agreement), |unit| {
        session.scope.kind_of(unit)
    });
    Local { scan, side }
}

/// Tells what cannot be synced, in full once and then in one line.
pub fn report_problems(session: &Session<'_>, scan: &Scan) {
    const SHOWN: usize = 5;
    for problem in scan.problems.iter().take(SHOWN) {
        warn(
            session.listener,
            format!("{}: {}", problem.path, problem.why),
        );
    }
    let more = scan.problems.len().saturating_sub(SHOWN);
    if more > 0 {
        warn(
            session.listener,
            format!("{more} more paths are not synced; see instance-sync status"),
        );
    }
    for (unit, scanned) in &scan.units {
        if scanned.unreadable.is_some() {
            (session.listener)(Event::Warning(
                format!("{unit} cannot be read whole and is left out"),
                vec!["Its last version in the cloud stays as it is.".to_owned()],
            ));
        }
    }
}

/// Tells something that happened.
pub fn tell(session: &Session<'_>, message: impl Into<String>) {
    note(session.listener, message);
}
