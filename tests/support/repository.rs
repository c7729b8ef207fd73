//! Stock restic on a repository: the second opinion about what our program wrote there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::programs::Program;
use super::rest_server::{Account, RestServer};
use super::run::Run;
use super::tree::Tree;

/// A repository, as a person with restic and the password sees it.
pub struct Repository {
    restic: PathBuf,
    /// Where restic runs: its home, with nothing in it.
    home: tempfile::TempDir,
    env: Vec<(OsString, OsString)>,
    args: Vec<OsString>,
}

impl Repository {
    /// Opens a repository in a folder; `None` where restic is missing.
    pub fn local(folder: &Path, password: &str) -> Option<Self> {
        Some(Self::new(
            Program::Restic.find()?,
            folder.as_os_str(),
            password,
        ))
    }

    /// Opens a repository on a server with the credentials of this account.
    pub fn on_server(
        server: &RestServer,
        account: Account,
        id: &str,
        password: &str,
    ) -> Option<Self> {
        let url = format!("rest:{}/{}/{id}/", server.url(), account.name);
        let mut repository = Self::new(Program::Restic.find()?, OsStr::new(&url), password);
        repository.set("RESTIC_REST_USERNAME", account.name);
        repository.set("RESTIC_REST_PASSWORD", account.secret);
        repository.args.push("--cacert".into());
        repository.args.push(server.ca_file().into());
        Some(repository)
    }

    /// Opens a repository on our own server with a token (`ACCOUNT:SECRET`); `None` where restic is
    /// missing.
    #[cfg(feature = "serve")]
    pub fn on_our_server(
        server: &super::our_server::OurServer,
        token: &str,
        id: &str,
        password: &str,
    ) -> Option<Self> {
        Self::at((&server.url(), server.ca_file()), token, id, password)
    }

    /// Opens an instance's repository at an address, with the authority that vouches for it, by a device's
    /// token; `None` where restic is missing.
    pub fn at(
        (url, ca_file): (&str, Option<&Path>),
        token: &str,
        id: &str,
        password: &str,
    ) -> Option<Self> {
        let (account, secret) = token.split_once(':').unwrap();
        let url = format!("rest:{url}/{account}/{id}/");
        let mut repository = Self::new(Program::Restic.find()?, OsStr::new(&url), password);
        repository.set("RESTIC_REST_USERNAME", account);
        repository.set("RESTIC_REST_PASSWORD", secret);
        if let Some(file) = ca_file {
            repository.args.push("--cacert".into());
            repository.args.push(file.into());
        }
        Some(repository)
    }

    fn new(restic: PathBuf, location: &OsStr, password: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut repository = Self {
            restic,
            env: Vec::new(),
            args: vec!["--no-cache".into()],
            home,
        };
        repository.set("RESTIC_REPOSITORY", location);
        repository.set("RESTIC_PASSWORD", password);
        let home = repository.home.path().to_owned();
        repository.set("HOME", home);
        repository
    }

    /// Runs another restic on it, such as the oldest that is supported.
    #[must_use]
    pub fn with_restic(mut self, restic: &Path) -> Self {
        restic.clone_into(&mut self.restic);
        self
    }

    /// Sets an environment variable for restic.
    pub fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.into(), value.as_ref().into()));
    }

    /// Prepares a restic command. Without a server it would retry for 15 minutes; the run's own
    /// deadline ends it before.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::new(&self.restic, self.home.path(), self.env.clone())
            .args(&self.args)
            .args(args)
    }

    /// Returns what `restic snapshots --json` says, oldest first.
    #[track_caller]
    pub fn snapshots(&self) -> Vec<serde_json::Value> {
        let json = self.run(&["snapshots", "--json", "--no-lock"]).ok().json();
        json.as_array().expect("snapshots are a list").clone()
    }

    /// Returns the ids of all snapshots, oldest first.
    #[track_caller]
    pub fn snapshot_ids(&self) -> Vec<String> {
        let id = |snapshot: &serde_json::Value| snapshot["id"].as_str().unwrap().to_owned();
        self.snapshots().iter().map(id).collect()
    }

    /// Restores a snapshot into an empty folder and returns what it holds, `.cloud-sync` left out.
    #[track_caller]
    pub fn tree(&self, snapshot: &str) -> Tree {
        Tree::of(&self.restore(snapshot))
    }

    /// Restores a snapshot into an empty folder, which lives as long as the repository.
    #[track_caller]
    pub fn restore(&self, snapshot: &str) -> PathBuf {
        let target = tempfile::tempdir_in(self.home.path()).unwrap().keep();
        self.run(&["restore", snapshot, "--no-lock", "--target"])
            .arg(&target)
            .ok();
        target
    }

    /// Returns a file of a snapshot, given by its path in it.
    #[track_caller]
    pub fn dump(&self, snapshot: &str, path: &str) -> String {
        self.run(&["dump", "--no-lock", snapshot, path]).ok().stdout
    }

    /// Lets restic read and check every byte.
    #[track_caller]
    pub fn check(&self) {
        self.run(&["check", "--read-data", "--no-lock"]).ok();
    }

    /// Backs up a folder as a person would, without our program.
    #[track_caller]
    pub fn back_up(&self, folder: &Path) -> Output {
        self.run(&["backup", "--json", "."]).in_folder(folder).ok()
    }
}

/// Copies a folder of plain files and folders.
#[track_caller]
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}
