//! The windows, drawn without a display: clicks by label, keys, and what a screen reader is told.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod setup;
