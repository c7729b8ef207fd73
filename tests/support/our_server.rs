//! Our own server, as an operator starts it.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::RestServer;
use super::output::Output;
use super::run::{Run, Signal};
use super::tls::{Certificate, Flaw};

/// A server that runs until it is dropped.
pub struct OurServer {
    folder: PathBuf,
    certificate: Option<Certificate>,
    process: Option<Child>,
    port: u16,
    options: Vec<String>,
}

impl OurServer {
    /// Starts one without TLS that keeps everything in this folder.
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        Self::begin(folder, None, &[])
    }

    /// Starts one that speaks TLS; `None` where openssl is missing.
    #[track_caller]
    pub fn start_with_tls(folder: &Path) -> Option<Self> {
        Self::start_with_flaw(folder, Flaw::None)
    }

    /// Starts one with a certificate that has this flaw.
    #[track_caller]
    pub fn start_with_flaw(folder: &Path, flaw: Flaw) -> Option<Self> {
        let certificate = Certificate::make_with(&folder.join("tls"), flaw)?;
        Some(Self::begin(folder, Some(certificate), &[]))
    }

    #[track_caller]
    fn begin(folder: &Path, certificate: Option<Certificate>, options: &[&str]) -> Self {
        fs::create_dir_all(folder.join("data")).unwrap();
        let mut server = Self {
            folder: folder.to_owned(),
            certificate,
            process: None,
            port: 0,
            options: options.iter().map(|&option| option.to_owned()).collect(),
        };
        server.start_again();
        server
    }

    /// Starts one without TLS, with more options.
    #[track_caller]
    pub fn start_with(folder: &Path, options: &[&str]) -> Self {
        Self::begin(folder, None, options)
    }

    /// Starts one without TLS that keeps everything on a rest-server behind it.
    #[track_caller]
    pub fn start_before(folder: &Path, upstream: &RestServer) -> Self {
        fs::create_dir_all(folder).unwrap();
        let credentials = folder.join("upstream");
        fs::write(&credentials, format!("{}\n", super::ALICE.token)).unwrap();
        let options = [
            format!("--data-plane=upstream:{}", upstream.url()),
            format!("--data-plane-credentials={}", credentials.display()),
            format!("--ca-file={}", upstream.ca_file().display()),
        ];
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Self::begin(folder, None, &options)
    }

    /// Returns the code of the invite in the last line that it printed since it was started: it has no account.
    #[track_caller]
    pub fn said_last(&self) -> String {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let said = self.said();
            let last = said.strip_suffix('\n').and_then(|said| said.lines().last());
            if let Some((_, code)) = last.and_then(|last| last.split_once("/invite#")) {
                return code.to_owned();
            }
            assert!(Instant::now() < deadline, "no invite: {said}");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Returns what it printed since it was started.
    #[track_caller]
    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.join("server.out")).unwrap()
    }

    /// Returns the folder that `--data` names.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Returns the folder of the storage.
    pub fn repositories(&self) -> PathBuf {
        self.data().join("repos")
    }

    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the number of its process, while it runs.
    #[track_caller]
    pub fn pid(&self) -> u32 {
        self.process.as_ref().unwrap().id()
    }

    pub fn ca_file(&self) -> Option<&Path> {
        self.certificate
            .as_ref()
            .map(|certificate| certificate.ca.as_path())
    }

    /// Returns the log so far, one JSON object a line.
    pub fn log(&self) -> Vec<serde_json::Value> {
        // Lines are collected for a moment.
        thread::sleep(Duration::from_millis(50));
        let text = fs::read_to_string(self.folder.join("server.log")).unwrap();
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        whole
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))
            })
            .collect()
    }

    /// Returns all that was logged, as text.
    pub fn log_text(&self) -> String {
        fs::read_to_string(self.folder.join("server.log")).unwrap()
    }

    /// Changes its database beside it, as time would.
    #[track_caller]
    pub fn change_database(&self, sql: &'static str) {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(self.data().join("server.db"))
            .busy_timeout(Duration::from_secs(5));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        });
    }

    /// Returns whether a text is in anything that it keeps or says: its database, its log, its storage.
    pub fn holds(&self, text: &str) -> bool {
        let files = walkdir::WalkDir::new(&self.folder).into_iter();
        files.filter_map(Result::ok).any(|entry| {
            let is_file = entry.file_type().is_file();
            is_file && {
                let bytes = fs::read(entry.path()).unwrap_or_default();
                let wanted = text.as_bytes();
                bytes.windows(wanted.len()).any(|part| part == wanted)
            }
        })
    }

    /// Prepares `serve admin`.
    pub fn admin(&self, words: &[&str]) -> Run {
        let program = Path::new(env!("CARGO_BIN_EXE_instance-sync"));
        let env = vec![("HOME".into(), self.folder.clone().into_os_string())];
        Run::new(program, &self.folder, env)
            .args(["serve", "admin"])
            .arg(format!("--data={}", self.data().display()))
            .args(words)
    }

    /// Adds an account, whose devices may create instances.
    #[track_caller]
    pub fn add_open_account(&self, name: &str) -> Output {
        self.admin(&["account", "add", name, "--open"]).ok()
    }

    /// Adds a device, and returns its token: `ACCOUNT:SECRET`.
    #[track_caller]
    pub fn add_device(&self, account: &str, name: &str) -> String {
        let said = self.admin(&["device", "add", account, name]).ok();
        said.stdout.lines().last().unwrap().to_owned()
    }

    /// Tells it to stop, and waits until it has. Returns whether it exited with 0.
    #[cfg(unix)]
    #[track_caller]
    pub fn stop_gently(&mut self) -> bool {
        let mut process = self.process.take().unwrap();
        let pid = rustix::process::Pid::from_child(&process);
        rustix::process::kill_process(pid, Signal::Terminate.number()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(45);
        loop {
            if let Some(status) = process.try_wait().unwrap() {
                return status.success();
            }
            assert!(Instant::now() < deadline, "the server does not stop");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Makes another authority and certificate in the place of its own, and tells it by a SIGHUP.
    #[cfg(unix)]
    #[track_caller]
    pub fn renew_certificate(&mut self) {
        self.certificate = Certificate::make(&self.folder.join("tls"));
        self.hang_up();
    }

    /// Tells it that something changed.
    #[cfg(unix)]
    pub fn hang_up(&self) {
        let pid = rustix::process::Pid::from_child(self.process.as_ref().unwrap());
        rustix::process::kill_process(pid, rustix::process::Signal::HUP).unwrap();
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it on the same port and data.
    #[track_caller]
    pub fn start_again(&mut self) {
        let said = self.folder.join("server.out");
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("server.log"))
            .unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_instance-sync"));
        command
            .env_clear()
            .env("HOME", &self.folder)
            .arg("serve")
            .arg(format!("--data={}", self.data().display()))
            // Port 0 at first: the system chooses, and no other test can come in between.
            .arg(format!("--listen=127.0.0.1:{}", self.port))
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(File::create(&said).unwrap())
            .stderr(log);
        if let Some(certificate) = &self.certificate {
            command
                .arg("--tls-cert")
                .arg(&certificate.chain)
                .arg("--tls-key")
                .arg(&certificate.key);
        }
        self.process = Some(command.spawn().unwrap());
        self.port = self.wait_for_port(&said);
    }

    #[track_caller]
    fn wait_for_port(&mut self, said: &Path) -> u16 {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let text = fs::read_to_string(said).unwrap();
            let port = text.lines().find_map(|line| {
                // Behind a public address the one where it listens is told apart.
                let mut place = ["Serving ", "Listening on "].iter();
                let url = place.find_map(|word| line.strip_prefix(word))?;
                let (_, port) = url.split_once("://127.0.0.1:")?;
                port.trim().parse().ok()
            });
            if let Some(port) = port {
                return port;
            }
            let ended = self.process.as_mut().unwrap().try_wait().unwrap();
            let log = fs::read_to_string(self.folder.join("server.log")).unwrap();
            let waiting = ended.is_none() && Instant::now() < deadline;
            assert!(
                waiting,
                "the server does not answer ({ended:?})\n{text}{log}"
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends these bytes on a connection of their own, and returns what comes back until it is closed:
    /// they should ask for that.
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        read_all(&mut stream)
    }

    /// Sends these bytes and nothing more, as a client that dies; returns what comes back.
    pub fn cut(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        read_all(&mut stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }
}

/// Reads until the other side closes, or breaks off.
pub fn read_all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Drop for OurServer {
    fn drop(&mut self) {
        self.kill();
    }
}
