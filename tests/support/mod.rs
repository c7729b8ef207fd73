//! The harness of both test programs: simulated devices, real servers, servers that misbehave.
//!
//! A test builds a [`World`], takes devices from it and runs the program on them:
//!
//! ```ignore
//! let Some(world) = World::with_server() else { return };
//! let (deck, desktop) = (world.device("deck"), world.device("desktop"));
//! play::world(&deck.pack, "My World", 1);
//! deck.command(&["push"]).ok();
//! ```
//!
//! Nothing is shared with the machine that runs it: each run starts from an empty environment, with
//! a home of its own and a PATH that holds restic or nothing. What is written stays below a temporary
//! folder and `target/`.

#![allow(
    dead_code,
    reason = "each of the two test programs uses its own part of the harness"
)]

#[cfg(feature = "serve")]
pub mod browser;
pub mod cheap_key;
#[cfg(feature = "serve")]
pub mod control;
#[cfg(target_os = "linux")] // X11
pub mod display;
#[cfg(unix)] // a shell script
pub mod fake_restic;
pub mod fault_server;
#[cfg(all(feature = "serve", unix))] // a signal
pub mod front;
#[cfg(unix)] // a POSIX lock
pub mod game;
pub mod launcher;
#[cfg(unix)] // mount
pub mod level;
pub mod mounted;
pub mod opted;
#[cfg(feature = "serve")]
pub mod our_server;
pub mod output;
#[cfg(feature = "serve")]
pub mod pages;
pub mod play;
pub mod programs;
pub mod proxy;
pub mod read_back;
pub mod repository;
#[cfg(feature = "serve")]
pub mod rest_client;
pub mod rest_server;
pub mod run;
pub mod schema;
#[cfg(unix)]
pub mod script;
pub mod served;
pub mod shown;
pub mod template;
#[cfg(unix)] // a pseudo-terminal
pub mod terminal;
pub mod tls;
pub mod tree;
pub mod world;

#[cfg(unix)]
#[allow(
    unused_imports,
    reason = "each of the two test programs uses its own part of the harness"
)]
pub use {
    fake_restic::{Act, FakeRestic},
    game::Game,
};
#[allow(
    unused_imports,
    reason = "each of the two test programs uses its own part of the harness"
)]
pub use {
    fault_server::{Answer, FaultServer, Request},
    output::Output,
    programs::Program,
    proxy::{Line, Proxy},
    repository::Repository,
    rest_server::{ALICE, Account, BOB, RestServer},
    run::{Run, Signal, Started},
    tree::{Tree, assert_same, assert_same_with_metadata},
    world::{Device, World},
};
