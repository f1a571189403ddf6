//! Pieces of one file, read by several threads, in the file's order where that matters.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What the pieces of a file leave to those behind them.
#[derive(Debug, Default)]
pub(super) struct Turns<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct State<T> {
    /// Pieces that left their part.
    left: u64,
    /// Pieces whose findings were printed.
    printed: u64,
    carried: T,
}

impl<T> Turns<T> {
    /// Waits until all pieces before this one left their part, and leaves its own.
    pub fn leave<R>(&self, number: u64, part: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.wait(|state| state.left == number);
        let result = part(&mut state.carried);
        state.left += 1;
        drop(state);
        self.moved.notify_all();
        result
    }

    /// Waits until all pieces before this one were printed, and prints it.
    pub fn print(&self, number: u64, print: impl FnOnce(&mut T)) {
        let mut state = self.wait(|state| state.printed == number);
        print(&mut state.carried);
        state.printed += 1;
        drop(state);
        self.moved.notify_all();
    }

    fn wait(&self, ready: impl Fn(&State<T>) -> bool) -> MutexGuard<'_, State<T>> {
        // A thread that panicked left a whole state behind.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !ready(&state) {
            state = self.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }
}
