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
    texts::text,
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
    let ways_out = text!("provision-ways-out", version = OLDEST.to_string());
    if !settings.download {
        let versions = Versions::kept_in(settings.dirs.cache.as_deref());
        let error = find::too_old(&versions).map_or_else(
            || text!("provision-no-download"),
            |(program, version)| {
                let (program, version) = (program.display().to_string(), version.to_string());
                text!(
                    "provision-no-download-old",
                    program = program,
                    version = version
                )
            },
        );
        return Err(Error::failed(error).hint(ways_out));
    }
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let asset = release.asset(os, arch).ok_or_else(|| {
        Error::failed(text!(
            "provision-no-checksum",
            version = release.version.to_string(),
            os = os,
            arch = arch
        ))
        .hint(ways_out.clone())
    })?;
    let base = settings
        .mirror
        .as_deref()
        .unwrap_or(&release.base_url)
        .trim_end_matches('/');
    let url = format!("{base}/{}", asset.file);
    let elsewhere = || text!("provision-mirror-hint");

    fs::create_dir_all(folder)
        .context(|| text!("sync-cannot-make", path = folder.display().to_string()))?;
    let mut archive = tempfile::Builder::new()
        .prefix(".download-")
        .tempfile_in(folder)
        .context(|| text!("sync-cannot-write-to", path = folder.display().to_string()))?;
    note(
        listener,
        text!("provision-fetching", version = release.version.to_string()),
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
        .map_err(|error| error.hint(ways_out.clone()).hint(elsewhere()))?;
    if sum != asset.sha256 {
        return Err(Error::failed(text!(
            "provision-wrong-sum",
            url = url,
            version = release.version.to_string(),
            sum = sum.to_string(),
            expected = asset.sha256.to_string()
        ))
        .hint(text!("provision-wrong-sum-hint"))
        .hint(ways_out)
        .hint(elsewhere()));
    }
    archive
        .as_file_mut()
        .seek(SeekFrom::Start(0))
        .context(|| text!("provision-unread-download"))?;
    let program = folder.join(release.program_name());
    let unpacked = unpack::unpack(archive.as_file_mut(), &asset.file, folder)?;
    // An executable that does not run here is found out now and not at the next push, and never
    // takes the place of one that does.
    let version = version_of_new(&unpacked).ok_or_else(|| {
        Error::new(Kind::Failed, text!("provision-does-not-run", url = url)).hint(ways_out)
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
