//! The file lists of a whole history, with everything that several of them have held once.
//!
//! A world of thousands of files changes a few of them in a session. Each list is a row of numbers of
//! files here, and a file is one more only where its name or its bytes were not there before.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use crate::domain::{
    digest::Digest,
    path::InnerPath,
    unit::{Extent, FileFact, UnitContent},
};

/// A file: its name, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct File {
    /// The number of its name.
    pub name: u32,
    /// Its length.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// What a unit held.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    /// The numbers of its files, in the order of their names.
    pub files: Box<[u32]>,
    /// The numbers of its folders' names, in their order.
    pub folders: Box<[u32]>,
    /// How large it is.
    pub extent: Extent,
    /// What came before it, of which it has most.
    pub base: Option<Digest>,
    /// How many came before it.
    pub number: usize,
    /// The same, spelled out for who restores it.
    whole: OnceLock<Box<UnitContent>>,
}

/// All lists, by their digests.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelf {
    names: Vec<InnerPath>,
    numbers: BTreeMap<InnerPath, u32>,
    files: Vec<File>,
    places: BTreeMap<File, u32>,
    listings: BTreeMap<Digest, Listing>,
}

impl Shelf {
    /// Returns what has this digest.
    pub fn get(&self, digest: Digest) -> Option<Content<'_>> {
        let listing = self.listings.get(&digest)?;
        Some(Content {
            shelf: self,
            listing,
        })
    }

    /// Adds what has this digest, if it is not there yet. `base` is likely to have most of it.
    pub fn add(&mut self, digest: Digest, content: &UnitContent, base: Option<Digest>) {
        if self.listings.contains_key(&digest) {
            return;
        }
        let base = base.filter(|base| self.listings.contains_key(base));
        // Its files are looked for in the one before: most are there, in the same order.
        let before = base.map(|base| self.listings[&base].files.clone());
        let before = before.unwrap_or_default();
        let mut before = before.iter().copied().peekable();
        let mut files = Vec::with_capacity(content.files.len());
        for (path, fact) in &content.files {
            while before.next_if(|file| self.name(*file) < path).is_some() {}
            let same = before.next_if(|file| {
                let known = &self.files[*file as usize];
                (known.size, known.sha256) == (fact.size, fact.sha256) && self.name(*file) == path
            });
            files.push(match same {
                Some(file) => file,
                None => self.file(path, *fact),
            });
        }
        let folders = content.folders.iter();
        let folders = folders.map(|folder| self.number(folder)).collect();
        self.put(digest, files, folders, base);
    }

    /// Puts a list of files that are known by their numbers.
    pub fn put(
        &mut self,
        digest: Digest,
        files: Vec<u32>,
        folders: Vec<u32>,
        base: Option<Digest>,
    ) {
        let bytes = files.iter().map(|file| self.files[*file as usize].size);
        let extent = Extent {
            files: files.len() as u64,
            bytes: bytes.fold(0, u64::saturating_add),
        };
        let number = self.listings.len();
        self.listings.entry(digest).or_insert(Listing {
            files: files.into(),
            folders: folders.into(),
            extent,
            base,
            number,
            whole: OnceLock::new(),
        });
    }

    /// Returns the number of a file.
    pub fn file(&mut self, path: &InnerPath, fact: FileFact) -> u32 {
        let file = File {
            name: self.number(path),
            size: fact.size,
            sha256: fact.sha256,
        };
        let next = next(self.files.len());
        let place = *self.places.entry(file).or_insert(next);
        if place == next {
            self.files.push(file);
        }
        place
    }

    /// Returns the number of a name.
    pub fn number(&mut self, path: &InnerPath) -> u32 {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        let number = next(self.names.len());
        self.names.push(path.clone());
        self.numbers.insert(path.clone(), number);
        number
    }

    /// Returns a file by its number.
    pub fn file_at(&self, number: u32) -> File {
        self.files[number as usize]
    }

    /// Returns a name by its number.
    pub fn name_at(&self, number: u32) -> &InnerPath {
        &self.names[number as usize]
    }

    /// Returns the name of a file.
    pub fn name(&self, file: u32) -> &InnerPath {
        self.name_at(self.files[file as usize].name)
    }

    /// Returns where in a list a file of this name is, or else would be.
    pub fn place(&self, files: &[u32], file: u32) -> Result<usize, usize> {
        let name = self.name(file);
        files.binary_search_by(|other| self.name(*other).cmp(name))
    }

    /// Returns how many names, files and lists there are.
    #[cfg(test)]
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.names.len(), self.files.len(), self.listings.len())
    }
}

