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
    /// Makes terminals, and locks files as a game does.
    Python,
    /// Locks files as the game does; a JDK, since it has to compile. Nothing fails without one.
    Java,
    /// Compiles what sets a clock wrong.
    Cc,
    /// A screen without a monitor.
    Xvfb,
    /// Manages the windows on it.
    Openbox,
    /// Moves its mouse, presses its keys.
    Xdotool,
    /// A bus that outlives the program that is started on it.
    DbusDaemon,
    /// The system's Python, with what sees windows as a screen reader does.
    PyAtSpi,
    /// A Python with libraries that write Minecraft's worlds.
    WorldWriter,
    /// A browser without a window.
    Chromium,
    /// What drives it.
    Chromedriver,
    /// What looks for barriers on a page: a script, for the browser.
    Axe,
    /// What operators put in front of the server.
    Nginx,
    /// The same, another one.
    Caddy,
    /// Reads metrics and alerts as Prometheus does.
    Promtool,
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
            let in_ci = env::var("CI").as_deref() == Ok("true");
            assert!(!in_ci || self == Self::Java, "{missing}");
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
            // Where Debian keeps what no person starts.
            .chain([PathBuf::from("/usr/libexec")])
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
            Self::Python => &["python3"],
            Self::Java => &["java"],
            Self::Cc => &["cc"],
            Self::Xvfb => &["Xvfb"],
            Self::Openbox => &["openbox"],
            Self::Xdotool => &["xdotool"],
            Self::DbusDaemon => &["dbus-daemon"],
            Self::PyAtSpi => &["at-spi-bus-launcher"],
            Self::WorldWriter => &["world-writer/bin/python"],
            Self::Chromium => &["chromium", "chromium-browser", "google-chrome"],
            Self::Chromedriver => &["chromedriver"],
            Self::Axe => &["axe.min.js"],
            Self::Nginx => &["nginx"],
            Self::Caddy => &["caddy"],
            Self::Promtool => &["promtool"],
        }
    }

    fn accepts(self, file: &Path) -> bool {
        match self {
            // The one from PATH may be one that we do not support (Debian 12 has 0.14).
            Self::Restic => version_of(file).is_some_and(|version| version >= (0, 18)),
            // What players have is often without the compiler.
            Self::Java => output_of(file, "--list-modules")
                .is_some_and(|modules| modules.contains("jdk.compiler@")),
            Self::PyAtSpi => Command::new("/usr/bin/python3")
                .args(["-c", "import pyatspi"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Self::WorldWriter => Command::new(file)
                .args(["-c", "import anvil, nbtlib"])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            _ => true,
        }
    }
}

/// Returns the Python itself: what is on PATH may be a script that needs more of the environment than
/// a test has.
#[track_caller]
pub fn python() -> PathBuf {
    let asked = Command::new("python3")
        .args(["-c", "import sys; print(sys.executable, end='')"])
        .output();
    PathBuf::from(String::from_utf8(asked.expect("python3 was found").stdout).unwrap())
}

/// Returns the first two numbers of the version that a restic gives for itself.
pub fn version_of(restic: &Path) -> Option<(u32, u32)> {
    let text = output_of(restic, "version")?;
    let mut numbers = text
        .split_whitespace()
        .nth(1)?
        .split('.')
        .map_while(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

fn output_of(program: &Path, word: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(word)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()
}
