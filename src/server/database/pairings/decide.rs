//! The yes or the no to a device that waits.

use super::{Answer, Database};

/// What is decided about a device that waits.
#[derive(Debug)]
pub enum Decision<'a> {
    /// It is let in, with this bundle; it has until then to fetch it.
    Approve(Option<&'a str>, i64),
    /// It is not.
    Refuse,
}

/// Says yes or no to a device that waits. Returns whether one did.
pub async fn decide(
    database: &Database,
    (account_id, id): (i64, &str),
    decision: &Decision<'_>,
    now: i64,
) -> Answer<bool> {
    let (state, bundle, until) = match decision {
        Decision::Approve(bundle, until) => ("approved", *bundle, Some(*until)),
        Decision::Refuse => ("refused", None, None),
    };
    let done = sqlx::query(
        "UPDATE pairings SET state = ?, bundle = ?, expires_at = coalesce(?, expires_at)
         WHERE account_id = ? AND id = ? AND state = 'claimed' AND expires_at > ?",
    )
    .bind(state)
    .bind(bundle)
    .bind(until)
    .bind(account_id)
    .bind(id)
    .bind(now)
    .execute(&database.pool)
    .await?;
    Ok(done.rows_affected() == 1)
}
