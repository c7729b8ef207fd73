//! Makes a private certificate authority and a certificate for a server on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::programs::Program;

/// The files of a server's certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The authority, for `--ca-file`. No system trusts it.
    pub ca: PathBuf,
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Certificate {
    /// Makes one for 127.0.0.1 and localhost in this folder; `None` where openssl is missing.
    #[track_caller]
    pub fn make(folder: &Path) -> Option<Self> {
        let openssl = Program::Openssl.find()?;
        fs::create_dir_all(folder).unwrap();
        fs::write(folder.join("settings"), SETTINGS).unwrap();
        let run = |args: &str| {
            let output = Command::new(&openssl)
                .args(args.split_whitespace())
                .current_dir(folder)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "openssl {args}: {message}");
        };
        let new = "req -config settings -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        run(&format!(
            "{new} -x509 -days 30 -extensions ca -subj /CN=ca -keyout ca.key -out ca.pem"
        ));
        run(&format!(
            "{new} -subj /CN=server -keyout server.key -out server.csr"
        ));
        run(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 2 -days 30 \
             -extfile settings -extensions server -out server.pem",
        );
        Some(Self {
            ca: folder.join("ca.pem"),
            chain: folder.join("server.pem"),
            key: folder.join("server.key"),
        })
    }
}

/// Given whole, so that nothing depends on the machine's own openssl.cnf.
const SETTINGS: &str = "
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
";
