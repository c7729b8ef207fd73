//! Plain requests of restic's REST protocol, for one account of one server.

use std::time::Duration;

use base64::Engine as _;
use reqwest::blocking::{Client, Response};
use reqwest::{Certificate, Method};
use sha2::{Digest as _, Sha256};

/// Version 2 of the protocol.
pub const V2: &str = "application/vnd.x.restic.rest.v2";

/// Who asks, and where.
#[derive(Clone)]
pub struct RestClient {
    client: Client,
    base: String,
    user: String,
    secret: String,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    pub kind: Option<String>,
    /// What our own server says beside a status.
    pub refused: Option<String>,
    pub range: Option<String>,
    pub length: Option<u64>,
    pub body: Vec<u8>,
}

impl RestClient {
    /// Returns one that authenticates with `ACCOUNT:SECRET`.
    pub fn new(url: &str, ca_file: Option<&std::path::Path>, token: &str) -> Self {
        // Fails only where another test chose one already: then that serves.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = Client::builder()
            .timeout(Duration::from_secs(60))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        if let Some(file) = ca_file {
            let authority = std::fs::read(file).unwrap();
            builder = builder.tls_certs_only([Certificate::from_pem(&authority).unwrap()]);
        }
        let (user, secret) = token.split_once(':').unwrap();
        Self {
            client: builder.build().unwrap(),
            base: url.to_owned(),
            user: user.to_owned(),
            secret: secret.to_owned(),
        }
    }

    /// Sends a request; the path begins with `/`.
    #[track_caller]
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::blocking::Body>,
    ) -> Answered {
        let answered = self.try_send(method, path, headers, body);
        answered.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::blocking::Body>,
    ) -> reqwest::Result<Answered> {
        let method: Method = method.parse().unwrap();
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base))
            .basic_auth(&self.user, Some(&self.secret));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if method == Method::POST {
            request = request.body(body);
        }
        Answered::of(request.send()?)
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answered {
        self.send("GET", path, &[], "")
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: impl Into<reqwest::blocking::Body>) -> u16 {
        self.send("POST", path, &[], body).status
    }

    #[track_caller]
    pub fn delete(&self, path: &str) -> u16 {
        self.send("DELETE", path, &[], "").status
    }

    /// Returns the header that it authenticates with.
    pub fn authorization(&self) -> String {
        let text = format!("{}:{}", self.user, self.secret);
        let text = base64::engine::general_purpose::STANDARD.encode(text);
        format!("Authorization: Basic {text}\r\n")
    }
}

impl Answered {
    fn of(response: Response) -> reqwest::Result<Self> {
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let (kind, range) = (header("content-type"), header("content-range"));
        let refused = header("instance-sync-refused");
        let length = header("content-length").and_then(|text| text.parse().ok());
        Ok(Self {
            status: response.status().as_u16(),
            kind,
            refused,
            range,
            length,
            body: response.bytes()?.to_vec(),
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Returns what an object with this content is called.
pub fn name_of(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}
