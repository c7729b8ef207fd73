//! What holds for all instances of this user: restic, the user's folders, the keyring, a sandbox.

use std::path::Path;

use super::{Finding, Findings};
use crate::{
    secrets::keyring,
    store::{find, release::OLDEST, versions::Versions},
    sync::settings::Settings,
};

pub(super) fn examine(settings: &Settings) -> Vec<Finding> {
    let mut findings = Findings::about(None);
    restic(settings, &mut findings);
    user_folders(settings, &mut findings);
    sandbox(&mut findings);
    if keyring::answers() {
        findings.well(
            "keyring",
            "a keyring answers; token move --to=keyring uses it",
        );
    } else {
        let text = "no keyring answers: secrets are kept in files that only this user can read";
        findings.note("keyring", text, &[]);
    }
    findings.all
}

fn restic(settings: &Settings, findings: &mut Findings) {
    let versions = Versions::kept_in(settings.dirs.cache.as_deref());
    let given = settings.restic_binary.as_deref();
    let shared = settings.dirs.data.as_deref();
    let release = &settings.release;
    // An instance may have one of its own: that is looked at with the folder.
    let found = find::find(given, Path::new(""), shared, release, &versions);
    let broken = shared
        .map(|folder| folder.join(release.program_name()))
        .filter(|program| program.exists() && find::version(program).is_none());
    match (found, broken) {
        (Err(error), _) => findings.error("restic", &error, "Leave --restic-binary out."),
        (Ok(_), Some(program)) => {
            let remedy = format!(
                "Remove {}, and the next command that needs one fetches it anew.",
                crate::domain::shell::word(&program.display().to_string())
            );
            let text = format!("{} is there and does not run", program.display());
            findings.fault("restic", text, &[remedy]);
        }
        (Ok(Some(found)), None) => findings.well(
            "restic",
            format!("restic {} at {}", found.version, found.program.display()),
        ),
        (Ok(None), None) => {
            let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
            let remedy = format!(
                "Install restic {OLDEST} or later so that it is on PATH, or give its program with --restic-binary."
            );
            let none = match find::too_old(&versions) {
                Some((program, version)) => {
                    format!("restic {version} at {} is too old", program.display())
                }
                None => "there is no restic".to_owned(),
            };
            if !settings.download {
                let text = format!("{none}, and --no-download forbids fetching one");
                findings.fault("restic", text, &[remedy]);
            } else if release.asset(os, arch).is_none() {
                let text = format!("{none}, and there is none to fetch for {os} on {arch}");
                findings.fault("restic", text, &[remedy]);
            } else {
                let text = format!(
                    "none yet: the first command that needs it fetches restic {}",
                    release.version
                );
                findings.note("restic", text, &[]);
            }
        }
    }
}

/// Where restic and the id of this device are kept.
fn user_folders(settings: &Settings, findings: &mut Findings) {
    let Some(data) = settings.dirs.data.as_deref() else {
        let text = "there is no home folder: this device has no id, and restic is fetched once for each instance";
        let remedy = "Set HOME (or APPDATA) for the launcher.".to_owned();
        findings.fault("user-folders", text, &[remedy]);
        return;
    };
    let made = std::fs::create_dir_all(data).and_then(|()| tempfile::tempfile_in(data));
    match made {
        Ok(_) => findings.well(
            "user-folders",
            format!("{} can be written to", data.display()),
        ),
        Err(error) => {
            let text = format!("cannot write to {}: {error}", data.display());
            let remedy = format!(
                "Give this user the folder, or make room there: {}",
                data.display()
            );
            findings.fault("user-folders", text, &[remedy]);
        }
    }
}

fn sandbox(findings: &mut Findings) {
    let flatpak = Path::new("/.flatpak-info").exists() || std::env::var_os("FLATPAK_ID").is_some();
    if flatpak {
        let text = "this runs inside a Flatpak: no keyring, and only the launcher's own folders can be reached";
        let remedy =
            "Keep the secrets in files, and the game folders below the launcher's data folder."
                .to_owned();
        findings.note("sandbox", text, &[remedy]);
    } else {
        findings.well("sandbox", "none");
    }
}
