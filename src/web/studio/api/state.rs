//! What is on air, and all that can be changed.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    music::bar::Bar,
    station::studio::{hand::Hand, knobs::Knob, value::SettableValue},
    web::{
        api, likes,
        site::ServedStation,
        studio::{
            call::Call,
            reply::{Failure, Reply},
            tools::Tool,
        },
    },
};

/// The answer of `/studio/api/state`.
#[derive(Serialize)]
struct State<'a> {
    role: &'static str,
    /// The user, as in the log of moves.
    by: &'a str,
    stations: Vec<Name<'a>>,
    station: &'a str,
    on_air: Option<BarNow>,
    /// How far the sound of a new listener is behind the bar on air.
    lag_seconds: f64,
    values: Vec<SettableValue>,
    #[serde(flatten)]
    hand: Hand,
    n_undo: usize,
    n_redo: usize,
    playlists: Vec<String>,
    macros: Vec<Knob>,
    /// The tools that answer clips.
    tools: Vec<&'static str>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
    title: &'a str,
}

/// The bar that is being rendered.
#[derive(Serialize)]
struct BarNow {
    bar: u64,
    section: &'static str,
    chord: String,
    key: String,
    tempo_bpm: f64,
    title: String,
    piece: u64,
}

/// The state of the station that the query names, or of the first.
pub fn state(call: &Call) -> Result<Reply, Failure> {
    let asked = call.query().get("station");
    let mut stations = call.site.stations.iter();
    let station = match &asked {
        Some(name) => stations.find(|station| station.name == *name),
        None => stations.next(),
    };
    let station = station
        .ok_or_else(|| Failure::missing(format!("no station {:?}", asked.unwrap_or_default())))?;
    let [n_undo, n_redo] = call.studio.steps(&station.name);
    Reply::json(&State {
        role: call.visitor.role.name(),
        by: &call.visitor.name,
        stations: call.site.stations.iter().map(name).collect(),
        station: &station.name,
        on_air: newest(station).map(|bar| now(&bar)),
        lag_seconds: station.main().burst_seconds(),
        values: call.studio.values(&station.name)?,
        hand: call.studio.hand(&station.name),
        n_undo,
        n_redo,
        playlists: call.studio.lists(&station.name),
        macros: call.studio.knobs(&station.name),
        tools: tools(call),
    })
}

fn tools(call: &Call) -> Vec<&'static str> {
    let all = || Tool::ALL.map(Tool::name).to_vec();
    call.site.tools.as_ref().map(|_| all()).unwrap_or_default()
}

fn name(station: &ServedStation) -> Name<'_> {
    Name { name: &station.name, title: &station.main().about.name }
}

/// The bar at the live edge.
pub fn newest(station: &ServedStation) -> Option<Arc<Bar>> {
    let on_air = station.on_air.borrow();
    on_air.bar_at(on_air.rendered_seconds).map(|aired| aired.bar.clone())
}

fn now(bar: &Bar) -> BarNow {
    BarNow {
        bar: bar.number,
        section: bar.section.name(),
        chord: bar.chord.to_string(),
        key: bar.key.to_string(),
        tempo_bpm: bar.tempo.get(),
        title: bar.title.to_string(),
        piece: bar.piece,
    }
}

/// The bars on air, as `/api/stations/NAME/bars` shows them.
pub fn bars(call: &Call) -> Result<Reply, Failure> {
    let after = call.query().get("after").and_then(|number| number.parse().ok());
    Reply::json(&api::bars(call.served()?, after))
}

/// What listeners liked, by piece and by place.
pub fn likes(call: &Call) -> Result<Reply, Failure> {
    Ok(Reply::Json(likes::to_operator(call.served()?)))
}
