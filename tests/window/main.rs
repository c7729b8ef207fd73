//! The windows, without a display: what is clicked, typed and read, and how it looks.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod conflict;
mod each;
mod keyboard;
mod layout;
mod message;
mod names;
mod pair;
mod pair_pictures;
mod progress;
mod raster;
mod renderer;
mod scenes;
mod screenshots;
mod setup;
mod setup_pictures;
mod stage;
