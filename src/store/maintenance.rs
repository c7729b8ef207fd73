//! What is done with a repository now and then: reading all of it, and thinning its past.

use crate::{domain::ids::SnapshotId, error::Result, process::restic::Patience};

use super::{argv, doing::Doing, failure, repository::Repository};
use crate::process::restic::{self as process, Ended, Pipe};

use std::{ffi::OsString, time::Duration};

/// For calls that read or rewrite a whole repository: restic says how far it is, and then nothing for
/// as long as one pack takes.
const WHOLE: Patience = Patience {
    silence: Duration::from_mins(10),
    retrying: Duration::from_secs(30),
};

/// How long to wait for whoever locked the repository, in seconds.
const LOCK_PATIENCE: u64 = 20;

/// How many ids fit into one command line on every system.
const TOGETHER: usize = 200;

/// How many findings are worth telling.
const FINDINGS: usize = 20;

/// Who is told how many things of how many are done.
pub type Count<'a> = &'a mut dyn FnMut(u64, u64);

impl Repository {
    /// Reads every pack, and returns what is wrong with any, in restic's words.
    pub fn check_data(&self, count: Count<'_>) -> Result<Vec<String>> {
        let (ended, _, said) = self.spoken(&argv::check_data(), count)?;
        // It ends with 1 for what it has found, and for what kept it from looking.
        let is_verdict = ended.stopped.is_none() && said.contains("repository contains errors");
        if ended.code == Some(0) || !is_verdict {
            self.check(Doing::Checking, &ended, WHOLE)?;
        }
        let secrets = self.secrets();
        let mut findings: Vec<String> = said
            .lines()
            .take_while(|line| !line.starts_with("The repository ") && !line.starts_with("Fatal"))
            .filter(|line| !line.trim().is_empty())
            .map(|line| failure::masked(line, &secrets))
            .collect();
        findings.dedup();
        if is_verdict && findings.is_empty() {
            findings.push("restic found errors".to_owned());
        }
        findings.truncate(FINDINGS);
        Ok(findings)
    }

    /// Returns how many bytes would become free, as restic writes them, if these snapshots went and
    /// what nobody needs then; `None` where that would be none. Of more than fit into one command line
    /// the first are asked about, and it says whether that is so: then it is more.
    pub fn would_free(&self, snapshots: &[SnapshotId]) -> Result<(Option<String>, bool)> {
        let (asked, is_part) = askable(snapshots);
        let args = match asked {
            [] => argv::prune(true, LOCK_PATIENCE),
            some => argv::forget_dry(some),
        };
        let (ended, said, _) = self.spoken(&args, &mut |_, _| {})?;
        self.check(Doing::Pruning, &ended, WHOLE)?;
        Ok((freed(&said), is_part))
    }

    /// Removes these snapshots. What they alone need is still there.
    pub fn forget(&self, snapshots: &[SnapshotId]) -> Result<()> {
        for some in snapshots.chunks(TOGETHER) {
            let args = argv::forget(some, LOCK_PATIENCE);
            let (ended, ..) = self.spoken(&args, &mut |_, _| {})?;
            self.check_locked(Doing::Forgetting, &ended)?;
        }
        Ok(())
    }

    /// Removes what no snapshot needs, and returns how many bytes that was, as restic writes them;
    /// `None` where it was none.
    pub fn prune(&self, count: Count<'_>) -> Result<Option<String>> {
        let (ended, said, _) = self.spoken(&argv::prune(false, LOCK_PATIENCE), count)?;
        self.check_locked(Doing::Pruning, &ended)?;
        Ok(freed(&said))
    }

    fn check_locked(&self, doing: Doing<'_>, ended: &Ended) -> Result<()> {
        match ended.code {
            Some(11) => Err(self.locked(doing, ended)),
            _ => self.check(doing, ended, WHOLE),
        }
    }

    /// Runs a call that speaks in sentences, and returns them, and its complaints. Each line that it
    /// writes is a sign of life; `[0:05] 40.00%  2 / 5 packs` says how far it is.
    fn spoken(&self, args: &[OsString], count: Count<'_>) -> Result<(Ended, String, String)> {
        let (ended, (stdout, stderr)) = self.with_right_key(|| {
            let (mut stdout, mut stderr) = (String::new(), String::new());
            let ended =
                process::run_lines(&self.call(args.to_vec(), None, WHOLE), &mut |pipe, line| {
                    let line = String::from_utf8_lossy(line);
                    match (pipe, counted(&line)) {
                        (Pipe::Stdout, Some((done, total))) => count(done, total),
                        (Pipe::Stdout, None) => stdout.push_str(&line),
                        (Pipe::Stderr, _) => stderr.push_str(&line),
                    }
                    pipe == Pipe::Stdout
                })?;
            Ok((ended, (stdout, stderr)))
        })?;
        Ok((ended, stdout, stderr))
    }
}

/// Returns as many snapshots as fit into one command line, and whether there are more.
fn askable(snapshots: &[SnapshotId]) -> (&[SnapshotId], bool) {
    let asked = &snapshots[..snapshots.len().min(TOGETHER)];
    (asked, asked.len() < snapshots.len())
}

/// Reads how much a prune takes away, or would.
fn freed(said: &str) -> Option<String> {
    let total = said
        .lines()
        .find_map(|line| line.strip_prefix("total prune:"))?;
    let (_, bytes) = total.split_once('/')?;
    let bytes = bytes.trim();
    (bytes != "0 B").then(|| bytes.to_owned())
}

/// Reads a line of progress.
fn counted(line: &str) -> Option<(u64, u64)> {
    let (_, rest) = line.strip_prefix('[')?.split_once('%')?;
    let (done, rest) = rest.split_once('/')?;
    let total = rest.split_whitespace().next()?;
    Some((done.trim().parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_more_snapshots_than_fit_into_a_command_line_it_is_told_that_there_are_more() {
        let ids = |number: usize| -> Vec<SnapshotId> {
            let id = |one| format!("{one:064x}").parse().expect("an id");
            (0..number).map(id).collect()
        };
        for (number, asked, more) in [(0, 0, false), (200, 200, false), (450, 200, true)] {
            let ids = ids(number);
            assert_eq!(askable(&ids), (&ids[..asked], more), "{number}");
        }
    }

    #[test]
    fn what_becomes_free_is_what_restic_adds_up() {
        let said =
            "to delete: 9 blobs / 8 B\ntotal prune:  2 blobs / 939 B\nremaining: 1 blobs / 1 B\n";
        assert_eq!(freed(said).as_deref(), Some("939 B"));
        assert_eq!(freed("total prune:  0 blobs / 0 B\n"), None);
        assert_eq!(freed("done\n"), None);
    }

    #[test]
    fn a_line_of_progress_says_how_much_of_how_much() {
        assert_eq!(counted("[0:00] 60.00%  3 / 5 packs\n"), Some((3, 5)));
        for other in [
            "total prune:  2 blobs / 939 B",
            "[0:00] loading",
            "",
            "[",
            "[0:00] 1% x / 2",
        ] {
            assert_eq!(counted(other), None, "{other}");
        }
    }
}
