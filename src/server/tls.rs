//! TLS from files, where no proxy in front of the server speaks it. Files that changed are read again: at a
//! SIGHUP, and by itself within a minute.

use std::{
    fs,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use jiff::Timestamp;
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use super::{settings::TlsFiles, validity};
use crate::error::{Context, Error, Result};

/// A certificate, as it is in its files.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    current: Mutex<Current>,
}

struct Current {
    acceptor: TlsAcceptor,
    validity: Option<(Timestamp, Timestamp)>,
    times: Times,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Current")
    }
}

/// When the files were changed.
type Times = [Option<SystemTime>; 2];

impl Certificate {
    /// Reads the files.
    pub fn read(files: TlsFiles) -> Result<Self> {
        let times = times(&files);
        let (acceptor, validity) = acceptor(&files)?;
        let current = Current {
            acceptor,
            validity,
            times,
        };
        Ok(Self {
            current: Mutex::new(current),
            files,
        })
    }

    /// Returns what speaks TLS with it.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.lock().acceptor.clone()
    }

    /// Reads the files again where they changed. Returns whether they had. Where they cannot be used, the
    /// one before stays, until they change once more.
    pub fn refresh(&self) -> Result<bool> {
        let times = times(&self.files);
        if self.lock().times == times {
            return Ok(false);
        }
        let read = acceptor(&self.files);
        let mut current = self.lock();
        current.times = times;
        (current.acceptor, current.validity) = read?;
        Ok(true)
    }

    /// Returns why no client trusts it today, where its dates say so.
    pub fn distrust(&self) -> Option<String> {
        let (from, until) = self.lock().validity?;
        let (now, file) = (Timestamp::now(), self.files.certificate.display());
        if now > until {
            Some(format!(
                "the certificate in {file} expired at {until}: clients do not trust it"
            ))
        } else if now < from {
            Some(format!(
                "the certificate in {file} is not valid before {from}: clients do not trust it"
            ))
        } else {
            None
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn times(files: &TlsFiles) -> Times {
    [&files.certificate, &files.key].map(|file| fs::metadata(file).ok()?.modified().ok())
}

fn acceptor(files: &TlsFiles) -> Result<(TlsAcceptor, Option<(Timestamp, Timestamp)>)> {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .context(|| format!("cannot read the certificate in {certificate}"))?;
    if chain.is_empty() {
        return Err(Error::usage(format!("{certificate} holds no certificate"))
            .hint("It has to be PEM: first the server's, then those up to the authority"));
    }
    let validity = chain.first().and_then(|first| validity::of(first));
    let private = PrivateKeyDer::from_pem_file(&files.key)
        .context(|| format!("cannot read the key in {key}"))?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context(|| "TLS cannot be used".to_owned())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| {
            let why = format!("{certificate} and {key} do not belong together");
            match error {
                rustls::Error::InconsistentKeys(_) => Error::failed(why),
                other => Error::failed(why).because(other),
            }
        })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((TlsAcceptor::from(Arc::new(config)), validity))
}
