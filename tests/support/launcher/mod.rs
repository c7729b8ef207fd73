//! Stand-ins for launchers: they read their own files, and run commands by the rules of the real ones.
//!
//! Nothing of the program's own code is used, so that both can be wrong in different ways.

mod commands;
mod read;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::play;
use super::world::Device;

/// A launcher, of a series of versions that run commands alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brand {
    /// Prism up to 9: a command is split, then variables are replaced in each word.
    Prism9,
    /// Prism 10 to 11.1: variables of the whole environment are replaced, then it is split.
    Prism10,
    /// Prism later: it is split, then variables of the whole environment are replaced.
    PrismLater,
    /// `MultiMC`: the six variables are replaced, then it is split.
    MultiMc,
    /// `ATLauncher`: six tokens are replaced, then a shell runs it.
    AtLauncher,
}

impl Brand {
    pub const ALL: [Self; 5] = [
        Self::Prism9,
        Self::Prism10,
        Self::PrismLater,
        Self::MultiMc,
        Self::AtLauncher,
    ];

    fn is_prism(self) -> bool {
        matches!(self, Self::Prism9 | Self::Prism10 | Self::PrismLater)
    }
}

/// What a stand-in did.
#[derive(Debug, Default)]
pub struct Launched {
    /// What its log window shows.
    pub log: String,
    /// Whether the game was started.
    pub played: bool,
    /// Whether the command after the game was run.
    pub post_exit: bool,
    /// Whether the instance is marked as crashed, or the launch failed.
    pub failed: bool,
}

/// A launcher with one instance on a device.
pub struct Launcher {
    pub brand: Brand,
    pub folder: PathBuf,
    pub instance: PathBuf,
    pub game: PathBuf,
    env: Vec<(std::ffi::OsString, std::ffi::OsString)>,
}

impl Launcher {
    /// Installs it on a device, with an instance of this name. Its data are where they are by default.
    #[track_caller]
    pub fn install(device: &Device, brand: Brand, name: &str) -> Self {
        let data = device.home.join(".local/share");
        let (folder, settings, content) = match brand {
            _ if brand.is_prism() => (
                "PrismLauncher",
                "prismlauncher.cfg",
                "[General]\nConfigVersion=1.2\n",
            ),
            Brand::MultiMc => ("multimc", "multimc.cfg", "InstanceDir=instances\n"),
            _ => (
                "atlauncher",
                "configs/ATLauncher.json",
                "{\n  \"enableCommands\": false\n}",
            ),
        };
        let folder = data.join(folder);
        play::write(&folder.join(settings), content);
        let instance = folder.join("instances").join(name);
        let game = match brand {
            Brand::AtLauncher => instance.clone(),
            Brand::MultiMc => instance.join(".minecraft"),
            _ => instance.join("minecraft"),
        };
        fs::create_dir_all(&game).unwrap();
        match brand {
            Brand::AtLauncher => play::write(
                &instance.join("instance.json"),
                serde_json::json!({"launcher": {"name": name}}).to_string(),
            ),
            Brand::MultiMc => play::write(&instance.join("instance.cfg"), format!("name={name}\n")),
            _ => play::write(
                &instance.join("instance.cfg"),
                "[General]\nConfigVersion=1.2\n",
            ),
        }
        let env = device.environment();
        Self {
            brand,
            folder,
            instance,
            game,
            env,
        }
    }

