//! The new device.

use std::{path::PathBuf, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Bundle, code_said, inviter::secret_of, over, patiently, until};
use crate::{
    config::device,
    domain::{
        location::Location,
        pairing::{Invitation, Secret, TYPED, Words},
    },
    error::{Error, Kind, Result},
    process::core_dumps,
    remote::control::{
        Control, PATIENCE, devices,
        pairings::{DeviceKind, Entered, Introduction, State, Waiting},
    },
    secrets::{sealed, token::Token},
    sync::{access::check_transport, event::Listener, session, settings::Settings},
    texts::text,
};

/// How long a device that leaves waits for the server: somebody may have interrupted it.
const LEAVING: Duration = Duration::from_secs(4);

/// A new device that waits.
#[derive(Debug)]
pub struct Joiner {
    url: String,
    ca_file: Option<PathBuf>,
    waiting: Waiting,
    secret: Secret,
    /// Whose account it is to be, where that is known.
    account: Option<String>,
    /// What it calls itself.
    pub name: String,
}

/// A device that is in.
#[derive(Debug, Clone)]
pub struct Paired {
    /// Where the account is.
    pub location: Location,
    /// Its own token.
    pub token: Token,
    /// What opens the saves, where the other device gave it.
    pub passphrase: Option<SecretString>,
    /// What it is called in the account.
    pub name: String,
    /// Its ULID.
    pub(super) id: String,
    pub(super) ca_file: Option<PathBuf>,
}

impl Joiner {
    /// Says the code of an invitation.
    pub fn claim(
        settings: &Settings,
        invitation: &Invitation,
        listener: Listener<'_>,
    ) -> Result<Self> {
        let (url, account) = (&invitation.url, &invitation.account);
        let words = &invitation.words;
        let (ca_file, name) = prepare(settings, url)?;
        let control = stranger(url, ca_file.as_ref());
        let said = (&account[..], &words.code[..]);
        let waiting = patiently(listener, || {
            control.claim_pairing(said, &words.secret, introduction(&name))
        })?;
        Ok(Self {
            url: url.clone(),
            waiting: code_said(waiting)?,
            secret: words.secret.clone(),
            account: Some(account.clone()),
            ca_file,
            name,
        })
    }

    /// Asks for a code to show. Returns what is shown: the code, and a secret.
    pub fn request(
        settings: &Settings,
        url: &str,
        listener: Listener<'_>,
    ) -> Result<(Self, Words)> {
        let (ca_file, name) = prepare(settings, url)?;
        let control = stranger(url, ca_file.as_ref());
        let said = patiently(listener, || control.request_pairing(introduction(&name)))?;
        let waiting = code_said(said)?;
        let secret = secret_of::<TYPED>()?;
        let words = Words {
            code: waiting.code.clone().unwrap_or_default(),
            secret: secret.clone(),
        };
        let joiner = Self {
            url: url.to_owned(),
            waiting,
            secret,
            account: None,
            ca_file,
            name,
        };
        Ok((joiner, words))
    }

    /// Returns the server, for messages.
    pub fn host(&self) -> &str {
        stranger(&self.url, self.ca_file.as_ref()).host()
    }

    /// Waits for the yes, and opens what comes with it. Who stops waiting takes the question back.
    ///
    /// # Errors
    /// Where nobody said yes; where what came cannot be opened: the device is taken out again then.
    pub fn wait(self, listener: Listener<'_>) -> Result<Paired> {
        let control = stranger(&self.url, self.ca_file.as_ref());
        let pace = Duration::from_secs(self.waiting.ask_every.clamp(1, 30));
        let entered = until(control.host(), pace, listener, || {
            let standing = match control.answer_of_pairing(&self.waiting.claim)? {
                // It was let in, and the answer was lost, or all of it is forgotten.
                Err(refused) if refused.is("not_there") => {
                    return Err(over(State::Expired, control.host()));
                }
                said => said?,
            };
            match (standing.state, standing.entered) {
                (_, Some(entered)) => Ok(Some(entered)),
                (State::Open | State::Claimed | State::Approved, None) => Ok(None),
                (state, None) => Err(over(state, control.host())),
            }
        });
        if entered
            .as_ref()
            .is_err_and(|error| error.kind() == Kind::Cancelled)
        {
            // Where that fails, whoever says yes waits for nobody, and is told so soon.
            let control = control.within(LEAVING);
            let _ = control.withdraw_pairing(&self.waiting.claim);
        }
        self.enter(entered?)
    }

