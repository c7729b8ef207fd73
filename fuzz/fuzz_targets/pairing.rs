//! What a person types of a pairing, and what a server says is sealed for us.
#![no_main]

use instance_sync_fuzz::read_back;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_back::pairing(bytes);
});
