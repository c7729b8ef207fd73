//! How far a work is that many threads share.

use std::{
    sync::{
        Condvar, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How often it is told how far it is.
const BEAT: Duration = Duration::from_millis(200);

/// How far it is.
#[derive(Default)]
pub struct Course {
    /// Tasks that are not done.
    open: AtomicUsize,
    /// Bytes that were read.
    bytes: AtomicU64,
    end: Mutex<bool>,
    ended: Condvar,
}

/// One task. It counts as done when this goes, whatever became of it.
pub struct Open<'a>(&'a Course);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            *self.0.end.lock().unwrap_or_else(PoisonError::into_inner) = true;
            self.0.ended.notify_all();
        }
    }
}

impl Course {
    /// Begins a task.
    pub fn open(&self) -> Open<'_> {
        self.open.fetch_add(1, Ordering::AcqRel);
        Open(self)
    }

    /// Adds bytes that were read.
    pub fn read(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Waits for the last task, and tells now and then how many bytes were read.
    pub fn wait(&self, progress: &mut dyn FnMut(u64)) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        while !*end {
            let waited = self.ended.wait_timeout(end, BEAT);
            end = waited.unwrap_or_else(PoisonError::into_inner).0;
            let bytes = self.bytes.load(Ordering::Relaxed);
            if bytes > 0 && !*end {
                progress(bytes);
            }
        }
    }
}
