//! Passwords that another server kept: lines of an htpasswd file.

use super::name::{AccountName, BadName};

/// The most that bcrypt may cost: at 14 a look takes a second.
const DEAREST: u8 = 14;

/// One account's.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is.
    pub account: AccountName,
    /// What bcrypt made of the password.
    pub hash: String,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Entry").field(&self.account).finish()
    }
}

/// Why a line is left out. Nothing of its second half is ever told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is no `:` in it.
    #[error("it is not NAME:HASH")]
    Form,
    /// Its name cannot be an account's.
    #[error("{0}")]
    Name(#[from] BadName),
    /// It is another kind of hash.
    #[error("its password is not kept by bcrypt ('htpasswd -B' writes that)")]
    NotBcrypt,
    /// Each look would take too long.
    #[error("its bcrypt costs more than {DEAREST}")]
    TooDear,
}

/// Reads a file: for each line with something in it its number, and what it says.
pub fn read(text: &str) -> Vec<(usize, Result<Entry, Unusable>)> {
    let lines = text.lines().map(str::trim).enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(at, line)| (at + 1, entry(line)))
        .collect()
}

fn entry(line: &str) -> Result<Entry, Unusable> {
    let (name, hash) = line.split_once(':').ok_or(Unusable::Form)?;
    let account = name.parse()?;
    let cost = cost(hash).ok_or(Unusable::NotBcrypt)?;
    if !(4..=DEAREST).contains(&cost) {
        return Err(Unusable::TooDear);
    }
    Ok(Entry {
        account,
        hash: hash.to_owned(),
    })
}

/// Returns what bcrypt costs, where it is bcrypt: `$2y$05$` and 53 characters of its own alphabet.
fn cost(hash: &str) -> Option<u8> {
    let rest = ["$2a$", "$2b$", "$2y$"]
        .iter()
        .find_map(|mark| hash.strip_prefix(mark))?;
    let (cost, rest) = rest.split_once('$')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/');
    let is_whole = cost.len() == 2 && rest.len() == 53 && rest.bytes().all(plain);
    is_whole.then(|| cost.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "$2b$04$instancesyncaliceAAAA.06AKYpgM1S443pjpGKg8zI5Umn2lihO";

    #[test]
    fn lines_of_bcrypt_are_read_and_all_others_say_why_not() {
        let dear = HASH.replace("$04$", "$15$");
        let cheap = HASH.replace("$04$", "$03$");
        let text = format!(
            "# ours\n\nalice:{HASH}\r\n123456789012345678:{}\nBob:{HASH}\nadmin:{HASH}\ncarol\n\
             dave:{{SHA}}x\nerin:$apr1$x$y\nfred:{HASH}x\ngina:{dear}\nhugo:{cheap}\nivan:\n",
            HASH.replace("$2b$", "$2y$"),
        );
        let read = read(&text);
        let names: Vec<_> = read
            .iter()
            .filter_map(|(_, entry)| Some(entry.as_ref().ok()?.account.as_str()))
            .collect();
        assert_eq!(names, ["alice", "123456789012345678"]);
        assert_eq!(read[0].1.as_ref().map(|entry| &entry.hash[..]), Ok(HASH));
        let left: Vec<_> = read
            .iter()
            .filter_map(|(line, entry)| Some((*line, *entry.as_ref().err()?)))
            .collect();
        assert_eq!(
            left,
            [
                (5, Unusable::Name(BadName::Account)),
                (6, Unusable::Name(BadName::Reserved)),
                (7, Unusable::Form),
                (8, Unusable::NotBcrypt),
                (9, Unusable::NotBcrypt),
                (10, Unusable::NotBcrypt),
                (11, Unusable::TooDear),
                (12, Unusable::TooDear),
                (13, Unusable::NotBcrypt),
            ]
        );
        let told = format!("{read:?}");
        assert!(told.contains("alice") && !told.contains("instancesync"));
    }
}
