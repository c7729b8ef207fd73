//! Instances and their trash, on the machine itself.

use ulid::Ulid;

use super::{Admin, done};
use crate::{
    domain::{
        count::counted,
        ids::InstanceId,
        rest::{
            name::{AccountName, RepositoryId},
            path::Repository,
        },
    },
    error::{Context, Error, Result},
    server::{
        clock,
        database::{
            self,
            instances::{self, Instance, Registered},
        },
        storage::{Blobs as _, files::Files},
    },
};

impl Admin {
    /// Registers an instance; a new one where none is named.
    pub fn add_instance(&self, name: &AccountName, id: Option<InstanceId>) -> Result<InstanceId> {
        let account = self.account(name)?;
        let id = id.unwrap_or_else(|| InstanceId::new(Ulid::generate()));
        let (limit, now) = (account.instance_limit, clock::now());
        let registered = instances::register(&self.database, account.id, id.into(), limit, now);
        match done(self.wait(registered))? {
            Registered::Added => {
                self.audit("instance added", &format!("{name}/{id}"))?;
                Ok(id)
            }
            Registered::Deleted => Err(Error::usage(format!(
                "the instance {id} of {name} is in the trash"
            ))
            .hint("'instance-sync serve admin --data=DIR undelete ACCOUNT ULID' brings it back")),
            Registered::Already => Err(Error::usage(format!(
                "{name} has the instance {id} already"
            ))
            .hint("Nothing was changed")),
            Registered::TooMany => Err(Error::usage(format!(
                "{name} has {}, which is as many as it may",
                counted(limit, "instance")
            ))
            .hint("Nothing was changed")),
        }
    }

    /// Returns the instances of an account, or all.
    pub fn instances(&self, name: Option<&AccountName>) -> Result<Vec<Instance>> {
        self.check_account(name)?;
        done(self.wait(instances::list(&self.database, name)))
    }

    /// Puts back what of a repository is in the trash. Returns how many objects that was.
    pub fn bring_back(&self, name: &AccountName, id: RepositoryId) -> Result<u64> {
        let account = self.account(name)?;
        if !id.is_catalogue() {
            let limit = account.instance_limit;
            let back = instances::undelete(&self.database, account.id, id, limit);
            if done(self.wait(back))? == Registered::TooMany {
                return Err(Error::usage(format!(
                    "{name} has {}, which is as many as it may",
                    counted(limit, "instance")
                ))
                .hint("Nothing was changed"));
            }
        }
        let storage = done(self.wait(database::storage::id(&self.database)))?
            .ok_or_else(|| Error::failed("this server has never run: it has no storage yet"))?;
        let files = Files::beside(&self.data.repositories(), &storage);
        let repository = Repository {
            account: name.clone(),
            id,
        };
        let back = self
            .runtime
            .block_on(files.bring_back(&repository))
            .context(|| format!("cannot bring back what is in the trash of {repository}"))?;
        self.audit(
            "trash brought back",
            &format!("{repository}: {}", counted(back, "object")),
        )?;
        Ok(back)
    }
}
