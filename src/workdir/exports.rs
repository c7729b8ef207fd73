//! Keeping our folder out of what launchers export.

use std::path::{Path, PathBuf};

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
    lists(layout)
        .into_iter()
        .try_for_each(|(list, line)| add_line(&list, &line))
}

/// Returns whether the folder is of a launcher that reads those lists: Prism or `MultiMC`. Others export
/// what they are told to.
pub fn are_read(layout: &Layout) -> bool {
    let above = layout.pack().parent();
    above.is_some_and(|above| above.join("instance.cfg").is_file())
}

/// Returns the lists that do not leave our folder out, each with the line that is missing in it.
pub fn open(layout: &Layout) -> Vec<(PathBuf, String)> {
    let leaves_out = |(list, line): &(PathBuf, String)| {
        let text = json_file::read_bytes(list).ok().flatten();
        text.is_some_and(|text| names(&text, line))
    };
    let lists = lists(layout).into_iter();
    lists.filter(|list| !leaves_out(list)).collect()
}

/// The lists of what is left out, each with the line that leaves our folder out.
fn lists(layout: &Layout) -> Vec<(PathBuf, String)> {
    let mut lists = vec![(layout.packignore(), OWN_FOLDER.to_owned())];
    let pack = layout.pack();
    let name = pack.file_name().and_then(|name| name.to_str());
    if let Some((above, name)) = pack.parent().zip(name)
        && are_read(layout)
    {
        lists.push((above.join(".packignore"), format!("{name}/{OWN_FOLDER}")));
    }
    lists
}

fn names(text: &[u8], wanted: &str) -> bool {
    let names = |line: &[u8]| {
        let line = line.trim_ascii();
        let line = line.strip_suffix(b"/").unwrap_or(line);
        line.strip_prefix(b"/").unwrap_or(line) == wanted.as_bytes()
    };
    text.split(|byte| *byte == b'\n').any(names)
}

/// Adds a line to a list of paths, unless it names that path already.
fn add_line(path: &Path, wanted: &str) -> Result<()> {
    let mut text = json_file::read_bytes(path)?.unwrap_or_default();
    if names(&text, wanted) {
        return Ok(());
    }
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend(wanted.as_bytes());
    text.push(b'\n');
    json_file::write_bytes(path, &text, Access::Public)
}
