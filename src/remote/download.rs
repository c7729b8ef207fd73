//! Downloads: to a file, hashed on the way, never trusted before the sum is right.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use reqwest::redirect::Policy;

use super::client::{self, Deadlines};
use crate::{
    cancel,
    domain::digest::{Digest, Hasher},
    error::{Error, Kind, Result},
    texts::text,
};

const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(10),
    // For ten megabytes.
    total: Some(Duration::from_mins(10)),
    silence: Duration::from_secs(30),
};

/// Downloads `url` into `target` and returns the digest of what came.
///
/// `progress` is told the bytes so far and, where the server says it, in all. No more than
/// `largest` bytes are accepted.
pub fn download(
    url: &str,
    target: &mut impl Write,
    largest: u64,
    progress: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Digest> {
    let host = client::host(url);
    let client = client::client(None, DEADLINES, Policy::limited(5), true)?;
    let mut response = client
        .get(url)
        .send()
        .map_err(|error| client::no_answer(host, None, &error))?;
    if !response.status().is_success() {
        let code = response.status().as_u16();
        return Err(Error::new(
            Kind::Offline,
            text!("download-refused", host = host, code = code, url = url),
        ));
    }
    let total = response.content_length();
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 64 << 10];
    let mut so_far = 0;
    loop {
        cancel::check()?;
        let length = match response.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(Error::new(
                    Kind::Offline,
                    text!("download-broke-off", host = host, bytes = so_far),
                )
                .because(error));
            }
        };
        so_far += length as u64;
        if so_far > largest {
            return Err(Error::failed(text!(
                "download-too-large",
                host = host,
                bytes = largest
            )));
        }
        hasher.update(&buffer[..length]);
        target.write_all(&buffer[..length]).map_err(|error| {
            let kind = if error.kind() == io::ErrorKind::StorageFull {
                Kind::Full
            } else {
                Kind::Failed
            };
            Error::new(kind, text!("download-not-written"))
                .because(error)
                .hint(text!("download-free-some-space"))
        })?;
        progress(so_far, total);
    }
    Ok(hasher.finish())
}
