//! What the secrets of our own server begin with, for programs that have to tell them apart.

/// A device's token, which is that device's alone.
pub const DEVICE: &str = "isd_";
/// A code that makes one device.
pub const ENROLMENT: &str = "ise_";

/// Returns whether a text can only be a device's own token, `ACCOUNT:SECRET`.
pub fn is_of_device(token: &str) -> bool {
    let secret = token.split_once(':').map(|(_, secret)| secret);
    secret.is_some_and(|secret| secret.starts_with(DEVICE))
}
