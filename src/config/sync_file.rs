//! `sync.json`, the opt-in marker: which instance this is, and where its repository is.

use std::{fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{
    json_file::{self, Access},
    layout::Layout,
};
use crate::{
    domain::{ids::InstanceId, location::Location, profile::Profile, shell},
    error::{Context, Error, Result},
    texts::text,
};

/// The schema that this program writes, and the newest that it reads.
pub const SCHEMA: u64 = 1;

/// What `sync.json` says. Files of the earlier Python tool have only the first three fields.
///
/// Opting in by hand: `.cloud-sync/sync.json` alone decides. See `docs/formats.md` for what else
/// has to be there (`token`), and for what a repository has to be.
///
/// ```
/// use instance_sync::api::{self, SyncFile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// assert_eq!(SyncFile::of_folder(folder.path())?, None);
///
/// let mut file = SyncFile::new(api::new_instance_id(), "https://saves.example.org".parse()?);
/// file.account = Some("alice".to_owned());
/// file.write_to_folder(folder.path())?;
/// assert_eq!(SyncFile::of_folder(folder.path())?, Some(file));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncFile {
    /// The instance.
    pub instance_id: InstanceId,
    /// Where its repository is, without account and instance.
    pub location: Location,
    /// The account; taken from the token where it is missing.
    pub account: Option<String>,
    /// What the instance is.
    pub profile: Profile,
    /// The private CA that the server's certificate comes from.
    pub ca_file: Option<PathBuf>,
    /// Whether plain http to another machine was allowed when the instance was opted in.
    pub insecure_http: bool,
    /// Whether a fast key may be added to the repository, and used.
    pub fast_key: bool,
}

impl SyncFile {
    /// Returns the marker of an instance, everything else as it is by default.
    pub fn new(instance_id: InstanceId, location: Location) -> Self {
        Self {
            instance_id,
            location,
            account: None,
            profile: Profile::default(),
            ca_file: None,
            insecure_http: false,
            fast_key: true,
        }
    }

    /// Reads the marker of a game folder; `None` where the folder is not opted in, [`Kind::Usage`](crate::error::Kind::Usage)
    /// where the file is not what it should be or of a newer schema.
    pub fn of_folder(pack_folder: impl Into<PathBuf>) -> Result<Option<Self>> {
        let layout = Layout::new(pack_folder);
        if !is_opted_in(&layout) {
            return Ok(None);
        }
        read(&layout).map(Some)
    }

    /// Writes the marker, whole or not at all, which opts the folder in.
    pub fn write_to_folder(&self, pack_folder: impl Into<PathBuf>) -> Result<()> {
        let layout = Layout::new(pack_folder);
        let own = layout.own();
        fs::create_dir_all(own)
            .context(|| text!("folder-not-made", path = own.display().to_string()))?;
        write(&layout, self)
    }
}

/// The file as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    schema: Option<u64>,
    instance_id: InstanceId,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ca_file: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    insecure_http: bool,
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    fast_key: bool,
}

fn yes() -> bool {
    true
}

/// Returns whether the game folder is opted in: one look at the marker, and nothing else.
///
/// Anything that is there and is not plainly absent counts, so that a folder that cannot be read
/// ends in a message and not in silence.
pub fn is_opted_in(layout: &Layout) -> bool {
    match fs::symlink_metadata(layout.sync_json()) {
        Ok(_) => true,
        Err(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        ),
    }
}

/// Reads the marker.
pub fn read(layout: &Layout) -> Result<SyncFile> {
    let path = layout.sync_json();
    let repair = || {
        let folder = shell::pack_folder(layout.pack());
        text!("marker-repair", folder = folder)
    };
    let written: Written = json_file::read(&path, SCHEMA)
        .map_err(|error| error.hint(repair()))?
        .ok_or_else(|| {
            let folder = layout.pack().display().to_string();
            Error::usage(text!("marker-missing", folder = folder)).hint(text!("marker-opt-in"))
        })?;
    let location: Location = written
        .url
        .parse()
        .map_err(|error| Error::usage(format!("{}: {error}", path.display())).hint(repair()))?;
    let profile = match written.profile.as_deref() {
        None => Profile::Minecraft,
        Some(name) => name.parse().map_err(|why: String| {
            Error::usage(format!("{}: {why}", path.display())).hint(repair())
        })?,
    };
    if let Some(account) = &written.account {
        check_account(account).map_err(|error| error.hint(repair()))?;
    }
    Ok(SyncFile {
        instance_id: written.instance_id,
        location,
        account: written.account,
        profile,
        ca_file: written.ca_file,
        insecure_http: written.insecure_http,
        fast_key: written.fast_key,
    })
}

/// Writes the marker, which opts the folder in.
pub fn write(layout: &Layout, file: &SyncFile) -> Result<()> {
    let written = Written {
        schema: Some(SCHEMA),
        instance_id: file.instance_id,
        url: file.location.to_string(),
        account: file.account.clone(),
        profile: Some(file.profile.to_string()),
        ca_file: file.ca_file.clone(),
        insecure_http: file.insecure_http,
        fast_key: file.fast_key,
    };
    json_file::write(&layout.sync_json(), &written, Access::Public)
}

/// Checks that an account can be a folder on the server.
pub fn check_account(account: &str) -> Result<()> {
    let sound = !account.is_empty()
        && account.len() <= 128
        && account
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@' | b'+'))
        && !account.starts_with('.');
    // Names that the REST protocol takes for parts of a repository.
    let reserved = matches!(
        account,
        "data" | "locks" | "keys" | "index" | "snapshots" | "config"
    );
    if sound && !reserved {
        return Ok(());
    }
    let account = format!("{account:?}");
    Err(Error::usage(text!("account-unusable", account = account)).hint(text!("account-use")))
}
