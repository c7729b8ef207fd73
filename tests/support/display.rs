//! A screen of its own for a test: a real X server without a monitor, a window manager, and the bus on
//! which assistive technology sees what is in the windows and presses it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::programs::Program;
use super::run::Run;

/// How long something on the screen is waited for.
const PATIENCE: Duration = Duration::from_secs(40);
/// Debian's place for what no person starts.
const A11Y: &str = "/usr/libexec/at-spi-bus-launcher";
/// The system's own Python has the packages of the system.
const PYTHON: &str = "/usr/bin/python3";

/// A screen. Dropping it ends everything on it.
pub struct Display {
    servers: Vec<Child>,
    folder: tempfile::TempDir,
    number: String,
    bus: String,
}

/// Something in a window, as a screen reader knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub role: String,
    pub name: String,
    /// Its middle, in pixels of the screen.
    pub middle: (i64, i64),
}

impl Display {
    /// Starts one; `None` (the test is skipped) where something for it is missing.
    #[track_caller]
    pub fn start() -> Option<Self> {
        let (xvfb, openbox) = (Program::Xvfb.find()?, Program::Openbox.find()?);
        let (bus, _) = (Program::DbusDaemon.find()?, Program::Xdotool.find()?);
        Program::PyAtSpi.find()?;
        let folder = tempfile::tempdir().unwrap();
        let mut display = Self {
            servers: Vec::new(),
            folder,
            number: String::new(),
            bus: String::new(),
        };
        // Without -noreset, a server starts over whenever its last client leaves, and whoever connects
        // at that moment is thrown out: a window manager that starts beside a program that looks for it.
        let words = ["-displayfd", "1", "-noreset"];
        let screen = ["-screen", "0", "1280x900x24", "-nolisten", "tcp"];
        let number = display.serve(&xvfb, &words, &screen);
        display.number = format!(":{number}");
        display.bus = display.serve(&bus, &["--session", "--nofork"], &["--print-address=1"]);
        display.spawn(&openbox, &[]);
        display.is_managed();
        display.spawn(
            Path::new(A11Y),
            &["--launch-immediately", "--a11y=1", "--screen-reader=1"],
        );
        Some(display)
    }

    /// Starts a server, and returns the first line that it says.
    #[track_caller]
    fn serve(&mut self, program: &Path, words: &[&str], more: &[&str]) -> String {
        let mut child = self
            .command(program)
            .args(words)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        // Whoever writes more must not find a closed pipe.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        self.servers.push(child);
        line.trim().to_owned()
    }

    /// Waits for the window manager: a window that was there before it is given no keys.
    #[track_caller]
    fn is_managed(&self) {
        let since = Instant::now();
        let xdotool = Program::Xdotool.find().unwrap();
        // Only a manager says on which desktop one is.
        let asks = || self.command(&xdotool).arg("get_desktop").status().unwrap();
        while !asks().success() {
            assert!(since.elapsed() < PATIENCE, "no window manager");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[track_caller]
    fn spawn(&mut self, program: &Path, words: &[&str]) {
        let child = self.command(program).args(words).spawn().unwrap();
        self.servers.push(child);
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.environment())
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// What a program needs to find the screen.
    pub fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("DISPLAY", PathBuf::from(&self.number)),
            ("DBUS_SESSION_BUS_ADDRESS", PathBuf::from(&self.bus)),
            ("XDG_RUNTIME_DIR", self.folder.path().to_owned()),
        ]
    }

    /// Lets a run see the screen.
    pub fn shows(&self, run: Run) -> Run {
        self.environment()
            .into_iter()
            .fold(run, |run, (name, value)| run.env(name, value))
    }

