//! The catalogue of an account: which instances it has, by the names that people gave them.
//!
//! It is a restic repository beside those of the instances, with one snapshot for each entry. What
//! a list needs is in the snapshots' host, time and tags, so that one `restic snapshots` shows
//! everything, to a person with plain restic too. An entry is never changed or removed: of an
//! instance and a device the newest one counts. It is for choosing and for display, and decides
//! nothing else.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::Timestamp;

use super::ids::InstanceId;
use crate::texts::text;

/// The schema of the file in an entry.
pub const SCHEMA: u64 = 1;

/// The longest label, in characters.
const LONGEST: usize = 100;

/// What one device says of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which instance.
    pub instance: InstanceId,
    /// What it is called there; see [`label`].
    pub label: String,
    /// The device's name.
    pub device: String,
    /// What the instance is, in the words of [`super::profile::Profile`], or a later version's.
    pub profile: String,
    /// When it was written, by that device's clock.
    pub time: Timestamp,
}

impl Entry {
    /// Returns the tags of the entry's snapshot.
    pub fn tags(&self) -> Vec<String> {
        vec![
            format!("instance={}", self.instance),
            format!("label={}", encoded(&self.label)),
            format!("profile={}", encoded(&self.profile)),
        ]
    }

    /// Reads an entry from its snapshot; `None` where that is none.
    pub fn read(tags: &[String], device: &str, time: Timestamp) -> Option<Self> {
        let tag = |name: &str| {
            tags.iter()
                .find_map(|tag| tag.strip_prefix(name)?.strip_prefix('='))
        };
        let instance: InstanceId = tag("instance")?.parse().ok()?;
        let clean = |text: &str| label(text).unwrap_or_else(|| "?".to_owned());
        Some(Self {
            instance,
            label: tag("label")
                .and_then(|text| label(&decoded(text)))
                .unwrap_or_else(|| instance.short()),
            device: clean(device),
            profile: clean(&decoded(tag("profile").unwrap_or("minecraft"))),
            time,
        })
    }
}

/// Makes one line of what somebody called an instance: no control characters, nothing that turns the
/// direction of what stands beside it, 100 characters at most. `None` where nothing is left.
pub fn label(text: &str) -> Option<String> {
    let shown = text.chars().filter_map(|c| match c {
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_whitespace() => Some(' '),
        c if c.is_control() || turns(c) => None,
        c => Some(c),
    });
    let text: String = shown.collect();
    let text = text.split(' ').filter(|word| !word.is_empty());
    let text = text.collect::<Vec<_>>().join(" ");
    if text.chars().nth(LONGEST).is_none() {
        return (!text.is_empty()).then_some(text);
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    Some(format!("{}\u{2026}", cut.trim_end()))
}

/// Whether a character is not seen, and turns the direction of what follows.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{feff}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// restic divides tags at commas and knows no way to write one.
fn encoded(text: &str) -> String {
    text.replace('%', "%25").replace(',', "%2C")
}

fn decoded(text: &str) -> String {
    text.replace("%2C", ",")
        .replace("%2c", ",")
        .replace("%25", "%")
}

/// An instance of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub instance: InstanceId,
    /// What its devices call it, the newest first; at least one.
    pub labels: Vec<String>,
    /// Which devices have it, the newest entry first.
    pub devices: Vec<String>,
    /// What it is, as the newest entry says.
    pub profile: String,
    /// When its newest entry was written.
    pub time: Timestamp,
}

impl Known {
    /// Returns what it is called.
    pub fn label(&self) -> &str {
        self.labels.first().map_or("", String::as_str)
    }
}

/// Puts the entries of each instance together. The one with the newest entry comes first.
pub fn instances(entries: impl IntoIterator<Item = Entry>) -> Vec<Known> {
    let mut newest: BTreeMap<(InstanceId, String), Entry> = BTreeMap::new();
    for entry in entries {
        let key = (entry.instance, entry.device.clone());
        match newest.get(&key) {
            Some(known) if (known.time, &known.label) >= (entry.time, &entry.label) => {}
            _ => drop(newest.insert(key, entry)),
        }
    }
    let mut entries: Vec<Entry> = newest.into_values().collect();
    entries.sort_by(|a, b| (b.time, &a.device).cmp(&(a.time, &b.device)));
    let mut known: Vec<Known> = Vec::new();
    for entry in entries {
        let Some(one) = known.iter_mut().find(|one| one.instance == entry.instance) else {
            known.push(Known {
                instance: entry.instance,
                labels: vec![entry.label],
                devices: vec![entry.device],
                profile: entry.profile,
                time: entry.time,
            });
            continue;
        };
        if !one.labels.contains(&entry.label) {
            one.labels.push(entry.label);
        }
        one.devices.push(entry.device);
    }
    known.sort_by_key(|one| (Reverse(one.time), one.instance));
    known
}

/// Returns those that a person means by `text`: by a label, else by a label in other capitals. An id
/// means itself, whatever is called so.
pub fn meant<'a>(known: impl Iterator<Item = &'a Known>, text: &str) -> Vec<&'a Known> {
    let known: Vec<&Known> = known.collect();
    if let Ok(id) = text.trim().parse::<InstanceId>() {
        return known.into_iter().filter(|one| one.instance == id).collect();
    }
    let Some(text) = label(text) else {
        return Vec::new();
    };
    let small = text.to_lowercase();
    let of = |is: &dyn Fn(&str) -> bool| -> Vec<&Known> {
        let called = |one: &&&Known| one.labels.iter().any(|label| is(label));
        known.iter().filter(called).copied().collect()
    };
    let exact = of(&|label| label == text);
    if exact.is_empty() {
        of(&|label| label.to_lowercase() == small)
    } else {
        exact
    }
}

/// Says how long ago that was.
pub fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.as_second().saturating_sub(then.as_second()) / 60;
    match minutes {
        // Clocks differ a little; more than a day is said as it is.
        ..=-1440 => text!("ago-on-by-its-clock", day = day(then)),
        -1439..=0 => text!("ago-moment"),
        1..=59 => text!("ago-minutes", number = minutes),
        60..=1439 => text!("ago-hours", number = minutes / 60),
        1440..=43_199 => text!("ago-days", number = minutes / 1440),
        _ => text!("ago-on", day = day(then)),
    }
}

/// The day in UTC.
fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests;
