//! Opening an opted-in folder: the lock, what is unfinished there, the state.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use ulid::Ulid;

use super::{Hold, Locks, Session};
use crate::{
    config::{
        device,
        layout::Layout,
        scope_file,
        sync_file::{self, SyncFile},
    },
    domain::{ids::ReplicaId, record::DeviceLabel, shell},
    error::Result,
    sync::{
        access,
        event::{Event, Listener, warn},
        server::presence::Met,
        settings::Settings,
        unfinished,
    },
    texts::text,
    workdir::{
        folder::{Fate, FolderIdentity},
        lock, stage,
        state::{Loaded, State},
        undo,
    },
};

/// What opening a folder led to.
pub enum Opened<'a> {
    /// It can be worked on.
    Session(Box<Session<'a>>),
    /// It is a copy of another folder; nothing was touched.
    Copy,
}

/// Opens the opted-in folder for `command`, waiting at most `patience` for whoever works on it.
///
/// An unfinished swap is carried to its end first, before anything is read. Where a game is in the way of
/// that, nothing else can be done: [`Kind::Unfinished`](crate::error::Kind::Unfinished).
pub fn open<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    command: &str,
    patience: Duration,
) -> Result<Opened<'a>> {
    let layout = Layout::new(absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    access::check_folder(&sync, settings)?;
    let lock = lock::take(&layout, command, patience)?;
    let mut device = device::this_device(&settings.dirs);
    let here = FolderIdentity::of(&layout, device.id);
    let instance = sync.instance_id;
    let mut state = match State::load(&layout, instance)? {
        Loaded::State(state) => *state,
        Loaded::Missing => State::new(instance, mint(), here.clone()),
        Loaded::Unusable(why) => {
            warn(listener, text!("session-state-unused", why = why));
            State::new(instance, mint(), here.clone())
        }
    };
    let fate = state.fate(&here);
    if fate == Fate::Copied {
        let is_there = state.folder.fate(&here, instance) == fate;
        report_copy(&mut state, &layout, listener, is_there)?;
        return Ok(Opened::Copy);
    }
    // A state from another machine, or one that was lost, does not name the journal's replica.
    if let Some(rolled) = unfinished::carry_on(&layout, instance, sync.profile, &state, listener)? {
        state = rolled;
    }
    let _ = stage::sweep(&layout, None);
    undo::sweep(&layout);
    if fate == Fate::Transplanted {
        state.become_another(mint());
        state.pending = None;
        state.device_name = None;
    }
    device.name = match &settings.device_name {
        Some(name) => name.clone(),
        None => device::called(state.device_name.as_deref()),
    };
    state.folder = here;
    state.copy_reported = false;
    let whose = (sync, device);
    let hold = Hold::new(layout.clone(), command, patience, Some(lock));
    let session = begin(settings, listener, layout, whose, state, hold)?;
    Ok(Opened::Session(Box::new(session)))
}

/// Opens the opted-in folder to look at it, beside whoever works on it: there is no lock, and nothing
/// of the folder's is written. Whatever is unfinished stays so.
pub fn look<'a>(settings: &'a Settings, listener: Listener<'a>) -> Result<Session<'a>> {
    let layout = Layout::new(absolute(&settings.pack));
    let sync = sync_file::read(&layout)?;
    access::check_folder(&sync, settings)?;
    let mut device = device::this_device(&settings.dirs);
    let state = match State::load(&layout, sync.instance_id)? {
        Loaded::State(state) => *state,
        Loaded::Missing | Loaded::Unusable(_) => {
            let here = FolderIdentity::of(&layout, device.id);
            State::new(sync.instance_id, mint(), here)
        }
    };
    device.name = device::called(state.device_name.as_deref());
    let hold = Hold::new(layout.clone(), "", Duration::ZERO, None);
    begin(settings, listener, layout, (sync, device), state, hold)
}

/// Begins a run.
fn begin<'a>(
    settings: &'a Settings,
    listener: Listener<'a>,
    layout: Layout,
    (sync, device): (SyncFile, DeviceLabel),
    state: State,
    hold: Hold,
) -> Result<Session<'a>> {
    let scope = scope_file::read(&layout, sync.profile)?;
    Ok(Session {
        settings,
        listener,
        layout,
        sync,
        device,
        scope,
        state,
        ask: None,
        unsaved: false,
        launching: false,
        saved_now: None,
        decision: None,
        met: Met::default(),
        trust_cache: true,
        access: None,
        restic: None,
        locks: if settings.unlock {
            Locks::Go
        } else {
            Locks::Stay
        },
        hold,
    })
}

/// Mints a replica.
pub fn mint() -> ReplicaId {
    ReplicaId::new(Ulid::generate())
}

/// Returns an absolute path without asking the file system what it leads to.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Says once that this folder is a copy; each time, where the original `is_there` no more: whoever plays on
/// in the copy has to know that nothing is synced.
fn report_copy(
    state: &mut State,
    layout: &Layout,
    listener: Listener<'_>,
    is_there: bool,
) -> Result<()> {
    let original = state.folder.path.display().to_string();
    let folder = shell::pack_folder(layout.pack());
    if !is_there {
        let (hint, instance) = (folder.clone(), state.instance_id.to_string());
        listener(Event::Warning(
            text!("session-copy-alone", original = original),
            vec![
                text!("session-copy-alone-hint", folder = hint),
                text!(
                    "session-copy-again-hint",
                    folder = folder,
                    instance = instance
                ),
            ],
        ));
        return Ok(());
    }
    if state.copy_reported {
        return Ok(());
    }
    state.copy_reported = true;
    state.save(layout)?;
    listener(Event::Warning(
        text!("session-copy", original = original),
        vec![text!("session-copy-hint", folder = folder)],
    ));
    Ok(())
}
