//! Programs that do an operator's work, on the machine itself.

use secrecy::SecretString;
use ulid::Ulid;

use super::{Admin, done};
use crate::{
    domain::rest::name::check_device_name,
    error::{Error, Result},
    server::{
        clock,
        database::{
            is_there_already,
            services::{self, Scope, Service},
        },
        token::{Mark, Token},
    },
};

impl Admin {
    /// Adds a program that does an operator's work. Returns its token: nobody can read it again.
    pub fn add_service(&self, name: &str, scope: Scope) -> Result<SecretString> {
        check_device_name(name).map_err(|_| {
            Error::usage("a service's name has 1 to 64 characters, and is not blank")
        })?;
        let (id, token) = (Ulid::generate().to_string(), Token::of(Mark::Service)?);
        let new = (&id[..], name);
        let added = services::add(&self.database, new, scope, &token, clock::now());
        match self.wait(added) {
            Err(error) if is_there_already(&error) => {
                return Err(Error::usage(format!("there is a service {name:?} already"))
                    .hint("It was left as it is. Revoke it first, or choose another name"));
            }
            added => done(added)?,
        }
        self.audit("service added", name)?;
        Ok(token.expose())
    }

    /// Returns all services, the oldest first.
    pub fn services(&self) -> Result<Vec<Service>> {
        done(self.wait(services::list(&self.database)))
    }

    /// Revokes a service: its token opens nothing any more.
    pub fn revoke_service(&self, name: &str) -> Result<()> {
        if !done(self.wait(services::revoke(&self.database, name, clock::now())))? {
            return Err(Error::usage(format!("there is no service {name:?} in use")));
        }
        self.audit("service revoked", name)
    }
}
