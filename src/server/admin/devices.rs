//! Devices, on the machine itself.

use secrecy::SecretString;
use ulid::Ulid;

use super::{Admin, ENROLMENT, done};
use crate::{
    domain::rest::name::{AccountName, check_device_name},
    error::{Error, Result},
    server::{
        clock,
        database::{
            devices::{self, Device, DeviceKind},
            enrolments, is_there_already,
        },
        token::{Mark, Token},
    },
};

impl Admin {
    /// Adds a device to an account. Returns what it authenticates with: nobody can read it again.
    pub fn add_device(&self, name: &AccountName, device: &str) -> Result<SecretString> {
        let account = self.account(name)?;
        check_device_name(device).map_err(|error| Error::usage(error.to_string()))?;
        let (id, token) = (Ulid::generate().to_string(), Token::make()?);
        let now = clock::now();
        let added = self.wait(devices::add(
            &self.database,
            account.id,
            (&id, device),
            DeviceKind::Other,
            &token,
            now,
        ));
        match added {
            Err(error) if is_there_already(&error) => {
                return Err(
                    Error::usage(format!("{name} has a device {device:?} already"))
                        .hint("It was left as it is. Revoke it first, or choose another name"),
                );
            }
            added => done(added)?,
        }
        self.audit("device added", &format!("{name}: {device} ({id})"))?;
        Ok(token.for_account(name.as_str()))
    }

    /// Makes a code that makes one device of an account, once, within an hour: nobody can read it again.
    pub fn enrol(&self, name: &AccountName) -> Result<SecretString> {
        let account = self.account(name)?;
        let (id, token) = (Ulid::generate().to_string(), Token::of(Mark::Enrolment)?);
        let now = clock::now();
        let new = (&id[..], account.id, "admin");
        done(self.wait(enrolments::add(
            &self.database,
            new,
            &token,
            (now, now + ENROLMENT),
        )))?;
        self.audit("enrolment added", &format!("{name} ({id})"))?;
        Ok(token.expose())
    }

    /// Returns the devices of an account, or all.
    pub fn devices(&self, name: Option<&AccountName>) -> Result<Vec<Device>> {
        self.check_account(name)?;
        done(self.wait(devices::list(&self.database, name)))
    }

    /// Revokes a device, by its name or id: its token opens nothing any more.
    pub fn revoke_device(&self, name: &AccountName, named: &str) -> Result<()> {
        let device = self.device(name, named)?;
        done(self.wait(devices::revoke(&self.database, &device.id, clock::now())))?;
        self.audit(
            "device revoked",
            &format!("{name}: {} ({})", device.name, device.id),
        )
    }

    /// Returns a device in use, by its name or id.
    pub(super) fn device(&self, name: &AccountName, named: &str) -> Result<Device> {
        self.account(name)?;
        done(self.wait(devices::find(&self.database, name, named)))?.ok_or_else(|| {
            Error::usage(format!(
                "{name} has no device {named:?} that is not revoked"
            ))
        })
    }
}
