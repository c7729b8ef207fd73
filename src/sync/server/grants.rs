//! Leave to thin the past, on a server of ours: asked for, waited for, given back.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    domain::ids::InstanceId,
    error::{Error, Kind, Result},
    remote::{
        control::{
            Control, devices,
            grants::{self, Grants},
        },
        probe,
    },
    sync::access::Access,
};

/// For how long leave is asked: as long as a server gives it.
const MINUTES: u32 = 60;

/// How often it is looked whether somebody has decided.
const BEAT: Duration = Duration::from_secs(2);

/// Leave that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The request.
    pub id: String,
    /// What the server calls this device.
    pub device: String,
    /// The account.
    pub account: String,
    /// The repository.
    pub instance: InstanceId,
    /// The server's address.
    pub url: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Somebody said yes.
    Yes,
    /// Somebody said no, or nobody said anything within a day.
    No,
    /// Nobody has said anything yet.
    NotYet,
}

/// Asks a server for leave to remove things from this repository; what waits for an answer already is not
/// asked twice.
pub fn ask(access: &Access) -> Result<Asked> {
    let question = access.question();
    let nobody = || Error::failed("there is no server that could be asked");
    let control = Control::beside(&question).ok_or_else(nobody)?;
    let devices = devices::list(&control)??;
    let this = devices.into_iter().find(|device| device.is_this);
    let this = this.ok_or_else(nobody)?;
    let instance = question.instance;
    let waiting = grants::list(&control)??.requests;
    let same = waiting
        .into_iter()
        .find(|one| one.device == this.id && one.instance == instance.to_string());
    let id = match same {
        Some(request) => request.id,
        None => grants::request(&control, instance, MINUTES)??,
    };
    Ok(Asked {
        id,
        device: this.name,
        account: question.account.to_owned(),
        instance,
        url: control.url.to_owned(),
    })
}

/// Waits until somebody has decided, for so long. A server that is away for a moment is asked again.
pub fn wait(access: &Access, asked: &Asked, patience: Duration) -> Result<Decided> {
    let begun = Instant::now();
    loop {
        match decided(access, asked) {
            Ok(Decided::NotYet) => {}
            Err(error) if error.kind() == Kind::Offline && begun.elapsed() < patience => {}
            other => return other,
        }
        let left = patience.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(Decided::NotYet);
        }
        thread::sleep(left.min(BEAT));
    }
}

fn decided(access: &Access, asked: &Asked) -> Result<Decided> {
    let question = access.question();
    let Some(control) = Control::beside(&question) else {
        return Ok(Decided::No);
    };
    // In this order: what is decided in between is there when it is looked for.
    let said = grants::list(&control)??;
    let waits = said.requests.iter().any(|request| request.id == asked.id);
    // The server's own word, by its own clock; an operator may have said yes without the request.
    Ok(if probe::may_remove(&question)? {
        Decided::Yes
    } else if waits {
        Decided::NotYet
    } else {
        Decided::No
    })
}

/// Gives back what was asked for and used: leave that nobody needs is a danger and nothing else.
pub fn give_back(access: &Access, asked: &Asked) -> Result<()> {
    let question = access.question();
    let Some(control) = Control::beside(&question) else {
        return Ok(());
    };
    let said: Grants = grants::list(&control)??;
    let instance = asked.instance.to_string();
    let grant = said.grants.iter().find(|grant| {
        grant.device == asked.device && grant.instance == instance && grant.revoked_at.is_none()
    });
    match grant {
        // One that has run out is as good as given back.
        Some(grant) => match grants::give_back(&control, grant)? {
            Err(refused) if !refused.is("not_there") => Err(Error::from(refused)),
            _ => Ok(()),
        },
        None => Ok(()),
    }
}