    fn enter(self, entered: Entered) -> Result<Paired> {
        let token = Token::parse(entered.token.expose_secret())?;
        let mut paired = Paired {
            location: Location::Rest(self.url),
            token,
            passphrase: None,
            name: entered.name,
            id: entered.id,
            ca_file: self.ca_file,
        };
        let opened = open(
            &self.secret,
            &self.waiting.id,
            entered.bundle.as_deref(),
            &paired.token.account,
        );
        let is_right = |passphrase: &Option<SecretString>| match &self.account {
            Some(said) => *said == paired.token.account,
            // Anybody of that server may have typed a code that is shown: what opens with its secret comes
            // from who has read it here.
            None => passphrase.is_some(),
        };
        match opened {
            Ok(passphrase) if is_right(&passphrase) => {
                paired.passphrase = passphrase;
                Ok(paired)
            }
            opened => {
                let error = match opened {
                    Err(error) => error,
                    Ok(_) => Error::failed(text!("pairing-unopened")),
                };
                let hint = if paired.leave() {
                    text!("pairing-unopened-hint")
                } else {
                    text!("pairing-not-left-hint", name = paired.name.as_str())
                };
                Err(error.hint(hint))
            }
        }
    }
}

impl Paired {
    /// Takes this device out of the account again: nothing here keeps its token. Returns whether it is out; else
    /// it is in the list of devices.
    pub fn leave(&self) -> bool {
        let Location::Rest(url) = &self.location else {
            return true;
        };
        let control = Control {
            secret: Some(&self.token.secret),
            patience: LEAVING,
            ..stranger(url, self.ca_file.as_ref())
        };
        matches!(devices::revoke(&control, &self.id), Ok(Ok(())))
    }

    /// Leaves it since something failed, and adds what that means.
    #[must_use]
    pub fn give_up(&self, error: Error) -> Error {
        let hint = if self.leave() {
            text!("pairing-left-hint")
        } else {
            text!("pairing-not-left-hint", name = self.name.as_str())
        };
        error.hint(hint)
    }
}

/// Returns the passphrase of a bundle; none where the yes came without one.
///
/// # Errors
/// Where it does not open, or is another account's.
fn open(
    secret: &Secret,
    about: &str,
    bundle: Option<&str>,
    account: &str,
) -> Result<Option<SecretString>> {
    let (Some(sealed), false) = (bundle, matches!(secret, Secret::None)) else {
        return Ok(None);
    };
    let text = sealed::open(secret, about, sealed)?;
    let bundle = Bundle::read(&text).ok_or_else(|| Error::failed(text!("pairing-unopened")))?;
    if bundle.account != account {
        let said = bundle.account.as_str();
        return Err(Error::failed(text!(
            "pairing-other-account",
            said = said,
            account = account
        )));
    }
    Ok(Some(bundle.password))
}

/// Returns the private CA and this device's name, if it may ask there.
pub(super) fn prepare(settings: &Settings, url: &str) -> Result<(Option<PathBuf>, String)> {
    core_dumps::forbid();
    check_transport(&Location::Rest(url.to_owned()), settings.insecure_http)?;
    let name = settings.device_name.clone().unwrap_or_else(device::name);
    Ok((settings.ca_file.as_deref().map(session::absolute), name))
}

pub(super) fn introduction(name: &str) -> Introduction<'_> {
    let kind = if device::is_handheld() {
        DeviceKind::Handheld
    } else {
        DeviceKind::Computer
    };
    Introduction { name, kind }
}

pub(super) fn stranger<'a>(url: &'a str, ca_file: Option<&'a PathBuf>) -> Control<'a> {
    Control {
        url,
        secret: None,
        ca_file: ca_file.map(PathBuf::as_path),
        patience: PATIENCE,
    }
}
