//! NBT, Minecraft's format for nearly everything: a walk over it, from the first byte to the last.
//!
//! Nothing is built from what is read, so that no length in a file takes memory, and nothing calls
//! itself, so that no nesting takes stack. Whoever walks is told of the values near the root.

use std::{
    collections::BTreeMap,
    io::{self, Read},
    ops::Range,
};

use super::{damage::Damage, mutf8};

/// How deep the game nests at most.
pub const DEEPEST: usize = 512;

/// How many elements of a list or an array are told of: three of a position, four of an id.
const ELEMENTS: u32 = 4;
/// Names are remembered up to this many bytes: all that are asked for are shorter.
const NAME: usize = 40;

const END: u8 = 0;
const BYTE_ARRAY: u8 = 7;
const TEXT: u8 = 8;
const LIST: u8 = 9;
const COMPOUND: u8 = 10;
const INT_ARRAY: u8 = 11;
const LONG_ARRAY: u8 = 12;

/// A value that is no container.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number of any width.
    Whole(i64),
    /// A number with a fraction.
    Real(f64),
    /// A text, and where its bytes are, without their length before them.
    Text(String, Range<usize>),
}

/// What was found of what was asked for.
#[derive(Debug, Default)]
pub struct Found(BTreeMap<&'static str, Vec<Value>>);

impl Found {
    /// Returns the text at `path`, and where its bytes are.
    pub fn text(&self, path: &str) -> Option<(&str, Range<usize>)> {
        match self.0.get(path)?.as_slice() {
            [Value::Text(text, span)] => Some((text, span.clone())),
            _ => None,
        }
    }

    /// Returns the number at `path`.
    pub fn whole(&self, path: &str) -> Option<i64> {
        match *self.0.get(path)?.as_slice() {
            [Value::Whole(number)] => Some(number),
            _ => None,
        }
    }

    /// Returns the first numbers of the list or array at `path`, without their fractions.
    pub fn wholes(&self, path: &str) -> Vec<i64> {
        let number = |value: &Value| match *value {
            Value::Whole(number) => Some(number),
            // Those that are too large become the largest.
            #[allow(clippy::cast_possible_truncation)]
            Value::Real(number) => (!number.is_nan()).then(|| number.floor() as i64),
            Value::Text(..) => None,
        };
        let values = self.0.get(path).map_or(&[][..], Vec::as_slice);
        values.iter().filter_map(number).collect()
    }
}

/// Walks over the whole of `input` and returns what is at `paths`: names from the root's insides on,
/// with `/` between them. Of two values of one path the last one counts, as it does for the game.
pub fn find(input: impl Read, paths: &[&'static str]) -> Result<Found, Damage> {
    let mut found = Found::default();
    walk(input, &mut |place, value| {
        let Some(path) = paths.iter().find(|path| place.is(path)) else {
            return;
        };
        let values = found.0.entry(path).or_default();
        if place.index == 0 {
            values.clear();
        }
        values.push(value());
    })?;
    Ok(found)
}

/// Walks over the whole of `input`.
pub fn check(input: impl Read) -> Result<(), Damage> {
    walk(input, &mut |_, _| {})
}

/// Where a value is.
struct Place<'a> {
    /// The names of what it is in, and its own.
    names: &'a [u8],
    /// Where each of them ends.
    ends: &'a [usize],
    /// Its place in a list or an array.
    index: u32,
}

impl Place<'_> {
    fn is(&self, path: &str) -> bool {
        let mut start = 0;
        let mut names = path.split('/');
        self.ends.iter().all(|end| {
            let name = &self.names[start..*end];
            start = *end;
            names.next().is_some_and(|wanted| wanted.as_bytes() == name)
        }) && names.next().is_none()
    }
}

/// Told of a place, and of what makes the value there.
type Visit<'v> = dyn FnMut(&Place<'_>, &dyn Fn() -> Value) + 'v;

enum Open {
    Compound,
    List { of: u8, left: u32, next: u32 },
}

struct Walk<'v, R> {
    input: R,
    at: usize,
    /// What is open, with how many names lead there.
    open: Vec<(Open, usize)>,
    names: Vec<u8>,
    ends: Vec<usize>,
    text: Vec<u8>,
    visit: &'v mut Visit<'v>,
}

fn walk<'v>(input: impl Read, visit: &'v mut Visit<'v>) -> Result<(), Damage> {
    let mut walk = Walk {
        input,
        at: 0,
        open: Vec::new(),
        names: Vec::new(),
        ends: Vec::new(),
        text: Vec::new(),
        visit,
    };
    if walk.byte()? != COMPOUND {
        return Err(Damage::Foreign);
    }
    walk.read_text()?;
    walk.enter(Open::Compound)?;
    walk.run()
}

