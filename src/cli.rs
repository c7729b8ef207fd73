//! The command line, as types. No I/O.

#![allow(clippy::doc_markdown, rustdoc::broken_intra_doc_links)] // these comments are the help texts

mod completions;
pub mod devices;
mod history;
mod hooks;
mod instances;
mod log;
mod pair;
mod prune;
mod pull_push;
mod restore;
mod run;
#[cfg(feature = "serve")]
pub mod serve;
pub mod token;
mod verify;
pub mod watch;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use completions::Completions;
pub use history::History;
pub use hooks::{Hooks, Launchers, Wire};
pub use instances::Instances;
pub use log::Log;
pub use pair::Pair;
pub use prune::Prune;
pub use pull_push::{Hook, Pull, Push};
pub use restore::{Export, Point, Restore};
pub use run::Run;
pub use verify::{Every, Verify};

use crate::domain::{ids::InstanceId, path::RelPath, profile::Profile};

const EXIT_CODES: &str = "\
Exit codes:
  0  the game may start; or the work is done, or pending
  1  failed
  2  usage: the command line, or a file that a person wrote, is wrong
  3  a unit changed on both sides: a decision is needed
  4  the server refused the credentials, or the repository the password
  5  another instance-sync worked on this instance past the deadline
  130  cancelled in a window
After `--`: that command's own code, 126 where it cannot be run, 127 where it is not there";

/// Cloud saves for any game folder, on your own server
#[derive(Debug, Parser)]
#[command(name = "instance-sync", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools)] // switches of a command line
pub struct Global {
    /// Use this game folder [default: $INST_MC_DIR, else the current folder]
    #[arg(long, global = true, value_name = "PATH")]
    pub pack_folder: Option<PathBuf>,
    /// Read the account's token from this file
    #[arg(long, global = true, value_name = "PATH")]
    pub token_file: Option<PathBuf>,
    /// Use this restic
    #[arg(long, global = true, value_name = "PATH")]
    pub restic_binary: Option<PathBuf>,
    /// Never download restic
    #[arg(long, global = true)]
    pub no_download: bool,
    /// Download restic's archives from this folder; only the pinned checksums are accepted
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "INSTANCE_SYNC_RESTIC_MIRROR",
        hide_env_values = true
    )]
    pub restic_mirror: Option<String>,
    /// Never open a window
    #[arg(short = 'g', long, global = true)]
    pub no_gui: bool,
    /// Call the instance this [default: $INST_NAME, else $INST_ID, else as its launcher or its folder is called]
    #[arg(long, global = true, value_name = "NAME")]
    pub instance_label: Option<String>,
    /// Trust this certificate authority (PEM) instead of the system's
    #[arg(
        long,
        global = true,
        value_name = "PATH",
        env = "INSTANCE_SYNC_CA_FILE",
        hide_env_values = true
    )]
    pub ca_file: Option<PathBuf>,
    /// Allow plain http to another machine; anybody on the way can read the token
    #[arg(long, global = true)]
    pub insecure_http: bool,
    /// Print JSON, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Fail where there was a warning
    #[arg(long, global = true)]
    pub strict: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Bring the cloud's news here (the pre-launch hook)
    Pull(Pull),
    /// Save what was played to the cloud (the post-exit hook)
    Push(Push),
    /// Pull, run a game, and push, however the game ended
    Run(Run),
    /// Opt this folder in, by questions
    Setup(Setup),
    /// Opt this folder in, for scripts
    Init(Init),
    /// List the account's instances, to choose one to join
    Instances(Instances),
    /// Let another device in: show a code for it, or take the code that it shows
    Pair(Pair),
    /// List the account's devices, on a server of our own, or revoke one
    Devices(devices::Devices),
    /// Opt this folder out; cloud data and token stay
    Disable,
    /// Show what is opted in, what changed here, and whether the cloud is ahead
    Status(Status),
    /// Show what became of the instance, or of one world: when, on which device, how much changed
    History(History),
    /// Show what the hooks did, newest last
    Log(Log),
    /// Decide about worlds that changed on two devices, or that are missing here
    Resolve(Resolve),
    /// Bring back what a pull or a restore replaced or removed
    Undo(Undo),
    /// Bring back a world, or everything, as it was at any time
    Restore(Restore),
    /// Pack a world into a zip that launchers import
    Export(Export),
    /// Restore what the cloud has into a temporary folder and compare it with what was pushed
    Verify(Verify),
    /// Thin the past in the cloud by rules, where its server lets anybody
    Prune(Prune),
    /// A drill in the background; the first of its two processes
    #[command(name = "__drill", hide = true)]
    BeginDrill,
    /// The drill itself
    #[command(name = "__drilling", hide = true)]
    Drill,
    /// Check everything that the hooks rest on, and say what to do about what is wrong
    Doctor(Launchers),
    /// Tell when another device pushes or plays, as a server of our own says it
    Watch(watch::Watch),
    /// Say where the secrets of this instance are kept, or move them
    Token(token::Token),
    /// Show all instances of all launchers, and which of them are synced
    List(Launchers),
    /// Put the hooks into the launchers, take them out, or show them
    #[command(subcommand)]
    Hooks(Hooks),
    /// Be the server: a cloud of your own, for restic and for this program
    #[cfg(feature = "serve")]
    Serve(Box<serve::Serve>),
    /// Print the completions of a shell
    Completions(Completions),
    /// Print the manual page
    Man,
}

