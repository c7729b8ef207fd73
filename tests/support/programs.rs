//! Finds the real programs that tests drive, and says loudly where one is missing.
//!
//! A test that needs one starts with `let Some(restic) = Program::Restic.find() else { return };`.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The newest restic that was obtained.
    Restic,
    /// The oldest series of restic that is supported.
    Restic018,
    /// restic's server.
    RestServer,
    /// Makes certificates.
    Openssl,
    /// Counts and breaks system calls.
    Strace,
    /// Starts a session bus.
    DbusRunSession,
    /// Answers on that bus as the secret service.
    GnomeKeyring,
}

impl Program {
    /// Returns where the program is. Where it is missing: a panic under `CI=true`, else `None` and a
    /// line that cannot be overlooked.
    pub fn find(self) -> Option<PathBuf> {
        let found = self.search();
        if found.is_none() {
            let missing = format!(
                "{self:?} is missing: run tests/obtain-programs ({:?})",
                self.names()
            );
            assert!(env::var("CI").as_deref() != Ok("true"), "{missing}");
            let test = std::thread::current();
            // Not eprintln: libtest swallows that for a test that passes.
            let _ = writeln!(
                std::io::stderr(),
                "SKIPPED: {}: {missing}",
                test.name().unwrap_or("?")
            );
        }
        found
    }

    /// Returns the folder of the programs that `tests/obtain-programs` fetched.
    pub fn folder() -> PathBuf {
        env::var_os("INSTANCE_SYNC_TEST_PROGRAMS").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/programs"),
            PathBuf::from,
        )
    }

    fn search(self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        std::iter::once(Self::folder())
            .chain(env::split_paths(&path))
            .flat_map(|folder| {
                self.names()
                    .iter()
                    .map(move |name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)))
            })
            .find(|file| file.is_file() && self.accepts(file))
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Restic => &["restic"],
            Self::Restic018 => &["restic-0.18"],
            Self::RestServer => &["rest-server", "restic-rest-server"],
            Self::Openssl => &["openssl"],
            Self::Strace => &["strace"],
            Self::DbusRunSession => &["dbus-run-session"],
            Self::GnomeKeyring => &["gnome-keyring-daemon"],
        }
    }

    /// A restic from PATH may be one that we do not support (Debian 12 has 0.14).
    fn accepts(self, file: &Path) -> bool {
        self != Self::Restic || version_of(file).is_some_and(|version| version >= (0, 18))
    }
}

/// Returns the first two numbers of the version that a restic gives for itself.
pub fn version_of(restic: &Path) -> Option<(u32, u32)> {
    let output = Command::new(restic)
        .arg("version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut numbers = text
        .split_whitespace()
        .nth(1)?
        .split('.')
        .map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}
