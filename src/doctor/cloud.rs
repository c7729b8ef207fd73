//! What holds for the cloud of one game folder: reached, its clock, the account, the password.

use jiff::SignedDuration;

use super::Findings;
use crate::{
    config::{layout::Layout, sync_file::SyncFile},
    domain::location::Location,
    error::Kind,
    remote::{clock, probe},
    sync::{
        access::{self, Access},
        credentials,
        event::Listener,
        provision, server,
        settings::Settings,
    },
    texts::text,
    workdir::state::{Loaded, State},
};

/// How far two clocks may be apart. Nothing is decided by clocks but which of two versions is the
/// newest, where that is asked for.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

const UNREACHED: &str = "Is this machine online, and does the server run? Does the address still hold? Meanwhile games start, and pushes wait.";
const GONE: &str = "Was it removed there, or is the account or the address another one? Ask whoever runs the server. The saves are still here.";
const DAMAGED: &str = "Try again; if it stays so, run restic check on it, as docs/guides/own-server.md says. What is here is safe.";

pub(super) fn examine(
    settings: &Settings,
    layout: &Layout,
    sync: &SyncFile,
    listener: Listener<'_>,
    findings: &mut Findings,
) {
    if let Err(error) = access::check_folder(sync, settings) {
        findings.error("server", &error, UNREACHED);
        return;
    }
    if let Location::Rest(url) = &sync.location {
        let ca_file = settings.ca_file.as_deref().or(sync.ca_file.as_deref());
        match clock::of_server(url, ca_file) {
            Ok(theirs) => skew(settings, theirs, findings),
            Err(error) => {
                findings.error("server", &error, UNREACHED);
                return;
            }
        }
    }
    // What is wrong with them is said with the secrets.
    let Ok(credentials) = credentials::load(settings, layout, sync, listener) else {
        return;
    };
    let Ok(access) = Access::new(sync, settings, credentials) else {
        return;
    };
    let to_create = matches!(
        State::load(layout, sync.instance_id),
        Ok(Loaded::State(state)) if state.to_create
    );
    match probe::probe(&access.question()) {
        Ok(Some(ids)) => {
            let server = server::ask(settings, &sync.location, access.question().ca_file);
            let version = server.ok().flatten().and_then(|server| server.version);
            let kind = version.map_or_else(String::new, |version| {
                format!("; it is instance-sync {version}")
            });
            findings.well("server", reached(ids.len()) + &kind);
        }
        Ok(None) => findings.note("server", "only restic can ask this place", &[]),
        Err(error) if error.kind() == Kind::NoRepository && to_create => {
            findings.well("server", "reached; the first push creates the repository");
            return;
        }
        Err(error) => {
            let (check, otherwise) = match error.kind() {
                Kind::Credentials => ("credentials", UNREACHED),
                Kind::NoRepository | Kind::Trashed => ("repository", GONE),
                _ => ("server", UNREACHED),
            };
            findings.error(check, &error, otherwise);
            if matches!(error.kind(), Kind::Credentials | Kind::Trashed) {
                findings.push_later();
            }
            // Nothing is wrong with the token of a device that was revoked, or of an account that is suspended.
            if error.hints().contains(&text!("server-check-token")) {
                let folder = crate::domain::shell::pack_folder(layout.pack());
                findings.more(format!(
                    "Give the token again: instance-sync setup --force {folder}"
                ));
            }
            return;
        }
    }
    // Nothing is downloaded for this.
    let offline = Settings {
        download: false,
        ..settings.clone()
    };
    let Ok(restic) = provision::restic(&offline, layout, listener) else {
        let text = "not tried, since there is no restic yet";
        findings.note("password", text, &[]);
        return;
    };
    let cache = settings.dirs.restic_cache(layout.own());
    match access.repository(restic.program, Some(cache), None).open() {
        Ok(_) => findings.well("password", "opens the repository"),
        Err(error) => {
            let check = match error.kind() {
                Kind::Credentials => "password",
                _ => "repository",
            };
            findings.error(check, &error, DAMAGED);
        }
    }
}

fn reached(snapshots: usize) -> String {
    match snapshots {
        1 => "reached; 1 snapshot".to_owned(),
        count => format!("reached; {count} snapshots"),
    }
}

fn skew(settings: &Settings, theirs: Option<jiff::Timestamp>, findings: &mut Findings) {
    let Some(theirs) = theirs else {
        findings.note("clock", "the server does not say what time it is", &[]);
        return;
    };
    let apart = settings.now().duration_since(theirs);
    if apart.abs() <= SKEW {
        findings.well("clock", "as the server's");
        return;
    }
    let minutes = apart.abs().as_mins();
    let side = if apart.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let text = format!("this machine's clock is {minutes} minutes {side} the server's");
    let remedy = "Set the clock, or let the system do it. No save is lost by it; but \"newest\" takes the wrong one, and dates are wrong.";
    findings.fault("clock", text, &[remedy.to_owned()]);
}