/// What `resolve` keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Keep {
    /// Both: the later one under the plain name, the other as a world beside it
    Both,
    /// What is on this device
    Local,
    /// What is in the cloud
    Cloud,
    /// The one that was saved to the cloud later, whenever it was played
    Newest,
}

/// Options of `resolve`.
#[derive(Debug, Args)]
pub struct Resolve {
    /// Decide about these alone: paths relative to the game folder, such as 'saves/My World'
    #[arg(value_name = "UNIT", value_parser = unit)]
    pub units: Vec<RelPath>,
    /// Keep this; without it, ask where there is a terminal, else take what nobody has to decide
    /// about, and show what is open
    #[arg(long, value_enum)]
    pub keep: Option<Keep>,
}

/// Options of `undo`.
#[derive(Debug, Args)]
pub struct Undo {
    /// Bring back these alone: paths relative to the game folder, such as 'saves/My World'
    #[arg(value_name = "UNIT", value_parser = unit)]
    pub units: Vec<RelPath>,
    /// Show what can be brought back, and change nothing
    #[arg(long, conflicts_with_all = ["units", "dry_run", "id"])]
    pub list: bool,
    /// Show what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take back this one instead of the latest: the beginning of an id that --list shows
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
}

/// Options of `setup`.
#[allow(clippy::struct_excessive_bools)] // flags
#[derive(Debug, Args)]
pub struct Setup {
    /// Use this server: https://host[:port][/prefix], an absolute path, or any restic location
    #[arg(long)]
    pub url: Option<String>,
    /// Get in by what 'instance-sync pair' shows on a device that is in, or by the link that an operator passed
    /// on; '-' reads it from standard input
    #[arg(long, value_name = "PAIRING", conflicts_with = "url")]
    pub pair: Option<String>,
    /// Show a code here, to be typed into 'instance-sync pair --approve' on a device that is in
    #[arg(long, requires = "url")]
    pub show_code: bool,
    /// Sync this kind of game
    #[arg(long, value_name = "NAME", default_value_t)]
    pub profile: Profile,
    /// Opt in this instance of a launcher, by its name or its folder; can be repeated
    #[arg(long, value_name = "NAME")]
    pub instance: Vec<String>,
    /// Look for instances in the launcher with this data folder; can be repeated [default: all that
    /// are found]
    #[arg(long, value_name = "PATH")]
    pub launcher_dir: Vec<PathBuf>,
    /// Keep the secrets in the OS keyring
    #[arg(long)]
    pub keyring: bool,
    /// Leave the repository's keys alone: without a fast key, each step takes half a second longer
    #[arg(long)]
    pub no_fast_key: bool,
    /// Opt in anew where the folder is opted in already
    #[arg(long)]
    pub force: bool,
}

/// Options of `init`.
#[allow(clippy::struct_excessive_bools)] // flags
#[derive(Debug, Args)]
pub struct Init {
    /// Use this server: https://host[:port][/prefix], an absolute path, or any restic location
    #[arg(long, required_unless_present_any = ["pair", "join"])]
    pub url: Option<String>,
    /// Use this account; '-' reads it from standard input, which other users cannot see
    #[arg(long, value_name = "ACCOUNT:SECRET", allow_hyphen_values = true)]
    pub token: Option<String>,
    /// Get in by what 'instance-sync pair' shows on a device that is in, or by the link that an operator passed
    /// on; '-' reads it from standard input
    #[arg(long, value_name = "PAIRING", conflicts_with_all = ["url", "token", "offline"])]
    pub pair: Option<String>,
    /// Join this instance instead of making a new one
    #[arg(long, value_name = "ULID")]
    pub instance_id: Option<InstanceId>,
    /// Join the one instance of the account that is called so; 'instance-sync instances' lists them. Without --url,
    /// a folder that is opted in becomes a device of that one, in the account that it has
    #[arg(long, value_name = "LABEL", conflicts_with_all = ["instance_id", "offline"])]
    pub join: Option<String>,
    /// Encrypt with the passphrase in this file ('-': standard input), which the server never sees
    #[arg(long, value_name = "PATH")]
    pub passphrase_file: Option<PathBuf>,
    /// Sync this kind of game: minecraft, or custom (scope.json alone)
    #[arg(long, value_name = "NAME", default_value_t)]
    pub profile: Profile,
    /// Keep the secrets in the OS keyring instead of files
    #[arg(long)]
    pub keyring: bool,
    /// Leave the repository's keys alone: without a fast key, each step takes half a second longer
    #[arg(long)]
    pub no_fast_key: bool,
    /// Leave the server alone; the first push creates the repository
    #[arg(long)]
    pub offline: bool,
    /// Opt in anew where the folder is opted in already
    #[arg(long)]
    pub force: bool,
}

/// Options of `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Do not ask the cloud
    #[arg(long)]
    pub offline: bool,
}

/// Reads a unit as a shell completes it: with a `/` at the end, on Windows with `\`.
fn unit(text: &str) -> Result<RelPath, String> {
    let text = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.to_owned()
    };
    let text = text.strip_prefix("./").unwrap_or(&text);
    RelPath::new(text.trim_end_matches('/')).map_err(|error| error.to_string())
}
