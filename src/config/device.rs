//! This machine: a stable id and a name that people recognise.

use std::env;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{
    json_file::{self, Access},
    user_dirs::UserDirs,
};
use crate::domain::{ids::DeviceId, record::DeviceLabel};

#[derive(Serialize, Deserialize)]
struct DeviceFile {
    schema: u64,
    id: DeviceId,
}

/// Returns this device, and gives it an id at the first time.
///
/// The name is `$INSTANCE_SYNC_DEVICE_NAME`, else the host's. A device that cannot keep a file, or
/// whose file is of a newer version, has a name and no id; nothing depends on more.
pub fn this_device(dirs: &UserDirs) -> DeviceLabel {
    DeviceLabel {
        id: device_id(dirs),
        name: name(),
    }
}

fn device_id(dirs: &UserDirs) -> Option<DeviceId> {
    let folder = dirs.data.as_deref()?;
    let path = folder.join("device.json");
    match json_file::read::<DeviceFile>(&path, 1) {
        Ok(Some(file)) => return Some(file.id),
        Err(_) if json_file::is_newer(&path, 1) => return None,
        // There is none, or none that can be used.
        Ok(None) | Err(_) => {}
    }
    let id = DeviceId::new(Ulid::generate());
    std::fs::create_dir_all(folder).ok()?;
    json_file::write(&path, &DeviceFile { schema: 1, id }, Access::Public).ok()?;
    Some(id)
}

/// Returns what this device is called in an account that calls it so: whoever says another name here means it.
pub fn called(in_account: Option<&str>) -> String {
    match in_account.filter(|_| said().is_none()) {
        Some(name) => name.to_owned(),
        None => name(),
    }
}

/// What the player says that this device is called.
fn said() -> Option<String> {
    let said = env::var("INSTANCE_SYNC_DEVICE_NAME").ok();
    said.filter(|name| !name.trim().is_empty())
}

/// Returns what this device is called.
pub fn name() -> String {
    let name = said().unwrap_or_else(|| gethostname::gethostname().to_string_lossy().into_owned());
    let name: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(64)
        .collect();
    if name.is_empty() {
        "device".to_owned()
    } else {
        name
    }
}

/// Returns whether this machine is one to play with in bed, as far as that is known.
#[cfg(target_os = "linux")]
pub fn is_handheld() -> bool {
    // The Steam Deck, and the one with the better screen.
    let product = std::fs::read_to_string("/sys/devices/virtual/dmi/id/product_name");
    product.is_ok_and(|name| matches!(name.trim(), "Jupiter" | "Galileo"))
}

/// Returns false: it is not known there.
#[cfg(not(target_os = "linux"))]
pub fn is_handheld() -> bool {
    false
}
