//! Open files: how many this process may have, and who gets them.
//!
//! An idle stream of events takes one, a download two. If any connection could take two, half of the files
//! would lie idle on a server with many listeners: so objects have a share of their own, and whoever asks
//! for one more waits.

/// What a system allows at the least.
const FEW: u64 = 1024;
/// Connections at a time, where the system allows so many files.
const MANY: u64 = 20_000;

/// How many files are for what. The rest is for the database, the log, and folders that are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shares {
    /// Connections from everywhere.
    pub connections: u32,
    /// Objects that are read or written.
    pub objects: u32,
}

impl Shares {
    /// Asks for as many open files as this process may have, and shares them out.
    pub fn take() -> Self {
        Self::of(raise().unwrap_or(FEW))
    }

    fn of(files: u64) -> Self {
        let objects = files / 4;
        let others = 64 + files / 16;
        let connections = files.saturating_sub(objects + others).clamp(16, MANY);
        Self {
            connections: u32::try_from(connections).unwrap_or(u32::MAX),
            objects: u32::try_from(objects.clamp(8, MANY)).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(unix)]
fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum.or(Some(u64::MAX)),
        Err(_) => limit.current,
    }
}

#[cfg(not(unix))]
fn raise() -> Option<u64> {
    Some(MANY * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_are_no_more_than_there_are() {
        for files in [256, FEW, 20_000, 65_536] {
            let shares = Shares::of(files);
            let taken = u64::from(shares.connections) + u64::from(shares.objects);
            assert!(taken < files, "{files}: {shares:?}");
        }
    }

    #[test]
    fn twenty_thousand_files_are_enough_for_ten_thousand_listeners() {
        assert!(Shares::of(20_000).connections > 10_000 + 2_000);
        assert_eq!(Shares::of(u64::MAX).connections, 20_000);
        assert!(Shares::of(0).connections > 0 && Shares::of(0).objects > 0);
    }
}
