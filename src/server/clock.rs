//! The time, for rows and logs. What is decided by it (a grant, the trash) takes it as an argument.

use jiff::Timestamp;

/// Returns the time now, in whole seconds since 1970.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}
