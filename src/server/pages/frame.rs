//! What is around each page: who is signed in, where they are, what was just done.

use axum::http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    assets::{self, Assets},
    form::Form,
};
use crate::server::{
    control::{
        answer::{Failure, Refusal},
        call::Call,
        cookies,
    },
    token::{Mark, Token},
};

/// What a page asks with.
#[derive(Debug, Default)]
pub struct Asked {
    /// The fields of the form.
    pub form: Form,
    /// What a browser keeps in which nobody signed in yet.
    pub visit: Option<SecretString>,
    /// What the browser calls this server.
    pub host: String,
}

/// What is around a page.
#[derive(Debug)]
pub struct Frame {
    /// Who is signed in.
    pub account: Option<String>,
    /// What forms send back.
    pub csrf: String,
    /// Which of the pages in the list this one belongs to.
    pub here: &'static str,
    /// What was just done, as a word.
    pub done: String,
    /// What the page loads.
    pub assets: &'static Assets,
}

impl Frame {
    /// Returns that of a page that knows nothing of who asks.
    pub fn bare() -> Self {
        Self {
            account: None,
            csrf: String::new(),
            here: "",
            done: String::new(),
            assets: assets::all(),
        }
    }

    /// Returns that of a page for somebody who signed in.
    pub fn of<I>(call: &Call<I>, here: &'static str) -> Result<Self, Refusal> {
        let signed = call.who.person()?;
        let done: Option<String> = call.asked("done")?;
        Ok(Self {
            account: Some(signed.session.account.to_string()),
            csrf: signed.csrf.clone(),
            here,
            done: done.unwrap_or_default(),
            assets: assets::all(),
        })
    }

    /// Returns that of a page for a stranger, and what their browser shall keep.
    pub fn of_stranger(call: &Call<Asked>) -> Result<(Self, Option<HeaderValue>), Failure> {
        let (secret, cookie) = if let Some(known) = &call.input.visit {
            (known.clone(), None)
        } else {
            let made = Token::of(Mark::Visit)?.expose();
            let cookie = cookies::set_visit(call.is_secure, made.expose_secret());
            (made, Some(cookies::secret_header(&cookie)?))
        };
        let done: Option<String> = call.asked("done")?;
        let frame = Self {
            csrf: cookies::csrf_of_secret(&secret),
            done: done.unwrap_or_default(),
            ..Self::bare()
        };
        Ok((frame, cookie))
    }
}

/// Why something was not done, for the place where it was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wrong {
    place: String,
    message: String,
}

impl Wrong {
    /// Returns why the form at this place was refused; other failures are for a page of their own.
    pub fn at(place: impl Into<String>, failure: Failure) -> Result<(Self, Refusal), Failure> {
        match failure {
            Failure::Refused(refusal @ (Refusal::Unknown | Refusal::Csrf)) => Err(refusal.into()),
            Failure::Refused(refusal) => Ok((Self::said(place, refusal.to_string()), refusal)),
            other => Err(other),
        }
    }

    /// Returns what is said at this place.
    pub fn said(place: impl Into<String>, message: impl Into<String>) -> Self {
        let (place, message) = (place.into(), message.into());
        Self { place, message }
    }

    /// Returns the same at another place.
    pub fn moved(self, place: impl Into<String>) -> Self {
        Self::said(place, self.message)
    }

    /// Returns what is said here.
    pub fn here(&self, place: &str) -> Option<&str> {
        (!self.message.is_empty() && self.place == place).then_some(&self.message)
    }
}
