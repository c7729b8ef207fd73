//! Finding a restic that is there already.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    release::{OLDEST, Release, Version},
    versions::Versions,
};
use crate::{
    config::layout::real,
    error::{Error, Result},
    process::restic::{self as process, Call, Patience},
    texts::text,
};

/// A restic that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The program.
    pub program: PathBuf,
    /// Its version.
    pub version: Version,
    /// Where it came from, for `status`.
    pub origin: Origin,
}

/// Why a restic was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--restic-binary`.
    Given,
    /// `.cloud-sync/restic-<version>`.
    Instance,
    /// The user's shared copy.
    Shared,
    /// `PATH`.
    Path,
    /// Fetched just now.
    Fetched,
}

/// Looks for restic in its order: given, in the instance, shared, on `PATH`. `versions` knows those
/// that were asked before.
///
/// Returns `None` where there is none that works; a given one that does not work is an error.
pub fn find(
    given: Option<&Path>,
    own: &Path,
    shared: Option<&Path>,
    release: &Release,
    versions: &Versions,
) -> Result<Option<Found>> {
    if let Some(program) = given {
        return check_given(program, versions).map(Some);
    }
    let name = release.program_name();
    if let Some(found) = in_instance(own, &name, versions) {
        return Ok(Some(found));
    }
    if let Some(program) = shared
        .map(|folder| folder.join(&name))
        .filter(|path| path.is_file())
        && let Some(version) = versions.of(&program)
    {
        return Ok(Some(Found {
            program,
            version,
            origin: Origin::Shared,
        }));
    }
    let found = on_path(versions).filter(|(_, version)| *version >= OLDEST);
    Ok(found.map(|(program, version)| Found {
        program,
        version,
        origin: Origin::Path,
    }))
}

/// Returns the restic on `PATH` where that is too old to be used.
pub fn too_old(versions: &Versions) -> Option<(PathBuf, Version)> {
    on_path(versions).filter(|(_, version)| *version < OLDEST)
}

fn on_path(versions: &Versions) -> Option<(PathBuf, Version)> {
    let program = which::which("restic").ok()?;
    let version = versions.of(&program)?;
    Some((program, version))
}

fn check_given(program: &Path, versions: &Versions) -> Result<Found> {
    let unfit = |message: String| Error::usage(message).hint(text!("restic-give-one"));
    let shown = || program.display().to_string();
    let version = versions
        .of(program)
        .ok_or_else(|| unfit(text!("restic-given-does-not-run", program = shown())))?;
    if version < OLDEST {
        return Err(unfit(text!(
            "restic-given-too-old",
            program = shown(),
            version = version.to_string()
        )));
    }
    Ok(Found {
        program: real(program),
        version,
        origin: Origin::Given,
    })
}

/// Looks for `restic-<version>` in the instance's own folder: the pinned one, else the newest that
/// works (the earlier Python tool kept its own there).
fn in_instance(own: &Path, pinned: &str, versions: &Versions) -> Option<Found> {
    let mut candidates: Vec<(Version, PathBuf)> = fs::read_dir(own)
        .ok()?
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let text = name.strip_prefix("restic-")?;
            let text = text
                .strip_suffix(std::env::consts::EXE_SUFFIX)
                .unwrap_or(text);
            Some((Version::parse(text)?, entry.path()))
        })
        .collect();
    candidates.sort_by_key(|(version, path)| {
        (
            path.file_name().is_some_and(|name| name == pinned),
            *version,
        )
    });
    candidates.into_iter().rev().find_map(|(_, program)| {
        let version = versions.of(&program).filter(|version| *version >= OLDEST)?;
        Some(Found {
            program,
            version,
            origin: Origin::Instance,
        })
    })
}

/// Asks a program, and returns the version that it says it is, if it is a restic.
pub fn version(program: &Path) -> Option<Version> {
    let call = Call {
        program,
        args: vec![OsString::from("version")],
        folder: None,
        settings: Vec::new(),
        secrets: Vec::new(),
        input: None,
        patience: Patience {
            silence: Duration::from_secs(5),
            retrying: Duration::from_secs(5),
        },
    };
    let (ended, stdout) = process::run_whole(&call).ok()?;
    (ended.code == Some(0)).then(|| Version::of_output(&String::from_utf8_lossy(&stdout)))?
}
