//! Work on all processors, in order.

use std::thread;

/// Fewer items are done faster without threads.
const FEW: usize = 16;

/// Does something with each item; the answers come in the order of the items.
pub(super) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let share = items.len().div_ceil(threads).max(1);
    if items.len() < FEW || threads == 1 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let shares: Vec<_> =
            items.chunks(share).map(|items| scope.spawn(move || items.iter().map(work).collect::<Vec<_>>())).collect();
        shares
            .into_iter()
            .flat_map(|share| match share.join() {
                Ok(done) => done,
                // The work does not panic; if it did, so does this.
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
