//! The new device, let in by a code that an operator passed to the player: nobody else is asked, and nothing
//! but a token comes with it.

use secrecy::ExposeSecret as _;

use super::{
    joiner::{Paired, introduction, prepare, stranger},
    patiently,
};
use crate::{
    domain::{enrolment::Enrolment, location::Location},
    error::{Error, Kind, Result},
    remote::control::Refused,
    secrets::token::Token,
    sync::{event::Listener, settings::Settings},
    texts::text,
};

/// Checks that a code, and the token that comes for it, would not be shown to everybody on the way.
pub fn check_way(settings: &Settings, enrolment: &Enrolment) -> Result<()> {
    prepare(settings, &enrolment.url).map(drop)
}

/// Lets this device in. The code is used up by it.
///
/// # Errors
/// Where the server does not take the code; where the token would be shown to everybody on the way.
pub fn enrol(settings: &Settings, enrolment: &Enrolment, listener: Listener<'_>) -> Result<Paired> {
    let url = &enrolment.url;
    let (ca_file, name) = prepare(settings, url)?;
    let control = stranger(url, ca_file.as_ref());
    let said = patiently(listener, || {
        control.enrol(&enrolment.code, introduction(&name))
    })
    .map_err(|error| match error.kind() {
        // It may have been made, and the answer got lost.
        Kind::Offline => error.hint(text!("enrol-lost-hint")),
        _ => error,
    })?;
    let entered = said.map_err(refused)?;
    let token = Token::parse(entered.token.expose_secret())?;
    Ok(Paired {
        location: Location::Rest(url.clone()),
        token,
        passphrase: None,
        name: entered.name.unwrap_or(name),
        id: entered.id,
        ca_file,
    })
}

/// Says why a server did not take a code. It tells nobody which of these it is.
fn refused(refused: Refused) -> Error {
    let host = refused.host.as_str();
    if refused.is("not_there") {
        return Error::failed(text!("enrol-wrong-code", host = host))
            .hint(text!("enrol-wrong-code-hint"));
    }
    if refused.is_unknown_route() {
        let code = refused.status;
        return Error::failed(text!("control-no-route", host = host, code = code))
            .hint(text!("control-no-route-hint"));
    }
    refused.into()
}
