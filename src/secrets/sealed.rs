//! What one device sends to another through a server that must not read it.
//!
//! ```text
//! secret  typed:   argon2id(12 letters, salt; 64 MiB, 3 passes)   60 bits that cost 0.1 s a guess
//!         scanned: HKDF-SHA256(52 letters, salt)                  260 bits: nothing to guess
//!   -> key, 256 bits
//! bundle  version | kind of secret | salt, 16 | nonce, 24 | XChaCha20-Poly1305(key, nonce, text, padded)
//! ```
//!
//! Salt and nonce are random each time. The first two bytes and what it is for are authenticated too. Whatever
//! is wrong (the secret, a bit, the length, what it is for) is one error, which says nothing more. The format
//! is versioned by its first byte and fixed by a test vector.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use hkdf::Hkdf;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    domain::pairing::Secret,
    error::{Context as _, Error, Result},
    texts::text,
};

/// The format.
const VERSION: u8 = 1;
/// What the key is for, and nothing else of ours.
const PURPOSE: &[u8] = b"instance-sync pairing 1";
const SALT: usize = 16;
const NONCE: usize = 24;
const HEAD: usize = 2 + SALT + NONCE;
/// A text is padded to a multiple of this: how long a passphrase is stays unknown.
const BLOCK: usize = 512;
/// What a typed secret costs: memory in KiB, passes.
const MEMORY: u32 = 64 << 10;
const PASSES: u32 = 3;

/// Seals a text for who has the secret; `about` is which pairing it is for.
pub fn seal(secret: &Secret, about: &str, plain: &SecretString) -> Result<String> {
    let mut random = [0; SALT + NONCE];
    getrandom::fill(&mut random).context(|| text!("pairing-no-random"))?;
    let (salt, nonce) = random.split_at(SALT);
    seal_with(secret, about, plain, salt, nonce)
        .ok_or_else(|| Error::failed(text!("pairing-unsealed")))
}

/// Opens what [`seal`] returned.
///
/// # Errors
/// Where the secret is another one, or anything of it was changed.
pub fn open(secret: &Secret, about: &str, sealed: &str) -> Result<SecretString> {
    try_open(secret, about, sealed).ok_or_else(|| Error::failed(text!("pairing-unopened")))
}

fn seal_with(
    secret: &Secret,
    about: &str,
    plain: &SecretString,
    salt: &[u8],
    nonce: &[u8],
) -> Option<String> {
    let head = [VERSION, kind(secret)?];
    let mut padded = Zeroizing::new(Vec::with_capacity(plain.expose_secret().len() + BLOCK));
    padded.extend_from_slice(plain.expose_secret().as_bytes());
    // One byte that ends the text, and then nothing.
    padded.push(1);
    let whole = padded.len().next_multiple_of(BLOCK);
    padded.resize(whole, 0);
    let aad = associated(head, about);
    let payload = Payload {
        msg: &padded,
        aad: &aad,
    };
    let cipher = cipher(secret, salt)?;
    let sealed = cipher
        .encrypt(&XNonce::try_from(nonce).ok()?, payload)
        .ok()?;
    let whole = [&head, salt, nonce, &sealed].concat();
    Some(URL_SAFE_NO_PAD.encode(whole))
}

fn try_open(secret: &Secret, about: &str, sealed: &str) -> Option<SecretString> {
    let whole = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (head, sealed) = whole.split_at_checked(HEAD)?;
    let head_of = [VERSION, kind(secret)?];
    if head[..2] != head_of {
        return None;
    }
    let (salt, nonce) = head[2..].split_at(SALT);
    let aad = associated(head_of, about);
    let payload = Payload {
        msg: sealed,
        aad: &aad,
    };
    let nonce = XNonce::try_from(nonce).ok()?;
    let padded = Zeroizing::new(cipher(secret, salt)?.decrypt(&nonce, payload).ok()?);
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    let plain = std::str::from_utf8(padded.get(..end)?).ok()?;
    (padded[end] == 1).then(|| SecretString::from(plain))
}

fn kind(secret: &Secret) -> Option<u8> {
    match secret {
        Secret::None => None,
        Secret::Typed(_) => Some(1),
        Secret::Scanned(_) => Some(2),
    }
}

fn associated(head: [u8; 2], about: &str) -> Vec<u8> {
    [PURPOSE, &head, about.as_bytes()].concat()
}

