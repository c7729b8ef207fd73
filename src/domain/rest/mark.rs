//! What the secrets of our own server begin with, for programs that have to tell them apart.

/// A device's token, which is that device's alone.
pub const DEVICE: &str = "isd_";
/// A code that makes one device.
pub const ENROLMENT: &str = "ise_";

/// Returns whether a text can only be a device's own token, `ACCOUNT:SECRET`.
pub fn is_of_device(token: &str) -> bool {
    let secret = token.split_once(':').map(|(_, secret)| secret);
    secret.is_some_and(is_devices)
}

/// Returns whether the secret of a token is one device's own.
pub fn is_devices(secret: &str) -> bool {
    secret.starts_with(DEVICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_a_device_is_told_by_its_secret() {
        assert!(is_of_device("alice:isd_0123"));
        for other in ["isd_0123", "alice:ise_0123", "alice:0123", "isd_:0123", ""] {
            assert!(!is_of_device(other), "{other}");
        }
    }
}
