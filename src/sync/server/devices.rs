//! The account's devices, on a server of ours.

use std::time::Duration;

use crate::{
    config::servers_file::Remembered,
    domain::catalogue::label,
    error::{Error, Result},
    remote::{
        control::{
            Control,
            devices::{self, Device},
        },
        repository::Question,
    },
    sync::{access::Access, settings::Settings},
};

/// How long it may take to find out what this device is called.
const PATIENCE: Duration = Duration::from_secs(2);

/// Lists them, the oldest first; revoked ones too.
pub fn list(settings: &Settings, access: &Access) -> Result<Vec<Device>> {
    let control = control(settings, access)?;
    Ok(devices::list(&control)??)
}

/// Revokes one: its token opens nothing any more.
pub fn revoke(settings: &Settings, access: &Access, device: &Device) -> Result<()> {
    let control = control(settings, access)?;
    Ok(devices::revoke(&control, &device.id)??)
}

/// Returns what the account calls this device. Not worth a failure.
pub fn own_name(question: &Question<'_>, server: Option<&Remembered>) -> Option<String> {
    let knows = server.is_some_and(|server| server.has("devices"));
    let control = Control::beside(question).filter(|_| knows)?;
    let listed = devices::list(&control.within(PATIENCE)).ok()?.ok()?;
    let own = listed.iter().find(|device| device.is_this)?;
    label(&own.name)
}

fn control<'a>(settings: &Settings, access: &'a Access) -> Result<Control<'a>> {
    super::control(settings, &access.question(), "devices", "knows no devices")
}

/// Returns the device in use that is called so, or whose id it is.
pub fn called<'a>(devices: &'a [Device], wanted: &str) -> Result<&'a Device> {
    let in_use = || devices.iter().filter(|device| device.revoked_at.is_none());
    let is_id = |device: &&Device| device.id.eq_ignore_ascii_case(wanted);
    let same = |device: &&Device| device.name == wanted;
    if let Some(device) = in_use().find(same).or_else(|| in_use().find(is_id)) {
        return Ok(device);
    }
    let is_gone = devices.iter().any(|device| same(&device) || is_id(&device));
    let names: Vec<&str> = in_use().map(|device| &device.name[..]).collect();
    let what = if is_gone {
        format!("the device {wanted:?} is revoked already")
    } else {
        format!("no device of this account is called {wanted:?}")
    };
    Err(Error::usage(what).hint(format!("In use are: {}.", names.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(id: &str, name: &str, revoked: bool) -> Device {
        Device {
            id: id.to_owned(),
            name: name.to_owned(),
            kind: "other".to_owned(),
            created_at: 1,
            last_seen_at: None,
            revoked_at: revoked.then_some(2),
            is_this: false,
        }
    }

    #[test]
    fn a_device_is_meant_by_its_name_or_its_id_as_long_as_it_is_in_use() {
        let devices = [
            device("01A", "Deck", true),
            device("01B", "Deck", false),
            device("01C", "01B", false),
        ];
        let meant = |named| called(&devices, named).map(|device| device.id.clone()).ok();
        assert_eq!(meant("Deck"), Some("01B".to_owned()));
        // A name before an id: it is what people see.
        assert_eq!(meant("01B"), Some("01C".to_owned()));
        assert_eq!(meant("01c"), Some("01C".to_owned()));
        assert_eq!(meant("deck"), None);
        let error = called(&devices, "01A").expect_err("revoked");
        assert!(error.to_string().contains("revoked already"), "{error}");
    }
}
