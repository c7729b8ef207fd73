//! Whether the machine has time for what nobody waits for: it is idle, and not on battery.

use std::{env, thread};

/// The variable that says it, instead of a look: `yes` or `no`.
const VARIABLE: &str = "INSTANCE_SYNC_CALM";

/// Returns whether the machine is idle and on mains. What cannot be told counts as mains: a desktop has
/// no battery.
pub fn is_calm() -> bool {
    match env::var(VARIABLE).as_deref() {
        Ok("yes") => true,
        Ok("no") => false,
        _ => is_idle() && !platform::is_on_battery(),
    }
}

/// Fewer than half of the processors are busy, by the mean of the last minute.
fn is_idle() -> bool {
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    #[allow(clippy::cast_precision_loss)] // nobody has that many
    let half = processors as f64 / 2.0;
    platform::load().is_some_and(|load| load < half)
}

#[cfg(target_os = "linux")]
mod platform {
    use std::{fs, path::Path};

    pub fn load() -> Option<f64> {
        let text = fs::read_to_string("/proc/loadavg").ok()?;
        text.split_whitespace().next()?.parse().ok()
    }

    pub fn is_on_battery() -> bool {
        discharges(Path::new("/sys/class/power_supply"))
    }

    /// Returns whether a battery of the machine is being emptied: not one of a mouse or a gamepad.
    pub fn discharges(supplies: &Path) -> bool {
        let Ok(supplies) = fs::read_dir(supplies) else {
            return false;
        };
        supplies.flatten().any(|supply| {
            let says = |name: &str| {
                let text = fs::read_to_string(supply.path().join(name)).unwrap_or_default();
                text.trim().to_owned()
            };
            says("type") == "Battery"
                && says("scope") != "Device"
                && says("status") == "Discharging"
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    pub fn load() -> Option<f64> {
        Some(sysinfo::System::load_average().one)
    }

    /// Nobody was asked: the run is short, and stops when somebody plays.
    pub fn is_on_battery() -> bool {
        false
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::platform::discharges;

    #[test]
    fn only_a_battery_of_the_machine_that_is_emptied_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!discharges(&folder.path().join("missing")));
        let supply = |name: &str, facts: &[(&str, &str)]| {
            let supply = folder.path().join(name);
            fs::create_dir_all(&supply).expect("writes");
            for (name, text) in facts {
                fs::write(supply.join(name), format!("{text}\n")).expect("writes");
            }
        };
        supply("AC", &[("type", "Mains"), ("online", "0")]);
        supply(
            "mouse",
            &[
                ("type", "Battery"),
                ("scope", "Device"),
                ("status", "Discharging"),
            ],
        );
        assert!(!discharges(folder.path()));
        supply("BAT0", &[("type", "Battery"), ("status", "Charging")]);
        assert!(!discharges(folder.path()));
        supply(
            "BAT1",
            &[
                ("type", "Battery"),
                ("scope", "System"),
                ("status", "Discharging"),
            ],
        );
        assert!(discharges(folder.path()));
    }
}