impl<R: Read> Walk<'_, R> {
    fn run(&mut self) -> Result<(), Damage> {
        while let Some((open, names)) = self.open.last_mut() {
            let names = *names;
            match open {
                Open::List { left: 0, .. } => drop(self.open.pop()),
                Open::List { of, left, next } => {
                    let (kind, index) = (*of, *next);
                    *left -= 1;
                    *next = next.saturating_add(1);
                    self.keep_names(names);
                    if matches!(kind, LIST | COMPOUND) {
                        // It has no name, and what is in it is not in what has one.
                        self.ends.push(self.names.len());
                    }
                    self.value(kind, index)?;
                }
                Open::Compound => {
                    let kind = self.byte()?;
                    if kind == END {
                        self.open.pop();
                        continue;
                    }
                    self.read_text()?;
                    self.keep_names(names);
                    self.names.extend(self.text.iter().take(NAME));
                    self.ends.push(self.names.len());
                    self.value(kind, 0)?;
                }
            }
        }
        Ok(())
    }

    fn keep_names(&mut self, number: usize) {
        self.ends.truncate(number);
        self.names.truncate(self.ends.last().copied().unwrap_or(0));
    }

    fn enter(&mut self, open: Open) -> Result<(), Damage> {
        if self.open.len() == DEEPEST {
            return Err(Damage::TooDeep);
        }
        self.open.push((open, self.ends.len()));
        Ok(())
    }

    fn value(&mut self, kind: u8, index: u32) -> Result<(), Damage> {
        match kind {
            1 => {
                let [byte] = self.bytes()?;
                self.tell(index, &|| Value::Whole(i64::from(byte.cast_signed())));
            }
            2 => {
                let number = i16::from_be_bytes(self.bytes()?);
                self.tell(index, &|| Value::Whole(i64::from(number)));
            }
            3 => {
                let number = i32::from_be_bytes(self.bytes()?);
                self.tell(index, &|| Value::Whole(i64::from(number)));
            }
            4 => {
                let number = i64::from_be_bytes(self.bytes()?);
                self.tell(index, &|| Value::Whole(number));
            }
            5 => {
                let number = f32::from_be_bytes(self.bytes()?);
                self.tell(index, &|| Value::Real(f64::from(number)));
            }
            6 => {
                let number = f64::from_be_bytes(self.bytes()?);
                self.tell(index, &|| Value::Real(number));
            }
            TEXT => {
                self.read_text()?;
                let text = std::mem::take(&mut self.text);
                let span = self.at - text.len()..self.at;
                self.tell(index, &|| Value::Text(mutf8::decode(&text), span.clone()));
                self.text = text;
            }
            BYTE_ARRAY => self.array(1, 1)?,
            INT_ARRAY => self.array(3, 4)?,
            LONG_ARRAY => self.array(4, 8)?,
            LIST => {
                let of = self.byte()?;
                // The game takes a negative length for none.
                let left = u32::try_from(i32::from_be_bytes(self.bytes()?)).unwrap_or(0);
                if of > LONG_ARRAY || of == END && left > 0 {
                    return Err(Damage::OddTag);
                }
                self.enter(Open::List { of, left, next: 0 })?;
            }
            COMPOUND => self.enter(Open::Compound)?,
            _ => return Err(Damage::OddTag),
        }
        Ok(())
    }

    fn array(&mut self, kind: u8, width: u64) -> Result<(), Damage> {
        let length = i32::from_be_bytes(self.bytes()?);
        let length = u32::try_from(length).map_err(|_| Damage::OddTag)?;
        let told = length.min(ELEMENTS);
        for index in 0..told {
            self.value(kind, index)?;
        }
        self.skip(u64::from(length - told) * width)
    }

    fn tell(&mut self, index: u32, value: &dyn Fn() -> Value) {
        if index < ELEMENTS {
            let place = Place {
                names: &self.names,
                ends: &self.ends,
                index,
            };
            (self.visit)(&place, value);
        }
    }

    /// Reads a text with its length before it.
    fn read_text(&mut self) -> Result<(), Damage> {
        let length = usize::from(u16::from_be_bytes(self.bytes()?));
        self.text.resize(length, 0);
        self.input.read_exact(&mut self.text)?;
        self.at += length;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        self.bytes().map(|[byte]| byte)
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes)?;
        self.at += N;
        Ok(bytes)
    }

    fn skip(&mut self, length: u64) -> Result<(), Damage> {
        if length == 0 {
            return Ok(());
        }
        let skipped = io::copy(&mut self.input.by_ref().take(length), &mut io::sink())?;
        self.at = usize::try_from(skipped)
            .ok()
            .and_then(|skipped| self.at.checked_add(skipped))
            .ok_or(Damage::TooLarge)?;
        if skipped == length {
            Ok(())
        } else {
            Err(Damage::BrokenOff)
        }
    }
}

#[cfg(test)]
mod tests;
