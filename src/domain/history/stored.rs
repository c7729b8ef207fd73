//! A book as a device keeps it: each name, file, row and list once, and of a list what is other than
//! in the one before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    book::Book,
    page::{Page, Row, Rows},
    shelf::{Content, File},
};
use crate::domain::{
    digest::Digest,
    ids::{InstanceId, SnapshotId},
    path::{InnerPath, RelPath},
    record::{PushRecord, UnitState, UnitVersion},
    unit::FileFact,
};

/// The schema that is written and read. What has another one is not there.
const SCHEMA: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Stored {
    schema: u32,
    names: Vec<InnerPath>,
    /// The number of the name, the length, the digest.
    files: Vec<(u32, u64, Digest)>,
    lists: Vec<StoredList>,
    rows: Vec<(RelPath, UnitVersion)>,
    pages: Vec<StoredPage>,
}

#[derive(Serialize, Deserialize)]
struct StoredList {
    digest: Digest,
    /// Which of the lists before it has most of it.
    base: Option<u32>,
    /// The files of that one that are not in this one.
    gone: Vec<u32>,
    /// The files that are not in that one.
    new: Vec<u32>,
    folders: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
struct StoredPage {
    snapshot: SnapshotId,
    record: PushRecord,
    rows: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unlisted: Vec<RelPath>,
}

/// Numbers what is written, in the order in which it is met.
struct Numbers<K>(BTreeMap<K, u32>);

impl<K: Ord> Numbers<K> {
    /// Returns the number of something, and whether it is new.
    fn of(&mut self, one: K) -> (u32, bool) {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        let number = *self.0.entry(one).or_insert(next);
        (number, number == next)
    }
}

impl Book {
    /// Returns the book as bytes that [`Book::from_bytes`] reads.
    pub fn to_bytes(&self) -> serde_json::Result<Vec<u8>> {
        let mut writer = Writer {
            book: self,
            stored: Stored {
                schema: SCHEMA,
                names: Vec::new(),
                files: Vec::new(),
                lists: Vec::new(),
                rows: Vec::new(),
                pages: Vec::new(),
            },
            names: Numbers(BTreeMap::new()),
            files: Numbers(BTreeMap::new()),
        };
        writer.lists();
        writer.pages();
        serde_json::to_vec(&writer.stored)
    }

    /// Reads a book of an instance; `None` where these bytes are none.
    pub fn from_bytes(bytes: &[u8], instance: InstanceId) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(bytes).ok()?;
        if stored.schema != SCHEMA {
            return None;
        }
        let mut reader = Reader {
            book: Self::default(),
            names: stored.names,
            files: Vec::with_capacity(stored.files.len()),
            lists: Vec::with_capacity(stored.lists.len()),
        };
        for (name, size, sha256) in stored.files {
            let name = reader.names.get(name as usize)?;
            let file = reader.book.shelf.file(name, FileFact { size, sha256 });
            reader.files.push(file);
        }
        for list in stored.lists {
            reader.list(&list)?;
        }
        let mut book = reader.book;
        let rows = stored.rows.into_iter();
        let rows: Vec<Row> = rows.map(|(unit, row)| book.row(unit, row)).collect();
        for page in stored.pages {
            if page.record.instance_id != instance {
                return None;
            }
            let of_page = page.rows.iter().map(|row| rows.get(*row as usize).cloned());
            let of_page = Rows::new(of_page.collect::<Option<_>>()?);
            let unlisted = page.unlisted.into_iter().collect();
            book.put(page.snapshot, Page::of(page.record, of_page, unlisted));
        }
        Some(book)
    }
}

struct Writer<'a> {
    book: &'a Book,
    stored: Stored,
    names: Numbers<u32>,
    files: Numbers<u32>,
}

