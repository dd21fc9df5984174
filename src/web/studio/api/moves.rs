//! Moves by hand.

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    compose::steering::When,
    station::studio::{Before, error::MoveError, moves::Move},
    web::studio::{
        api::phrase,
        call::Call,
        reply::{Failure, Reply},
    },
};

/// A body: `when`, and the fields of a move or a `move` with them.
#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    when: When,
    #[serde(flatten)]
    fields: serde_json::Map<String, Value>,
}

/// Makes a move.
pub fn make(call: &Call) -> Result<Reply, Failure> {
    let Request { when, fields } = call.json()?;
    let what = match fields.get("move") {
        Some(Value::Object(inner)) => inner.clone(),
        _ => fields,
    };
    let what = read(call, what.into())?;
    let receipt = call.studio.make(&call.station, &call.visitor.name, what, when)?;
    Reply::json(&receipt)
}

/// The move in `json`. The place of bass and lead may be on the map, instead of a latent point.
///
/// # Errors
/// There is no such move.
pub fn read(call: &Call, mut json: Value) -> Result<Move, Failure> {
    let of_map = json.pointer("/place").filter(|_| json["move"] == "line");
    let place = of_map.and_then(|place| Some([place["x"].as_f64()?, place["y"].as_f64()?]));
    if let Some(place) = place {
        let Before { setting, .. } = phrase::next(call)?;
        let place = call.lab.ask(move |tools| tools.line_at(&setting, place))?;
        json = json!({ "move": "line", "place": place });
    }
    serde_json::from_value(json).map_err(|error| Failure::bad(format!("the move: {error}")))
}

impl From<MoveError> for Failure {
    fn from(error: MoveError) -> Self {
        let status = match &error {
            MoveError::Station { .. } => StatusCode::NOT_FOUND,
            MoveError::Nothing(_) => StatusCode::CONFLICT,
            MoveError::NoAnswer { .. } => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error)
    }
}
