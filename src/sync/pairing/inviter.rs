//! The device that is in.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use secrecy::ExposeSecret as _;

use super::{Written, code_said, until};
use crate::{
    domain::{
        location::Location,
        pairing::{Invitation, SCANNED, Secret, TYPED, Words},
        rest::mark,
    },
    error::{Context as _, Error, Result},
    remote::control::{
        Control,
        pairings::{Held, Pairing, State},
    },
    secrets::sealed,
    sync::{access::Access, account, event::Listener, server, settings::Settings},
    texts::text,
};

/// How long a code is good, as servers have it.
pub const GOOD_FOR: Duration = Duration::from_mins(15);
/// How often it asks whether somebody came.
const PACE: Duration = Duration::from_secs(1);

/// How long a device that was let in has to fetch what it needs: it asks every two seconds.
const FETCHING: Duration = Duration::from_secs(30);

/// A device that is in, and what it can give to another one.
#[derive(Debug)]
pub struct Inviter {
    access: Access,
}

/// A pairing that began: one code, and a secret for each way that it can be carried.
#[derive(Debug)]
pub struct Invited {
    /// The pairing.
    pub id: String,
    /// To be typed.
    pub typed: Invitation,
    /// To be scanned.
    pub scanned: Invitation,
}

impl Inviter {
    /// Returns this device, with the account and the passphrase that the folder is opted in with.
    pub fn of_folder(settings: &Settings, listener: Listener<'_>) -> Result<Self> {
        let layout = account::layout_of(settings);
        let inviter = Self {
            access: account::of_folder(settings, &layout, listener)?,
        };
        let host = inviter.control()?.host();
        let question = inviter.access.question();
        // Where it does not answer, that is said soon.
        let known = server::known(settings, question.location, question.ca_file);
        if known.is_some_and(|server| !server.is_ours()) {
            let why = text!("pairing-plain-server", host = host);
            return Err(Error::failed(why).hint(text!("pairing-no-server-hint")));
        }
        let given = &inviter.access.credentials;
        let password = given.key.password.expose_secret();
        let Some(secret) = &given.secret else {
            return Ok(inviter);
        };
        if secret.expose_secret() != password {
            return Ok(inviter);
        }
        Err(if mark::is_devices(secret.expose_secret()) {
            Error::failed(text!("pairing-no-passphrase")).hint(text!("pairing-no-passphrase-hint"))
        } else {
            Error::failed(text!("pairing-lasting")).hint(text!("pairing-lasting-hint"))
        })
    }

    /// Returns the private CA that this device knows the server by: the new one needs it too.
    pub fn ca_file(&self) -> Option<&Path> {
        self.access.question().ca_file
    }

    /// Returns what the new device's player has to know before it can use an invitation.
    pub fn hints(&self, invitation: &Invitation) -> Vec<String> {
        let mut hints = Vec::new();
        if invitation.is_loopback() {
            hints.push(text!("pairing-loopback", url = self.url()));
        }
        if invitation.is_insecure() {
            hints.push(text!("pairing-openly"));
        }
        if let Some(path) = self.ca_file() {
            let path = path.display().to_string();
            hints.push(text!("pairing-ca-file", path = path));
        }
        hints
    }

    /// Returns what the new device's player has to add to `instance-sync setup` for an invitation.
    pub fn options(&self, invitation: &Invitation) -> String {
        let openly = invitation.is_insecure().then_some("--insecure-http");
        let ca_file = self.ca_file().map(|_| "--ca-file=FILE");
        let options: Vec<_> = openly.into_iter().chain(ca_file).collect();
        options.join(" ")
    }

    /// Begins a pairing, in the place of one of the account that waits.
    pub fn begin(&self) -> Result<Invited> {
        let begun = code_said(self.control()?.begin_pairing()?)?;
        let invitation = |secret| Invitation {
            url: self.url().to_owned(),
            account: begun.account.clone(),
            words: Words {
                code: begun.code.clone(),
                secret,
            },
        };
        Ok(Invited {
            typed: invitation(secret_of::<TYPED>()?),
            scanned: invitation(secret_of::<SCANNED>()?),
            id: begun.id,
        })
    }

    /// Says a code that a new device shows. Returns the device, which waits from now on.
    pub fn adopt(&self, words: &Words) -> Result<Pairing> {
        code_said(self.control()?.adopt_pairing(&words.code)?)
    }

    /// Waits until the pairing does not stand as it did any more.
    ///
    /// # Errors
    /// Also where it is over, and nobody was let in.
    pub fn wait_while(&self, id: &str, before: State, listener: Listener<'_>) -> Result<Pairing> {
        let control = self.control()?;
        let pairing = until(control.host(), PACE, listener, || {
            let pairing = control.pairing(id)??;
            Ok((pairing.state != before).then_some(pairing))
        })?;
        check_standing(pairing.state, control.host())?;
        Ok(pairing)
    }

