//! Leave to remove, of a server of ours that lets no device do so by itself.

use std::time::Duration;

use super::Context;
use crate::{
    error::{Error, Result},
    sync::{
        access::Access,
        account,
        event::{Event, note, warn_of},
        server::{
            self,
            grants::{self, Asked, Decided},
        },
    },
};

/// Leave that somebody gave.
pub struct Leave {
    access: Access,
    asked: Asked,
}

/// Returns the way to a server that can be asked for leave; `None` where it is none.
pub fn of(context: &Context<'_>) -> Result<Option<Access>> {
    let settings = &context.settings;
    let layout = account::layout_of(settings);
    let access = account::of_folder(settings, &layout, &|event| context.hear(event))?;
    let question = access.question();
    let known = server::known(settings, question.location, question.ca_file);
    let can = known.is_some_and(|server| server.has("grants"));
    Ok(can.then_some(access))
}

/// Asks for leave, says who can give it, and waits for it so many minutes; at all, where that is asked for.
pub fn obtain(context: &Context<'_>, access: Access, minutes: Option<u32>) -> Result<Leave> {
    let listener = |event: Event| context.hear(event);
    let asked = grants::ask(&access)?;
    let how = format!(
        "Say yes on its page, {}, or where it runs: instance-sync serve admin --data=DIR grant add {} {} {}",
        asked.url,
        asked.account,
        crate::domain::shell::word(&asked.device),
        asked.instance
    );
    let unanswered = |what: &str| {
        Error::failed(what)
            .hint("Nothing was removed. The question waits for a day.")
            .hint(how.clone())
    };
    let Some(minutes) = minutes else {
        return Err(unanswered(
            "the server was asked for leave to remove this, and nobody has said yes yet",
        )
        .hint("Then run it again. To wait here for the answer: --wait"));
    };
    note(
        &listener,
        format!("The server was asked for leave to remove this. {how}"),
    );
    match grants::wait(
        &access,
        &asked,
        Duration::from_secs(u64::from(minutes) * 60),
    )? {
        Decided::Yes => Ok(Leave { access, asked }),
        Decided::No => Err(Error::failed("leave to remove this was refused")
            .hint("Nothing was removed. To ask again, run it again.")),
        Decided::NotYet => Err(
            unanswered(&format!("nobody has said yes within {minutes} min"))
                .hint("Then run it again."),
        ),
    }
}

impl Leave {
    /// Gives it back. That it stays until its hour is over is worth a word.
    pub fn give_back(self, context: &Context<'_>) {
        if let Err(error) = grants::give_back(&self.access, &self.asked) {
            let error = error.hint("Leave to remove ends by itself, an hour after it was given.");
            warn_of(&|event| context.hear(event), &error);
        }
    }
}
