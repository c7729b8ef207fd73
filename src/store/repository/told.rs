//! What a long call tells on its way.

use crate::{
    error::Result,
    process::restic::{self as process, Call, Ended, Pipe},
    store::{
        lacking::Lacking,
        messages::{Message, Status, Summary},
        unread::Unread,
    },
};

/// What a long call told on its way.
#[derive(Default)]
pub(super) struct Told {
    pub(super) summary: Option<Summary>,
    pub(super) lacking: Lacking,
    pub(super) unread: Unread,
}

/// Runs a call that says line by line how far it is.
pub(super) fn stream(call: &Call<'_>, progress: &mut dyn FnMut(&Status)) -> Result<(Ended, Told)> {
    let mut last = Status::default();
    let mut told = Told::default();
    let ended = process::run_lines(call, &mut |pipe, line| {
        match (pipe, serde_json::from_slice(line)) {
            (Pipe::Stdout, Ok(Message::Status(status))) => {
                progress(&status);
                // restic prints on a timer: only a changed number is a sign of life.
                let moved = status != last;
                last = status;
                moved
            }
            (Pipe::Stdout, Ok(Message::Summary(end))) => {
                told.summary = Some(end);
                true
            }
            (_, Ok(Message::Error(error))) => {
                told.lacking.note(&error);
                told.unread.note(&error);
                true
            }
            (_, parsed) => parsed.is_ok(),
        }
    })?;
    Ok((ended, told))
}
