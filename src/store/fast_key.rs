//! The fast key: one more key file of a repository, which opens without the half second that
//! restic's key derivation takes at each call.
//!
//! restic makes the derivation slow because a person's password can be guessed. This key's password
//! cannot: it is 256 bits, derived from the repository's own master key (512 random bits) by
//! HKDF-SHA256. So are the salt and the nonce, and nothing else in the file varies: every device
//! computes the same file, and two that create it at the same moment make one.
//!
//! The format of a key file is that of restic's design document: a JSON object whose `data` is the
//! nonce, the master key under AES-256-CTR, and its Poly1305-AES tag.

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use poly1305::Poly1305;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    error::{Error, Result},
    texts::text,
};

/// What the derivation is bound to. Another text, another file: never changed.
const SALT: &[u8] = b"instance-sync fast key 1";
/// The cheapest that restic accepts by far, in restic's own words N = 1024, r = 8, p = 1: 1 MB and
/// about a millisecond.
const LOG_N: u8 = 10;
const R: u32 = 8;
const P: u32 = 1;

/// How to open a repository with its fast key.
#[derive(Debug, Clone)]
pub struct FastKey {
    /// The key's id, to be named in each call.
    pub id: String,
    /// Its password: 64 hexadecimal digits.
    pub password: SecretString,
}

impl FastKey {
    /// Returns the key of this id and password, if they can be those of a fast key. With a password
    /// that could be guessed a cheap derivation would be a hole: no such key is ever used.
    pub fn new(id: &str, password: SecretString) -> Option<Self> {
        use secrecy::ExposeSecret;
        let is_hex = |text: &str| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        (is_hex(id) && is_hex(password.expose_secret())).then(|| Self {
            id: id.to_owned(),
            password,
        })
    }
}

/// A fast key with its file, before anybody has it.
pub struct Forged {
    /// The key.
    pub key: FastKey,
    /// The file, to be kept as `keys/<id>`.
    pub file: Vec<u8>,
}

/// A repository's master key, as `restic cat masterkey` prints it and as key files hold it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey {
    mac: Mac,
    encrypt: String,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Mac {
    k: String,
    r: String,
}

/// The key file, field for field as restic writes it.
#[derive(Serialize)]
struct KeyFile {
    created: &'static str,
    username: &'static str,
    hostname: &'static str,
    kdf: &'static str,
    #[serde(rename = "N")]
    n: u32,
    r: u32,
    p: u32,
    salt: String,
    data: String,
}

impl MasterKey {
    /// Returns the 64 bytes of the key: that of AES-256, and both halves of that of Poly1305-AES.
    fn bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(64));
        for (text, length) in [(&self.encrypt, 32), (&self.mac.k, 16), (&self.mac.r, 16)] {
            let part = Zeroizing::new(STANDARD.decode(text).ok()?);
            if part.len() != length {
                return None;
            }
            bytes.extend_from_slice(&part);
        }
        Some(bytes)
    }

    /// Computes the fast key of the repository.
    pub fn fast_key(&self) -> Result<Forged> {
        let odd = || Error::failed(text!("repository-master-key-odd"));
        let seed = self.bytes().ok_or_else(odd)?;
        let derive = Hkdf::<Sha256>::new(Some(SALT), &seed);
        let expand =
            |what: &str, out: &mut [u8]| derive.expand(what.as_bytes(), out).map_err(|_| odd());
        let (mut secret, mut salt, mut nonce) =
            (Zeroizing::new([0_u8; 32]), [0_u8; 64], [0_u8; 16]);
        expand("password", &mut secret[..])?;
        expand("salt", &mut salt)?;
        expand("nonce", &mut nonce)?;
        let password = Zeroizing::new(hex::encode(&secret[..]));
        let plain = Zeroizing::new(serde_json::to_vec(self).map_err(|_| odd())?);
        let data = seal(password.as_bytes(), &salt, &nonce, &plain).ok_or_else(odd)?;
        let file = serde_json::to_vec(&KeyFile {
            created: "2026-01-01T00:00:00Z",
            username: "instance-sync",
            hostname: "fast-key",
            kdf: "scrypt",
            n: 1 << LOG_N,
            r: R,
            p: P,
            salt: STANDARD.encode(salt),
            data: STANDARD.encode(data),
        })
        .map_err(|_| odd())?;
        let id = hex::encode(Sha256::digest(&file));
        let key = FastKey::new(&id, SecretString::from(password.as_str())).ok_or_else(odd)?;
        Ok(Forged { key, file })
    }
}

