//! Tools that answer clips: one answer at a time, as MIDI and as sound.

use std::{io, sync::Arc};

use hyper::StatusCode;
use rustysynth::SoundFont;
use serde_json::{Value, json};

use crate::{
    config::AssetRef,
    sound::{self, midi_player::MidiPlayer, mp3_file::Mp3File},
    station::studio::lab_error::LabError,
    units::Kbps,
    web::studio::{
        call::Call,
        reply::{Failure, Reply},
        tools::{Clip, Tool, ToolAnswer, ToolRequest, ToolSettings},
    },
};

/// Runs the path's tool on the clips in the body.
pub fn answer(call: &Call) -> Result<Reply, Failure> {
    let run = call.site.tools.clone();
    let run = run.ok_or_else(|| Failure::missing("this radio was built without the tools"))?;
    let tool = tool(&call.argument)?;
    let (clips, settings) = body(call)?;
    let request = ToolRequest { tool, clips, settings };
    request.check().map_err(Failure::bad)?;
    let answer = call.lab.ask(move |_| run(&request).map_err(LabError::Tool))?;
    let name = call.site.answers.keep(answer);
    Reply::json(&json!({ "midi": file(&name, "mid"), "sound": file(&name, "mp3") }))
}

/// The clips and the settings of a body.
fn body(call: &Call) -> Result<(Vec<Clip>, ToolSettings), Failure> {
    let mut body: Value = call.json()?;
    let clips = body.as_object_mut().and_then(|fields| fields.remove("clips"));
    let bad = |what: &str, error| Failure::bad(format!("{what}: {error}"));
    let clips = clips.map_or(Ok(Vec::new()), serde_json::from_value);
    let clips = clips.map_err(|error| bad("clips", error))?;
    let settings =
        serde_json::from_value(body).map_err(|error| bad("the request's body", error))?;
    Ok((clips, settings))
}

fn tool(name: &str) -> Result<Tool, Failure> {
    Tool::ALL.into_iter().find(|tool| tool.name() == name).ok_or_else(|| {
        let names = Tool::ALL.map(Tool::name).join(", ");
        Failure::missing(format!("a tool: expected one of {names}, found {name:?}"))
    })
}

fn file(name: &str, ending: &str) -> String {
    format!("/studio/api/answers/{name}.{ending}")
}

/// The file NAME.mid or NAME.mp3 of an answer.
pub fn file_of_answer(call: &Call) -> Result<Reply, Failure> {
    let found = call.argument.rsplit_once('.');
    let found = found.and_then(|(name, ending)| Some((call.site.answers.get(name)?, ending)));
    match found {
        Some((answer, "mid")) => Ok(Reply::File("audio/midi", answer.midi.clone().into())),
        Some((answer, "mp3")) => {
            let played = call.lab.ask(move |tools| {
                let font = tools.library.font(&AssetRef::SOUNDFONT)?;
                Ok(sound(&answer, &font).map_err(|error| error.to_string()))
            })?;
            let failed = |error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, error);
            Ok(Reply::File("audio/mpeg", played.map_err(failed)?.into()))
        }
        _ => Err(Failure::missing("this answer was forgotten for newer ones; ask once more")),
    }
}

/// The bytes of an MP3 file of `answer`.
fn sound(answer: &ToolAnswer, font: &Arc<SoundFont>) -> io::Result<Vec<u8>> {
    let failed = |error: sound::Error| io::Error::other(error);
    let mut player = MidiPlayer::new(&answer.piece, font).map_err(failed)?;
    let mut file = Mp3File::new(Vec::new(), Kbps::DEFAULT).map_err(failed)?;
    while let Some(block) = player.render() {
        file.push(block)?;
    }
    file.finish()
}
