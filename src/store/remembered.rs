//! What snapshots said of themselves, kept on this device: a snapshot never changes, so its record
//! is read from the repository once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    config::json_file::{self, Access},
    domain::{digest::Digest, history::Book, ids::InstanceId},
};

/// The book of one instance, in the user's cache folder. It can be removed at any time; nothing that
/// goes wrong with it is told.
#[derive(Debug)]
pub struct Remembered {
    folder: PathBuf,
    instance: InstanceId,
}

impl Remembered {
    /// Returns what is kept in the user's `cache` folder about an instance.
    pub fn of(cache: &Path, instance: InstanceId) -> Self {
        Self {
            folder: cache.join("records"),
            instance,
        }
    }

    /// Returns what was read before; nothing where that is damaged.
    pub fn load(&self) -> Book {
        let bytes = json_file::read_bytes(&self.place()).ok().flatten();
        let book = bytes.and_then(|bytes| {
            // A disk that was full leaves half of it, and one that dies something else.
            let (sum, book) = bytes.split_at_checked(SUM)?;
            let sum = str::from_utf8(sum).ok()?.strip_suffix('\n')?;
            if Digest::parse(sum) != Some(Digest::of(book)) {
                return None;
            }
            Book::from_bytes(book, self.instance)
        });
        book.unwrap_or_default()
    }

    /// Keeps a book instead of the one that is there.
    pub fn save(&self, book: &Book) {
        let Ok(bytes) = book.to_bytes() else {
            return;
        };
        let mut whole = format!("{}\n", Digest::of(&bytes)).into_bytes();
        whole.extend(bytes);
        if fs::create_dir_all(&self.folder).is_ok() {
            let _ = json_file::write_bytes(&self.place(), &whole, Access::Private);
            // One file for each snapshot was kept here before.
            let _ = fs::remove_dir_all(self.folder.join(self.instance.to_string()));
        }
    }

    fn place(&self) -> PathBuf {
        self.folder.join(format!("{}.book", self.instance))
    }
}

/// How long the first line is: a digest of everything behind it.
const SUM: usize = 65;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        fixtures::{self, dot, snapshot},
        record::UnitTable,
    };

    #[test]
    fn what_is_damaged_or_of_another_instance_is_not_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let head = fixtures::head('1', UnitTable::new(), &[dot('A', 1)]);
        let remembered = Remembered::of(folder.path(), head.record.instance_id);
        assert!(remembered.load().is_empty());
        let mut book = Book::default();
        book.add(snapshot('1'), head.record);
        let old = folder.path().join("records/00000000000000000000000001");
        fs::create_dir_all(old.join("x")).expect("a folder");
        remembered.save(&book);
        assert!(remembered.load().contains(&snapshot('1')));
        assert!(!old.exists());

        let place = remembered.place();
        let other = "00000000000000000000000002".parse().expect("a ULID");
        let stranger = Remembered::of(folder.path(), other);
        fs::copy(&place, stranger.place()).expect("copied");
        assert!(stranger.load().is_empty());

        let mut bytes = fs::read(&place).expect("there");
        let last = bytes.len() - 1;
        for damaged in [&bytes[..last], &bytes[..70], &bytes[..10], &[]] {
            fs::write(&place, damaged).expect("written");
            assert!(remembered.load().is_empty(), "{}", damaged.len());
        }
        let digit = bytes.iter().rposition(|byte| *byte == b'1').expect("one");
        bytes[digit] = b'2';
        fs::write(&place, &bytes).expect("written");
        assert!(remembered.load().is_empty());
    }
}
