//! Other programs that keep saves safe, where they are installed: how long they take to find that
//! there is nothing to do. Each stores into a folder on this machine, which is easier than a server.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::measure::Call;
use super::scene::Scene;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Other {
    /// Copies saves into a folder.
    Ludusavi,
    /// Makes two folders the same.
    Rclone,
    /// restic's format, by another program.
    Rustic,
}

const ALL: [Other; 3] = [Other::Ludusavi, Other::Rclone, Other::Rustic];

/// What those that are installed would do after a game, and before one.
pub struct Hooks {
    pub label: &'static str,
    pub push: Call,
    pub pull: Call,
}

/// Returns the hooks of all that are installed and work. Each has pushed and pulled once.
pub fn hooks(scene: &Scene) -> Vec<Hooks> {
    let installed = ALL.iter().filter_map(|other| Some((*other, other.find()?)));
    let hooks = installed.filter_map(|(other, program)| {
        let hooks = other.hooks(scene, &program);
        let works = other
            .prepare(scene, &program)
            .and_then(|()| hooks.push.try_time().map(drop))
            .and_then(|()| hooks.pull.try_time().map(drop));
        match works {
            Ok(()) => Some(hooks),
            Err(why) => {
                println!("bench: {} is left out: {why}", hooks.label);
                None
            }
        }
    });
    hooks.collect()
}

/// Says which of them are not there.
pub fn missing() -> Option<String> {
    let missing = ALL.iter().filter(|other| other.find().is_none());
    let names: Vec<&str> = missing.map(|other| other.label()).collect();
    (!names.is_empty()).then(|| format!("not on PATH, so left out: {}", names.join(", ")))
}

impl Other {
    fn label(self) -> &'static str {
        match self {
            Self::Ludusavi => "ludusavi",
            Self::Rclone => "rclone",
            Self::Rustic => "rustic",
        }
    }

    fn find(self) -> Option<PathBuf> {
        let path = env::var_os("PATH")?;
        env::split_paths(&path)
            .map(|folder| folder.join(self.label()))
            .find(|program| program.is_file())
    }

    /// Returns its hooks for the deck's saves.
    fn hooks(self, scene: &Scene, program: &Path) -> Hooks {
        let saves = scene.deck.pack.join("saves");
        let (store, copy) = (self.place(scene, "store"), self.place(scene, "copy"));
        let call = |folder: &Path, words: &[&str]| self.call(scene, program, folder).args(words);
        let (push, pull) = match self {
            Self::Ludusavi => {
                let settings = self.place(scene, "settings");
                let plain = |word: &str| {
                    call(&saves, &["--no-manifest-update", "--config"])
                        .arg(&settings)
                        .args([word, "--force"])
                };
                (plain("backup"), plain("restore"))
            }
            Self::Rclone => {
                let sync = |from: &Path, to: &Path| call(&saves, &["sync"]).arg(from).arg(to);
                (sync(&saves, &store), sync(&store, &copy))
            }
            Self::Rustic => (
                call(&saves, &["backup", "--as-path", "/", "."]),
                call(&saves, &["restore", "latest"]).arg(&copy),
            ),
        };
        Hooks {
            label: self.label(),
            push,
            pull,
        }
    }

    /// Does what is done once, before the first push.
    fn prepare(self, scene: &Scene, program: &Path) -> Result<(), String> {
        let settings = self.place(scene, "settings");
        for folder in [&settings, &self.place(scene, "copy")] {
            fs::create_dir_all(folder).unwrap();
        }
        match self {
            Self::Ludusavi => {
                let store = self.place(scene, "store");
                let saves = scene.deck.pack.join("saves");
                let text = serde_json::json!({ // which is YAML too
                    "manifest": {"enable": false},
                    "backup": {"path": store}, "restore": {"path": store},
                    "customGames": [{"name": "World", "files": [saves]}],
                });
                fs::write(settings.join("config.yaml"), text.to_string()).unwrap();
                Ok(())
            }
            Self::Rclone => Ok(()),
            Self::Rustic => {
                let init = self.call(scene, program, &settings).arg("init");
                init.try_time().map(drop)
            }
        }
    }

    fn call(self, scene: &Scene, program: &Path, folder: &Path) -> Call {
        let home = self.place(scene, "home");
        fs::create_dir_all(&home).unwrap();
        let variables: [(&str, OsString); 3] = [
            ("HOME", home.into()),
            ("RUSTIC_REPOSITORY", self.place(scene, "store").into()),
            ("RUSTIC_PASSWORD", "password".into()),
        ];
        let variables = variables.map(|(name, value)| (name.into(), value));
        Call::new(program, folder).env(variables)
    }

    /// Returns a place of its own in the scene.
    fn place(self, scene: &Scene, name: &str) -> PathBuf {
        scene.world.path("others").join(self.label()).join(name)
    }
}