/// The next number. What has more than four thousand million files fits into no memory.
fn next(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What a unit held at some snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    shelf: &'a Shelf,
    listing: &'a Listing,
}

impl<'a> Content<'a> {
    /// Returns how large it is.
    pub fn extent(self) -> Extent {
        self.listing.extent
    }

    /// Returns how many files are other than in `before`: new ones, changed ones, and those that are gone.
    pub fn difference(self, before: Self) -> u64 {
        let mut count = 0;
        self.beside(before, |one, other| count += u64::from(one != other));
        count
    }

    /// Returns the bytes of the files that both have under the same name.
    pub(super) fn bytes_in_common(self, other: Self) -> u64 {
        let mut bytes: u64 = 0;
        self.beside(other, |one, other| {
            if let Some(file) = one.filter(|one| Some(*one) == other) {
                bytes = bytes.saturating_add(self.shelf.file_at(file).size);
            }
        });
        bytes
    }

    /// Spells it out.
    pub fn spelled(self) -> UnitContent {
        let held = self.shelf;
        let files = self.listing.files.iter().map(|number| {
            let File { size, sha256, .. } = held.file_at(*number);
            (held.name(*number).clone(), FileFact { size, sha256 })
        });
        let folders = self.listing.folders.iter();
        let folders: BTreeSet<InnerPath> = folders
            .map(|number| held.name_at(*number).clone())
            .collect();
        UnitContent {
            files: files.collect(),
            folders,
        }
    }

    /// Returns it spelled out, and keeps it so: for what is restored, and not for what is only looked at.
    pub(super) fn whole(self) -> &'a UnitContent {
        let whole = &self.listing.whole;
        whole.get_or_init(|| Box::new(self.spelled()))
    }

    pub(super) fn listing(self) -> &'a Listing {
        self.listing
    }

    /// Goes through the files of both by their names.
    pub(super) fn beside(self, other: Self, mut each: impl FnMut(Option<u32>, Option<u32>)) {
        let (mut ours, mut theirs) = (&*self.listing.files, &*other.listing.files);
        let held = self.shelf;
        while let ([one, our_rest @ ..], [two, their_rest @ ..]) = (ours, theirs) {
            let order = if one == two {
                Ordering::Equal
            } else {
                held.name(*one).cmp(held.name(*two))
            };
            match order {
                Ordering::Less => each(Some(*one), None),
                Ordering::Equal => each(Some(*one), Some(*two)),
                Ordering::Greater => each(None, Some(*two)),
            }
            if order != Ordering::Greater {
                ours = our_rest;
            }
            if order != Ordering::Less {
                theirs = their_rest;
            }
        }
        for one in ours {
            each(Some(*one), None);
        }
        for two in theirs {
            each(None, Some(*two));
        }
    }
}

/// Returns which content of several is most like one; the first where that cannot be said.
pub fn closest<'a>(
    one: Option<Content<'_>>,
    others: impl Iterator<Item = Content<'a>>,
) -> Option<Content<'a>> {
    let mut others = others.peekable();
    let first = others.next()?;
    // With nothing to choose between nothing is compared.
    let (Some(one), true) = (one, others.peek().is_some()) else {
        return Some(first);
    };
    let all = std::iter::once(first).chain(others);
    all.min_by_key(|other| one.difference(*other))
}
