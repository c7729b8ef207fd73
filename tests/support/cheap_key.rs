//! A restic key file with a cheap key derivation, so that tests do not spend half a second on each
//! call: same master key, same password, scrypt with N = 1024.
//!
//! The format is that of restic's design document: AES-256-CTR, authenticated with Poly1305-AES.

use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use base64::{Engine, engine::general_purpose::STANDARD};
use poly1305::Poly1305;
use sha2::{Digest, Sha256};

/// Returns a key file that opens the repository of this master key (as `restic cat masterkey`
/// prints it) with `password`, and its name.
pub fn make(master_key: &str, password: &str) -> (String, String) {
    let (salt, nonce) = ([7_u8; 64], [9_u8; 16]);
    let mut derived = [0_u8; 64];
    let params = scrypt::Params::new(10, 8, 1).unwrap();
    scrypt::scrypt(password.as_bytes(), &salt, &params, &mut derived).unwrap();
    let (encryption, authentication) = derived.split_at(32);

    let data = seal(
        encryption,
        authentication,
        &nonce,
        master_key.trim().as_bytes(),
    );

    let file = serde_json::json!({
        "created": "2026-01-01T00:00:00Z", "username": "test", "hostname": "test",
        "kdf": "scrypt", "N": 1024, "r": 8, "p": 1,
        "salt": STANDARD.encode(salt), "data": STANDARD.encode(data),
    })
    .to_string();
    let sum = Sha256::digest(file.as_bytes());
    let name = hex::encode(sum);
    (name, file)
}

/// Encrypts and authenticates as restic does everything that it stores: nonce, ciphertext, tag.
pub fn seal(
    encryption: &[u8],
    authentication: &[u8],
    nonce: &[u8; 16],
    plaintext: &[u8],
) -> Vec<u8> {
    let mut sealed = plaintext.to_vec();
    let mut cipher = ctr::Ctr128BE::<aes::Aes256>::new_from_slices(encryption, nonce).unwrap();
    cipher.apply_keystream(&mut sealed);
    let tag = tag(authentication, nonce, &sealed);
    [&nonce[..], &sealed, &tag].concat()
}

/// Poly1305-AES: the one-time key is r, and the nonce encrypted with k.
fn tag(key: &[u8], nonce: &[u8; 16], message: &[u8]) -> [u8; 16] {
    let (k, r) = key.split_at(16);
    let mut block = (*nonce).into();
    aes::Aes128::new_from_slice(k)
        .unwrap()
        .encrypt_block(&mut block);
    let one_time: [u8; 32] = [r, &block[..]].concat().try_into().unwrap();
    Poly1305::new(&one_time.into())
        .compute_unpadded(message)
        .into()
}
