//! Version vectors and dots: what orders everything here, instead of clocks.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::ids::ReplicaId;
use crate::texts::text;

/// The mark of one change: the `counter`-th push of `replica`. Written `REPLICA:COUNTER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dot {
    /// Who made the change.
    pub replica: ReplicaId,
    /// Which of its pushes recorded it, from 1.
    pub counter: u64,
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.replica, self.counter)
    }
}

impl FromStr for Dot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || text!("dot-odd", dot = format!("{text:?}"));
        let (replica, counter) = text.split_once(':').ok_or_else(bad)?;
        let counter = counter.parse().map_err(|_| bad())?;
        if counter == 0 {
            return Err(bad());
        }
        Ok(Self {
            replica: replica.parse().map_err(|_| bad())?,
            counter,
        })
    }
}

impl TryFrom<String> for Dot {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Dot> for String {
    fn from(dot: Dot) -> Self {
        dot.to_string()
    }
}

/// For each replica, how many of its pushes are known and merged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VersionVector(BTreeMap<ReplicaId, u64>);

impl VersionVector {
    /// Returns how many pushes of `replica` are covered.
    pub fn get(&self, replica: ReplicaId) -> u64 {
        self.0.get(&replica).copied().unwrap_or(0)
    }

    /// Returns each replica of which anything is covered, with how much.
    pub fn iter(&self) -> impl Iterator<Item = (ReplicaId, u64)> {
        self.0.iter().map(|(replica, counter)| (*replica, *counter))
    }

    /// Returns whether the change that `dot` marks is covered.
    pub fn covers_dot(&self, dot: Dot) -> bool {
        self.get(dot.replica) >= dot.counter
    }

    /// Returns whether everything that `other` covers is covered.
    pub fn covers(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .all(|(replica, counter)| self.get(*replica) >= *counter)
    }

    /// Returns whether nothing is covered.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(|counter| *counter == 0)
    }

    /// Returns how many pushes are covered: who covers more of the same has a larger number.
    pub fn total(&self) -> u128 {
        self.0.values().map(|counter| u128::from(*counter)).sum()
    }

    /// Covers everything that `other` covers as well.
    pub fn join(&mut self, other: &Self) {
        for (replica, counter) in &other.0 {
            let mine = self.0.entry(*replica).or_default();
            *mine = (*mine).max(*counter);
        }
    }

    /// Covers `dot`, and so everything that its replica pushed before.
    pub fn add(&mut self, dot: Dot) {
        let mine = self.0.entry(dot.replica).or_default();
        *mine = (*mine).max(dot.counter);
    }

    /// Returns the dot of the next push of `replica`.
    ///
    /// Saturates rather than wraps: a forged counter of `u64::MAX` must not restart at zero.
    pub fn next(&self, replica: ReplicaId) -> Dot {
        Dot {
            replica,
            counter: self.get(replica).saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replica(last: char) -> ReplicaId {
        format!("0000000000000000000000000{last}")
            .parse()
            .expect("a ULID")
    }

    #[test]
    fn vectors_are_ordered_by_what_they_cover() {
        let (a, b) = (replica('A'), replica('B'));
        let mut one = VersionVector::default();
        one.add(Dot {
            replica: a,
            counter: 2,
        });
        let mut two = one.clone();
        two.add(Dot {
            replica: b,
            counter: 1,
        });
        assert!(two.covers(&one) && !one.covers(&two));
        assert_eq!((one.total(), two.total()), (2, 3));
        assert!(one.covers_dot(Dot {
            replica: a,
            counter: 1
        }));
        assert!(!one.covers_dot(Dot {
            replica: b,
            counter: 1
        }));
        one.join(&two);
        assert_eq!(one, two);
        assert_eq!(one.next(b).counter, 2);
    }

    #[test]
    fn a_vector_is_empty_until_it_covers_something() {
        let mut vector = VersionVector::default();
        assert!(vector.is_empty());
        vector.0.insert(replica('A'), 0);
        assert!(vector.is_empty());
        vector.0.insert(replica('B'), 1);
        assert!(!vector.is_empty());
    }

    #[test]
    fn a_dot_reads_back() {
        let dot = Dot {
            replica: replica('A'),
            counter: 7,
        };
        assert_eq!(dot.to_string().parse::<Dot>(), Ok(dot));
        for bad in [
            "",
            "x:1",
            "0000000000000000000000000A:0",
            "0000000000000000000000000A",
            "0000000000000000000000000A:-1",
        ] {
            assert!(bad.parse::<Dot>().is_err(), "{bad:?}");
        }
    }
}
