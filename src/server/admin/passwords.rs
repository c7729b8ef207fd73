//! Passwords of people, on the machine itself.

use secrecy::SecretString;

use super::{Admin, done};
use crate::{
    domain::rest::name::AccountName,
    error::Result,
    server::{
        clock,
        database::resets,
        token::{Mark, Token},
    },
};

impl Admin {
    /// Takes away an account's password and its sessions. Returns the code that sets a new one, once: nobody
    /// can read it again.
    pub fn reset_password(&self, name: &AccountName, hours: u32) -> Result<SecretString> {
        let account = self.account(name)?;
        let (token, now) = (Token::of(Mark::Reset)?, clock::now());
        let times = (now, now + i64::from(hours) * 3600);
        done(self.wait(resets::add(
            &self.database,
            (account.id, "admin"),
            &token,
            times,
        )))?;
        self.audit("password reset", name.as_str())?;
        Ok(token.expose())
    }
}
