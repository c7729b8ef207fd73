//! How much each account holds, written down once a day: the picture on its pages is made of that.

use super::{
    Server,
    control::answer::Failure,
    database::samples::{self, Sample, day_of},
};

/// Writes down what is held by each account that has no sample of today.
pub async fn take(server: &Server, now: i64) -> Result<(), Failure> {
    let day = day_of(now);
    for (id, name) in samples::missing(&server.database, day).await? {
        let bytes = server.usage.of(server.blobs.as_ref(), &name).await?;
        samples::put(&server.database, id, Sample { day, bytes }).await?;
    }
    Ok(())
}

/// Returns what an account held each day since `days` ago, the oldest first; today's is what it holds now.
pub async fn of(
    server: &Server,
    (id, held): (i64, u64),
    days: i64,
    now: i64,
) -> Result<Vec<Sample>, Failure> {
    let day = day_of(now);
    let mut known = samples::list(&server.database, id, day - days).await?;
    known.retain(|sample| sample.day < day);
    known.push(Sample { day, bytes: held });
    Ok(known)
}
