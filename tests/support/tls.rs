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

/// What can be wrong with a server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    Expired,
    NotYet,
    /// It is for `elsewhere.example`.
    OtherName,
    /// It is the authority's own.
    OfCa,
}

impl Certificate {
    /// Makes one for 127.0.0.1 and localhost in this folder; `None` where openssl is missing.
    #[track_caller]
    pub fn make(folder: &Path) -> Option<Self> {
        Self::make_with(folder, Flaw::None)
    }

    /// Makes one that has this flaw.
    #[track_caller]
    pub fn make_with(folder: &Path, flaw: Flaw) -> Option<Self> {
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
            "{new} -x509 -days 30 -extensions authority -subj /CN=ca -keyout ca.key -out ca.pem"
        ));
        run(&format!(
            "{new} -subj /CN=server -keyout server.key -out server.csr"
        ));
        let when = match flaw {
            Flaw::Expired => "-startdate 20200101000000Z -enddate 20200201000000Z",
            Flaw::NotYet => "-startdate 20990101000000Z -enddate 20990201000000Z",
            Flaw::None | Flaw::OtherName | Flaw::OfCa => "-days 30",
        };
        let extensions = match flaw {
            Flaw::OtherName => "elsewhere",
            _ => "server",
        };
        // `ca` alone takes dates in every version of openssl.
        fs::write(folder.join("index"), "").unwrap();
        run(&format!(
            "ca -batch -config settings -in server.csr -cert ca.pem -keyfile ca.key {when} \
             -extensions {extensions} -notext -out server.pem"
        ));
        let name = if flaw == Flaw::OfCa { "ca" } else { "server" };
        Some(Self {
            ca: folder.join("ca.pem"),
            chain: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
        })
    }
}

/// Given whole, so that nothing depends on the machine's own openssl.cnf.
const SETTINGS: &str = "
[ca]
default_ca = ca_default
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
[elsewhere]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:elsewhere.example
[ca_default]
new_certs_dir = .
database = index
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
";
