//! Whole files of launchers, before and after `hooks install`, byte for byte; and back again.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Device, World, play};

const PROGRAM: &str = "@PROGRAM@";

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/launchers");
    fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Puts a file of a launcher on a device, and returns its place.
fn put(device: &Device, name: &str) -> PathBuf {
    let below = match name.split('-').next().unwrap() {
        "prism" => "prismlauncher.cfg",
        "multimc" => "multimc.cfg",
        _ => "configs/ATLauncher.json",
    };
    let path = device.home.join("launchers").join(name).join(below);
    play::write(&path, golden(&format!("{name}.before")));
    path
}

fn installed(device: &Device, name: &str) -> Vec<u8> {
    let program = device.program().display().to_string();
    let text = String::from_utf8(golden(&format!("{name}.after"))).unwrap();
    text.replace(PROGRAM, &program).into_bytes()
}

fn same(name: &str, found: &[u8], expected: &[u8]) {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(found), text(expected), "{name}");
    assert!(found == expected, "{name}: bytes differ");
}

// On Windows ATLauncher takes commands apart otherwise.
#[cfg(unix)]
const NAMES: [&str; 8] = [
    "prism-empty",
    "prism-crlf",
    "prism-missing",
    "prism-old",
    "multimc",
    "multimc-crlf",
    "atlauncher",
    "atlauncher-chained",
];

#[cfg(unix)]
#[test]
fn files_change_in_the_two_keys_alone_and_come_back_to_the_byte() {
    let world = World::new();
    let device = world.device("deck");
    for name in NAMES {
        let path = put(&device, name);
        let folder = device.home.join("launchers").join(name);
        let option = format!("--launcher-dir={}", folder.display());
        let hooks = |command: &str| device.command(&["hooks", command, &option]);
        hooks("install")
            .arg("--dry-run")
            .ok()
            .assert_says("would be wired");
        same(
            name,
            &fs::read(&path).unwrap(),
            &golden(&format!("{name}.before")),
        );
        hooks("install").ok().assert_says("wired");
        same(name, &fs::read(&path).unwrap(), &installed(&device, name));
        hooks("install").ok().assert_says("wired already");
        same(name, &fs::read(&path).unwrap(), &installed(&device, name));
        hooks("remove")
            .arg("--dry-run")
            .ok()
            .assert_says("would be unwired");
        hooks("remove").ok().assert_says("unwired");
        same(
            name,
            &fs::read(&path).unwrap(),
            &golden(&format!("{name}.before")),
        );
        hooks("remove").ok().assert_says("has no hooks");
        same(
            name,
            &fs::read(&path).unwrap(),
            &golden(&format!("{name}.before")),
        );
    }
}

#[cfg(unix)]
#[test]
fn without_what_was_remembered_the_commands_come_back_from_the_lines() {
    let world = World::new();
    let device = world.device("deck");
    for (name, back) in [
        ("multimc", golden("multimc.before")),
        (
            "multimc-crlf",
            [&golden("multimc-crlf.before")[..], b"\r\nPreLaunchCommand="].concat(),
        ),
    ] {
        let path = put(&device, name);
        let option = format!(
            "--launcher-dir={}",
            device.home.join("launchers").join(name).display()
        );
        device.command(&["hooks", "install", &option]).ok();
        fs::remove_file(device.home.join(".local/share/instance-sync/hooks.json")).unwrap();
        device.command(&["hooks", "remove", &option]).ok();
        same(name, &fs::read(&path).unwrap(), &back);
    }
}
