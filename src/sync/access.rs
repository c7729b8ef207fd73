//! The way to an instance's repository: by HTTP, and by restic.

use std::path::PathBuf;

use super::{
    credentials::{Credentials, Keeper},
    settings::Settings,
};
use crate::{
    config::sync_file::SyncFile,
    domain::{ids::InstanceId, location::Location},
    error::{Error, Result},
    remote::{probe, repository::Question},
    secrets::token::RepositoryKey,
    store::{fast_key::FastKey, keys::Keys, repository::Repository},
    texts::text,
};

/// Where a repository is, and what opens it.
#[derive(Debug, Clone)]
pub struct Access {
    location: Location,
    instance: InstanceId,
    ca_file: Option<PathBuf>,
    /// What opens the server and the repository.
    pub credentials: Credentials,
}

impl Access {
    /// Returns the way to the repository of an opted-in folder.
    ///
    /// # Errors
    /// Those of [`check_folder`].
    pub fn new(sync: &SyncFile, settings: &Settings, credentials: Credentials) -> Result<Self> {
        check_folder(sync, settings)?;
        Ok(Self {
            location: sync.location.clone(),
            instance: sync.instance_id,
            ca_file: settings.ca_file.clone().or_else(|| sync.ca_file.clone()),
            credentials,
        })
    }

    /// Returns the way to an account's repositories, before one of them is chosen.
    ///
    /// # Errors
    /// Those of [`check_transport`].
    pub fn to_account(
        location: Location,
        insecure_http: bool,
        ca_file: Option<PathBuf>,
        credentials: Credentials,
    ) -> Result<Self> {
        check_transport(&location, insecure_http)?;
        Ok(Self {
            location,
            instance: InstanceId::CATALOGUE,
            ca_file,
            credentials,
        })
    }

    /// Returns the way to another repository of the same account, of which nothing is known but the
    /// password.
    #[must_use]
    pub fn beside(&self, instance: InstanceId) -> Self {
        let password = self.credentials.key.password.clone();
        Self {
            instance,
            credentials: Credentials {
                key: RepositoryKey::with_password(password),
                ..self.credentials.clone()
            },
            ..self.clone()
        }
    }

    /// Returns the folder that is the cloud, where one is.
    pub fn base_folder(&self) -> Option<PathBuf> {
        match &self.location {
            Location::Folder(path) => Some(PathBuf::from(path)),
            Location::Rest(_) | Location::Other(_) => None,
        }
    }

    /// Returns where the account's repositories are, where that is a folder.
    pub fn account_folder(&self) -> Option<PathBuf> {
        let base = self.base_folder()?;
        Some(base.join(&self.credentials.account))
    }

    /// Returns what a server is asked with.
    pub fn question(&self) -> Question<'_> {
        Question {
            location: &self.location,
            account: &self.credentials.account,
            secret: self.credentials.secret.as_ref(),
            instance: self.instance,
            ca_file: self.ca_file.as_deref(),
        }
    }

    /// Opens it with this fast key from now on, or with none.
    pub fn keep_fast(&mut self, key: Option<FastKey>) {
        let kept = &mut self.credentials.key;
        (kept.fast_key_id, kept.fast_password) = key.map(|key| (key.id, key.password)).unzip();
    }

    /// Returns how restic opens it. What is found out about its keys is told to `keeper`.
    pub fn repository(
        &self,
        program: PathBuf,
        cache: Option<PathBuf>,
        keeper: Option<Keeper>,
    ) -> Repository {
        let credentials = &self.credentials;
        let account = match &self.location {
            Location::Rest(_) => credentials
                .secret
                .clone()
                .map(|secret| (credentials.account.clone(), secret)),
            Location::Folder(_) | Location::Other(_) => None,
        };
        let key = &credentials.key;
        let keys = self.keys();
        Repository {
            program,
            location: self
                .location
                .repository(&credentials.account, self.instance),
            account,
            password: key.password.clone(),
            keys: match keeper {
                Some(keeper) => keys.remembering(keeper.remembering(key.clone())),
                None => keys,
            },
            ca_file: self.ca_file.clone(),
            cache,
        }
    }

    /// Returns the keys that are known to open it, and the way to list the others.
    fn keys(&self) -> Keys {
        let key = &self.credentials.key;
        let fast = key.fast_key_id.as_ref().zip(key.fast_password.clone());
        let fast = fast.and_then(|(id, password)| FastKey::new(id, password));
        let asking = self.clone();
        let list = move || probe::keys(&asking.question());
        Keys::new(key.key_id.clone(), fast, Box::new(list))
    }
}

/// Checks that a token would not be shown to everybody on the way there, unless that was allowed.
pub fn check_transport(location: &Location, insecure_http: bool) -> Result<()> {
    if location.is_insecure() && !insecure_http {
        return Err(Error::usage(text!("access-plain-http")).hint(text!("access-plain-http-hint")));
    }
    Ok(())
}

/// Refuses plain http to another machine where neither the folder nor whoever calls has allowed it.
pub fn check_folder(sync: &SyncFile, settings: &Settings) -> Result<()> {
    if sync.location.is_insecure() && !sync.insecure_http && !settings.insecure_http {
        let location = sync.location.to_string();
        return Err(
            Error::usage(text!("session-plain-http", location = location))
                .hint(text!("session-plain-http-hint")),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(location: &str) -> Access {
        let mut key = RepositoryKey::with_password("correct horse".to_owned().into());
        key.key_id = Some("a".repeat(64));
        let credentials = Credentials {
            account: "alice".to_owned(),
            secret: None,
            key,
        };
        let location = location.parse().expect(location);
        Access::to_account(location, false, None, credentials).expect("nothing is sent openly")
    }

    #[test]
    fn another_repository_of_the_account_is_opened_by_the_password_alone() {
        let instance = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let beside = access("/srv/saves").beside(instance);
        assert_eq!(beside.instance, instance);
        assert_eq!(beside.credentials.account, "alice");
        assert_eq!(beside.credentials.key.key_id, None);
    }

    #[test]
    fn a_folder_holds_one_folder_of_each_account() {
        let folder = access("/srv/saves");
        assert_eq!(folder.base_folder(), Some(PathBuf::from("/srv/saves")));
        let own = PathBuf::from("/srv/saves/alice");
        assert_eq!(folder.account_folder(), Some(own));
        let server = access("https://h:8000");
        assert_eq!(server.base_folder(), None);
        assert_eq!(server.account_folder(), None);
    }

    #[test]
    fn a_token_travels_openly_only_where_that_was_allowed() {
        let is_allowed = |location: &str, insecure_http| {
            let location = location.parse().expect(location);
            check_transport(&location, insecure_http).is_ok()
        };
        assert!(!is_allowed("http://h:8000", false));
        assert!(is_allowed("http://h:8000", true));
        assert!(is_allowed("https://h:8000", false));
    }
}
