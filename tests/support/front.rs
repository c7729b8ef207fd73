//! What operators put in front of the server: nginx and Caddy, set up as the guide says.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::programs::Program;
use super::tls::Certificate;

const GUIDE: &str = include_str!("../../docs/guides/operate.md");

/// One that runs until it is dropped.
pub struct Front {
    process: Child,
    certificate: Certificate,
    port: u16,
}

impl Front {
    /// Starts nginx before the server on this port; `None` where a program is missing.
    #[track_caller]
    pub fn nginx(folder: &Path, server: u16) -> Option<Self> {
        let program = Program::Nginx.find()?;
        let location = block("\nlocation / {", server);
        Self::start(folder, |certificate, port| {
            let (chain, key) = (certificate.chain.display(), certificate.key.display());
            let settings = format!(
                "daemon off; pid {0}/pid; error_log stderr; events {{}}\n\
                 http {{ access_log off; client_body_temp_path {0}/b; proxy_temp_path {0}/p;\n\
                 fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;\n\
                 server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {chain};\n\
                 ssl_certificate_key {key};\n{location} }} }}\n",
                folder.display()
            );
            let file = folder.join("nginx.conf");
            fs::write(&file, settings).unwrap();
            let mut command = Command::new(&program);
            command.arg("-e").arg("stderr").arg("-p").arg(folder);
            command.arg("-c").arg(file);
            command
        })
    }

    /// Starts Caddy before the server on this port; `None` where a program is missing.
    #[track_caller]
    pub fn caddy(folder: &Path, server: u16) -> Option<Self> {
        let program = Program::Caddy.find()?;
        let site = block("\nsaves.example.org {", server);
        Self::start(folder, |certificate, port| {
            let (chain, key) = (certificate.chain.display(), certificate.key.display());
            let own = format!("https://127.0.0.1:{port} {{\n    tls {chain} {key}");
            let site = site.replacen("saves.example.org {", &own, 1);
            let settings =
                format!("{{\n    admin off\n    auto_https disable_redirects\n}}\n{site}");
            let file = folder.join("Caddyfile");
            fs::write(&file, settings).unwrap();
            let mut command = Command::new(&program);
            command.args(["run", "--adapter", "caddyfile", "--config"]);
            command.arg(file);
            command
        })
    }

    #[track_caller]
    fn start(folder: &Path, prepare: impl Fn(&Certificate, u16) -> Command) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let certificate = Certificate::make(&folder.join("tls"))?;
        let log = folder.join("log");
        // Neither can say which port it took: where another program was quicker, the next one is tried.
        for _ in 0..5 {
            let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let mut command = prepare(&certificate, port);
            let mut process = command
                .env_clear()
                .env("HOME", folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(File::create(&log).unwrap())
                .spawn()
                .unwrap();
            let deadline = Instant::now() + Duration::from_secs(20);
            while process.try_wait().unwrap().is_none() {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Some(Self {
                        process,
                        certificate,
                        port,
                    });
                }
                assert!(Instant::now() < deadline, "{}", read(&log));
                thread::sleep(Duration::from_millis(10));
            }
        }
        panic!("it does not run: {}", read(&log));
    }

    /// Returns where it is reached.
    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    pub fn ca_file(&self) -> &PathBuf {
        &self.certificate.ca
    }
}

/// Returns the guide's block that begins so, for a server on this port.
fn block(begins: &str, server: u16) -> String {
    let start = GUIDE.find(begins).expect("it is in the guide") + 1;
    let text = &GUIDE[start..];
    let text = &text[..text.find("\n```").expect("the block ends")];
    assert!(text.contains("127.0.0.1:8000"), "{text}");
    text.replace("127.0.0.1:8000", &format!("127.0.0.1:{server}"))
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}

impl Drop for Front {
    fn drop(&mut self) {
        // Its workers end with it where it is asked.
        #[cfg(unix)]
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.process),
            rustix::process::Signal::TERM,
        );
        let deadline = Instant::now() + Duration::from_secs(5);
        while self.process.try_wait().is_ok_and(|ended| ended.is_none()) {
            if Instant::now() > deadline {
                let _ = self.process.kill();
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}
