//! The restic that this program was tried with: its release archives and their checksums.

use crate::domain::digest::Digest;

/// The oldest restic that works.
pub const OLDEST: Version = Version(0, 18, 0);

/// A version of restic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl Version {
    /// Reads `0.19.1`; what follows after `-` or `+` is left aside.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text
            .split(['-', '+'])
            .next()?
            .split('.')
            .map(|part| part.parse().ok());
        let version = Self(parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(version)
    }

    /// Reads the first line of `restic version`.
    pub fn of_output(stdout: &str) -> Option<Self> {
        let mut words = stdout.lines().next()?.split_whitespace();
        (words.next() == Some("restic")).then(|| words.next().and_then(Self::parse))?
    }
}

/// One archive of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// As in [`std::env::consts::OS`].
    pub os: &'static str,
    /// As in [`std::env::consts::ARCH`].
    pub arch: &'static str,
    /// Its file name: `.bz2` is the bare program, `.zip` holds it.
    pub file: String,
    /// Its size in bytes, for the progress bar, where it is known.
    pub bytes: Option<u64>,
    /// The only content that is accepted.
    pub sha256: Digest,
}

/// A release: where it is published, and what is accepted from there. Nothing but this table, which
/// only the library's caller can replace, decides what is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The version.
    pub version: Version,
    /// The folder that holds the archives, unless a mirror is given.
    pub base_url: String,
    /// The archives with known checksums.
    pub assets: Vec<Asset>,
}

/// restic 0.19.1: asset, size, SHA-256. Each sum was agreed on by at least two independent public
/// sources, the last by Scoop's manifest.
const PINNED: [(&str, &str, &str, Option<u64>, &str); 6] = [
    (
        "linux",
        "x86_64",
        "linux_amd64.bz2",
        Some(10_107_515),
        "f415415624dcc452f2a02b8c33641791a8c6d6d3b65bbb3543fcf9a25151585c",
    ),
    (
        "linux",
        "aarch64",
        "linux_arm64.bz2",
        Some(9_044_264),
        "a5f64aaab53d51e311fa3829124c5b703f2d14cf187d8640b6be3b2b49376465",
    ),
    (
        "macos",
        "x86_64",
        "darwin_amd64.bz2",
        Some(10_518_038),
        "c38d579622cf602f665234c5a8c315030b6cf70656028fe6dc29a786b60e5f35",
    ),
    (
        "macos",
        "aarch64",
        "darwin_arm64.bz2",
        Some(9_733_199),
        "7be0a144ccc377880f294204aa271d76e4b79554b42a751151d425ce6ebac143",
    ),
    (
        "windows",
        "x86_64",
        "windows_amd64.zip",
        Some(11_237_567),
        "da948ad707ed690426473aaba2046cd61f8f90f6f0e7dab6be0d5796531de67d",
    ),
    (
        "windows",
        "x86",
        "windows_386.zip",
        None,
        "24147168e7988af20e4957d06ab7a9ba73792755150ce1ff270ad586c37fd160",
    ),
];

impl Release {
    /// Returns the release that is pinned in this program.
    pub fn pinned() -> Self {
        let version = Version(0, 19, 1);
        let assets = PINNED.iter().filter_map(|(os, arch, suffix, bytes, sum)| {
            Some(Asset {
                os,
                arch,
                file: format!("restic_{version}_{suffix}"),
                bytes: *bytes,
                sha256: Digest::parse(sum)?,
            })
        });
        Self {
            version,
            base_url: format!("https://github.com/restic/restic/releases/download/v{version}"),
            assets: assets.collect(),
        }
    }

    /// Returns the archive for a platform.
    pub fn asset(&self, os: &str, arch: &str) -> Option<&Asset> {
        self.assets
            .iter()
            .find(|asset| asset.os == os && asset.arch == arch)
    }

    /// Returns the file name of the unpacked program: `restic-0.19.1`.
    pub fn program_name(&self) -> String {
        format!("restic-{}{}", self.version, std::env::consts::EXE_SUFFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pinned_sum_is_a_sum() {
        assert_eq!(Release::pinned().assets.len(), PINNED.len());
        assert!(Release::pinned().asset("linux", "arm").is_none());
    }

    #[test]
    fn versions_are_read_and_ordered() {
        let line = "restic 0.19.1 compiled with go1.24 on linux/amd64";
        assert_eq!(Version::of_output(line), Some(Version(0, 19, 1)));
        assert_eq!(
            Version::of_output("restic 0.20.0-dev (compiled manually)"),
            Some(Version(0, 20, 0))
        );
        assert_eq!(Version::of_output("rustic 0.9.0"), None);
        assert_eq!(Version::of_output(""), None);
        assert!(Version(0, 9, 9) < OLDEST && Version(0, 18, 0) >= OLDEST);
    }
}