    /// Waits until a device that has its yes is in, as long as one that still waits needs at most. Returns what it is
    /// called in the account.
    ///
    /// # Errors
    /// Where it does not come: the pairing is ended then. Also where it is over already.
    pub fn wait_for_fetching(&self, id: &str, listener: Listener<'_>) -> Result<Pairing> {
        let control = self.control()?;
        let begun = Instant::now();
        let pairing = until(control.host(), PACE, listener, || {
            let pairing = control.pairing(id)??;
            let is_late = begun.elapsed() >= FETCHING;
            Ok((pairing.state != State::Approved || is_late).then_some(pairing))
        })?;
        if pairing.state != State::Approved {
            check_standing(pairing.state, control.host())?;
            return Ok(pairing);
        }
        if control.end_pairing(id)?.is_err() {
            // It came after all.
            let pairing = control.pairing(id)??;
            if pairing.state == State::Done {
                return Ok(pairing);
            }
        }
        let seconds = FETCHING.as_secs();
        Err(
            Error::failed(text!("pairing-fetched-late", seconds = seconds))
                .hint(text!("pairing-fetched-late-hint")),
        )
    }

    /// Returns how a pairing stands now.
    ///
    /// # Errors
    /// Also where it is over, and nobody was let in.
    pub fn look(&self, id: &str) -> Result<Pairing> {
        let control = self.control()?;
        let pairing = control.pairing(id)??;
        check_standing(pairing.state, control.host())?;
        Ok(pairing)
    }

    /// Lets the new device in, with what opens the saves, sealed by that secret.
    pub fn approve(&self, id: &str, secret: &Secret) -> Result<()> {
        let bundle = match secret {
            Secret::None => None,
            secret => Some(sealed::seal(secret, id, &self.bundle()?)?),
        };
        self.control()?.approve_pairing(id, bundle.as_deref())??;
        Ok(())
    }

    /// Does not let it in.
    pub fn refuse(&self, id: &str) -> Result<()> {
        self.control()?.refuse_pairing(id)??;
        Ok(())
    }

    /// Ends the pairing.
    pub fn end(&self, id: &str) -> Result<()> {
        self.control()?.end_pairing(id)??;
        Ok(())
    }

    fn bundle(&self) -> Result<secrecy::SecretString> {
        let given = &self.access.credentials;
        let written = Written {
            schema: 1,
            account: &given.account,
            url: self.url(),
            password: given.key.password.expose_secret(),
        };
        written.text()
    }

    fn url(&self) -> &str {
        match self.access.question().location {
            Location::Rest(url) => url,
            Location::Folder(_) | Location::Other(_) => "",
        }
    }

    fn control(&self) -> Result<Control<'_>> {
        Control::beside(&self.access.question()).ok_or_else(|| {
            Error::failed(text!("pairing-no-server")).hint(text!("pairing-no-server-hint"))
        })
    }
}

impl Invited {
    /// Returns the secret that a device has which says so.
    pub fn secret(&self, held: Option<Held>) -> &Secret {
        match held {
            Some(Held::Typed) => &self.typed.words.secret,
            Some(Held::Scanned) => &self.scanned.words.secret,
            Some(Held::None) | None => &Secret::None,
        }
    }
}

/// Checks that a pairing goes on, or let somebody in.
fn check_standing(state: State, host: &str) -> Result<()> {
    match state {
        State::Open | State::Claimed | State::Approved | State::Done => Ok(()),
        state => Err(nobody_came(state, host)),
    }
}

/// Returns what is said here of a pairing that let nobody in.
fn nobody_came(state: State, host: &str) -> Error {
    let (why, hint) = match state {
        State::Refused => (
            text!("pairing-here-refused"),
            text!("pairing-here-refused-hint"),
        ),
        State::Burned => (
            text!("pairing-here-burned", host = host),
            text!("pairing-here-burned-hint"),
        ),
        State::Expired => (
            text!("pairing-here-expired"),
            text!("pairing-here-expired-hint"),
        ),
        State::Open
        | State::Claimed
        | State::Approved
        | State::Ended
        | State::Done
        | State::Unknown => (
            text!("pairing-here-ended"),
            text!("pairing-here-ended-hint"),
        ),
    };
    Error::failed(why).hint(hint)
}

/// Makes a secret of so many letters.
pub(super) fn secret_of<const LETTERS: usize>() -> Result<Secret> {
    let mut random = zeroize::Zeroizing::new([0; LETTERS]);
    getrandom::fill(&mut *random).context(|| text!("pairing-no-random"))?;
    Ok(Secret::of(&*random))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{secrets::token::RepositoryKey, sync::credentials::Credentials};

    #[test]
    fn a_server_with_a_ca_of_its_own_takes_an_option_and_a_file_on_the_new_device() {
        let url = "https://saves.test";
        let inviter = |ca_file: Option<&str>| {
            let credentials = Credentials {
                account: "alice".to_owned(),
                secret: None,
                key: RepositoryKey::with_password("secret".to_owned().into()),
            };
            let (location, ca_file) = (url.parse().expect(url), ca_file.map(Into::into));
            let access = Access::to_account(location, false, ca_file, credentials);
            Inviter {
                access: access.expect("https"),
            }
        };
        let invitation = Invitation {
            url: url.to_owned(),
            account: "alice".to_owned(),
            words: Words {
                code: "123456".to_owned(),
                secret: Secret::None,
            },
        };
        let own = inviter(Some("/etc/own-ca.pem"));
        assert_eq!(own.options(&invitation), "--ca-file=FILE");
        let hints = own.hints(&invitation);
        assert!(hints.iter().any(|hint| hint.contains("/etc/own-ca.pem")));
        let known = inviter(None);
        assert_eq!(known.options(&invitation), "");
        assert!(known.hints(&invitation).is_empty());
    }
}
