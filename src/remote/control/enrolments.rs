//! A device gets in by an operator's code.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{Control, Said, pairings::Introduction};
use crate::error::Result;

/// A device that got in.
#[derive(Debug, Deserialize)]
pub struct Enrolled {
    /// Its ULID.
    pub id: String,
    /// What it is called in the account; earlier servers do not say it.
    pub name: Option<String>,
    /// `ACCOUNT:SECRET`.
    pub token: SecretString,
}

impl Control<'_> {
    /// Makes a device by a code, once.
    pub fn enrol(&self, code: &SecretString, this: Introduction<'_>) -> Result<Said<Enrolled>> {
        let value = json!({
            "code": code.expose_secret(),
            "name": this.name,
            "kind": this.kind,
        });
        self.post("/v1/enrolments", &value)
    }
}