    /// Lets it, and what it starts, find a screen.
    #[cfg(target_os = "linux")]
    pub fn on(mut self, display: &super::display::Display) -> Self {
        let found = display.environment().into_iter();
        self.env
            .extend(found.map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Returns the file of its settings.
    pub fn settings(&self) -> PathBuf {
        self.folder.join(match self.brand {
            Brand::AtLauncher => "configs/ATLauncher.json",
            Brand::MultiMc => "multimc.cfg",
            _ => "prismlauncher.cfg",
        })
    }

    /// Returns the commands before and after the game, as the launcher reads them.
    #[track_caller]
    pub fn commands(&self) -> [String; 2] {
        let launchers = self.read(&self.settings());
        if self.brand == Brand::AtLauncher {
            let on = launchers("enableCommands") == "true";
            return ["preLaunchCommand", "postExitCommand"]
                .map(|key| if on { launchers(key) } else { String::new() });
        }
        let own = self.read(&self.instance.join("instance.cfg"));
        let overridden = own("OverrideCommands") == "true";
        ["PreLaunchCommand", "PostExitCommand"]
            .map(|key| if overridden { own(key) } else { launchers(key) })
    }

    fn read(&self, path: &Path) -> impl Fn(&str) -> String + use<> {
        let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let text = String::from_utf8(bytes).unwrap();
        let brand = self.brand;
        move |key| match brand {
            Brand::AtLauncher => read::json(&text, key),
            Brand::MultiMc => read::multimc(&text, key),
            _ => read::qt(&text, key),
        }
    }

    /// The variables that commands can name.
    fn variables(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let id = self.instance.file_name().unwrap().to_str().unwrap();
        [
            ("INST_DIR", text(&self.instance)),
            ("INST_ID", id.to_owned()),
            ("INST_JAVA", "/usr/bin/java".to_owned()),
            ("INST_JAVA_ARGS", "-Xmx1G".to_owned()),
            ("INST_MC_DIR", text(&self.game)),
            ("INST_NAME", id.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Takes a command apart as this launcher does.
    pub fn words(&self, command: &str) -> Vec<String> {
        let mut whole: Vec<(String, String)> = self.variables();
        whole.extend(self.env.iter().map(|(name, value)| {
            (
                name.to_str().unwrap().to_owned(),
                value.to_str().unwrap().to_owned(),
            )
        }));
        commands::words(self.brand, command, &self.variables(), &whole)
    }

    /// Starts the instance; `game` plays, and returns what the game exits with.
    #[track_caller]
    pub fn launch(&self, game: impl FnOnce(&Path) -> i32) -> Launched {
        let [pre, post] = self.commands();
        let mut launched = Launched::default();
        // A step that fails ends the launch.
        if self.run(&pre, &mut launched.log) != 0 {
            launched.failed = true;
            return launched;
        }
        launched.played = true;
        let crashed = game(&self.game) != 0;
        launched.failed = crashed;
        if crashed && self.brand != Brand::AtLauncher {
            return launched;
        }
        launched.post_exit = true;
        launched.failed |= self.run(&post, &mut launched.log) != 0;
        launched
    }

    /// Runs one command: no end of standard input ever comes, and `ATLauncher` reads standard error,
    /// through a small pipe, only when it is over.
    #[track_caller]
    fn run(&self, line: &str, log: &mut String) -> i32 {
        if line.is_empty() {
            return 0;
        }
        let words = self.words(line);
        let Some((program, args)) = words.split_first() else {
            return -1;
        };
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(&self.game)
            .env_clear()
            .envs(self.env.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.brand != Brand::AtLauncher {
            command.envs(self.variables());
        }
        if self.brand.is_prism() {
            command.env("NO_COLOR", "1");
        }
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                log.extend([program, ": ", &error.to_string(), "\n"]);
                return -1;
            }
        };
        let stdin = child.stdin.take();
        let mut stdout = child.stdout.take().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        #[cfg(target_os = "linux")]
        nix::fcntl::fcntl(&stderr, nix::fcntl::FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
        let reading = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stdout.read_to_end(&mut bytes);
            bytes
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() > deadline => {
                    let _ = child.kill();
                    panic!("{:?}: the hook hangs: {line}", self.brand);
                }
                None => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        drop(stdin);
        log.push_str(&String::from_utf8_lossy(&reading.join().unwrap()));
        let mut late = String::new();
        let _ = stderr.read_to_string(&mut late);
        log.push_str(&late);
        status.code().unwrap_or(-1)
    }
}
