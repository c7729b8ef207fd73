//! Executable scripts that a test makes up.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Writes an executable script, its folders included, through a shell: had this process the file open
/// for writing while another thread starts a program, that child would hold it too, and running it
/// would fail with "text file busy".
#[track_caller]
pub fn install(path: &Path, script: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut shell = Command::new("/bin/sh")
        .args([
            "-c",
            r#"cat >"$1.new" && chmod 755 "$1.new" && mv -f "$1.new" "$1""#,
            "sh",
        ])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    shell
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_ref())
        .unwrap();
    assert!(shell.wait().unwrap().success());
}
