//! Panics as errors, and how long to wait before the next try.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

/// Does `act`, and stops a panic in it. What `act` was at work on may be half done then: whoever asks
/// puts it in order or throws it away.
///
/// # Errors
/// It panicked; why.
pub fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("for no reason given").to_owned()
}

/// How long to wait after failure number `n` in a row, counted from 1: not at all after the first,
/// then a second, and twice as long each time up to half a minute.
pub fn patience(n: u32) -> Duration {
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
    fn a_panic_says_why() {
        let number = 7;
        assert_eq!(caught(|| 1), Ok(1));
        assert_eq!(caught(|| -> u8 { panic!("bar {number}") }), Err("bar 7".to_owned()));
        assert_eq!(caught(|| -> u8 { panic!("a bar") }), Err("a bar".to_owned()));
    }

    #[test]
    fn the_wait_doubles_and_ends() {
        let seconds = [1, 2, 3, 4, 6, 7, 8, 99].map(|n| patience(n).as_secs());
        assert_eq!(seconds, [0, 1, 2, 4, 16, 30, 30, 30]);
    }
}
