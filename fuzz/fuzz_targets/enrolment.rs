//! What a player pastes of an operator's link.
#![no_main]

use instance_sync_fuzz::read_back;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_back::enrolment(bytes);
});
