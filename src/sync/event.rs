//! What the engine tells while it works. How it is shown is up to whoever listens.

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// Something was done or found.
    Notice(String),
    /// Something that the player should look at; nothing is lost. With hints on what to do.
    Warning(String, Vec<String>),
    /// The same, where only the player can mend it: where windows are shown, one says it.
    Alert(String, Vec<String>),
    /// How far a long work is.
    Progress(Progress),
}

/// How far a long work is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The work.
    pub phase: Phase,
    /// The unit or file that it is at, where that is known.
    pub item: Option<String>,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, where that is known.
    pub total: Option<u64>,
}

/// A work that can take long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Reading files here, to see what changed.
    Scan,
    /// Getting restic's program.
    Restic,
    /// Reading what snapshots say of themselves: counted, not measured in bytes.
    Past,
    /// Reading every pack of the repository: counted.
    Packs,
    /// Taking out of the repository what nobody needs any more: counted.
    Prune,
    /// Getting versions from the cloud.
    Fetch,
    /// Packing files into a zip.
    Pack,
    /// Saving to the cloud.
    Push,
    /// Putting files in their places: short, and not to be stopped.
    Swap,
}

/// Whoever listens.
pub type Listener<'a> = &'a dyn Fn(Event);

/// Tells a warning without hints.
pub fn warn(listener: Listener<'_>, message: impl Into<String>) {
    listener(Event::Warning(message.into(), Vec::new()));
}

/// Tells a warning made of an error.
pub fn warn_of(listener: Listener<'_>, error: &crate::error::Error) {
    let (text, hints) = (error.to_string(), error.hints().to_vec());
    listener(if error.is_grave() {
        Event::Alert(text, hints)
    } else {
        Event::Warning(text, hints)
    });
}

/// Tells a notice.
pub fn note(listener: Listener<'_>, message: impl Into<String>) {
    listener(Event::Notice(message.into()));
}
