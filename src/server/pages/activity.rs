//! What devices did: rows of the sync log, for people.

use askama::Template;

use super::{
    frame::{Asked, Frame},
    page::{Answered, Page, Sent},
    shown::{When, short, size},
};
use crate::server::{
    clock,
    control::{activity, admit::Access, answer::Failure, call::Call, call::Nothing},
    database::sync_log::{Entry, What},
};

/// How many rows a page has.
const ROWS: usize = 50;

/// A row.
#[derive(Debug)]
pub struct Row {
    /// What the device is called.
    pub device: String,
    /// The instance's ULID.
    pub instance: String,
    /// The part of it that people compare.
    pub short: String,
    /// What it did.
    pub what: What,
    /// When.
    pub at: When,
    /// How much went over the line.
    pub size: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

impl Row {
    /// Returns a row of the log, as seen from now.
    pub fn of(entry: &Entry, now: i64) -> Self {
        Self {
            device: entry.name.clone(),
            instance: entry.instance.clone(),
            short: short(&entry.instance),
            what: entry.what,
            at: When::of(entry.at, now),
            size: entry.bytes.map(size),
            reason: entry.reason.as_deref().map(words_of),
        }
    }
}

/// Returns a reason as people say it. Another version of the program may know more of them.
fn words_of(reason: &str) -> String {
    match reason {
        "conflict" => "it asks which one to keep",
        "others-decide" => "another device is asked",
        "postponed" => "put off by the player",
        "unusable" => "the saves could not be read",
        "damaged" => "something stored is damaged",
        "full" => "no room",
        "no-repository" => "nothing was stored here yet",
        "busy" => "another one was at work",
        "usage" => "it was asked for something senseless",
        "failed" => "its own log says why",
        other => other,
    }
    .to_owned()
}

#[derive(Template)]
#[template(path = "activity.html")]
struct Activity {
    frame: Frame,
    rows: Vec<Row>,
    /// Where older ones are.
    older: Option<i64>,
    /// Whether these are the newest: only they change by themselves.
    is_newest: bool,
}

pub(super) fn pages() -> Vec<Page> {
    vec![Page::get("/events", Access::Person, look)]
}

async fn look(call: Call<Asked>) -> Answered {
    let entries = entries(&call, call.query.clone().unwrap_or_default()).await?;
    let older = (entries.len() > ROWS).then(|| entries.get(ROWS - 1).map(|entry| entry.id));
    let now = clock::now();
    let rows = entries.iter().take(ROWS).map(|entry| Row::of(entry, now));
    let before: Option<i64> = call.asked("before")?;
    Sent::page(&Activity {
        frame: Frame::of(&call, "events")?,
        rows: rows.collect(),
        older: older.flatten(),
        is_newest: before.is_none(),
    })
}

/// Returns what the API answers to this query, one row more than a page has.
async fn entries(call: &Call<Asked>, query: String) -> Result<Vec<Entry>, Failure> {
    let mut asked = call.with(Nothing {});
    asked.query = Some(format!("limit={}&{query}", ROWS + 1));
    Ok(activity::log(asked).await?.value.entries)
}

/// Returns the newest rows of an account, or of one instance.
pub async fn newest(
    call: &Call<Asked>,
    instance: Option<&str>,
    limit: usize,
) -> Result<Vec<Entry>, Failure> {
    let mut asked = call.with(Nothing {});
    let of = instance.map(|id| format!("&instance={id}"));
    asked.query = Some(format!("limit={limit}{}", of.unwrap_or_default()));
    Ok(activity::log(asked).await?.value.entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_said_in_words_and_one_of_a_later_version_as_it_is() {
        assert_eq!(words_of("others-decide"), "another device is asked");
        assert_eq!(words_of("what comes later"), "what comes later");
    }
}
