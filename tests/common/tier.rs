//! Which tests run: quick ones always, long ones on request.

use std::env;

/// The environment variable that asks for long tests.
const LONG: &str = "ELECTROPUNK_LONG";

/// The environment variable that forbids tests to skip themselves for want of a program.
const NO_SKIPS: &str = "ELECTROPUNK_NO_SKIPS";

/// Whether long tests run. The caller, whose name contains `long`, returns if they don't.
pub fn is_long() -> bool {
    let is_long = is_set(LONG);
    if !is_long {
        eprintln!("skipped: long test, set {LONG}=1");
    }
    is_long
}

/// Reports on stderr that the caller's test is skipped, since `missing` is missing.
///
/// # Panics
/// Skipping is forbidden.
pub fn skip(missing: &str) {
    assert!(!is_set(NO_SKIPS), "{missing}");
    eprintln!("skipped: {missing}");
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value != "0" && !value.is_empty())
}