impl Writer<'_> {
    /// Writes every list that a page has, each after the one that it is like.
    fn lists(&mut self) {
        let held = &self.book.shelf;
        let rows = self
            .book
            .pages
            .values()
            .flat_map(|page| page.units.values());
        let digests = rows.filter_map(|row| match row.state {
            UnitState::Here(digest) => Some(digest),
            UnitState::Held { .. } | UnitState::Gone => None,
        });
        let mut wanted: BTreeMap<usize, Digest> = BTreeMap::new();
        for digest in digests {
            if let Some(content) = held.get(digest) {
                wanted.insert(content.listing().number, digest);
            }
        }
        let mut written: BTreeMap<Digest, u32> = BTreeMap::new();
        for (number, digest) in (0..).zip(wanted.into_values()) {
            let Some(content) = held.get(digest) else {
                continue;
            };
            let mut base = content.listing().base;
            // The one before may be of a snapshot that is gone.
            while let Some(before) = base.filter(|base| !written.contains_key(base)) {
                base = held.get(before).and_then(|before| before.listing().base);
            }
            let before = base.and_then(|base| Some((written.get(&base)?, held.get(base)?)));
            let list = self.list(digest, content, before);
            self.stored.lists.push(list);
            written.insert(digest, number);
        }
    }

    fn list(
        &mut self,
        digest: Digest,
        content: Content<'_>,
        before: Option<(&u32, Content<'_>)>,
    ) -> StoredList {
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        match before {
            Some((_, before)) => content.beside(before, |here, there| {
                if here != there {
                    new.extend(here);
                    gone.extend(there);
                }
            }),
            None => new = content.listing().files.to_vec(),
        }
        let mut files = |files: Vec<u32>| files.into_iter().map(|file| self.file(file)).collect();
        let (gone, new) = (files(gone), files(new));
        let folders = content.listing().folders.iter();
        StoredList {
            digest,
            base: before.map(|(number, _)| *number),
            gone,
            new,
            folders: folders.map(|name| self.name(*name)).collect(),
        }
    }

    fn file(&mut self, file: u32) -> u32 {
        let (number, is_new) = self.files.of(file);
        if is_new {
            let File { name, size, sha256 } = self.book.shelf.file_at(file);
            let name = self.name(name);
            self.stored.files.push((name, size, sha256));
        }
        number
    }

    fn name(&mut self, name: u32) -> u32 {
        let (number, is_new) = self.names.of(name);
        if is_new {
            let name = self.book.shelf.name_at(name).clone();
            self.stored.names.push(name);
        }
        number
    }

    fn pages(&mut self) {
        let mut numbers = Numbers(BTreeMap::new());
        for (snapshot, page) in &self.book.pages {
            let mut rows = Vec::new();
            for row in page.units.shared() {
                // Rows that are the same are one.
                let (number, is_new) = numbers.of(std::sync::Arc::as_ptr(row));
                if is_new {
                    self.stored.rows.push((row.0.clone(), row.1.clone()));
                }
                rows.push(number);
            }
            self.stored.pages.push(StoredPage {
                snapshot: snapshot.clone(),
                record: page.bare(),
                rows,
                unlisted: page.unlisted.iter().cloned().collect(),
            });
        }
    }
}

struct Reader {
    book: Book,
    names: Vec<InnerPath>,
    /// The numbers of the files that are written, in the book.
    files: Vec<u32>,
    lists: Vec<Digest>,
}

impl Reader {
    fn list(&mut self, list: &StoredList) -> Option<()> {
        let file = |number: &u32| self.files.get(*number as usize).copied();
        let held = &mut self.book.shelf;
        let base = match list.base {
            Some(base) => Some(*self.lists.get(base as usize)?),
            None => None,
        };
        let mut files = match base {
            Some(base) => held.get(base)?.listing().files.to_vec(),
            None => Vec::with_capacity(list.new.len()),
        };
        for gone in &list.gone {
            let gone = file(gone)?;
            let place = held.place(&files, gone).ok()?;
            if files.remove(place) != gone {
                return None;
            }
        }
        for new in &list.new {
            let new = file(new)?;
            // A whole list comes in order.
            let place = match files.last() {
                Some(before) if held.name(*before) >= held.name(new) => {
                    held.place(&files, new).err()?
                }
                _ => files.len(),
            };
            files.insert(place, new);
        }
        let mut folders = Vec::with_capacity(list.folders.len());
        for name in &list.folders {
            folders.push(held.number(self.names.get(*name as usize)?));
        }
        held.put(list.digest, files, folders, base);
        self.lists.push(list.digest);
        Some(())
    }
}
