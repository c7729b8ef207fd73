//! For programs: what the hooks do, as functions with typed outcomes.
//!
//! A launcher that wants cloud saves of its own, or a program that opts instances in by itself,
//! links this crate and calls [`setup`], [`pull`], [`push`] and [`disable`]. Nothing here prints,
//! asks or ends the process. This module follows Semantic Versioning; the enums and structs can
//! grow, and are marked so. Everything else in this crate is the program's inside, is public for
//! its tests, and changes freely. Messages are in the language of the process's locale, where there
//! are sentences in it; [`Kind`] is what to branch on.
//!
//! A session, from nothing to the second device (restic has to be on `PATH`, or is downloaded):
//!
//! ```no_run
//! use instance_sync::api::{self, Args, PullOutcome, PushOutcome, Setup};
//!
//! # fn main() -> instance_sync::api::Result<()> {
//! let desktop = Args::new("/home/alice/minecraft");
//! let token = "alice:secret";
//! let opted_in = api::setup(&desktop, &Setup::at("https://saves.example.org")?.token(token)?)?;
//!
//! // Before the game. It can start unless an error or a conflict comes back.
//! match api::pull(&desktop)? {
//!     PullOutcome::Conflict { units, .. } => println!("changed on two devices: {units:?}"),
//!     PullOutcome::Offline { why } => println!("playing without the cloud: {why}"),
//!     _ => {}
//! }
//! // After the game.
//! if let PushOutcome::Pending { why, .. } = api::push(&desktop)? {
//!     println!("goes out at the next chance: {why}");
//! }
//!
//! let deck = Args::new("/home/deck/minecraft");
//! let join = Setup::at("https://saves.example.org")?.token(token)?.join(opted_in.instance_id);
//! api::setup(&deck, &join)?;
//! api::pull(&deck)?;
//! # Ok(())
//! # }
//! ```
//!
//! Hooks cost nothing in a folder that is not opted in:
//!
//! ```
//! use instance_sync::api::{self, Args, PullOutcome, PushOutcome};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let args = Args::new(folder.path());
//! assert_eq!(api::pull(&args)?, PullOutcome::NotOptedIn);
//! assert_eq!(api::push(&args)?, PushOutcome::NotOptedIn);
//! assert_eq!(folder.path().read_dir()?.count(), 0);
//! # Ok(())
//! # }
//! ```

mod args;
mod setup;

use ulid::Ulid;

use crate::sync::{self, opt_in};

pub use args::Args;
pub use setup::Setup;

pub use crate::{
    config::sync_file::SyncFile,
    domain::{
        ids::{InstanceId, SnapshotId},
        location::Location,
        path::RelPath,
        policy::Policy,
        profile::Profile,
    },
    error::{Error, Kind, Result},
    sync::{
        event::{Event, Phase, Progress},
        opt_in::{How, OptedIn},
        outcome::{Changes, PullOutcome, PushOutcome},
    },
};

/// Brings the cloud's news here, before the game starts. What is only here is saved first.
///
/// The game may start with every outcome but [`PullOutcome::Conflict`]. After an error nothing
/// here was changed, or the next call carries it to its end; the error's [`Kind`] says what to do.
pub fn pull(args: &Args) -> Result<PullOutcome> {
    args.with(|settings, listener| sync::pull::pull(settings, listener, None))
}

/// Saves what was played to the cloud, after the game has ended.
pub fn push(args: &Args) -> Result<PushOutcome> {
    args.with(sync::push::push)
}

/// Opts the folder in, as a new instance or as one more device of one. Where that fails, the folder
/// is left as it was.
///
/// ```
/// use instance_sync::api::{self, Args, How, Setup, SyncFile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let home = tempfile::tempdir()?;
/// # let (folder, own) = (home.path().join("minecraft"), home.path().join("own"));
/// # std::fs::create_dir(&folder)?;
/// let args = Args::new(&folder).user_folders(own.join("data"), own.join("cache"));
/// let setup = Setup::at("https://saves.example.org")?.token("alice:secret")?.offline();
/// let opted_in = api::setup(&args, &setup)?;
/// assert_eq!(opted_in.how, How::Offline);
///
/// // A second time changes nothing.
/// let again = api::setup(&args, &setup)?;
/// assert_eq!((again.how, again.instance_id), (How::Already, opted_in.instance_id));
///
/// assert!(api::disable(&args)?);
/// assert_eq!(SyncFile::of_folder(&folder)?, None);
/// # Ok(())
/// # }
/// ```
pub fn setup(args: &Args, setup: &Setup) -> Result<OptedIn> {
    args.with(|settings, listener| opt_in::opt_in(settings, listener, setup.request()))
}

/// Opts the folder out; returns whether it was opted in. The saves, the cloud's data and the
/// secrets stay.
pub fn disable(args: &Args) -> Result<bool> {
    args.with(|settings, _| opt_in::opt_out(settings))
        .map(|was| was.is_some())
}

/// Mints the id of a new instance.
pub fn new_instance_id() -> InstanceId {
    InstanceId::new(Ulid::generate())
}
