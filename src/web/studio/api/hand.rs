//! Values set by hand, compared with radio.toml.

use serde_json::json;

use crate::web::studio::{
    call::Call,
    reply::{Failure, Reply},
};

/// The lines of radio.toml that the values set by hand would change.
pub fn difference(call: &Call) -> Result<Reply, Failure> {
    let text = call.studio.difference(&call.station)?;
    Reply::json(&json!({ "text": text }))
}

/// Writes the values set by hand into radio.toml.
pub fn keep(call: &Call) -> Result<Reply, Failure> {
    call.studio.keep(&call.station, &call.visitor.name)?;
    Reply::json(&json!({}))
}

/// Forgets the values set by hand.
pub fn drop(call: &Call) -> Result<Reply, Failure> {
    let receipt = call.studio.drop_values(&call.station, &call.visitor.name)?;
    Reply::json(&receipt)
}
