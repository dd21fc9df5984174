//! The cue: what moves would do, played for one person before it is on air.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    compose::steering::When,
    station::studio::{Before, cue::CueStart, hand::Hand, moves::Move},
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

/// Starts a cue of the station with moves beside those on air; any other cue ends.
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
    let Before { progress, .. } = phrase::next(call)?;
    let hand = moved(call.studio.hand(&call.station), &moves, progress.bar)?;
    let setting = call.studio.setting(&call.station, &hand)?;
    let start = CueStart {
        station: call.station.clone(),
        setting,
        hand,
        progress,
        fonts: call.served()?.takes.fonts().clone(),
    };
    let (path, mount) = call.lab.ask(move |tools| {
        let path = tools.cues.start(start)?;
        Ok((path, tools.cues.mount()))
    })?;
    call.lab.keep_cue(mount);
    Reply::json(&json!({ "path": path }))
}

/// The hand after `moves`, which must all be of kinds that a cue can play.
fn moved(hand: Hand, moves: &[Move], bar: u64) -> Result<Hand, Failure> {
    let refused = moves.iter().find(|what| {
        matches!(
            what,
            Move::Order { .. } | Move::Jingle { .. } | Move::Title { .. } | Move::Undo | Move::Redo
        )
    });
    if refused.is_some() {
        let expected = "expected set, reset, beat, line, hold or desk in a cue";
        return Err(Failure::bad(format!("moves: {expected}, found another")));
    }
    Ok(moves.iter().fold(hand, |hand, what| hand.after(what, bar)))
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
