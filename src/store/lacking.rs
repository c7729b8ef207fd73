//! What a restore could not read from the repository, by what restic says of single files: it goes on
//! with the others.

use std::collections::BTreeSet;

use super::messages::FileError;

/// What restic says where a pack is missing, cut short or damaged, or in no index any more.
const UNREADABLE: [&str; 8] = [
    "ReadFull(<data/",
    "Load(<data/",
    "LoadRaw(<data/",
    "decrypting blob",
    "ciphertext verification failed",
    "invalid hash",
    "not found in repository",
    "not found in index",
];

/// A refusal is none of these: asked again with the right account, the server gives it.
const REFUSED: [&str; 2] = ["(401)", "(403)"];

/// The files and folders that a restore lacks.
#[derive(Debug, Default)]
pub struct Lacking {
    items: BTreeSet<String>,
    why: Option<String>,
    other: bool,
}

impl Lacking {
    /// Notes one error.
    pub fn note(&mut self, error: &FileError) {
        let text = &error.error.message;
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&UNREADABLE) && !says(&REFUSED) {
            self.items.insert(error.item.clone());
            let why = || format!("{}: {text}", error.item);
            self.why.get_or_insert_with(why);
        } else if !self.items.contains(&error.item) {
            // What follows from the first, such as the owner of a file that is not there, is noise.
            self.other = true;
        }
    }

    /// Returns how many files and folders are lacking, where nothing else went wrong.
    pub fn count(&self) -> Option<usize> {
        (!self.other && !self.items.is_empty()).then_some(self.items.len())
    }

    /// Returns whether not even the topmost folder could be read, so that nothing came.
    pub fn is_everything(&self) -> bool {
        self.items.contains("/")
    }

    /// Returns what restic said first.
    pub fn why(&self) -> &str {
        self.why.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(errors: &[(&str, &str)]) -> Lacking {
        let mut lacking = Lacking::default();
        for (item, message) in errors {
            let json = serde_json::json!({"error": {"message": message}, "item": item});
            lacking.note(&serde_json::from_value(json).expect("an error"));
        }
        lacking
    }

    #[test]
    fn only_what_the_repository_cannot_give_is_lacking() {
        let pack = "ReadFull(<data/4013fc8d18>): open /r/data/40/4013: no such file or directory";
        let lacking = noted(&[
            ("/w2/b", pack),
            (
                "/w2/small",
                "ReadFull(<data/4013fc8d18>): file is too short",
            ),
            ("/w2/b", pack),
            ("/w2/small", "lchown /t/w2/small: no such file or directory"),
        ]);
        assert_eq!(lacking.count(), Some(2));
        assert!(lacking.why().starts_with("/w2/b: ReadFull("));
        for (item, message) in [
            ("/w1/a", "write /t/w1/a: no space left on device"),
            ("/w1", "mkdir /t/w1: read-only file system"),
            (
                "/w1/a",
                "ReadFull(<data/40>): unexpected HTTP response (403): 403 Forbidden",
            ),
        ] {
            assert_eq!(noted(&[(item, message)]).count(), None, "{message}");
            assert_eq!(noted(&[("/w2/b", pack), (item, message)]).count(), None);
        }
        assert_eq!(noted(&[]).count(), None);
        let root = noted(&[("/", "id 3c6c not found in repository")]);
        assert!(root.is_everything());
    }
}
