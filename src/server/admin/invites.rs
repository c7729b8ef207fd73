//! Invites, on the machine itself.

use secrecy::SecretString;
use ulid::Ulid;

use super::{Admin, done};
use crate::{
    domain::count::counted,
    error::{Error, Result},
    server::{
        clock,
        database::invites::{self, Invite, NewInvite},
        token::{Mark, Token},
    },
};

impl Admin {
    /// Makes an invite that is good for so many hours. Returns its code: nobody can read it again.
    pub fn add_invite(
        &self,
        hours: u32,
        quota_bytes: Option<u64>,
        instance_limit: u64,
    ) -> Result<SecretString> {
        let (id, token, now) = (
            Ulid::generate().to_string(),
            Token::of(Mark::Invite)?,
            clock::now(),
        );
        let invite = NewInvite {
            id: &id,
            made_by: "admin",
            times: (now, now + i64::from(hours) * 3600),
            quota_bytes,
            instance_limit,
        };
        done(self.wait(invites::add(&self.database, &invite, &token)))?;
        self.audit(
            "invite added",
            &format!("{id} for {}", counted(hours, "hour")),
        )?;
        Ok(token.expose())
    }

    /// Returns all invites, the newest first.
    pub fn invites(&self) -> Result<Vec<Invite>> {
        done(self.wait(invites::list(&self.database)))
    }

    /// Takes an invite back.
    pub fn revoke_invite(&self, id: &str) -> Result<()> {
        if !done(self.wait(invites::remove(&self.database, id)))? {
            return Err(Error::usage(format!("no invite {id:?} is unused")));
        }
        self.audit("invite revoked", id)
    }
}
