//! The map of bass and lead.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    compose::steering::{LinePlace, When},
    station::studio::{
        Before,
        hand_made::{self, AnchorChange},
        moves::{Move, Receipt},
    },
    web::studio::{
        api::{pad::Timing, phrase},
        call::Call,
        reply::{Failure, Reply},
    },
};

/// The largest coordinate of a place on the map.
const EDGE: f64 = 1.5;

/// The longest transition in bars.
const MAX_BARS: f64 = 4096.0;

/// The map as the page draws it.
pub fn map(call: &Call) -> Result<Reply, Failure> {
    let Before { setting, progress } = phrase::on_air(call)?;
    Reply::json(&call.lab.ask(move |tools| Ok(tools.looks.map(&setting, &progress)))?)
}

/// The tune at a place of the map.
pub fn tune(call: &Call) -> Result<Reply, Failure> {
    let place = [call.number("x", -EDGE, EDGE)?, call.number("y", -EDGE, EDGE)?];
    let Before { setting, progress } = phrase::on_air(call)?;
    Reply::json(&call.lab.ask(move |tools| tools.looks.tune(&setting, &progress, place))?)
}

/// Adds, moves or removes an anchor; adds one of a MIDI file and, with `transition_bars`, goes there.
pub fn anchors(call: &Call) -> Result<Reply, Failure> {
    if call.is_midi {
        return drop_tune(call);
    }
    let (change, when) = (change(call)?, call.json::<Timing>()?.when);
    let Before { setting, .. } = phrase::next(call)?;
    let files = call.lab.files.clone();
    let texts = call.lab.ask(move |tools| tools.changed_anchors(&files, &setting, &change))?;
    Reply::json(&make(call, set_anchors(texts), when)?)
}

/// The change in a body, without `when`.
fn change(call: &Call) -> Result<AnchorChange, Failure> {
    let mut body: Value = call.json()?;
    if let Some(fields) = body.as_object_mut() {
        fields.remove("when");
    }
    serde_json::from_value(body).map_err(|error| Failure::bad(format!("the anchors: {error}")))
}

fn set_anchors(texts: Vec<String>) -> Move {
    Move::Set { key: "anchors".to_owned(), value: texts.into() }
}

fn make(call: &Call, what: Move, when: When) -> Result<Receipt, Failure> {
    Ok(call.studio.make(&call.station, &call.visitor.name, what, when)?)
}

fn drop_tune(call: &Call) -> Result<Reply, Failure> {
    let bars = call.query().get("transition_bars");
    let bars = bars.map(|_| call.number("transition_bars", 1.0, MAX_BARS)).transpose()?;
    let Before { setting, progress } = phrase::next(call)?;
    let (files, bytes, of_setting) = (call.lab.files.clone(), call.body.clone(), setting.clone());
    let tune = call.lab.ask(move |tools| tools.anchor_of_midi(&files, &of_setting, &bytes))?;
    let mut texts = hand_made::anchor_texts(&setting)?;
    texts.push(tune.anchor.clone());
    let what = match bars {
        Some(bars) => Move::Tune {
            anchors: texts,
            place: hand_made::transition(&setting, &progress, tune.z, bars as u32),
        },
        None => set_anchors(texts),
    };
    let receipt = make(call, what, When::Phrase)?;
    let answer = json!({ "bar": receipt.bar, "anchor": tune.anchor, "likeness": tune.likeness });
    Reply::json(&answer)
}

/// Where bass and lead go.
#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Walk { place: Walk },
    At { at: Point },
    Path { path: Vec<[f64; 2]>, bars: u32 },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Walk {
    Walk,
}

#[derive(Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

/// Places bass and lead on the map.
pub fn line(call: &Call) -> Result<Reply, Failure> {
    let request = call.json().map_err(|_| {
        Failure::bad(
            "the request's body: expected {\"place\": \"walk\"}, {\"at\": {\"x\": X, \"y\": Y}} \
             or {\"path\": [[X, Y], ...], \"bars\": N}",
        )
    })?;
    let when = call.json::<Timing>()?.when;
    let Before { setting, progress } = phrase::next(call)?;
    let place = match request {
        Request::Walk { place: Walk::Walk } => LinePlace::Walk,
        Request::At { at: Point { x, y } } => {
            call.lab.ask(move |tools| tools.line_at(&setting, [x, y]))?
        }
        Request::Path { path, bars } => {
            call.lab.ask(move |tools| tools.line_along(&setting, &progress, &path, bars))?
        }
    };
    Reply::json(&make(call, Move::Line { place }, when)?)
}
