//! A small world of its own for each test: devices with homes, a cloud folder, perhaps a server.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::programs::Program;
use super::repository::Repository;
use super::rest_server::{ALICE, Account, RestServer};
use super::run::Run;
use super::template;
use super::tree::Tree;

/// A temporary folder that holds everything a test touches; gone when the test ends.
pub struct World {
    // Before the folder: the server has to stop before its data goes.
    server: Option<RestServer>,
    folder: tempfile::TempDir,
}

impl World {
    /// Returns a world whose devices have no restic.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("instance-sync-test-")
            .tempdir()
            .unwrap();
        let world = Self {
            server: None,
            folder,
        };
        fs::create_dir_all(world.path("bin")).unwrap();
        fs::create_dir_all(world.path("homes")).unwrap();
        world
    }

    /// Returns a world whose devices have a real restic; `None` (the test is skipped) without one.
    pub fn with_restic() -> Option<Self> {
        let world = Self::new();
        world.use_restic(&Program::Restic.find()?);
        Some(world)
    }

    /// Returns a world with a real restic and a real rest-server that runs; `None` without them.
    pub fn with_server() -> Option<Self> {
        let mut world = Self::with_restic()?;
        world.server = Some(RestServer::start(&world.path("server"))?);
        Some(world)
    }

    /// Makes this the `restic` that devices find on their PATH, instead of the one before.
    #[track_caller]
    pub fn use_restic(&self, program: &Path) {
        let name = self
            .path("bin")
            .join(format!("restic{}", std::env::consts::EXE_SUFFIX));
        let _ = fs::remove_file(&name);
        #[cfg(unix)]
        std::os::unix::fs::symlink(program, &name).unwrap();
        #[cfg(not(unix))]
        drop(fs::copy(program, &name).unwrap());
    }

    /// Returns a path in the world's folder. Symlinks are resolved: `/tmp` is one on some systems.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// Returns the folder for repositories without a server; it does not exist at first.
    pub fn cloud(&self) -> PathBuf {
        self.path("cloud")
    }

    /// Returns the folder of one repository in [`World::cloud`].
    pub fn cloud_repository(&self, account: Account, id: &str) -> PathBuf {
        self.cloud().join(account.name).join(id)
    }

    /// Returns the server of a world that was made with one.
    #[track_caller]
    pub fn server(&self) -> &RestServer {
        self.server
            .as_ref()
            .expect("this world was made without a server")
    }

    #[track_caller]
    pub fn server_mut(&mut self) -> &mut RestServer {
        self.server
            .as_mut()
            .expect("this world was made without a server")
    }

    /// Opts devices in as one instance, whose repository is a copied one with a cheap key: on the
    /// server where the world has one, else in [`World::cloud`]. Returns its id.
    #[track_caller]
    pub fn opt_in(&self, devices: &[&Device]) -> String {
        let id = ulid::Ulid::generate().to_string();
        let (url, folder, options) = match &self.server {
            Some(server) => (
                server.url(),
                server.repository_folder(ALICE, &id),
                vec![format!("--ca-file={}", server.ca_file().display())],
            ),
            None => (
                self.cloud().display().to_string(),
                self.cloud_repository(ALICE, &id),
                Vec::new(),
            ),
        };
        template::repository(&folder, ALICE.secret).expect("a world with restic");
        template::catalogue(&folder, ALICE.secret);
        let join = format!("--instance-id={id}");
        for device in devices {
            let mut words: Vec<&str> = options.iter().map(String::as_str).collect();
            words.push(&join);
            device.init(&url, ALICE.token, &words);
        }
        id
    }

    /// Returns the repository of an instance as stock restic sees it.
    #[track_caller]
    pub fn repository(&self, id: &str) -> Repository {
        let repository = match &self.server {
            Some(server) => Repository::on_server(server, ALICE, id, ALICE.secret),
            None => Repository::local(&self.cloud_repository(ALICE, id), ALICE.secret),
        };
        repository.expect("a world with restic")
    }

    /// Returns the device of this name; its home and empty game folder exist afterwards.
    pub fn device(&self, name: &str) -> Device {
        let home = self.path("homes").join(name);
        let pack = home.join("instances").join("Skyblock").join("minecraft");
        fs::create_dir_all(&pack).unwrap();
        Device {
            name: name.to_owned(),
            home,
            pack,
            bin: self.path("bin"),
        }
    }
}

/// One simulated machine: a home, and one instance in it.
#[derive(Clone, Debug)]
pub struct Device {
    pub name: String,
    pub home: PathBuf,
    /// The instance's game folder.
    pub pack: PathBuf,
    bin: PathBuf,
}

impl Device {
    /// Prepares the program on this device, for the instance's game folder.
    pub fn command(&self, args: &[&str]) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_instance-sync"));
        Run::new(program, &self.home, self.environment())
            .pack(&self.pack)
            .args(args)
    }

    /// Returns the copy of the program that hooks start.
    pub fn program(&self) -> PathBuf {
        let data = if cfg!(windows) {
            "AppData/Roaming"
        } else {
            ".local/share"
        };
        let name = format!("instance-sync{}", std::env::consts::EXE_SUFFIX);
        self.home.join(data).join("instance-sync/bin").join(name)
    }

    /// Runs `init` for this URL, with these further options.
    #[track_caller]
    pub fn init(&self, url: &str, token: &str, options: &[&str]) -> Output {
        let (url, token) = (format!("--url={url}"), format!("--token={token}"));
        self.command(&["init", &url, &token]).args(options).ok()
    }

    /// Returns the id of the instance, from the marker.
    #[track_caller]
    pub fn instance_id(&self) -> String {
        let marker = self.json("sync.json");
        marker["instance_id"]
            .as_str()
            .expect("sync.json without instance_id")
            .to_owned()
    }

    /// Returns the path of a file in `.cloud-sync`.
    pub fn synced_by(&self, file: &str) -> PathBuf {
        self.pack.join(".cloud-sync").join(file)
    }

    /// Returns what a JSON file in `.cloud-sync` says.
    #[track_caller]
    pub fn json(&self, file: &str) -> serde_json::Value {
        let path = self.synced_by(file);
        let text = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Reads the game folder, without `.cloud-sync`.
    #[track_caller]
    pub fn tree(&self) -> Tree {
        Tree::of(&self.pack)
    }

    /// Returns the whole environment of a run: nothing of the machine's own.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let home = |below: &str| self.home.join(below).into_os_string();
        let mut env = vec![
            ("HOME".into(), self.home.clone().into_os_string()),
            ("XDG_DATA_HOME".into(), home(".local/share")),
            ("XDG_CACHE_HOME".into(), home(".cache")),
            ("XDG_STATE_HOME".into(), home(".local/state")),
            ("XDG_CONFIG_HOME".into(), home(".config")),
            ("PATH".into(), self.bin.clone().into_os_string()),
            ("TZ".into(), "UTC".into()),
            ("LANG".into(), "C.UTF-8".into()),
            (
                "INSTANCE_SYNC_DEVICE_NAME".into(),
                OsString::from(&self.name),
            ),
        ];
        if cfg!(windows) {
            env.push(("USERPROFILE".into(), self.home.clone().into_os_string()));
            env.push(("APPDATA".into(), home("AppData\\Roaming")));
            env.push(("LOCALAPPDATA".into(), home("AppData\\Local")));
            // Without it, Windows programs cannot open sockets.
            env.extend(std::env::var_os("SystemRoot").map(|root| ("SystemRoot".into(), root)));
        }
        env
    }
}
