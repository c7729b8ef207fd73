//! Tables of what there is, and the same as JSON.

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;

use crate::{
    domain::count::counted,
    server::database::{
        accounts::{Account, Registration},
        audit::Entry,
        devices::Device,
        grants::Grant,
        instances::Instance,
        invites::Invite,
        services::{Scope, Service},
    },
    ui::{output::Output, table},
};

#[derive(Serialize)]
struct Report<'a, T> {
    event: &'static str,
    what: &'static str,
    rows: &'a [T],
}

/// Prints rows, or says that there are none.
pub fn rows<T: Serialize>(
    output: &Output,
    what: &'static str,
    rows: &[T],
    row: impl Fn(&T) -> Vec<String>,
) {
    if output.is_json() {
        output.object(&Report {
            event: "serve",
            what,
            rows,
        });
    } else if rows.is_empty() {
        output.line("There are none.");
    } else {
        let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
        output.text(&table::fitted(&rows, output.width()));
    }
}

/// An account.
pub fn account_row(account: &Account) -> Vec<String> {
    let mut notes = vec![format!("quota {}", amount(account.quota_bytes))];
    notes.push(format!(
        "up to {}",
        counted(account.instance_limit, "instance")
    ));
    if account.registration == Registration::ByCreating {
        notes.push("open".to_owned());
    }
    if account.suspended_at.is_some() {
        notes.push("suspended".to_owned());
    }
    vec![
        account.name.clone(),
        time(account.created_at),
        notes.join(", "),
    ]
}

/// A device.
pub fn device_row(device: &Device) -> Vec<String> {
    let state = match (device.revoked_at, device.last_seen_at) {
        (Some(at), _) => format!("revoked {}", time(at)),
        (None, Some(at)) => format!("seen {}", time(at)),
        (None, None) => "never seen".to_owned(),
    };
    vec![
        device.account.clone(),
        device.name.clone(),
        device.id.clone(),
        state,
    ]
}

/// An instance.
pub fn instance_row(instance: &Instance) -> Vec<String> {
    vec![
        instance.account.clone(),
        instance.id.clone(),
        time(instance.created_at),
    ]
}

/// A grant.
pub fn grant_row(grant: &Grant) -> Vec<String> {
    let state = match grant.revoked_at {
        Some(at) => format!("taken back {}", time(at)),
        None => format!("until {}", time(grant.expires_at)),
    };
    let (account, device) = (grant.account.clone(), grant.device.clone());
    vec![
        grant.id.clone(),
        account,
        device,
        grant.instance.clone(),
        state,
    ]
}

/// An invite.
pub fn invite_row(invite: &Invite) -> Vec<String> {
    let state = match (invite.used_at, &invite.account) {
        (Some(at), Some(account)) => format!("{account} since {}", time(at)),
        _ => format!("until {}", time(invite.expires_at)),
    };
    vec![
        invite.id.clone(),
        invite.made_by.clone(),
        format!("quota {}", amount(invite.quota_bytes)),
        state,
    ]
}

/// A service.
pub fn service_row(service: &Service) -> Vec<String> {
    let scope = match service.scope {
        Scope::All => "all",
        Scope::Provision => "provision",
    };
    let state = match service.revoked_at {
        Some(at) => format!("revoked {}", time(at)),
        None => format!("since {}", time(service.created_at)),
    };
    vec![service.name.clone(), scope.to_owned(), state]
}

/// What was done.
pub fn audit_row(entry: &Entry) -> Vec<String> {
    let (actor, what) = (entry.actor.clone(), entry.what.clone());
    vec![time(entry.at), actor, what, entry.about.clone()]
}

/// How much there may be.
pub fn amount(bytes: Option<u64>) -> String {
    bytes.map_or_else(
        || "none".to_owned(),
        |bytes| indicatif::BinaryBytes(bytes).to_string(),
    )
}

fn time(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        Err(_) => seconds.to_string(),
    }
}
