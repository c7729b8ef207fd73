//! The way to an account's repositories, before one of them is chosen.

use secrecy::SecretString;

use super::{access::Access, credentials, event::Listener, session, settings::Settings};
use crate::{
    config::{layout::Layout, sync_file},
    domain::location::Location,
    error::Result,
    process::core_dumps,
    secrets::token::{RepositoryKey, Token},
};

/// Returns where things of the game folder are, whether it is opted in or not.
pub fn layout_of(settings: &Settings) -> Layout {
    Layout::new(session::absolute(&settings.pack))
}

/// Returns the way to the account of a token, whose instances this passphrase opens; `kept` is the key
/// that opened one of them before.
pub fn given(
    settings: &Settings,
    location: Location,
    token: Option<&Token>,
    passphrase: Option<&SecretString>,
    kept: Option<RepositoryKey>,
) -> Result<Access> {
    core_dumps::forbid();
    let credentials = credentials::given(&location, token, passphrase, kept)?;
    let ca_file = settings.ca_file.as_deref().map(session::absolute);
    Access::to_account(location, settings.insecure_http, ca_file, credentials)
}

/// Returns the way to the account of a token whose server alone is asked: none of its repositories is opened,
/// and none could be.
pub fn to_ask(settings: &Settings, location: Location, token: Option<&Token>) -> Result<Access> {
    let nothing = RepositoryKey::with_password(SecretString::from(""));
    given(settings, location, token, None, Some(nothing))
}

/// Returns the way to the account that the folder is opted in with.
pub fn of_folder(settings: &Settings, layout: &Layout, listener: Listener<'_>) -> Result<Access> {
    let sync = sync_file::read(layout)?;
    let credentials = credentials::load(settings, layout, &sync, listener)?;
    Access::new(&sync, settings, credentials)
}
