//! Quick tests always run, long ones on request.

use std::env;

/// The environment variable that asks for long tests.
const LONG: &str = "ELECTROPUNK_LONG";

/// Whether long tests run. The caller, whose name contains `long`, returns if they don't.
pub fn is_long() -> bool {
    let is_long = is_set(LONG);
    if !is_long {
        eprintln!("skipped: long test, set {LONG}=1");
    }
    is_long
}

/// Whether the environment variable `name` is set, to anything but 0.
pub fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| value != "0" && !value.is_empty())
}
