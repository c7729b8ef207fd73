//! Passwords of people: argon2id, two at a time, so that signing in holds up nothing else.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::answer::{Failure, Refusal};
use crate::{
    error::{Context as _, Error},
    server::database::passwords::Kept,
};

/// What a new password costs: 19 MiB, twice over (about 20 ms).
const MEMORY: u32 = 19 << 10;
const PASSES: u32 = 2;
/// How many are worked on at a time, and how many more may wait.
const AT_WORK: usize = 2;
const WAITING: usize = 64;
/// The length of a password, in characters.
const SHORTEST: usize = 10;
const LONGEST: usize = 200;

/// Who works on passwords.
pub struct Passwords {
    work: Semaphore,
    places: Semaphore,
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            work: Semaphore::new(AT_WORK),
            places: Semaphore::new(AT_WORK + WAITING),
        }
    }
}

/// Checks that a password is long enough, and no other word that is known.
pub fn check(password: &SecretString, account: &str) -> Result<(), Refusal> {
    let text = password.expose_secret();
    let length = text.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Refusal::Invalid(format!(
            "a password has {SHORTEST} to {LONGEST} characters"
        )));
    }
    if text.eq_ignore_ascii_case(account) {
        return Err(Refusal::Invalid(
            "a password is not the account's name".to_owned(),
        ));
    }
    Ok(())
}

impl Passwords {
    /// Returns what is kept of a new password.
    pub async fn keep(&self, password: &SecretString) -> Result<Kept, Failure> {
        let mut salt = vec![0; 16];
        getrandom::fill(&mut salt).context(|| "the system gives no random numbers".to_owned())?;
        let digest = self.digest(password, &salt, MEMORY, PASSES).await?;
        Ok(Kept {
            salt,
            digest: digest.to_vec(),
            memory_kib: MEMORY,
            passes: PASSES,
        })
    }

    /// Returns whether it is the one that was kept. Where none was, that takes as long.
    pub async fn is_right(
        &self,
        password: &SecretString,
        kept: Option<&Kept>,
    ) -> Result<bool, Failure> {
        let Some(kept) = kept else {
            self.digest(password, &[0; 16], MEMORY, PASSES).await?;
            return Ok(false);
        };
        let found = self.digest(password, &kept.salt, kept.memory_kib, kept.passes);
        let found = found.await?;
        // All of both is looked at, whatever differs.
        let differs = found
            .iter()
            .zip(&kept.digest)
            .fold(0, |d, (a, b)| d | a ^ b);
        Ok(differs == 0 && kept.digest.len() == found.len())
    }

    async fn digest(
        &self,
        password: &SecretString,
        salt: &[u8],
        memory_kib: u32,
        passes: u32,
    ) -> Result<Zeroizing<[u8; 32]>, Failure> {
        let (password, salt) = (password.clone(), salt.to_vec());
        let work = move || {
            let mut out = Zeroizing::new([0; 32]);
            let params = Params::new(memory_kib, passes, 1, Some(32))?;
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(
                password.expose_secret().as_bytes(),
                &salt,
                &mut *out,
            )?;
            Ok::<_, argon2::Error>(out)
        };
        match self.turn(work).await {
            Some(Ok(digest)) => Ok(digest),
            Some(Err(error)) => Err(failed(&error).into()),
            None => Err(Refusal::TooMany(std::time::Duration::from_secs(2)).into()),
        }
    }

    /// Does slow work on a password when it is its turn. Nothing, where too many are waiting.
    pub async fn turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _place = self.places.try_acquire().ok()?;
        let _work = self.work.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

fn failed(error: &dyn fmt::Display) -> Error {
    Error::failed(format!("a password could not be looked at: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_and_all_others_are_wrong() {
        let passwords = Passwords::default();
        let secret = |text: &str| SecretString::from(text);
        let one = passwords
            .keep(&secret("correct horse"))
            .await
            .expect("keeps");
        let again = passwords
            .keep(&secret("correct horse"))
            .await
            .expect("keeps");
        assert_ne!(one.digest, again.digest, "each has a salt of its own");
        assert_eq!((one.memory_kib, one.passes), (19 << 10, 2));
        let right = async |text: &str, kept| {
            let right = passwords.is_right(&secret(text), kept).await;
            right.expect("answers")
        };
        assert!(right("correct horse", Some(&one)).await);
        assert!(!right("correct horsf", Some(&one)).await);
        assert!(!right("correct horse", None).await);
        let cut = Kept {
            digest: Vec::new(),
            ..one.clone()
        };
        assert!(!right("anything", Some(&cut)).await);
    }

    #[test]
    fn short_ones_and_the_accounts_name_are_refused() {
        let check = |text: &str| check(&SecretString::from(text), "alice-at-home");
        check("0123456789").expect("long enough");
        for bad in ["", "012345678", "Alice-At-Home", &"x".repeat(201)] {
            assert!(matches!(check(bad), Err(Refusal::Invalid(_))), "{bad}");
        }
    }
}
