//! Opting a folder in, as a new instance or as one more device of an existing one; and out again.

mod kept;
mod opting;
mod request;

pub use kept::key_of;
pub use request::{How, OptedIn, Request};

use std::{fs, time::Duration};

use ulid::Ulid;

use self::{kept::Kept, opting::Opting};
use super::{
    account, before::Before, event::Listener, secret_place, server, session, settings::Settings,
};
use crate::{
    config::{
        device, json_file,
        layout::Layout,
        sync_file::{self, SyncFile},
    },
    domain::ids::InstanceId,
    error::{Error, Result},
    process::core_dumps,
    texts::text,
    workdir::{
        folder::{self, Fate, FolderIdentity},
        lock,
        state::{Loaded, State},
    },
};

/// Returns the layout of the folder to opt in, if it can be.
pub fn check_folder(settings: &Settings) -> Result<Layout> {
    let layout = Layout::new(session::absolute(&settings.pack));
    let pack = layout.pack();
    let hint = || text!("optin-folder-hint");
    match fs::metadata(pack) {
        Ok(metadata) if metadata.is_dir() => Ok(layout),
        Ok(_) => Err(
            Error::usage(text!("optin-no-folder", path = pack.display().to_string())).hint(hint()),
        ),
        Err(error) => Err(
            Error::usage(text!("optin-unusable", path = pack.display().to_string()))
                .because(error)
                .hint(hint()),
        ),
    }
}

/// Returns the instance that the folder is opted in as; `None` for a copy of another folder, which
/// is not.
pub fn current(settings: &Settings, layout: &Layout) -> Result<Option<SyncFile>> {
    if !sync_file::is_opted_in(layout) {
        return Ok(None);
    }
    let sync = sync_file::read(layout)?;
    let here = FolderIdentity::of(layout, device::this_device(&settings.dirs).id);
    let copied = match State::load(layout, sync.instance_id)? {
        Loaded::State(state) => state.fate(&here) == Fate::Copied,
        Loaded::Missing | Loaded::Unusable(_) => false,
    };
    Ok((!copied).then_some(sync))
}

/// Opts the folder in. Where that fails, the folder is left as it was.
pub fn opt_in(settings: &Settings, listener: Listener<'_>, request: &Request) -> Result<OptedIn> {
    core_dumps::forbid();
    let layout = check_folder(settings)?;
    let current = match current(settings, &layout) {
        // What is broken may be replaced on request.
        Err(_) if request.force => None,
        other => other?,
    };
    if let Some(current) = &current
        && !request.force
    {
        is_what_was_asked_for(current, request, &layout)?;
        return Ok(OptedIn::already(current.instance_id, &layout));
    }
    secret_place::check_reach(&layout, request.place)?;
    let joins = request
        .instance
        .or(current.as_ref().map(|current| current.instance_id));
    let instance_id = joins.unwrap_or_else(|| InstanceId::new(Ulid::generate()));
    let before = Before::of(&layout)?;
    let kept = Kept::of(&layout, instance_id, before.instance());
    let token = request.token.clone().or(kept.token);
    let (passphrase, place) = (request.passphrase.as_ref(), request.location.clone());
    let credentials =
        account::given(settings, place, token.as_ref(), passphrase, kept.key)?.credentials;
    let sync = SyncFile {
        instance_id,
        location: request.location.clone(),
        account: Some(credentials.account.clone()),
        profile: request.profile,
        ca_file: settings.ca_file.as_deref().map(session::absolute),
        insecure_http: settings.insecure_http,
        fast_key: request.fast_key,
    };
    let has_saves = folder::has_saves(&layout, sync.profile);
    let opting = Opting {
        settings,
        listener,
        layout: &layout,
        sync: &sync,
        request,
        token: token.as_ref(),
        // A folder that was opted in and never reached its server has still to create it.
        fresh: joins.is_none() || (request.instance.is_none() && before.to_create(&sync)),
    };
    // What the folder is no more, and with what it still can be told.
    let left = current.filter(|was| was.instance_id != instance_id);
    let left = left.and_then(|was| server::presence::of_folder(settings, &layout, &was));
    match opting.run(credentials) {
        Ok((how, listed, label)) => {
            if let Some(left) = left {
                left.end(settings);
            }
            Ok(OptedIn {
                instance_id,
                how,
                pack_folder: layout.pack().to_path_buf(),
                label,
                listed,
                has_saves,
            })
        }
        Err(error) => {
            before.restore(&layout);
            Err(error.hint(text!("optin-left-hint")))
        }
    }
}

/// A script that asks for something else must not take it for done.
fn is_what_was_asked_for(current: &SyncFile, request: &Request, layout: &Layout) -> Result<()> {
    let other = |id| id != current.instance_id;
    if current.location == request.location && !request.instance.is_some_and(other) {
        return Ok(());
    }
    Err(Error::usage(text!(
        "optin-already",
        path = layout.pack().display().to_string(),
        instance = current.instance_id.to_string(),
        location = current.location.to_string()
    ))
    .hint(text!("optin-already-hint")))
}

/// Opts the folder out. Returns what it was opted in as, as far as that can be read; `None` where
/// it was not. Cloud data, token and state stay; a server of ours is told that nothing is played here any more.
pub fn opt_out(settings: &Settings) -> Result<Option<Option<SyncFile>>> {
    let layout = Layout::new(session::absolute(&settings.pack));
    if !sync_file::is_opted_in(&layout) {
        return Ok(None);
    }
    let _lock = lock::take(&layout, "disable", Duration::from_secs(10))?;
    let was = sync_file::read(&layout).ok();
    json_file::remove(&layout.sync_json())?;
    let told = was.as_ref();
    let told = told.and_then(|was| server::presence::of_folder(settings, &layout, was));
    if let Some(told) = told {
        told.end(settings);
    }
    Ok(Some(was))
}
