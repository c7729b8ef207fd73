//! What holds for one game folder: the opt-in, the secrets, what waits, what is not synced.

use super::{Finding, Findings, cloud};
use crate::{
    config::{layout::Layout, scope_file, sync_file},
    domain::{location::Location, shell},
    secrets::{Place, files},
    sync::{
        event::Listener,
        secret_place,
        settings::Settings,
        status::{self, Instance},
        unfinished,
    },
    workdir::{
        exports,
        lock::free_space,
        state::{Loaded, State},
    },
};

/// The check whether something waits to be pushed.
pub(super) const PENDING: &str = "pending";
/// The least that a disk must have free, in bytes.
const ROOM: u64 = 256 << 20;

pub(super) fn examine(
    settings: &Settings,
    layout: &Layout,
    listener: Listener<'_>,
) -> Vec<Finding> {
    let mut findings = Findings::about(Some(layout.pack().display().to_string()));
    let settings = Settings {
        pack: layout.pack().to_path_buf(),
        ..settings.clone()
    };
    let folder = shell::pack_folder(layout.pack());
    let sync = match sync_file::read(layout) {
        Ok(sync) => sync,
        Err(error) => {
            findings.error(
                "opt-in",
                &error,
                &format!("Opt in anew: instance-sync setup --force {folder}"),
            );
            return findings.all;
        }
    };
    findings.well(
        "opt-in",
        format!("instance {} at {}", sync.instance_id, sync.location),
    );
    if let Err(error) = scope_file::read(layout, sync.profile) {
        findings.error("scope", &error, "Mend .cloud-sync/scope.json.");
        return findings.all;
    }
    let needed = matches!(sync.location, Location::Rest(_));
    secrets(&settings, layout, needed, &mut findings);
    exported(layout, &mut findings);
    space(layout, &sync, &mut findings);
    match status::status(&settings, listener, None, true) {
        Ok(status) => {
            if let Some(instance) = &status.instance {
                waiting(instance, &folder, &mut findings);
            }
        }
        Err(error) => findings.error("folder", &error, "May this user read the folder?"),
    }
    cloud::examine(&settings, layout, &sync, listener, &mut findings);
    findings.all
}

/// `needed`: nothing works without a token.
fn secrets(settings: &Settings, layout: &Layout, needed: bool, findings: &mut Findings) {
    // Whoever reads them mends that: it has to be looked at first.
    for path in [layout.token(), layout.key()] {
        if files::others_can_read(&path) {
            let text = format!(
                "other users of this machine could read {} until now; that was mended",
                path.display()
            );
            let remedy = format!(
                "If they are not to be trusted, ask whoever runs the server for a new token, and give it with: \
                 instance-sync setup --force {}",
                shell::pack_folder(layout.pack())
            );
            findings.fault("permissions", text, &[remedy]);
        }
    }
    match secret_place::look(settings) {
        Ok(found) if found.token.is_none() && (found.key.is_none() || needed) => {
            let text = "there is no token for this instance on this device";
            let folder = shell::pack_folder(layout.pack());
            let remedy = format!("Give it again with: instance-sync setup --force {folder}");
            findings.fault("secrets", text, &[remedy]);
        }
        Ok(found)
            if [found.token, found.key].contains(&Some(Place::Keyring))
                && secret_place::check_reach(layout, Place::Keyring).is_err() =>
        {
            let text = "in the keyring, which the hooks do not reach: the launcher of this folder is a Flatpak";
            let folder = shell::pack_folder(layout.pack());
            let remedy = format!("Move them: instance-sync token move --to=file {folder}");
            findings.fault("secrets", text, &[remedy]);
        }
        Ok(found) => {
            let place = match found.token.or(found.key) {
                Some(Place::Keyring) => "the keyring",
                _ => "files that only this user can read",
            };
            findings.well("secrets", format!("in {place}"));
        }
        Err(error) => {
            let folder = shell::pack_folder(layout.pack());
            let remedy = format!("Give the token again: instance-sync setup --force {folder}");
            findings.error("secrets", &error, &remedy);
        }
    }
}

