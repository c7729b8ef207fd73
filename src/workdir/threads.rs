//! Doing the same with many files, several at a time.

use std::thread;

use rayon::{
    ThreadPool, ThreadPoolBuilder,
    iter::{IntoParallelIterator, ParallelIterator},
};

/// More threads than this find and read no more files in a second.
const MOST: usize = 8;

/// Returns as many threads as are worth it; `None` where the system gives not even one.
pub fn pool() -> Option<ThreadPool> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let pool = |threads| ThreadPoolBuilder::new().num_threads(threads).build();
    pool(threads.min(MOST)).or_else(|_| pool(1)).ok()
}

/// Returns what `work` makes of each item, in their order.
pub fn each<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    match pool().filter(|_| items.len() > 1) {
        Some(pool) => pool.install(|| items.into_par_iter().map(work).collect()),
        None => items.into_iter().map(work).collect(),
    }
}
