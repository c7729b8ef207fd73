//! What an operator does on the machine itself, beside a server that runs: accounts, devices, instances,
//! grants, the trash. Whatever changes something is in the audit.

use secrecy::SecretString;
use tokio::runtime::{self, Runtime};
use ulid::Ulid;

use super::{
    clock,
    database::{
        self, Answer, Database, IfMissing,
        accounts::{self, Account, Terms},
        audit::{self, Entry},
        devices::{self, Device, DeviceKind},
        grants::{self, Grant},
        instances::{self, Instance, Registered},
        invites::{self, Invite, NewInvite},
        is_there_already,
        services::{self, Scope, Service},
    },
    settings::DataFolder,
    storage::{Blobs as _, files::Files},
    token::{Mark, Token},
};
use crate::{
    domain::{
        ids::InstanceId,
        rest::{
            name::{AccountName, RepositoryId, check_device_name},
            path::Repository,
        },
    },
    error::{Context, Error, Result},
};

/// How many instances an account may have that nobody said otherwise about.
pub const INSTANCES: u64 = 64;
/// The longest that an invite is good, in hours: 30 days.
pub const LONGEST_INVITE: u32 = 30 * 24;
/// The longest that a grant may last, in minutes.
pub const LONGEST_GRANT: u32 = 60;

/// An operator at work.
#[derive(Debug)]
pub struct Admin {
    runtime: Runtime,
    database: Database,
    data: DataFolder,
}

impl Admin {
    /// Opens the database of the server in this folder, whether it runs or not.
    pub fn open(data: DataFolder, if_missing: IfMissing) -> Result<Self> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context(|| "cannot start".to_owned())?;
        let database = runtime.block_on(Database::open(&data.database(), if_missing))?;
        Ok(Self {
            runtime,
            database,
            data,
        })
    }

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
        self.audit("invite added", &format!("{id} for {hours} hours"))?;
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

    /// Adds a device to an account. Returns what it authenticates with: nobody can read it again.
    pub fn add_device(&self, name: &AccountName, device: &str) -> Result<SecretString> {
        let account = self.account(name)?;
        check_device_name(device).map_err(|error| Error::usage(error.to_string()))?;
        let (id, token) = (Ulid::generate().to_string(), Token::make()?);
        let now = clock::now();
        let added = self.wait(devices::add(
            &self.database,
            account.id,
            (&id, device),
            DeviceKind::Other,
            &token,
            now,
        ));
        match added {
            Err(error) if is_there_already(&error) => {
                return Err(
                    Error::usage(format!("{name} has a device {device:?} already"))
                        .hint("It was left as it is. Revoke it first, or choose another name"),
                );
            }
            added => done(added)?,
        }
        self.audit("device added", &format!("{name}: {device} ({id})"))?;
        Ok(token.for_account(name.as_str()))
    }

    /// Returns the devices of an account, or all.
    pub fn devices(&self, name: Option<&AccountName>) -> Result<Vec<Device>> {
        self.check_account(name)?;
        done(self.wait(devices::list(&self.database, name)))
    }

    /// Revokes a device, by its name or id: its token opens nothing any more.
    pub fn revoke_device(&self, name: &AccountName, named: &str) -> Result<()> {
        let device = self.device(name, named)?;
        done(self.wait(devices::revoke(&self.database, &device.id, clock::now())))?;
        self.audit(
            "device revoked",
            &format!("{name}: {} ({})", device.name, device.id),
        )
    }

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
                "{name} has {limit} instances, which is as many as it may"
            ))
            .hint("Nothing was changed")),
        }
    }

    /// Returns the instances of an account, or all.
    pub fn instances(&self, name: Option<&AccountName>) -> Result<Vec<Instance>> {
        self.check_account(name)?;
        done(self.wait(instances::list(&self.database, name)))
    }

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
                "{name}/{instance}: {} for {minutes} minutes ({id})",
                device.name
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

    /// Puts back what of a repository is in the trash. Returns how many objects that was.
    pub fn bring_back(&self, name: &AccountName, id: RepositoryId) -> Result<u64> {
        let account = self.account(name)?;
        if !id.is_catalogue() {
            let limit = account.instance_limit;
            let back = instances::undelete(&self.database, account.id, id, limit);
            if done(self.wait(back))? == Registered::TooMany {
                return Err(Error::usage(format!(
                    "{name} has {limit} instances, which is as many as it may"
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
            &format!("{repository}: {back} objects"),
        )?;
        Ok(back)
    }

    /// Returns the newest entries of the audit, the oldest first.
    pub fn audited(&self, limit: u32) -> Result<Vec<Entry>> {
        done(self.wait(audit::list(&self.database, limit)))
    }

    fn wait<T>(&self, query: impl Future<Output = Answer<T>>) -> Answer<T> {
        self.runtime.block_on(query)
    }

    fn audit(&self, what: &str, about: &str) -> Result<()> {
        let entry = Entry {
            at: clock::now(),
            actor: "admin".to_owned(),
            what: what.to_owned(),
            about: about.to_owned(),
        };
        done(self.wait(audit::add(&self.database, &entry)))
    }

    fn account(&self, name: &AccountName) -> Result<Account> {
        done(self.wait(accounts::find(&self.database, name)))?.ok_or_else(|| no_account(name))
    }

    fn check_account(&self, name: Option<&AccountName>) -> Result<()> {
        name.map_or(Ok(()), |name| self.account(name).map(drop))
    }

    fn device(&self, name: &AccountName, named: &str) -> Result<Device> {
        self.account(name)?;
        done(self.wait(devices::find(&self.database, name, named)))?.ok_or_else(|| {
            Error::usage(format!(
                "{name} has no device {named:?} that is not revoked"
            ))
        })
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.runtime.block_on(self.database.close());
    }
}

fn no_account(name: &AccountName) -> Error {
    Error::usage(format!("there is no account {name}"))
        .hint("'instance-sync serve admin --data=DIR account list' shows them")
}

fn done<T>(answer: Answer<T>) -> Result<T> {
    answer.context(|| "the server's database failed".to_owned())
}
