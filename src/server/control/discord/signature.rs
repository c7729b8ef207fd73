//! Whether a request is truly Discord's, and its first: an Ed25519 signature over its time and its body.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use axum::http::HeaderMap;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::server::control::answer::Refusal;

/// How far its time may be from ours, in seconds.
const WINDOW: i64 = 300;
/// How many requests are remembered: all of the window, unless Discord itself sends more.
const MANY: usize = 100_000;

/// What a server knows of its application at Discord.
pub struct Discord {
    key: VerifyingKey,
    /// How much an account that it makes may hold.
    pub quota: Option<u64>,
    /// Digests of requests that were answered, and until when each is remembered.
    seen: Mutex<HashMap<[u8; 32], i64>>,
}

impl fmt::Debug for Discord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Discord")
    }
}

impl Discord {
    /// Returns what verifies by this public key; nothing, where it is none.
    pub fn new(key: &[u8; 32], quota: Option<u64>) -> Option<Self> {
        let key = VerifyingKey::from_bytes(key).ok()?;
        (!key.is_weak()).then(|| Self {
            key,
            quota,
            seen: Mutex::default(),
        })
    }

    /// Fails unless Discord sent this now, and did not before.
    pub fn check(&self, headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let said = header("x-signature-ed25519").ok_or(Refusal::Unknown)?;
        let time = header("x-signature-timestamp").ok_or(Refusal::Unknown)?;
        let mut signature = [0; 64];
        hex::decode_to_slice(said, &mut signature).map_err(|_| Refusal::Unknown)?;
        let message = [time.as_bytes(), body].concat();
        self.key
            .verify_strict(&message, &Signature::from_bytes(&signature))
            .map_err(|_| Refusal::Unknown)?;
        let at: i64 = time.parse().map_err(|_| Refusal::Unknown)?;
        if now.abs_diff(at) > WINDOW.unsigned_abs() {
            return Err(Refusal::Unknown);
        }
        self.once(Sha256::digest(&message).into(), now)
    }

    /// Fails where the same was answered before. It is told by what was signed: a signature can be written
    /// in more than one way.
    fn once(&self, digest: [u8; 32], now: i64) -> Result<(), Refusal> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MANY {
            seen.retain(|_, until| *until >= now);
            if seen.len() >= MANY {
                return Err(Refusal::TooMany(std::time::Duration::from_secs(60)));
            }
        }
        // Longer than any time that is still taken: one of the future is taken for twice the window.
        match seen.insert(digest, now + 2 * WINDOW + 1) {
            Some(until) if until >= now => Err(Refusal::Unknown),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    const NOW: i64 = 1_795_000_000;

    struct Scene {
        key: SigningKey,
        discord: Discord,
    }

    fn scene() -> Scene {
        let key = SigningKey::from_bytes(&[7; 32]);
        let discord = Discord::new(key.verifying_key().as_bytes(), None).expect("a key");
        Scene { key, discord }
    }

    impl Scene {
        fn headers(&self, time: &str, body: &[u8]) -> HeaderMap {
            let signature = self.key.sign(&[time.as_bytes(), body].concat());
            let mut headers = HeaderMap::new();
            let text = hex::encode(signature.to_bytes());
            headers.insert("x-signature-ed25519", text.parse().expect("a header"));
            headers.insert("x-signature-timestamp", time.parse().expect("a header"));
            headers
        }

        fn ask(&self, time: i64, body: &[u8], now: i64) -> Result<(), Refusal> {
            let headers = self.headers(&time.to_string(), body);
            self.discord.check(&headers, body, now)
        }
    }

    #[test]
    fn a_request_counts_once_and_only_about_when_it_was_signed() {
        let scene = scene();
        assert_eq!(scene.ask(NOW, b"one", NOW), Ok(()));
        assert_eq!(scene.ask(NOW, b"one", NOW), Err(Refusal::Unknown), "again");
        assert_eq!(scene.ask(NOW, b"one", NOW + 299), Err(Refusal::Unknown));
        assert_eq!(scene.ask(NOW, b"two", NOW), Ok(()));
        assert_eq!(scene.ask(NOW + 1, b"one", NOW), Ok(()), "another moment");
        for (body, time) in [(&b"old"[..], NOW - 301), (b"early", NOW + 301)] {
            assert_eq!(scene.ask(time, body, NOW), Err(Refusal::Unknown));
        }
        assert_eq!(scene.ask(NOW + 300, b"late", NOW), Ok(()));
        assert_eq!(
            scene.ask(NOW + 300, b"late", NOW + 600),
            Err(Refusal::Unknown)
        );
        assert_eq!(scene.ask(i64::MIN, b"x", NOW), Err(Refusal::Unknown));
    }

    #[test]
    fn what_is_not_signed_as_it_stands_is_nobodys() {
        let scene = scene();
        let time = NOW.to_string();
        let good = scene.headers(&time, b"body");
        let check = |headers: &HeaderMap, body: &[u8]| scene.discord.check(headers, body, NOW);
        assert_eq!(check(&good, b"another body"), Err(Refusal::Unknown));
        for name in ["x-signature-ed25519", "x-signature-timestamp"] {
            let mut without = good.clone();
            without.remove(name);
            assert_eq!(check(&without, b"body"), Err(Refusal::Unknown), "{name}");
        }
        for wrong in ["", "00", "zz", &"0".repeat(128), &"0".repeat(130)] {
            let mut headers = good.clone();
            headers.insert("x-signature-ed25519", wrong.parse().expect("a header"));
            assert_eq!(check(&headers, b"body"), Err(Refusal::Unknown), "{wrong}");
        }
        let mut moved = good.clone();
        let later = (NOW + 1).to_string();
        moved.insert("x-signature-timestamp", later.parse().expect("a header"));
        assert_eq!(check(&moved, b"body"), Err(Refusal::Unknown));
        let other = SigningKey::from_bytes(&[8; 32]);
        let other = Discord::new(other.verifying_key().as_bytes(), None).expect("a key");
        assert_eq!(other.check(&good, b"body", NOW), Err(Refusal::Unknown));
        assert_eq!(check(&good, b"body"), Ok(()));
    }

    #[test]
    fn a_key_that_verifies_anything_is_none() {
        // The identity, a point of small order: each signature of a certain form is good under it.
        let mut weak = [0; 32];
        weak[0] = 1;
        assert!(Discord::new(&weak, None).is_none());
    }
}
