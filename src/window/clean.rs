//! Names and sentences as windows show them: a name is one line, and nothing in it is unseen.

use super::protocol::{Conflict, Fate, Message, Progress, Said, pair::Newcomer};

/// A conflict, with its names as they are shown.
pub fn conflict(mut conflict: Conflict) -> Conflict {
    conflict.instance = name(&conflict.instance);
    conflict.device = name(&conflict.device);
    for unit in &mut conflict.units {
        unit.name = name(&unit.name);
        if unit.name.trim().is_empty() {
            unit.name = name(&unit.path);
        }
        for version in unit.cloud.iter_mut().chain([&mut unit.here]) {
            version.device = name(&version.device);
        }
    }
    for merging in &mut conflict.merging {
        merging.name = name(&merging.name);
        if let Fate::Fetched { device } = &mut merging.fate {
            *device = name(device);
        }
    }
    conflict
}

/// A work, with its names as they are shown.
pub fn progress(mut progress: Progress) -> Progress {
    progress.instance = name(&progress.instance);
    progress.item = progress.item.as_deref().map(name);
    progress
}

/// A message, with its sentences as they are shown.
pub fn message(mut message: Message) -> Message {
    message.instance = name(&message.instance);
    message.said = message.said.into_iter().map(said).collect();
    message
}

/// Something to know, with its sentences as they are shown.
pub fn said(mut said: Said) -> Said {
    said.text = sentences(&said.text);
    for hint in &mut said.hints {
        *hint = sentences(hint);
    }
    said
}

/// A device that waits, with its names as they are shown.
pub fn newcomer(mut device: Newcomer) -> Newcomer {
    device.name = name(&device.name);
    device.address = name(&device.address);
    device
}

/// On one line: what is not seen, or turns what follows, is a space.
fn name(name: &str) -> String {
    let shown = |c: char| match c {
        '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    };
    name.chars().map(shown).collect()
}

/// Lines stay.
pub fn sentences(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(name).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_turns_nothing() {
        assert_eq!(name("New\r\nWorld\u{7}"), "New  World ");
        assert_eq!(name("exe.\u{202e}gnp"), "exe. gnp");
        assert_eq!(name("عالم 新しい"), "عالم 新しい");
        assert_eq!(sentences("one\ttwo\nthree"), "one two\nthree");
    }
}
