//! The time on the wall, without asking more of the system than one small file.

use std::{fs, path::Path};

use jiff::{Timestamp, tz::TimeZone};

/// Returns the time as RFC 3339, in the zone of whoever reads the log.
pub fn on_the_wall(time: Timestamp) -> String {
    let zoned = time.to_zoned(zone(std::env::var("TZ").ok().as_deref()));
    zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// Returns the zone that this value of `TZ` means. `TimeZone::system` looks through the whole database
/// of zones for its name, which would be most of what a hook with nothing to do costs.
fn zone(variable: Option<&str>) -> TimeZone {
    if !cfg!(unix) {
        return TimeZone::system();
    }
    let found = match variable.map(|value| value.strip_prefix(':').unwrap_or(value)) {
        None | Some("") => from_file(Path::new("/etc/localtime")),
        Some("UTC") => None,
        Some(name) => from_file(&Path::new("/usr/share/zoneinfo").join(name))
            .or_else(|| TimeZone::posix(name).ok()),
    };
    found.unwrap_or(TimeZone::UTC)
}

fn from_file(path: &Path) -> Option<TimeZone> {
    TimeZone::tzif("local", &fs::read(path).ok()?).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_variable_is_a_name_or_a_rule() {
        let time: Timestamp = "2026-07-01T12:00:00Z".parse().expect("a time");
        let offset = |variable| zone(Some(variable)).to_offset(time).seconds() / 3600;
        assert_eq!(offset("UTC"), 0);
        assert_eq!(offset("EST5EDT,M3.2.0,M11.1.0"), -4);
        assert_eq!(offset("nonsense of somebody's"), 0);
        if Path::new("/usr/share/zoneinfo/Europe/Berlin").exists() {
            assert_eq!(offset("Europe/Berlin"), 2);
            assert_eq!(offset(":Europe/Berlin"), 2);
            assert_eq!(offset("/usr/share/zoneinfo/Europe/Berlin"), 2);
        }
    }
}
