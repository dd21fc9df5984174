//! Turns panics into errors, and sets the delay before a retry.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

/// Runs `act` and catches a panic. `act` may then leave its data half changed: the caller repairs or replaces
/// it.
///
/// # Errors
/// `act` panicked; the text is the panic's message.
pub fn catch_panic<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|payload| message(&*payload))
}

/// The message of a panic.
pub(super) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

/// The delay after the `n`-th failure in a row, counted from 1: none after the first, then 1 s, doubling
/// up to 30 s.
pub fn retry_delay(n: u32) -> Duration {
    const MOST: u64 = 30;
    match n {
        0 | 1 => Duration::ZERO,
        n => Duration::from_secs(1u64.checked_shl(n - 2).unwrap_or(MOST).min(MOST)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message() {
        let number = 7;
        assert_eq!(catch_panic(|| 1), Ok(1));
        assert_eq!(catch_panic(|| -> u8 { panic!("bar {number}") }), Err("bar 7".to_owned()));
        assert_eq!(catch_panic(|| -> u8 { panic!("a bar") }), Err("a bar".to_owned()));
    }

    #[test]
    fn the_delay_doubles_up_to_a_limit() {
        let seconds = [1, 2, 3, 4, 6, 7, 8, 99].map(|n| retry_delay(n).as_secs());
        assert_eq!(seconds, [0, 1, 2, 4, 16, 30, 30, 30]);
    }
}
