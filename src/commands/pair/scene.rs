//! What the window of `pair` shows, made of what the engine knows.

use super::printable;
use crate::{
    error::Error,
    remote::control::pairings::{DeviceKind, Newcomer},
    texts::text,
    window::protocol::{
        Said,
        pair::{self, End, Machine, Over},
    },
};

/// Returns a device that waits, as the window shows it.
pub fn shown(device: &Newcomer) -> pair::Newcomer {
    pair::Newcomer {
        name: printable(&device.name),
        kind: match device.kind {
            DeviceKind::Computer => Machine::Computer,
            DeviceKind::Handheld => Machine::Handheld,
            DeviceKind::Other => Machine::Other,
        },
        address: printable(&device.address),
    }
}

/// Returns that a device is in.
pub fn is_in(name: &str, knows_all: bool) -> Over {
    let (text, hint) = if knows_all {
        (
            text!("pair-is-in", name = name),
            text!("pair-is-in-hint", name = name),
        )
    } else {
        (
            text!("pair-is-in-without", name = name),
            text!("pair-is-in-without-hint", name = name),
        )
    };
    let hints = vec![hint, text!("pair-is-in-out-hint")];
    Over {
        end: End::In,
        said: Said { text, hints },
    }
}

/// Returns that a device was refused.
pub fn refused(name: &str) -> Over {
    Over {
        end: End::Refused,
        said: Said {
            text: text!("pair-is-refused", name = name),
            hints: vec![text!("pair-is-refused-hint")],
        },
    }
}

/// Returns that nobody was let in, and why.
pub fn failed(error: &Error) -> Over {
    Over {
        end: End::Failed,
        said: said(error),
    }
}

/// Returns what is said of an error.
pub fn said(error: &Error) -> Said {
    Said {
        text: error.to_string(),
        hints: error.hints().to_vec(),
    }
}
