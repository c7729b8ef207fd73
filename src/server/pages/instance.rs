//! One instance: what happened to it, as a picture and as a table; deleting it.

use askama::Template;

use super::{
    activity::{self, Row},
    frame::{Asked, Frame, Wrong},
    graph::Graph,
    instances::{self as listed, Shown},
    page::{Answered, Page, Sent},
};
use crate::server::{
    clock,
    control::{
        admit::Access,
        answer::{Failure, Refusal},
        call::{Call, Nothing},
        instances,
        presence::State,
    },
    database::sync_log::What,
};

/// How many rows of its log are read, and how many of them are in the table.
const READ: usize = 400;
const ROWS: usize = 30;

#[derive(Template)]
#[template(path = "instance.html")]
struct OnePage {
    frame: Frame,
    instance: Shown,
    graph: Graph,
    rows: Vec<Row>,
    wrong: Wrong,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/instances/{instance}", Access::Person, look),
        Page::post("/instances/{instance}/delete", Access::Person, delete),
        Page::post("/instances/{instance}/restore", Access::Person, restore),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    Sent::page(&page(&call, Wrong::default()).await?)
}

async fn delete(call: Call<Asked>) -> Answered {
    let id: String = call.word("instance")?;
    // Eight letters are typed: nobody deletes an instance by a slip, with or without scripts.
    let typed = call.input.form.text("confirm");
    if !typed.eq_ignore_ascii_case(&super::shown::short(&id)) {
        let why = "these are not the first eight characters of its id";
        let wrong = Wrong::said("delete", why);
        let refusal = Refusal::Invalid(why.to_owned());
        return Sent::refused(&refusal, &page(&call, wrong).await?);
    }
    match instances::delete(call.with(Nothing {})).await {
        Ok(_) => Ok(Sent::to("/instances/trash?done=deleted")),
        Err(failure) => {
            let (wrong, refusal) = Wrong::at("delete", failure)?;
            Sent::refused(&refusal, &page(&call, wrong).await?)
        }
    }
}

/// Brings back what devices removed from it under a grant.
async fn restore(call: Call<Asked>) -> Answered {
    let id: String = call.word("instance")?;
    match instances::undelete(call.with(Nothing {})).await {
        Ok(reply) => {
            let done = match reply.value.objects {
                0 => "nothing-to-restore",
                _ => "restored",
            };
            Ok(Sent::to(format!("/instances/{id}?done={done}")))
        }
        Err(failure) => {
            let (wrong, refusal) = Wrong::at("restore", failure)?;
            Sent::refused(&refusal, &page(&call, wrong).await?)
        }
    }
}

async fn page(call: &Call<Asked>, wrong: Wrong) -> Result<OnePage, Failure> {
    let id: String = call.word("instance")?;
    let (all, _) = listed::list(call).await?;
    let found = all.into_iter().find(|shown| shown.id == id);
    // Another account's is as if it were not there.
    let instance = found.ok_or(Refusal::NotThere("there is no such instance"))?;
    let entries = activity::newest(call, Some(&id), READ).await?;
    let now = clock::now();
    let rows = entries.iter().take(ROWS).map(|entry| Row::of(entry, now));
    Ok(OnePage {
        frame: Frame::of(call, "instances")?,
        rows: rows.collect(),
        graph: Graph::of(&entries),
        instance,
        wrong,
    })
}
