//! Status: what is opted in, what changed here, whether the cloud is ahead. Changes nothing.

use std::{collections::BTreeSet, path::PathBuf};

use serde::Serialize;

use super::{
    access::Access,
    catalogue, credentials,
    event::Listener,
    observe,
    proof::{Proofs, Standing},
    session::absolute,
    settings::Settings,
};
use crate::{
    config::{device, layout::Layout, scope_file, sync_file},
    domain::{
        ids::{InstanceId, ReplicaId, SnapshotId},
        local::{LocalUnit, local_side},
        path::RelPath,
        profile::Profile,
        shrink,
    },
    error::{Kind, Result},
    remote::probe,
    store::{
        find::{self, Origin},
        versions::Versions,
    },
    workdir::{
        folder::{Fate, FolderIdentity},
        journal,
        scan::{self, Problem},
        state::{Loaded, State},
        undo::Reason,
    },
};

/// What `status` shows.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// The schema of this object in `--json`.
    pub schema: u32,
    /// The game folder.
    pub pack_folder: PathBuf,
    /// Whether it is opted in. Everything below is missing where it is not.
    pub opted_in: bool,
    /// The rest.
    #[serde(flatten)]
    pub instance: Option<Instance>,
}

/// What `status` shows of an opted-in folder.
#[derive(Debug, Clone, Serialize)]
pub struct Instance {
    /// The instance.
    pub instance_id: InstanceId,
    /// What it is called here.
    pub label: String,
    /// Where its repository is.
    pub url: String,
    /// Whose it is.
    pub account: Option<String>,
    /// What it is.
    pub profile: Profile,
    /// This machine's name.
    pub device: String,
    /// This folder.
    pub replica: Option<ReplicaId>,
    /// Whether the folder is a copy of another, and not synced.
    pub copy: bool,
    /// Whether a pull, an undo or a restore was interrupted; the next command carries it on.
    pub interrupted: bool,
    /// Which of them.
    #[serde(skip)]
    pub unfinished: Option<Reason>,
    /// The snapshot that this folder was last equal to.
    pub base: Option<SnapshotId>,
    /// Every unit here.
    pub units: Vec<RelPath>,
    /// What changed here since then.
    pub changes: Vec<Change>,
    /// Whether a push found no server.
    pub pending_push: bool,
    /// Units that changed on both sides.
    pub conflicts: Vec<RelPath>,
    /// Units that are missing here and do not count as deleted.
    pub vanished: Vec<RelPath>,
    /// How the cloud stands.
    pub cloud: Cloud,
    /// restic's program and version, where one is found.
    pub restic: Option<Restic>,
    /// What is not synced, and why.
    pub problems: Vec<Unsynced>,
    /// What of it was proven restorable, and when.
    pub proven: Standing,
}

/// One unit that changed here.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// The unit.
    pub unit: RelPath,
    /// `added`, `changed` or `deleted`.
    pub change: &'static str,
}

/// How the cloud stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Cloud {
    /// It was not asked (`--offline`), or only restic could ask it.
    NotAsked,
    /// It holds nothing that this folder has not seen.
    Same,
    /// It holds snapshots that this folder has not merged.
    Ahead {
        /// How many.
        snapshots: usize,
    },
    /// Nothing was ever pushed.
    Empty,
    /// It is in the server's trash.
    Trashed {
        /// Until when, in words.
        why: String,
    },
    /// It could not be asked.
    Unreachable {
        /// Why.
        why: String,
    },
}

/// The restic in use.
#[derive(Debug, Clone, Serialize)]
pub struct Restic {
    /// Its program.
    pub program: PathBuf,
    /// Its version.
    pub version: String,
    /// Where it was found.
    pub origin: &'static str,
}

/// A path that is not synced.
#[derive(Debug, Clone, Serialize)]
pub struct Unsynced {
    /// The path.
    pub path: String,
    /// Why.
    pub why: String,
}

impl From<&Problem> for Unsynced {
    fn from(problem: &Problem) -> Self {
        Self {
            path: problem.path.clone(),
            why: problem.why.clone(),
        }
    }
}

