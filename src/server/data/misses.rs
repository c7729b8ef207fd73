//! Wrong tokens, by address: each next answer waits longer. A right token never waits, so that nobody is
//! kept out by whoever shares an address with them.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The first wait.
const FIRST: Duration = Duration::from_millis(100);
/// The longest.
const LONGEST: Duration = Duration::from_secs(3);
/// After so long without a miss, an address starts anew.
const FORGIVEN: Duration = Duration::from_secs(600);
/// How many addresses are remembered.
const MANY: usize = 10_000;

/// How often each address missed.
#[derive(Debug, Default)]
pub struct Misses(Mutex<HashMap<IpAddr, (u32, Instant)>>);

impl Misses {
    /// Counts one, and returns how long its answer has to wait.
    pub fn count(&self, address: IpAddr, now: Instant) -> Duration {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_forgiven = |last: &Instant| now.duration_since(*last) >= FORGIVEN;
        if known.len() >= MANY {
            known.retain(|_, (_, last)| !is_forgiven(last));
            // From so many at once, waiting holds nobody back.
            if known.len() >= MANY {
                known.clear();
            }
        }
        let (count, last) = known.entry(neighbours(address)).or_insert((0, now));
        if is_forgiven(last) {
            *count = 0;
        }
        (*count, *last) = (count.saturating_add(1), now);
        wait(*count)
    }
}

/// How long the answer to the nth miss waits.
fn wait(count: u32) -> Duration {
    let doubled = 1_u32
        .checked_shl(count.saturating_sub(1))
        .unwrap_or(u32::MAX);
    FIRST.saturating_mul(doubled).min(LONGEST)
}

/// Returns what stands for an address: who has one of IPv6 has all of its /64.
pub fn neighbours(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn each_miss_waits_longer_up_to_a_bound() {
        let (misses, now) = (Misses::default(), Instant::now());
        let waits: Vec<u128> = (0..8)
            .map(|_| misses.count(address("192.0.2.1"), now).as_millis())
            .collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3000, 3000, 3000]);
        assert_eq!(misses.count(address("192.0.2.2"), now).as_millis(), 100);
        assert_eq!(wait(u32::MAX), LONGEST);
        let later = now + FORGIVEN;
        assert_eq!(misses.count(address("192.0.2.1"), later).as_millis(), 100);
    }

    #[test]
    fn neighbours_of_ipv6_count_as_one() {
        let (misses, now) = (Misses::default(), Instant::now());
        misses.count(address("2001:db8::1"), now);
        assert_eq!(misses.count(address("2001:db8::2"), now).as_millis(), 200);
        assert_eq!(
            misses.count(address("2001:db8:0:1::2"), now).as_millis(),
            100
        );
        misses.count(address("::ffff:192.0.2.9"), now);
        assert_eq!(misses.count(address("192.0.2.9"), now).as_millis(), 200);
    }

    #[test]
    fn memory_is_bounded() {
        let (misses, now) = (Misses::default(), Instant::now());
        for number in 0..u32::try_from(3 * MANY).expect("fits") {
            misses.count(IpAddr::from(number.to_be_bytes()), now);
        }
        assert!(misses.0.lock().expect("a lock").len() <= MANY);
    }
}
