//! TLS from files, where no proxy in front of the server speaks it.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use super::settings::TlsFiles;
use crate::error::{Context, Error, Result};

/// Reads the files.
pub fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor> {
    let (certificate, key) = (files.certificate.display(), files.key.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .context(|| format!("cannot read the certificate in {certificate}"))?;
    if chain.is_empty() {
        return Err(Error::usage(format!("{certificate} holds no certificate"))
            .hint("It has to be PEM: first the server's, then those up to the authority"));
    }
    let private = PrivateKeyDer::from_pem_file(&files.key)
        .context(|| format!("cannot read the key in {key}"))?;
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .context(|| "TLS cannot be used".to_owned())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .context(|| format!("{certificate} and {key} do not belong together"))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