/// Looks at the folder and, unless `offline`, asks the cloud which snapshots it has.
pub fn status(
    settings: &Settings,
    listener: Listener<'_>,
    label: Option<&str>,
    offline: bool,
) -> Result<Status> {
    let layout = Layout::new(absolute(&settings.pack));
    let mut status = Status {
        schema: 1,
        pack_folder: layout.pack().to_path_buf(),
        opted_in: false,
        instance: None,
    };
    if !sync_file::is_opted_in(&layout) {
        return Ok(status);
    }
    let sync = sync_file::read(&layout)?;
    let scope = scope_file::read(&layout, sync.profile)?;
    let device = device::this_device(&settings.dirs);
    let here = FolderIdentity::of(&layout, device.id);
    let known = match State::load(&layout, sync.instance_id)? {
        Loaded::State(state) => Some(*state),
        Loaded::Missing | Loaded::Unusable(_) => None,
    };
    let replica = known.as_ref().map(|state| state.replica);
    let state =
        known.unwrap_or_else(|| State::new(sync.instance_id, super::session::mint(), here.clone()));
    let scan = scan::scan(
        layout.pack(),
        &scope,
        &state.stamps,
        state.scan_time(),
        &mut |bytes| observe::reading(listener, bytes),
    );
    let found = scan.found(&state.agreement);
    let measure = |vanished: &BTreeSet<RelPath>| {
        local_side(&state.agreement, &found, vanished, |unit| {
            scope.kind_of(unit)
        })
    };
    let mut vanished = shrink::vanished(&state.agreement, &measure(&state.vanished), |unit| {
        Some(scan.units.get(unit)?.content.extent())
    });
    let back = |unit: &&RelPath| !scan.units.contains_key(*unit);
    vanished.extend(state.vanished.iter().filter(back).cloned());
    let side = measure(&vanished);
    let changes = side
        .iter()
        .filter(|(_, unit)| unit.changed())
        .map(|(unit, local)| Change {
            unit: unit.clone(),
            change: change(local),
        });
    let restic = find::find(
        settings.restic_binary.as_deref(),
        layout.own(),
        settings.dirs.data.as_deref(),
        &settings.release,
        &Versions::kept_in(settings.dirs.cache.as_deref()),
    )?;
    let unfinished = journal::unfinished(&layout)?.map(|journal| journal.reason);
    status.opted_in = true;
    status.instance = Some(Instance {
        instance_id: sync.instance_id,
        label: catalogue::label_of(
            [settings.label.as_deref(), state.label.as_deref(), label],
            &layout,
            sync.instance_id,
        ),
        url: sync.location.to_string(),
        account: sync.account.clone(),
        profile: sync.profile,
        device: device.name,
        replica,
        copy: state.fate(&here) == Fate::Copied,
        interrupted: unfinished.is_some(),
        unfinished,
        base: state.base.clone(),
        units: scan.units.keys().cloned().collect(),
        changes: changes.collect(),
        pending_push: state.is_pending(),
        conflicts: state
            .conflict
            .iter()
            .flat_map(|open| open.units.keys().cloned())
            .collect(),
        vanished: vanished.into_iter().collect(),
        cloud: if offline {
            Cloud::NotAsked
        } else {
            cloud(settings, listener, &layout, &sync, &state)?
        },
        restic: restic.map(|found| Restic {
            program: found.program,
            version: found.version.to_string(),
            origin: origin(found.origin),
        }),
        problems: scan.problems.iter().map(Unsynced::from).collect(),
        proven: Proofs::load(&layout, sync.instance_id)?.standing(&state.agreement),
    });
    Ok(status)
}

fn change(local: &LocalUnit) -> &'static str {
    match (&local.agreed, local.content) {
        (_, None) => "deleted",
        (Some(agreed), Some(_)) if agreed.digest().is_some() => "changed",
        (_, Some(_)) => "added",
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Given => "given",
        Origin::Instance => "instance",
        Origin::Shared => "shared",
        Origin::Path => "path",
        Origin::Fetched => "fetched",
    }
}

fn cloud(
    settings: &Settings,
    listener: Listener<'_>,
    layout: &Layout,
    sync: &sync_file::SyncFile,
    state: &State,
) -> Result<Cloud> {
    let asked = credentials::load(settings, layout, sync, listener)
        .and_then(|credentials| Access::new(sync, settings, credentials))
        .and_then(|access| probe::probe(&access.question()));
    match asked {
        Ok(None) => Ok(Cloud::NotAsked),
        Ok(Some(ids)) if ids.is_empty() => Ok(Cloud::Empty),
        Ok(Some(ids)) => {
            let mine = [state.base.as_ref(), state.parent.as_ref()];
            let news = ids.difference(&state.known);
            Ok(match news.filter(|id| !mine.contains(&Some(id))).count() {
                0 => Cloud::Same,
                snapshots => Cloud::Ahead { snapshots },
            })
        }
        Err(error) if error.kind() == Kind::NoRepository && state.to_create => Ok(Cloud::Empty),
        Err(error) if error.kind() == Kind::Usage => Err(error),
        Err(error) if error.kind() == Kind::Trashed => Ok(Cloud::Trashed {
            why: error.to_string(),
        }),
        Err(error) => Ok(Cloud::Unreachable {
            why: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_restic_comes_from_is_one_word() {
        let words = [
            Origin::Given,
            Origin::Instance,
            Origin::Shared,
            Origin::Path,
            Origin::Fetched,
        ];
        let words = words.map(origin);
        assert_eq!(words, ["given", "instance", "shared", "path", "fetched"]);
    }
}
