//! Pairing: a new device gets in by a code, once somebody who is in says yes.
//!
//! Two ways, which meet at `claimed`:
//!
//! ```text
//! shown by who is in:     POST /v1/pairings          -> code     the new device: POST /v1/pairings/claim
//! shown by the newcomer:  POST /v1/pairings/requests -> code     who is in:      POST /v1/pairings/adopt
//!
//! open -> claimed -> approved -> done        each is over after a while; a yes or a no is given once
//!   |        |-> refused
//!   |-> burned (five wrong codes)            whoever began it may end it, and so may the new device
//! ```
//!
//! Who is in (a device by its token, a person by their session; each sees the pairings of its own account alone):
//!
//! - `POST /v1/pairings` begins one, in the place of one that waits: `{id, code, account, expires_at}`.
//! - `GET /v1/pairings` lists what is under way, `GET /v1/pairings/ID` is one of them, whatever became of it:
//!   `{id, state, code, created_at, expires_at, device: {name, kind, address}, secret}`. The event `pairing` on
//!   `/v1/events` says when to look again.
//! - `POST /v1/pairings/ID/approve` says yes. `bundle` is what a device sealed for the new one (base64); a page
//!   cannot seal anything and sends none: the new device then gets to ciphertext, and asks for the passphrase. One
//!   that shows its code itself would not take that, but leave again: without a bundle it is refused, 409.
//! - `POST /v1/pairings/ID/refuse` says no, `DELETE /v1/pairings/ID` ends one.
//!
//! The new device: `claim` or `requests` tell it a secret of its own (`claim`), and with that it asks
//! `POST /v1/pairings/answer` how it stands. The first answer after a yes makes the device and has its token and
//! the bundle, which are nowhere afterwards: the next one is 404. One that gives up says so by `POST /v1/pairings/withdraw`
//! with the same: nobody is asked about it any more, and a yes is too late.
//!
//! Pages call [`begin`], [`under_way`], [`decide()`] and [`end`].

mod answer;
mod code;
mod decide;
mod invite;
mod newcomer;

pub use decide::decide;
pub use invite::{begin, end, under_way};

use super::{
    answer::{Failure, Refusal},
    route::Route,
};
use crate::server::{Server, database::pairings::State, events::Event};

/// How long each step may take, in seconds: to type the code, to say yes, to fetch the answer.
const STEP: i64 = 15 * 60;

pub(super) fn routes() -> Vec<Route> {
    [invite::routes(), newcomer::routes(), answer::routes()].concat()
}

fn tell(server: &Server, account: i64, pairing: &str, state: State) {
    server
        .events
        .tell(account, &Event::Pairing { pairing, state });
}

fn wrong_code() -> Failure {
    Refusal::NotThere("this code is not good").into()
}

fn no_pairing() -> Failure {
    Refusal::NotThere("there is no such pairing").into()
}
