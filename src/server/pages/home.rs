//! The first page: what waits for an answer, what is held, what happened last.

use askama::Template;

use super::{
    activity::{self, Row},
    frame::{Asked, Frame},
    instances::{self, Shown},
    page::{Answered, Page, Sent},
    picture::Picture,
    shown::size,
};
use crate::server::{
    clock,
    control::{
        admit::Access,
        answer::Refusal,
        call::{Call, Nothing},
        devices, grants, pairings,
        presence::State,
    },
    database::{accounts, pairings::State as Pairing, sync_log::What},
    samples,
};

/// How many rows are shown, and how many days.
const ROWS: usize = 8;
const DAYS: i64 = 90;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    /// How many requests wait for an answer.
    waiting: usize,
    /// How many devices want to be let in.
    newcomers: usize,
    devices: usize,
    instances: Vec<Shown>,
    used: String,
    quota: Option<Quota>,
    picture: Picture,
    rows: Vec<Row>,
}

struct Quota {
    bytes: String,
    percent: u64,
}

impl Home {
    /// Returns what devices are doing now.
    fn present(&self) -> impl Iterator<Item = (&Shown, &(String, State, super::shown::When))> {
        let all = self.instances.iter();
        all.flat_map(|shown| shown.present.iter().map(move |one| (shown, one)))
    }
}

pub(super) fn pages() -> Vec<Page> {
    vec![Page::get("/", Access::Person, look)]
}

async fn look(call: Call<Asked>) -> Answered {
    let (owner, server, now) = (call.who.owner()?, &call.server, clock::now());
    let account = accounts::find(&server.database, &owner.name).await?;
    let account = account.ok_or(Refusal::Unknown)?;
    let held = server.usage.of(server.blobs.as_ref(), &owner.name).await?;
    let days = samples::of(server, (owner.id, held), DAYS, now).await?;
    let known = devices::list(call.with(Nothing {})).await?.value.devices;
    let used = known.iter().filter(|one| one.device.revoked_at.is_none());
    let (mut instances, _) = instances::list(&call).await?;
    instances.retain(|shown| shown.deleted.is_none());
    let entries = activity::newest(&call, None, ROWS).await?;
    let newcomers = pairings::under_way(server, &owner).await?;
    let quota = account.quota_bytes.map(|quota| Quota {
        bytes: size(quota),
        percent: percent(held, quota),
    });
    Sent::page(&Home {
        frame: Frame::of(&call, "home")?,
        waiting: grants::list(call.with(Nothing {}))
            .await?
            .value
            .requests
            .len(),
        newcomers: newcomers
            .iter()
            .filter(|pairing| pairing.state == Pairing::Claimed)
            .count(),
        devices: used.count(),
        instances,
        used: size(held),
        quota,
        picture: Picture::of(&days, account.quota_bytes),
        rows: entries.iter().map(|entry| Row::of(entry, now)).collect(),
    })
}

fn percent(held: u64, quota: u64) -> u64 {
    let part = u128::from(held) * 100 / u128::from(quota.max(1));
    u64::try_from(part).unwrap_or(100).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_account_is_full_and_never_more() {
        assert_eq!(percent(0, 10), 0);
        assert_eq!(percent(5, 10), 50);
        assert_eq!(percent(u64::MAX, 1), 100);
        assert_eq!(percent(0, 0), 0);
    }
}
