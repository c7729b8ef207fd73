//! Instances: who pushed last, how large, who plays; and those in the trash.

use askama::Template;

use super::{
    frame::{Asked, Frame, Wrong},
    page::{Answered, Page, Sent},
    shown::{When, short, size},
};
use crate::server::{
    clock,
    control::{
        admit::Access,
        answer::Failure,
        call::{Call, Nothing},
        devices, instances,
        presence::State,
    },
    upkeep,
};

/// An instance.
#[derive(Debug)]
pub struct Shown {
    /// Its ULID.
    pub id: String,
    /// The part of it that people compare.
    pub short: String,
    /// Since when it is there.
    pub created: When,
    /// How much it holds.
    pub size: String,
    /// The last push of each device, the newest first.
    pub pushes: Vec<(String, When)>,
    /// What devices are doing with it: the device, what, since when.
    pub present: Vec<(String, State, When)>,
    /// Since when it is in the trash, and until when.
    pub deleted: Option<(When, When)>,
}

#[derive(Template)]
#[template(path = "instances.html")]
struct Listing {
    frame: Frame,
    instances: Vec<Shown>,
    limit: u64,
    in_trash: usize,
}

#[derive(Template)]
#[template(path = "trash.html")]
struct Trash {
    frame: Frame,
    instances: Vec<Shown>,
    wrong: Wrong,
}

pub(super) fn pages() -> Vec<Page> {
    vec![
        Page::get("/instances", Access::Person, look),
        Page::get("/instances/trash", Access::Person, trash),
        Page::post("/instances/{instance}/undelete", Access::Person, undelete),
    ]
}

async fn look(call: Call<Asked>) -> Answered {
    let (all, limit) = list(&call).await?;
    let (trash, instances): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|shown| shown.deleted.is_some());
    Sent::page(&Listing {
        frame: Frame::of(&call, "instances")?,
        instances,
        limit,
        in_trash: trash.len(),
    })
}

async fn trash(call: Call<Asked>) -> Answered {
    Sent::page(&trash_page(&call, Wrong::default()).await?)
}

async fn undelete(call: Call<Asked>) -> Answered {
    let id: String = call.word("instance")?;
    match instances::undelete(call.with(Nothing {})).await {
        Ok(_) => Ok(Sent::to(format!("/instances/{id}?done=undeleted"))),
        Err(failure) => {
            let (wrong, refusal) = Wrong::at(id, failure)?;
            Sent::refused(&refusal, &trash_page(&call, wrong).await?)
        }
    }
}

async fn trash_page(call: &Call<Asked>, wrong: Wrong) -> Result<Trash, Failure> {
    let (mut instances, _) = list(call).await?;
    instances.retain(|shown| shown.deleted.is_some());
    let is_listed = instances
        .iter()
        .any(|shown| wrong.here(&shown.id).is_some());
    Ok(Trash {
        frame: Frame::of(call, "instances")?,
        instances,
        // It may be gone from the list by now.
        wrong: if is_listed {
            wrong
        } else {
            wrong.moved("page")
        },
    })
}

/// Returns all instances of the account, and how many there may be.
pub async fn list(call: &Call<Asked>) -> Result<(Vec<Shown>, u64), Failure> {
    let now = clock::now();
    let known = devices::list(call.with(Nothing {})).await?.value.devices;
    let name_of = |id: &str| {
        let mut known = known.iter().map(|listed| &listed.device);
        let found = known.find(|device| device.id == id);
        found.map_or_else(|| short(id), |device| device.name.clone())
    };
    let found = instances::list(call.with(Nothing {})).await?.value;
    let shown = found.instances.into_iter().map(|instance| {
        let pushes = instance.pushes.into_iter();
        let present = instance.present.into_iter();
        let until = |at| When::of(at + upkeep::KEPT, now);
        Shown {
            short: short(&instance.id),
            created: When::of(instance.created_at, now),
            size: size(instance.bytes),
            pushes: pushes
                .map(|push| (push.name, When::of(push.at, now)))
                .collect(),
            present: present
                .map(|one| (name_of(&one.device), one.state, When::of(one.since, now)))
                .collect(),
            deleted: instance.deleted_at.map(|at| (When::of(at, now), until(at))),
            id: instance.id,
        }
    });
    Ok((shown.collect(), found.limit))
}
