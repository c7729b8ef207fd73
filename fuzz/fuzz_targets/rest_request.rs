//! What a client sends to the server: a path, a range.
#![no_main]

use instance_sync_fuzz::read_back;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read_back::rest_request(bytes);
});
