//! Keeping our folder out of what launchers export.

use std::path::Path;

use crate::{
    config::{
        json_file::{self, Access},
        layout::Layout,
    },
    domain::path::OWN_FOLDER,
    error::Result,
};

/// Keeps our folder, and with it the token, out of what launchers export: Prism and MultiMC read
/// the list in the instance's folder (the one with `instance.cfg`), others that in the game folder.
pub fn leave_out_own_folder(layout: &Layout) -> Result<()> {
    add_line(&layout.packignore(), OWN_FOLDER)?;
    let pack = layout.pack();
    let Some((above, name)) = pack
        .parent()
        .zip(pack.file_name().and_then(|name| name.to_str()))
    else {
        return Ok(());
    };
    if above.join("instance.cfg").is_file() {
        add_line(&above.join(".packignore"), &format!("{name}/{OWN_FOLDER}"))?;
    }
    Ok(())
}

/// Adds a line to a list of paths, unless it names that path already.
fn add_line(path: &Path, wanted: &str) -> Result<()> {
    let mut text = json_file::read_bytes(path)?.unwrap_or_default();
    let names = |line: &[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_suffix(b"/").unwrap_or(line);
        line.strip_prefix(b"/").unwrap_or(line) == wanted.as_bytes()
    };
    if text.split(|byte| *byte == b'\n').any(names) {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend(wanted.as_bytes());
    text.push(b'\n');
    json_file::write_bytes(path, &text, Access::Public)
}
