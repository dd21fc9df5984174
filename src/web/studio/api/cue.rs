//! The cue: a private preview of moves before they are on air.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    compose::steering::{Order, When},
    station::studio::{Before, cue::CueStart, error::MoveError, moves::Move},
    web::studio::{
        api::{moves, pad::Timing, phrase},
        call::Call,
        reply::{Failure, Reply},
    },
};

/// The most moves of a cue.
const MAX_MOVES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default)]
    moves: Vec<Value>,
}

/// Starts a cue of the station with moves besides those on air; ends any other cue.
pub fn start(call: &Call) -> Result<Reply, Failure> {
    let Request { moves } = call.json()?;
    if MAX_MOVES < moves.len() {
        return Err(Failure::bad(format!(
            "moves: expected at most {MAX_MOVES}, found {}",
            moves.len()
        )));
    }
    let moves = moves.into_iter().map(|what| moves::read(call, what));
    let moves = moves.collect::<Result<Vec<Move>, Failure>>()?;
    check(&moves)?;
    let Before { progress, .. } = phrase::next(call)?;
    let orders = orders(&moves);
    let hand = call.studio.hand_after(&call.station, moves, progress.bar)?;
    let setting = call.studio.setting(&call.station, &hand)?;
    let start = CueStart {
        station: call.station.clone(),
        setting,
        hand,
        progress,
        orders,
        fonts: call.served()?.takes.fonts().clone(),
    };
    let (path, mount) = call.lab.ask(move |tools| {
        let path = tools.cues.start(start)?;
        Ok((path, tools.cues.mount()))
    })?;
    call.lab.keep_cue(mount);
    Reply::json(&json!({ "path": path }))
}

/// Checks that all `moves` are of kinds that a cue can play.
fn check(moves: &[Move]) -> Result<(), Failure> {
    moves.iter().try_for_each(|what| match what {
        Move::Jingle { .. }
        | Move::Title { .. }
        | Move::KeepDesk { .. }
        | Move::Undo
        | Move::Redo => Err(refused(what)),
        Move::Desk { fader, .. } => Ok(fader.checked().map(|_| ()).map_err(MoveError::from)?),
        Move::Set { .. }
        | Move::Reset { .. }
        | Move::Beat { .. }
        | Move::Line { .. }
        | Move::Macro { .. }
        | Move::Tune { .. }
        | Move::Hold { .. }
        | Move::Order { .. } => Ok(()),
    })
}

fn refused(what: &Move) -> Failure {
    let json = json!(what);
    let found = json["move"].as_str().unwrap_or_default();
    let expected = "set, reset, macro, beat, line, tune, hold, order or desk";
    Failure::bad(format!("a move of a cue: expected {expected}, found {found}"))
}

fn orders(moves: &[Move]) -> Vec<Order> {
    let order = |what: &Move| match what {
        Move::Order { order } => Some(*order),
        _ => None,
    };
    moves.iter().filter_map(order).collect()
}

/// Puts the cue on air.
pub fn take(call: &Call) -> Result<Reply, Failure> {
    let when = if call.body.is_empty() { When::Phrase } else { call.json::<Timing>()?.when };
    let from = phrase::next(call)?.progress.bar;
    let (station, at_section) = (call.station.clone(), when == When::Section);
    let taken = call.lab.ask(move |tools| tools.cues.take(&station, from, at_section))?;
    let (station, by) = (&call.station, &call.visitor.name);
    Reply::json(&call.studio.adopt(station, by, taken.hand, &taken.progress, when)?)
}

/// Ends the cue, if there is one.
pub fn stop(call: &Call) -> Result<Reply, Failure> {
    call.lab.ask(|tools| {
        if !tools.cues.is_empty() {
            tools.cues.stop()?;
        }
        Ok(())
    })?;
    Reply::json(&json!({}))
}