/// Encrypts and authenticates `plain` as restic does: nonce, ciphertext, tag.
fn seal(password: &[u8], salt: &[u8], nonce: &[u8; 16], plain: &[u8]) -> Option<Vec<u8>> {
    let mut derived = Zeroizing::new([0_u8; 64]);
    let params = scrypt::Params::new(LOG_N, R, P).ok()?;
    scrypt::scrypt(password, salt, &params, &mut derived[..]).ok()?;
    let (encryption, authentication) = derived.split_at(32);
    let (k, r) = authentication.split_at(16);

    let mut sealed = nonce.to_vec();
    sealed.extend_from_slice(plain);
    let mut cipher = ctr::Ctr128BE::<aes::Aes256>::new_from_slices(encryption, nonce).ok()?;
    cipher.apply_keystream(&mut sealed[nonce.len()..]);

    // Poly1305-AES: the one-time key is r, and the nonce encrypted with k.
    let mut block = (*nonce).into();
    aes::Aes128::new_from_slice(k)
        .ok()?
        .encrypt_block(&mut block);
    let mut one_time = Zeroizing::new([0_u8; 32]);
    one_time[..16].copy_from_slice(r);
    one_time[16..].copy_from_slice(&block[..]);
    let tag = Poly1305::new((&*one_time).into()).compute_unpadded(&sealed[nonce.len()..]);
    sealed.extend_from_slice(&tag);
    Some(sealed)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn master(text: &str) -> MasterKey {
        serde_json::from_str(text).expect("a master key")
    }

    fn text(encrypt: u8) -> String {
        let bytes = |byte: u8, length: usize| STANDARD.encode(vec![byte; length]);
        serde_json::json!({
            "encrypt": bytes(encrypt, 32),
            "mac": {"r": bytes(3, 16), "k": bytes(2, 16)},
        })
        .to_string()
    }

    /// Every device, of every version, has to compute this very file.
    #[test]
    fn the_file_of_a_master_key_is_always_the_same() {
        let forged = master(&text(1)).fast_key().expect("a key");
        let again = master(&format!(" {}\n", text(1)))
            .fast_key()
            .expect("a key");
        assert_eq!(forged.file, again.file);
        assert_eq!(
            forged.key.id,
            "68cab9d2ec6114caafd0e0162b4c95ab9dc3e804583334c26a0a276a9e823f4f"
        );
        assert_eq!(
            forged.key.password.expose_secret(),
            "7eaf2a4026e5d2dbc3ca17450692c8c725cb108d658a5a91e1cef0963e5354f6"
        );
        let other = master(&text(2)).fast_key().expect("a key");
        assert_ne!(forged.key.id, other.key.id);
        assert_ne!(
            forged.key.password.expose_secret(),
            other.key.password.expose_secret()
        );
    }

    #[test]
    fn what_is_no_master_key_gives_none_and_shows_nothing() {
        let short = text(1).replace(&STANDARD.encode([1; 32]), &STANDARD.encode([1; 31]));
        let odd = text(1).replace(&STANDARD.encode([1; 32]), "not base64!");
        for text in [short, odd] {
            let error = master(&text)
                .fast_key()
                .err()
                .expect("an error")
                .to_string();
            assert!(
                !error.contains("AQEB") && !error.contains("base64"),
                "{error}"
            );
        }
    }

    /// A password that a person could have chosen is not used with a cheap derivation.
    #[test]
    fn a_fast_key_has_a_password_of_256_bits() {
        let digits = |length| "a".repeat(length);
        let key = |id: String, password: String| FastKey::new(&id, SecretString::from(password));
        assert!(key(digits(64), digits(64)).is_some());
        for (id, password) in [(64, 63), (64, 0), (63, 64), (64, 65)] {
            assert!(key(digits(id), digits(password)).is_none());
        }
        assert!(key(digits(64), "z".repeat(64)).is_none());
    }
}