/// Returns the cipher with the key that a secret stands for.
fn cipher(secret: &Secret, salt: &[u8]) -> Option<XChaCha20Poly1305> {
    let mut key = Zeroizing::new([0_u8; 32]);
    match secret {
        Secret::None => return None,
        Secret::Typed(text) => {
            let params = Params::new(MEMORY, PASSES, 1, Some(key.len())).ok()?;
            let derive = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let text = text.expose_secret().as_bytes();
            derive.hash_password_into(text, salt, &mut *key).ok()?;
        }
        Secret::Scanned(text) => {
            let derive = Hkdf::<Sha256>::new(Some(salt), text.expose_secret().as_bytes());
            derive.expand(PURPOSE, &mut *key).ok()?;
        }
    }
    XChaCha20Poly1305::new_from_slice(&*key).ok()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    const ABOUT: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    fn plain(text: &str) -> SecretString {
        SecretString::from(text)
    }

    fn opened(secret: &Secret, about: &str, sealed: &str) -> Option<String> {
        try_open(secret, about, sealed).map(|text| text.expose_secret().to_owned())
    }

    /// What libsodium, the reference argon2 and an HMAC make of the same.
    #[test]
    fn the_format_stays_as_it_is() {
        let salt: Vec<u8> = (0..16).collect();
        let nonce: Vec<u8> = (100..124).collect();
        let vector = |secret: &Secret| {
            let sealed = seal_with(secret, ABOUT, &plain("correct horse"), &salt, &nonce);
            let sealed = sealed.expect("seals");
            assert_eq!(
                opened(secret, ABOUT, &sealed).as_deref(),
                Some("correct horse")
            );
            hex::encode(sha2::Digest::finalize(sha2::Digest::chain_update(
                <Sha256 as sha2::Digest>::new(),
                &sealed,
            )))
        };
        let typed = vector(&Secret::of(&[1; 12]));
        let scanned = vector(&Secret::of(&[1; 52]));
        assert_eq!(
            typed,
            "6d30fa3d78d7213b6a8e4a9353ec9f2e1504b55cc4eefbbaeb9ec837b3460d74"
        );
        assert_eq!(
            scanned,
            "c02d670ab57e8fd39d14b1a598b1264883af9e35e47a9c55df0b1df78008f04f"
        );
    }

    #[test]
    fn a_typed_secret_opens_what_it_sealed_and_no_other_does() {
        let secret = Secret::of(&[3; 12]);
        let sealed = seal(&secret, ABOUT, &plain("correct horse")).expect("seals");
        assert_eq!(
            opened(&secret, ABOUT, &sealed).as_deref(),
            Some("correct horse")
        );
        let again = seal(&secret, ABOUT, &plain("correct horse")).expect("seals");
        assert_ne!(sealed, again);
        for other in [Secret::of(&[4; 12]), Secret::of(&[3; 52]), Secret::None] {
            let error = open(&other, ABOUT, &sealed)
                .expect_err("another secret")
                .to_string();
            assert!(!error.contains("horse"), "{error}");
        }
        assert!(seal(&Secret::None, ABOUT, &plain("x")).is_err());
    }

    #[test]
    fn how_long_a_passphrase_is_is_not_seen() {
        let secret = Secret::of(&[3; 52]);
        let length = |text: &str| seal(&secret, ABOUT, &plain(text)).expect("seals").len();
        assert_eq!(length(""), length(&"x".repeat(BLOCK - 1)));
        assert_ne!(length(""), length(&"x".repeat(BLOCK)));
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened(text in any::<String>(), random in vec(any::<u8>(), 52)) {
            let secret = Secret::of(&random);
            let sealed = seal(&secret, ABOUT, &plain(&text)).expect("seals");
            prop_assert_eq!(opened(&secret, ABOUT, &sealed), Some(text));
        }

        #[test]
        fn another_secret_another_pairing_a_bit_and_a_byte_less_open_nothing(
            text in any::<String>(), at in any::<prop::sample::Index>(), bit in 0..8_u8, other in vec(any::<u8>(), 52),
        ) {
            let secret = Secret::of(&[9; 52]);
            prop_assume!(other.iter().any(|byte| byte % 32 != 9));
            let sealed = seal(&secret, ABOUT, &plain(&text)).expect("seals");
            prop_assert_eq!(opened(&Secret::of(&other), ABOUT, &sealed), None);
            prop_assert_eq!(opened(&secret, "01ARZ3NDEKTSV4RRFFQ69G5FAW", &sealed), None);
            let whole = URL_SAFE_NO_PAD.decode(&sealed).expect("base64");
            let mut flipped = whole.clone();
            flipped[at.index(whole.len())] ^= 1 << bit;
            prop_assert_eq!(opened(&secret, ABOUT, &URL_SAFE_NO_PAD.encode(flipped)), None);
            let shorter = &whole[..at.index(whole.len())];
            prop_assert_eq!(opened(&secret, ABOUT, &URL_SAFE_NO_PAD.encode(shorter)), None);
        }

        #[test]
        fn nonsense_is_refused(sealed in any::<String>(), bytes in vec(any::<u8>(), 0..100)) {
            let secret = Secret::of(&[9; 52]);
            prop_assert_eq!(opened(&secret, ABOUT, &sealed), None);
            prop_assert_eq!(opened(&secret, ABOUT, &URL_SAFE_NO_PAD.encode(bytes)), None);
        }
    }
}
