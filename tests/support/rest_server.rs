//! A real rest-server as an operator would run it: TLS, accounts, private and append-only.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::programs::Program;
use super::tls::Certificate;

/// An account of the server.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    pub name: &'static str,
    pub secret: &'static str,
    /// What `--token` takes.
    pub token: &'static str,
}

pub const ALICE: Account = Account {
    name: "alice",
    secret: "desktop-secret",
    token: "alice:desktop-secret",
};
pub const BOB: Account = Account {
    name: "bob",
    secret: "other-secret",
    token: "bob:other-secret",
};

/// bcrypt at its lowest cost: the server checks the password at nearly every request.
pub const HTPASSWD: &str = "\
alice:$2b$04$instancesyncaliceAAAA.06AKYpgM1S443pjpGKg8zI5Umn2lihO
bob:$2b$04$instancesyncbobAAAAAA.Tj.JrDvdRWrh85v65Pze0VWsxuHn.ae
";

/// A server that runs until it is dropped.
pub struct RestServer {
    program: PathBuf,
    folder: PathBuf,
    certificate: Certificate,
    /// What stands between an ordinary operator and `forget`; a prune needs it off.
    append_only: bool,
    /// Whether each account sees its own repositories alone.
    private: bool,
    process: Option<Child>,
    port: u16,
}

impl RestServer {
    /// Starts one that keeps everything in this folder; `None` where a program is missing.
    #[track_caller]
    pub fn start(folder: &Path) -> Option<Self> {
        Self::begin(folder, true)
    }

    /// Starts one that lets each account see everything: it stands behind another server.
    #[track_caller]
    pub fn start_behind(folder: &Path) -> Option<Self> {
        Self::begin(folder, false)
    }

    #[track_caller]
    fn begin(folder: &Path, private: bool) -> Option<Self> {
        let program = Program::RestServer.find()?;
        let certificate = Certificate::make(&folder.join("tls"))?;
        fs::create_dir_all(folder.join("data")).unwrap();
        fs::write(folder.join("htpasswd"), HTPASSWD).unwrap();
        let mut server = Self {
            program,
            folder: folder.to_owned(),
            certificate,
            append_only: true,
            private,
            process: None,
            port: 0,
        };
        server.start_again();
        Some(server)
    }

    /// Returns what `--url` takes.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the certificate authority that vouches for it.
    pub fn ca_file(&self) -> &Path {
        &self.certificate.ca
    }

    /// Returns where it keeps everything.
    pub fn repositories(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Returns where it keeps a repository.
    pub fn repository_folder(&self, account: Account, id: &str) -> PathBuf {
        self.folder.join("data").join(account.name).join(id)
    }

    /// Returns one line for each request since the first start, in the combined log format.
    pub fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.join("requests.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    /// Stops it: connections are refused from now on.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Stops it, and starts it on the same port and data as one that lets clients delete, or not.
    #[track_caller]
    pub fn set_append_only(&mut self, append_only: bool) {
        self.append_only = append_only;
        self.stop();
        self.start_again();
    }

    /// Starts it on the same port and data, after a `stop`.
    #[track_caller]
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "the server is running");
        let said = self.folder.join("server.log");
        let output = File::create(&said).unwrap();
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .arg("--path")
            .arg(self.folder.join("data"))
            .arg("--htpasswd-file")
            .arg(self.folder.join("htpasswd"))
            .arg("--log")
            .arg(self.folder.join("requests.log"))
            // Port 0 at first: the system chooses, and no other test can come in between.
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .args(["--tls", "--tls-cert"])
            .arg(&self.certificate.chain)
            .arg("--tls-key")
            .arg(&self.certificate.key)
            .stdin(Stdio::null())
            .stderr(output.try_clone().unwrap())
            .stdout(output);
        if self.private {
            command.arg("--private-repos");
        }
        if self.append_only {
            command.arg("--append-only");
        }
        self.process = Some(command.spawn().unwrap());
        self.port = self.wait_for_port(&said);
    }

    #[track_caller]
    fn wait_for_port(&mut self, said: &Path) -> u16 {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let log = fs::read_to_string(said).unwrap();
            let whole = &log[..log.rfind('\n').unwrap_or(0)];
            let port = whole.lines().find_map(|line| {
                line.split_once("start server on ")?
                    .1
                    .rsplit_once(':')?
                    .1
                    .parse()
                    .ok()
            });
            if let Some(port) = port
                && TcpStream::connect(("127.0.0.1", port)).is_ok()
            {
                return port;
            }
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let waiting = ended.is_none() && Instant::now() < deadline;
            assert!(waiting, "rest-server does not answer ({ended:?})\n{log}");
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for RestServer {
    fn drop(&mut self) {
        self.stop();
    }
}
