//! What a server listens on, and the lock of its folder. Whatever keeps it from listening shows before
//! anything is made.

use std::{fs::File, net::SocketAddr};

use super::{
    folder::{self, Known},
    listen::Listening,
    lock,
    settings::{AdminPlace, Settings},
};
#[cfg(not(unix))]
use crate::error::Error;
use crate::error::{Context, Result};

/// What is open once a server can be reached.
pub struct Doors {
    /// For everybody.
    pub public: Listening,
    /// Where that is.
    pub address: SocketAddr,
    /// For operators.
    pub operators: Option<Listening>,
    /// Held as long as the server works in the folder.
    pub lock: File,
}

impl Doors {
    /// Listens, for so many connections at a time, and takes the folder.
    pub async fn open(settings: &Settings, connections: u32) -> Result<Self> {
        let data = &settings.data;
        // Where a server may be running, that it is says more than that its address is taken.
        let held = match folder::check(data)? {
            Known::Yes => Some(lock::take(data)?),
            Known::New => None,
        };
        let unheard = || format!("cannot listen on {}", settings.listen);
        let public = Listening::at(settings.listen, connections)
            .await
            .context(unheard)
            .map_err(|error| error.hint("--listen=ADDRESS:PORT names another one"))?;
        let address = public.address().context(unheard)?;
        let held = match (held, &settings.admin) {
            // The file of their socket may be in the folder.
            (None, Some(AdminPlace::File(_))) => Some(lock::take(data)?),
            (held, _) => held,
        };
        let operators = match &settings.admin {
            Some(place) => Some(listen_to_operators(place).await?),
            None => None,
        };
        let lock = match held {
            Some(lock) => lock,
            None => lock::take(data)?,
        };
        Ok(Self {
            public,
            address,
            operators,
            lock,
        })
    }
}

/// Listens where operators are.
async fn listen_to_operators(place: &AdminPlace) -> Result<Listening> {
    let hint = "--admin=unix:PATH or --admin=127.0.0.1:PORT names another place";
    match place {
        AdminPlace::Address(address) => Listening::for_operators(*address)
            .await
            .context(|| format!("cannot listen on {address}"))
            .map_err(|error| error.hint(hint)),
        #[cfg(unix)]
        AdminPlace::File(path) => Listening::at_file(path)
            .context(|| format!("cannot listen at {}", path.display()))
            .map_err(|error| error.hint(hint)),
        #[cfg(not(unix))]
        AdminPlace::File(_) => {
            Err(Error::usage("there are no such sockets on this system").hint(hint))
        }
    }
}
