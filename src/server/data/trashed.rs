//! Of an instance in the trash the list is empty and nothing else is there, as of one that was never used: a
//! header says which of them it is, and until when it can be brought back. restic sees no difference.

use axum::http::StatusCode;
use http_body::Body as _;

use super::{Answered, asked::Asked, authority::Refusal};
use crate::{
    domain::rest::{path::Target, refused::Why},
    server::{database::instances, upkeep::KEPT},
};

/// The longest that an empty list is, in bytes.
const EMPTY: u64 = 4;

/// Returns whether an answer could be taken for that of another repository.
pub(super) fn could_mislead(asked: &Asked<'_>, answered: &Answered) -> bool {
    match answered {
        // That of every hook that has nothing to do is longer, and costs no look into the database.
        Ok(response) => {
            let size = response.body().size_hint().exact();
            matches!(asked.address.target, Target::List(_))
                && size.is_some_and(|size| size <= EMPTY)
        }
        Err(failure) => {
            failure.status() == StatusCode::NOT_FOUND || failure.is(Refusal::NotRegistered)
        }
    }
}

/// Returns what is said beside such an answer. None of it can make the answer another one.
pub(super) async fn why(asked: &Asked<'_>) -> Option<Why> {
    let (database, id) = (&asked.server.database, asked.address.repository.id);
    let at = instances::deleted_at(database, asked.holder.account_id, id).await;
    let until = at.ok().flatten()?.saturating_add(KEPT);
    Some(Why::Trashed { until })
}
