//! What an operator does on the machine itself, beside a server that runs: accounts, devices, instances,
//! grants, the trash. Whatever changes something is in the audit.

mod accounts;
mod backup;
mod devices;
pub mod folder;
mod grants;
pub mod htpasswd;
mod instances;
mod invites;
mod passwords;
mod services;

use tokio::runtime::{self, Runtime};

use super::{
    clock,
    database::{
        self, Answer, Database, IfMissing,
        accounts::Account,
        audit::{self, Entry},
    },
    folder as data_folder,
    settings::DataFolder,
};
use crate::{
    domain::rest::name::AccountName,
    error::{Context, Error, Result},
};

/// How many instances an account may have that nobody said otherwise about.
pub const INSTANCES: u64 = 64;
/// The longest that an invite is good, in hours: 30 days.
pub const LONGEST_INVITE: u32 = 30 * 24;
/// How long a code is good that makes a device, in seconds.
pub const ENROLMENT: i64 = 60 * 60;
/// How long a code is good that sets a password anew, where nobody says otherwise, in hours.
pub const RESET: u32 = 24;
/// The longest that one is, in hours.
pub const LONGEST_RESET: u32 = 72;
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
        if if_missing == IfMissing::Make {
            data_folder::check(&data)?;
            data_folder::restrict(&data)
                .map_err(|error| data_folder::unread(data.path(), error))?;
        }
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
        done(self.wait(database::accounts::find(&self.database, name)))?
            .ok_or_else(|| no_account(name))
    }

    fn check_account(&self, name: Option<&AccountName>) -> Result<()> {
        name.map_or(Ok(()), |name| self.account(name).map(drop))
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
