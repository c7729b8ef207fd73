//! The real tier: the program on real restic and a real rest-server.
//!
//! Where one of them is missing, a test is skipped with a loud line, and fails under `CI=true`.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use instance_sync as lib;

#[path = "../fleet/folders.rs"]
#[allow(dead_code, reason = "the fleet model uses the rest of it")]
mod folders;

#[path = "../fleet/memory.rs"]
#[allow(dead_code, reason = "the fleet model uses the rest of it")]
mod memory;
#[path = "../support/mod.rs"]
mod support;

mod append_only;
#[cfg(unix)] // a pseudo-terminal, a named pipe
mod catalogue;
#[cfg(unix)]
mod clock;
#[cfg(unix)] // a shell, a script in the place of restic
mod conflicts;
#[cfg(unix)] // names and mode bits
mod conformance;
mod copied;
#[cfg(target_os = "linux")] // strace
mod costs;
mod crash;
mod credentials;
#[cfg(unix)] // a pseudo-terminal
mod device_token;
mod doctor;
#[cfg(unix)] // mode bits, a script in the place of restic
mod drill;
#[cfg(unix)] // a pseudo-terminal
mod enrol;
mod events;
#[cfg(unix)] // a script in the place of restic
mod export;
#[cfg(unix)]
mod fake_restic;
mod fast_key;
mod faulty_storage;
#[cfg(unix)]
mod first_minutes;
mod first_push;
mod forks;
#[cfg(unix)]
mod full_disk;
#[cfg(unix)] // a shell
mod getting_out;
#[cfg(unix)] // a game's lock
mod guards;
#[cfg(unix)]
mod hanging_restic;
#[cfg(unix)] // it takes shells and scripts to try it
mod harness;
#[cfg(unix)] // a script in the place of restic
mod history;
#[cfg(unix)] // a link
mod in_the_way;
#[cfg(target_os = "linux")] // other systems do not have every name
mod include_names;
mod joining;
mod keyring;
#[cfg(unix)]
mod library;
mod list;
mod locks;
mod lost_packs;
#[cfg(unix)]
mod names;
#[cfg(unix)]
mod offline_week;
#[cfg(all(feature = "serve", unix))] // an interrupt
mod pairing;
#[cfg(unix)] // a shell as the game
mod play_run;
#[cfg(unix)]
mod provision;
mod prune;
mod pruned;
#[cfg(unix)] // a pseudo-terminal
mod question;
#[cfg(unix)]
mod read_only;
#[cfg(unix)] // a script in the place of restic, strace
mod restore;
mod rounds;
mod saves;
#[cfg(unix)]
mod scene;
#[cfg(target_os = "linux")] // /proc shows what a hook has started
mod schedule;
#[cfg(unix)]
mod second_process;
#[cfg(unix)]
mod secrets;
#[cfg(feature = "serve")]
mod serve_abuse;
#[cfg(feature = "serve")]
mod serve_browser;
#[cfg(feature = "serve")]
mod serve_client;
#[cfg(feature = "serve")]
mod serve_commands;
#[cfg(feature = "serve")]
mod serve_contract;
#[cfg(feature = "serve")]
mod serve_devices;
#[cfg(feature = "serve")]
mod serve_discord;
#[cfg(all(feature = "serve", unix))] // signals, mounts
mod serve_faults;
#[cfg(all(feature = "serve", target_os = "linux"))] // every address of 127 is this machine's
mod serve_fronts;
#[cfg(feature = "serve")]
mod serve_known;
#[cfg(all(feature = "serve", unix))] // modes, links
mod serve_operating;
#[cfg(all(feature = "serve", unix))] // a socket
mod serve_operator;
#[cfg(feature = "serve")]
mod serve_pages;
#[cfg(feature = "serve")]
mod serve_pairing;
#[cfg(feature = "serve")]
mod serve_people;
#[cfg(feature = "serve")]
mod serve_presence;
#[cfg(feature = "serve")]
mod serve_restic;
#[cfg(feature = "serve")]
mod serve_scene;
#[cfg(all(feature = "serve", unix))] // signals
mod serve_upstream;
mod server_faults;
mod setup;
#[cfg(unix)]
mod signals;
mod state_file;
#[cfg(unix)]
mod stores;
#[cfg(unix)] // a game's lock
mod taken_back;
#[cfg(unix)] // links, a script in the place of restic
mod targets;
mod two_keys;
#[cfg(unix)] // a game's lock
mod undo_command;
#[cfg(target_os = "linux")] // strace
mod unfinished;
mod verify_command;
#[cfg(all(target_os = "linux", feature = "window"))] // X11
mod window_conflict;
#[cfg(all(target_os = "linux", feature = "window"))]
mod window_faults;
#[cfg(all(target_os = "linux", feature = "window"))]
mod window_launcher;
#[cfg(all(target_os = "linux", feature = "window", feature = "serve"))]
mod window_pair;
#[cfg(all(target_os = "linux", feature = "window"))]
mod window_setup;
#[cfg(all(target_os = "linux", feature = "window"))]
mod window_work;
#[cfg(unix)] // record locks
mod world_lock;
