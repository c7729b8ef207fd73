//! Getting restic: found where it may be, else downloaded, verified, unpacked.

use std::{
    fs,
    io::{Seek, SeekFrom},
    path::Path,
    time::Duration,
};

use super::{
    event::{Event, Listener, Phase, Progress, note},
    settings::Settings,
};
use crate::{
    config::layout::Layout,
    error::{Context, Error, Kind, Result},
    remote::download,
    store::{
        find::{self, Found, Origin},
        release::{OLDEST, Version},
        unpack,
        versions::Versions,
    },
};

/// The most that an archive may be, in bytes.
const LARGEST: u64 = 128 << 20;

/// Returns a restic that works.
pub fn restic(settings: &Settings, layout: &Layout, listener: Listener<'_>) -> Result<Found> {
    let given = settings.restic_binary.as_deref();
    let shared = settings.dirs.data.as_deref();
    let versions = Versions::kept_in(settings.dirs.cache.as_deref());
    match find::find(given, layout.own(), shared, &settings.release, &versions)? {
        Some(found) => Ok(found),
        None => fetch(settings, shared.unwrap_or_else(|| layout.own()), listener),
    }
}

/// Downloads, verifies and unpacks restic into `folder`.
pub fn fetch(settings: &Settings, folder: &Path, listener: Listener<'_>) -> Result<Found> {
    let release = &settings.release;
    let ways_out = format!(
        "Install restic {OLDEST} or later so that it is on PATH, or give its program with --restic-binary."
    );
    if !settings.download {
        return Err(
            Error::failed("there is no restic, and --no-download forbids fetching it")
                .hint(ways_out),
        );
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let asset = release.asset(os, arch).ok_or_else(|| {
        Error::failed(format!(
            "no checksum of restic {} for {os} on {arch} is known, so it is not downloaded",
            release.version
        ))
        .hint(ways_out.clone())
    })?;
    let base = settings
        .mirror
        .as_deref()
        .unwrap_or(&release.base_url)
        .trim_end_matches('/');
    let url = format!("{base}/{}", asset.file);
    let elsewhere = "A mirror can be given with --restic-mirror or INSTANCE_SYNC_RESTIC_MIRROR.";

    fs::create_dir_all(folder).context(|| format!("cannot make {}", folder.display()))?;
    let mut archive = tempfile::Builder::new()
        .prefix(".download-")
        .tempfile_in(folder)
        .context(|| format!("cannot write to {}", folder.display()))?;
    note(
        listener,
        format!(
            "Fetching restic {} (once for all instances of this user).",
            release.version
        ),
    );
    let mut progress = |done, total: Option<u64>| {
        listener(Event::Progress(Progress {
            phase: Phase::Restic,
            item: None,
            done,
            total: total.or(asset.bytes),
        }));
    };
    let sum = download::download(&url, archive.as_file_mut(), LARGEST, &mut progress)
        .map_err(|error| error.hint(ways_out.clone()).hint(elsewhere))?;
    if sum != asset.sha256 {
        return Err(Error::failed(format!(
            "the download of {url} is not restic {}: its SHA-256 is {sum} and must be {}",
            release.version, asset.sha256
        ))
        .hint("It was thrown away: it broke off, or the place is not to be trusted.")
        .hint(ways_out)
        .hint(elsewhere));
    }
    archive
        .as_file_mut()
        .seek(SeekFrom::Start(0))
        .context(|| "cannot read the download".to_owned())?;
    let program = folder.join(release.program_name());
    let unpacked = unpack::unpack(archive.as_file_mut(), &asset.file, folder)?;
    // An executable that does not run here is found out now and not at the next push, and never
    // takes the place of one that does.
    let version = version_of_new(&unpacked).ok_or_else(|| {
        let what = format!("what {url} holds does not run on this machine as restic");
        Error::new(Kind::Failed, what).hint(ways_out)
    })?;
    unpack::install(unpacked, &program)?;
    Ok(Found {
        program,
        version,
        origin: Origin::Fetched,
    })
}

/// Asks a program that was written just now. Another thread's child may hold it open for a moment
/// longer, so that it cannot be run yet.
fn version_of_new(program: &Path) -> Option<Version> {
    (0..20).find_map(|attempt| {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(50));
        }
        find::version(program)
    })
}
