//! The beat pad.

use serde::Deserialize;
use serde_json::json;

use crate::{
    compose::steering::When,
    music::bar::Bar,
    station::studio::{
        Before,
        grid::{Grid, midi_of},
        hand_made::CornerSource,
        moves::Move,
    },
    web::studio::{
        api::phrase,
        call::Call,
        reply::{Failure, Reply},
    },
};

/// Content type of MIDI files.
const MIDI: &str = "audio/midi";

/// Number of corners.
const N_CORNERS: usize = 4;

/// The pad as the page draws it.
pub fn pad(call: &Call) -> Result<Reply, Failure> {
    let Before { setting, progress } = phrase::on_air(call)?;
    Reply::json(&call.lab.ask(move |tools| Ok(tools.looks.pad(&setting, &progress)))?)
}

/// A MIDI file of the beats at all places of the pad.
pub fn pad_midi(call: &Call) -> Result<Reply, Failure> {
    let Before { setting, .. } = phrase::on_air(call)?;
    let bytes = call.lab.ask(move |tools| {
        let tempo = setting.station().theme.tempo;
        Ok(midi_of(tools.looks.all_beats(&setting), tempo))
    })?;
    Ok(Reply::File(MIDI, bytes.into()))
}

/// The beat at a place of the pad.
pub fn beat(call: &Call) -> Result<Reply, Failure> {
    let (place, Before { setting, .. }) = (place(call)?, phrase::on_air(call)?);
    let line = call.lab.ask(move |tools| tools.looks.beat(&setting, place))?;
    Reply::json(&json!({ "grid": Grid::of_line(&line) }))
}

/// A MIDI file of the beat at one place of the pad.
pub fn beat_midi(call: &Call) -> Result<Reply, Failure> {
    let (place, Before { setting, .. }) = (place(call)?, phrase::on_air(call)?);
    let tempo = setting.station().theme.tempo;
    let line = call.lab.ask(move |tools| tools.looks.beat(&setting, place))?;
    Ok(Reply::File(MIDI, midi_of(line, tempo).into()))
}

fn place(call: &Call) -> Result<[f64; 2], Failure> {
    Ok([call.number("x", 0.0, 1.0)?, call.number("y", 0.0, 1.0)?])
}

/// What a corner is made from, in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Anchor { anchor: String },
    Dream { dream: bool },
    Grid { grid: Grid },
    Bar { bar: u64 },
}

/// When a change is heard. Ignores a body's other fields.
#[derive(Deserialize, Default)]
pub struct Timing {
    /// Where it starts.
    #[serde(default)]
    pub when: When,
}

/// Replaces a corner of the pad.
pub fn corner(call: &Call) -> Result<Reply, Failure> {
    let number: usize = call.argument.parse().unwrap_or(N_CORNERS);
    if N_CORNERS <= number {
        return Err(Failure::missing(format!("no corner {:?}: expected 0 to 3", call.argument)));
    }
    let (source, when) = if call.is_midi {
        (CornerSource::Midi(call.body.to_vec()), When::default())
    } else {
        (source(call)?, call.json::<Timing>()?.when)
    };
    let Before { setting, .. } = phrase::next(call)?;
    let files = call.lab.files.clone();
    let text = call.lab.ask(move |tools| tools.corner_of(&files, &setting, source))?;
    let what = Move::Set { key: format!("pad.{number}"), value: text.into() };
    Reply::json(&call.studio.make(&call.station, &call.visitor.name, what, when)?)
}

fn source(call: &Call) -> Result<CornerSource, Failure> {
    let request = call.json().map_err(|_| {
        Failure::bad(
            "the request's body: expected {\"anchor\": TEXT}, {\"dream\": true}, \
             {\"grid\": GRID}, {\"bar\": NUMBER} or a MIDI file",
        )
    })?;
    Ok(match request {
        Request::Anchor { anchor } => CornerSource::Anchor(anchor),
        Request::Dream { dream: true } => CornerSource::Dream,
        Request::Dream { dream: false } => return Err(Failure::bad("dream: expected true")),
        Request::Grid { grid } => CornerSource::Grid(grid),
        Request::Bar { bar } => CornerSource::Grid(Grid::of_bar(&played(call, bar)?)),
    })
}

/// A bar that was on air recently.
fn played(call: &Call, number: u64) -> Result<Bar, Failure> {
    let on_air = call.served()?.on_air.borrow().clone();
    if let Some(aired) = on_air.bars.iter().find(|aired| aired.bar.number == number) {
        return Ok((*aired.bar).clone());
    }
    let mut composer = call.studio.moment(&call.station, number)?;
    composer.next().ok_or_else(|| Failure::missing(format!("no bar {number}")))
}
