//! The phrase that a call reads or changes.

use hyper::StatusCode;

use crate::{
    station::studio::Before,
    web::studio::{api::state::newest, call::Call, reply::Failure},
};

/// The state before the phrase on air, with the values now set by hand.
///
/// # Errors
/// The station has composed nothing yet.
pub fn on_air(call: &Call) -> Result<Before, Failure> {
    nth_after_begun(call, 0)
}

/// The state before the next phrase, which can still be changed.
///
/// # Errors
/// As [`on_air`].
pub fn next(call: &Call) -> Result<Before, Failure> {
    nth_after_begun(call, 1)
}

/// The phrase `n` phrases after the last one whose rendering has begun, or the last one composed.
fn nth_after_begun(call: &Call, n: usize) -> Result<Before, Failure> {
    let recent = call.studio.recent(&call.station)?;
    let served = call.served()?;
    let shift = served.on_air.borrow().shift;
    let bar = newest(served).map_or(0, |bar| shift.composed(bar.number));
    let n_begun = recent.partition_point(|before| before.progress.bar <= bar);
    let found = recent.get((n_begun + n).saturating_sub(1)).or(recent.last());
    let found = found.ok_or_else(|| {
        Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the station has composed nothing yet; try again",
        )
    })?;
    let setting = call.studio.setting_now(&call.station)?;
    Ok(Before { setting, progress: found.progress.clone() })
}
