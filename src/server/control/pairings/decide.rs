//! The yes or the no to a device that waits.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        answer::{Answered, Done, Failure, Refusal},
        call::Call,
        who::Owner,
    },
    STEP, tell,
};
use crate::server::{
    Server, clock,
    database::{
        devices,
        pairings::{self, Decision, State},
    },
};

/// How long a bundle may be.
const LARGEST: usize = 16 << 10;

/// How many devices of an account may be in use.
const DEVICES: usize = 100;

/// What is said of a device that shows its code itself, where a yes comes without a bundle.
const SEALED_ALONE: &str = "this device shows a code of its own and takes only what a device that is in seals for it: \
                            say yes there, with instance-sync pair --approve";

/// What goes with a yes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PairingApproval")]
pub(super) struct Approval {
    /// What was sealed for the new device, in base64 for addresses, without padding. A device that shows its code
    /// itself, of which the pairing has no `secret`, is let in by that alone.
    pub(super) bundle: Option<String>,
}

/// Says yes or no to a device that waits; `bundle` is what was sealed for it.
pub async fn decide(
    server: &Server,
    owner: &Owner,
    actor: &str,
    id: &str,
    (is_yes, bundle): (bool, Option<&str>),
) -> Result<(), Failure> {
    let now = clock::now();
    if let Some(bundle) = bundle
        && (bundle.len() > LARGEST || URL_SAFE_NO_PAD.decode(bundle).is_err())
    {
        return Err(Refusal::Invalid("bundle is no base64 of 12 KiB at most".to_owned()).into());
    }
    if is_yes && bundle.is_none() {
        // What it shows does not change any more.
        let found = pairings::find(&server.database, owner.id, id, now).await?;
        if found.is_some_and(|pairing| pairing.state == State::Claimed && pairing.shows_itself()) {
            return Err(Refusal::Conflict(SEALED_ALONE).into());
        }
    }
    if is_yes {
        let known = devices::list(&server.database, Some(&owner.name)).await?;
        let in_use = known.iter().filter(|device| device.revoked_at.is_none());
        if in_use.count() >= DEVICES {
            let refusal = Refusal::Forbidden("the account has as many devices as it may");
            return Err(refusal.into());
        }
    }
    let (decision, what, state) = if is_yes {
        let approve = Decision::Approve(bundle, now + STEP);
        (approve, "pairing approved", State::Approved)
    } else {
        (Decision::Refuse, "pairing refused", State::Refused)
    };
    if !pairings::decide(&server.database, (owner.id, id), &decision, now).await? {
        return Err(Refusal::NotThere("no device of this pairing waits for an answer").into());
    }
    let about = format!("{}: {id}", owner.name);
    server.audit(actor, what, &about).await?;
    tell(server, owner.id, id, state);
    Ok(())
}

pub(super) async fn yes_or_no<I>(
    call: &Call<I>,
    is_yes: bool,
    bundle: Option<&str>,
) -> Answered<Done> {
    let (owner, id) = (call.who.owner()?, call.word::<String>("pairing")?);
    let actor = call.who.actor();
    decide(&call.server, &owner, &actor, &id, (is_yes, bundle)).await?;
    Ok(Done::reply())
}
