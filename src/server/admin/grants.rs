//! Maintenance grants, on the machine itself.

use ulid::Ulid;

use super::{Admin, LONGEST_GRANT, done};
use crate::{
    domain::{
        count::counted,
        rest::name::{AccountName, RepositoryId},
    },
    error::{Error, Result},
    server::{
        clock,
        database::grants::{self, Grant},
    },
};

impl Admin {
    /// Lets a device remove things from a repository for so many minutes.
    pub fn add_grant(
        &self,
        name: &AccountName,
        named: &str,
        instance: RepositoryId,
        minutes: u32,
    ) -> Result<String> {
        if !(1..=LONGEST_GRANT).contains(&minutes) {
            return Err(Error::usage(format!(
                "a grant lasts 1 to {LONGEST_GRANT} minutes"
            )));
        }
        let device = self.device(name, named)?;
        let (id, now) = (Ulid::generate().to_string(), clock::now());
        let until = now + i64::from(minutes) * 60;
        done(self.wait(grants::add(
            &self.database,
            (&id, &device.id),
            instance,
            (now, until),
        )))?;
        self.audit(
            "grant added",
            &format!(
                "{name}/{instance}: {} for {} ({id})",
                device.name,
                counted(minutes, "minute")
            ),
        )?;
        Ok(id)
    }

    /// Returns the grants of an account, or all.
    pub fn grants(&self, name: Option<&AccountName>) -> Result<Vec<Grant>> {
        self.check_account(name)?;
        done(self.wait(grants::list(&self.database, name)))
    }

    /// Takes a grant back.
    pub fn revoke_grant(&self, id: &str) -> Result<()> {
        if !done(self.wait(grants::revoke(&self.database, id, clock::now())))? {
            return Err(Error::usage(format!("no grant {id:?} is in force")));
        }
        self.audit("grant revoked", id)
    }
}
