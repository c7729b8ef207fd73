//! What a folder is called, where nobody said: by its launcher, else by its own name.

use std::{ffi::OsStr, fs, path::Path};

/// The largest `instance.cfg` that is looked at, in bytes.
const LARGEST: u64 = 1 << 20;

/// Names that every instance's game folder has.
const COMMON: [&str; 2] = ["minecraft", ".minecraft"];

/// Returns what the instance of this game folder is called: `name=` of the launcher's `instance.cfg`
/// in the folder above, else the folder's name, or that of the one above where every game folder is
/// called so.
pub fn of_folder(pack: &Path) -> Option<String> {
    let above = pack.parent();
    if let Some(name) = above.and_then(|above| of_launcher(&above.join("instance.cfg"))) {
        return Some(name);
    }
    let text = |name: &OsStr| name.to_string_lossy().into_owned();
    let name = pack.file_name().map(text)?;
    let is = |name: &str, names: &[&str]| names.iter().any(|one| name.eq_ignore_ascii_case(one));
    if !is(&name, &COMMON) {
        return Some(name);
    }
    // The game's own place: what stands above it is the user, or the system's folder for programs.
    let home = std::env::home_dir();
    let above = above.filter(|above| Some(*above) != home.as_deref());
    let above = above.and_then(Path::file_name).map(text);
    above
        .filter(|name| !is(name, &["Roaming", "Application Support"]))
        .or_else(|| Some("Minecraft".to_owned()))
}

/// Reads the name from an `instance.cfg`.
fn of_launcher(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    let text = String::from_utf8_lossy(&fs::read(path).ok()?).into_owned();
    let value = text
        .lines()
        .filter_map(|line| line.trim().split_once('='))
        .find_map(|(key, value)| (key.trim() == "name").then(|| plain(value.trim())))?;
    (!value.trim().is_empty()).then_some(value)
}

/// Takes away quotes and escapes, as Qt writes them.
fn plain(value: &str) -> String {
    let inner = value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'));
    let mut text = String::new();
    let mut rest = inner.unwrap_or(value).chars().peekable();
    while let Some(c) = rest.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        match rest.next() {
            Some('n' | 'r' | 't') => text.push(' '),
            Some('x') => {
                let mut number = 0;
                let mut digits = 0;
                while let Some(digit) = rest
                    .peek()
                    .and_then(|c| c.to_digit(16))
                    .filter(|_| digits < 4)
                {
                    number = number * 16 + digit;
                    digits += 1;
                    rest.next();
                }
                text.extend(char::from_u32(number));
            }
            Some(c) => text.push(c),
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_called_as_its_launcher_says() {
        let root = tempfile::tempdir().expect("a folder");
        let instance = root.path().join("Skyblock-1");
        let pack = instance.join("minecraft");
        fs::create_dir_all(&pack).expect("a folder");
        assert_eq!(of_folder(&pack).as_deref(), Some("Skyblock-1"));
        let named = |text: &str| {
            fs::write(instance.join("instance.cfg"), text).expect("a file");
            of_folder(&pack).expect("a name")
        };
        assert_eq!(
            named("[General]\nInstanceType=OneSix\nname=My Skyblock\n"),
            "My Skyblock"
        );
        assert_eq!(named("name=\"a, b; \\\"c\\\"\"\r\n"), "a, b; \"c\"");
        assert_eq!(named("name=\\x41\\x2d\\\\\n"), "A-\\");
        assert_eq!(named("notes=name=x\nname=\n"), "Skyblock-1");
        assert_eq!(named("\u{0}\u{fffd}"), "Skyblock-1");
    }

    #[test]
    fn a_folder_without_a_launcher_is_called_by_its_name() {
        let name = |path: &str| of_folder(Path::new(path));
        assert_eq!(name("/nowhere/Skyblock").as_deref(), Some("Skyblock"));
        assert_eq!(
            name("/nowhere/Skyblock/.minecraft").as_deref(),
            Some("Skyblock")
        );
        assert_eq!(
            name("/c/AppData/Roaming/.minecraft").as_deref(),
            Some("Minecraft")
        );
        assert_eq!(name("/.minecraft").as_deref(), Some("Minecraft"));
        assert_eq!(name("/"), None);
    }
}
