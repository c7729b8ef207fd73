//! Accounts, on the machine itself.

use super::{Admin, done, no_account};
use crate::{
    domain::rest::name::AccountName,
    error::{Error, Result},
    server::{
        clock,
        database::{
            accounts::{self, Account, Terms},
            is_there_already,
        },
    },
};

impl Admin {
    /// Adds an account.
    pub fn add_account(&self, name: &AccountName, terms: Terms) -> Result<()> {
        let added = self.wait(accounts::add(&self.database, name, terms, clock::now()));
        match added {
            Err(error) if is_there_already(&error) => {
                Err(Error::usage(format!("there is an account {name} already"))
                    .hint("It was left as it is"))
            }
            added => {
                done(added)?;
                self.audit("account added", name.as_str())
            }
        }
    }

    /// Returns all accounts.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        done(self.wait(accounts::list(&self.database)))
    }

    /// Sets how many bytes an account may hold.
    pub fn set_quota(&self, name: &AccountName, quota: Option<u64>) -> Result<()> {
        let set = done(self.wait(accounts::set_quota(&self.database, name, quota)))?;
        if !set {
            return Err(no_account(name));
        }
        let bytes = quota.map_or_else(|| "none".to_owned(), |bytes| bytes.to_string());
        self.audit("quota set", &format!("{name}: {bytes}"))
    }

    /// Serves nothing to an account, or everything again.
    pub fn suspend(&self, name: &AccountName, suspended: bool) -> Result<()> {
        let at = suspended.then(clock::now);
        if !done(self.wait(accounts::set_suspended(&self.database, name, at)))? {
            return Err(no_account(name));
        }
        let what = if suspended {
            "account suspended"
        } else {
            "account resumed"
        };
        self.audit(what, name.as_str())
    }
}