/// What an export of the launcher would hold.
fn exported(layout: &Layout, findings: &mut Findings) {
    if !exports::are_read(layout) {
        let text = "only Prism Launcher and MultiMC leave .cloud-sync out by themselves, and this folder is of neither";
        let remedy = "Untick .cloud-sync in the launcher's export dialog, and give no copy of the folder away with it: the token may be in it.";
        findings.note("exports", text, &[remedy.to_owned()]);
        return;
    }
    let open = exports::open(layout);
    if open.is_empty() {
        findings.well("exports", "launchers leave .cloud-sync out of exports");
        return;
    }
    let lists: Vec<String> = open
        .iter()
        .map(|(list, _)| list.display().to_string())
        .collect();
    let text = format!(
        "an export of this instance would hold the token: .cloud-sync is not left out by {}",
        lists.join(", ")
    );
    let mut remedies: Vec<String> = open
        .iter()
        .map(|(list, line)| format!("Add the line {line} to {}", list.display()))
        .collect();
    remedies.push(format!(
        "Or let setup write it, which asks for the account again: instance-sync setup --force {}",
        shell::pack_folder(layout.pack())
    ));
    findings.fault("exports", text, &remedies);
}

/// A pull needs room for what it fetches beside what is here.
fn space(layout: &Layout, sync: &sync_file::SyncFile, findings: &mut Findings) {
    let largest = match State::load(layout, sync.instance_id) {
        Ok(Loaded::State(state)) => state
            .agreement
            .values()
            .map(|agreed| agreed.extent.bytes)
            .max()
            .unwrap_or(0),
        _ => 0,
    };
    let needed = largest.saturating_mul(2).max(ROOM);
    let human = |bytes| indicatif::HumanBytes(bytes).to_string();
    match free_space(layout.pack()) {
        Ok(free) if free < needed => {
            let text = format!(
                "the disk of this folder has {} left; a pull may need {}",
                human(free),
                human(needed)
            );
            findings.fault("space", text, &["Make room on that disk.".to_owned()]);
        }
        Ok(free) => findings.well("space", format!("{} left on its disk", human(free))),
        Err(error) => {
            let text = format!("how much room its disk has cannot be told: {error}");
            findings.note("space", text, &[]);
        }
    }
}

/// What this folder waits for, and what it does not sync.
fn waiting(instance: &Instance, folder: &str, findings: &mut Findings) {
    let names = |units: &[crate::domain::path::RelPath]| {
        let names: Vec<&str> = units
            .iter()
            .map(crate::domain::path::RelPath::as_str)
            .collect();
        names.join(", ")
    };
    if instance.copy {
        findings.fault(
            "copy",
            "this folder is a copy of another instance, and is not synced",
            &[
                format!("To sync it as an instance of its own: instance-sync setup {folder}"),
                format!("To leave it alone: instance-sync disable {folder}"),
            ],
        );
        return;
    }
    if let Some(reason) = instance.unfinished {
        let remedy = format!("Carry it to its end: instance-sync pull {folder}");
        let what = format!("{} was interrupted", unfinished::named(reason));
        findings.note("interrupted", &what, &[remedy]);
    }
    if instance.pending_push {
        let remedy = format!("Send it now: instance-sync push {folder}");
        findings.fault(
            PENDING,
            "what was played here is not in the cloud yet",
            &[remedy],
        );
    } else {
        findings.well(PENDING, "no push waits");
    }
    if !instance.conflicts.is_empty() {
        let remedy = format!("Decide: instance-sync resolve --keep=both {folder}");
        let text = format!("changed on two devices: {}", names(&instance.conflicts));
        findings.fault("conflicts", text, &[remedy]);
    }
    if !instance.vanished.is_empty() {
        let text = format!(
            "missing here, and not taken for deleted: {}",
            names(&instance.vanished)
        );
        let remedies = [
            "If a disk is not connected, connect it.".to_owned(),
            format!("Bring them back: instance-sync resolve --keep=cloud {folder}"),
            format!("Delete them everywhere: instance-sync push --allow-shrink {folder}"),
        ];
        findings.fault("missing", text, &remedies);
    }
    for problem in &instance.problems {
        let remedy = "Put what it leads to in its place, rename it, or leave it out in .cloud-sync/scope.json.";
        let text = format!("{}: {}", problem.path, problem.why);
        findings.fault("not-synced", text, &[remedy.to_owned()]);
    }
}