    /// Returns everything in all windows.
    #[track_caller]
    pub fn elements(&self) -> Vec<Element> {
        let output = self.python(&["list"]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.lines()
            .filter_map(|line| {
                let mut cells = line.split('\t');
                let (role, name) = (cells.next()?, cells.next()?);
                let mut number = || cells.next()?.parse::<i64>().ok();
                Some(Element {
                    role: role.to_owned(),
                    name: name.to_owned(),
                    middle: (number()?, number()?),
                })
            })
            .collect()
    }

    /// Waits until there is a button of this name.
    #[track_caller]
    pub fn button(&self, name: &str) -> Element {
        self.wait(name, |all| {
            all.iter()
                .find(|one| one.role == "push button" && one.name == name)
                .cloned()
        })
    }

    /// Waits until something has this name.
    #[track_caller]
    pub fn sees(&self, name: &str) -> Element {
        self.finds(name, |one| one.contains(name))
    }

    /// Waits until something has a name that is meant; `what` is for the failure.
    #[track_caller]
    pub fn finds(&self, what: &str, is_meant: impl Fn(&str) -> bool) -> Element {
        self.wait(what, |all| {
            all.iter().find(|one| is_meant(&one.name)).cloned()
        })
    }

    #[track_caller]
    fn wait<T>(&self, what: &str, look: impl Fn(&[Element]) -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            let all = self.elements();
            if let Some(found) = look(&all) {
                return found;
            }
            let in_time = since.elapsed() < PATIENCE;
            assert!(in_time, "{what:?} is not on the screen: {all:#?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until no window is there any more.
    #[track_caller]
    pub fn is_empty_soon(&self) {
        let since = Instant::now();
        while !self.elements().is_empty() {
            assert!(since.elapsed() < PATIENCE, "{:#?}", self.elements());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Clicks on a button with the mouse.
    #[track_caller]
    pub fn click(&self, name: &str) {
        let (x, y) = self.button(name).middle;
        let (x, y) = (x.to_string(), y.to_string());
        self.xdotool(&["mousemove", &x, &y, "click", "1"]);
    }

    /// Presses a button as a screen reader does.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.button(name);
        let output = self.python(&["press", name]);
        assert!(output.status.success(), "{output:?}");
    }

    /// Presses whatever has a name with these words: a check mark, a version.
    #[track_caller]
    pub fn choose(&self, words: &str) {
        self.sees(words);
        let output = self.python(&["choose", words]);
        assert!(output.status.success(), "{words}: {output:?}");
    }

    /// Presses a key.
    #[track_caller]
    pub fn key(&self, key: &str) {
        self.xdotool(&["key", key]);
    }

    /// Waits until the window with these words in its title gets the keys, and returns the title.
    #[track_caller]
    pub fn focuses(&self, words: &str) -> String {
        let since = Instant::now();
        loop {
            let focused = self.focused();
            if focused.contains(words) {
                return focused;
            }
            assert!(
                since.elapsed() < PATIENCE,
                "{focused:?} gets the keys, not {words:?}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Returns the title of the window that gets the keys.
    #[track_caller]
    pub fn focused(&self) -> String {
        self.xdotool(&["getactivewindow", "getwindowname"])
    }

    #[track_caller]
    fn xdotool(&self, words: &[&str]) -> String {
        let program = Program::Xdotool.find().unwrap();
        let mut command = self.command(&program);
        let output = command.args(words).stdout(Stdio::piped()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    #[track_caller]
    fn python(&self, words: &[&str]) -> Output {
        self.command(Path::new(PYTHON))
            .args(["-c", SCRIPT])
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap()
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        for mut server in self.servers.drain(..).rev() {
            // With what it started: the bus of assistive technology has a daemon of its own.
            let group = rustix::process::Pid::from_child(&server);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            let _ = server.wait();
        }
    }
}

/// Lists what is in all windows, or presses a button. A window may go away meanwhile.
const SCRIPT: &str = r"
import sys, pyatspi

def walk(thing):
    try:
        yield thing
        for child in thing:
            yield from walk(child)
    except Exception:
        pass

for application in pyatspi.Registry.getDesktop(0):
    for thing in walk(application):
        try:
            role, name = thing.getRoleName(), thing.name
            if role == 'application':
                continue
            box = thing.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
            if sys.argv[1] == 'list':
                print(role, name, box.x + box.width // 2, box.y + box.height // 2, sep='\t')
            elif sys.argv[1] == 'press' and role == 'push button' and name == sys.argv[2]:
                sys.exit(0 if thing.queryAction().doAction(0) else 1)
            elif sys.argv[1] == 'choose' and sys.argv[2] in name:
                sys.exit(0 if thing.queryAction().doAction(0) else 1)
        except Exception:
            pass
if sys.argv[1] != 'list':
    sys.exit(1)
";
