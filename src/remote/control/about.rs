//! The one question whether a server is ours: `/.well-known/instance-sync`, without the token.

use std::{path::Path, time::Duration};

use serde::Deserialize;

use super::Control;
use crate::error::{Kind, Result};

/// The version of the control API that this program speaks.
const API: u32 = 1;

/// What one of our servers says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct About {
    /// Always `instance-sync`.
    server: String,
    /// Its version.
    pub version: String,
    /// The versions of the control API that it speaks.
    api: Vec<u32>,
    /// What can be asked of it.
    pub features: Vec<String>,
}

/// Asks a server what it is. `None`: it is another one, such as a plain rest-server, whatever it answers.
///
/// # Errors
/// [`Kind::Offline`] where nothing answers, or a server that is not well: then nothing is known.
pub fn ask(url: &str, ca_file: Option<&Path>, patience: Duration) -> Result<Option<About>> {
    let control = Control {
        url,
        secret: None,
        ca_file,
        patience,
    };
    match control.get::<About>("/.well-known/instance-sync") {
        Ok(Ok(about)) if about.server == "instance-sync" && about.api.contains(&API) => {
            Ok(Some(about))
        }
        // A web page, another program's JSON, a later control API that this program does not speak.
        Ok(_) => Ok(None),
        Err(error) if error.kind() == Kind::Failed => Ok(None),
        Err(error) => Err(error),
    }
}
