//! Bringing along the passwords of another server.

use serde::Serialize;
use ulid::Ulid;

use super::{Admin, INSTANCES, done};
use crate::{
    domain::rest::{htpasswd, name::AccountName},
    error::Result,
    server::{
        clock,
        database::{
            accounts::{self, Registration, Terms},
            is_there_already,
            lasting::{self, Brought},
        },
        token::Token,
    },
};

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number.
    pub line: usize,
    /// Whose it is, where that can be said.
    pub account: Option<String>,
    /// Whether the account was not there before.
    pub is_new_account: bool,
    /// `added`, `changed`, `same` or `left_out`.
    pub what: &'static str,
    /// Why it was left out.
    pub why: Option<String>,
}

impl Admin {
    /// Lets the passwords of an htpasswd file go on working. What was brought along before stays as it is.
    pub fn import_htpasswd(&self, text: &str, quota_bytes: Option<u64>) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        for (line, read) in htpasswd::read(text) {
            let row = |account, is_new_account, what, why| Line {
                line,
                account,
                is_new_account,
                what,
                why,
            };
            let entry = match read {
                Ok(entry) => entry,
                Err(why) => {
                    lines.push(row(None, false, "left_out", Some(why.to_string())));
                    continue;
                }
            };
            let is_new = self.add_open(&entry.account, quota_bytes, INSTANCES)?;
            let (id, nobodys) = (Ulid::generate().to_string(), Token::make()?.hash());
            let account = self.account(&entry.account)?;
            let new = (&id[..], &nobodys);
            let brought =
                lasting::bring(&self.database, account.id, &entry.hash, new, clock::now());
            let name = entry.account.to_string();
            let what = match self.wait(brought) {
                Ok(Brought::Added) => "added",
                Ok(Brought::Changed) => "changed",
                Ok(Brought::Same) => "same",
                Err(error) if is_there_already(&error) => {
                    let why = format!("it has a device called {:?}", lasting::NAME);
                    lines.push(row(Some(name), is_new, "left_out", Some(why)));
                    continue;
                }
                Err(error) => return done(Err(error)),
            };
            if what != "same" {
                self.audit("lasting password brought along", &name)?;
            }
            lines.push(row(Some(name), is_new, what, None));
        }
        Ok(lines)
    }

    /// Adds an account whose devices add instances by themselves, as clients of other servers do. Returns
    /// whether it was not there before.
    pub(super) fn add_open(
        &self,
        name: &AccountName,
        quota_bytes: Option<u64>,
        instance_limit: u64,
    ) -> Result<bool> {
        let terms = Terms {
            quota_bytes,
            instance_limit,
            registration: Registration::ByCreating,
        };
        match self.wait(accounts::add(&self.database, name, terms, clock::now())) {
            Err(error) if is_there_already(&error) => Ok(false),
            added => {
                done(added)?;
                self.audit("account added", name.as_str())?;
                Ok(true)
            }
        }
    }
}
