//! The tools for the studio's page: clips in memory, one answer per request.

use std::path::Path;

use anyhow::{Context as _, ensure};

use crate::{
    lab::{
        cli,
        cmd::{
            clip,
            interpolate::{Line, between},
            model,
            output::played,
            sample,
            sampling::Sampling,
            tools::{
                answer::{self, Models},
                settings::{self, Continuing, Drumming, Grooving},
            },
        },
        tools::{input, variation::Variation},
    },
    music::{
        midi,
        midi::edit,
        note::{Note, NoteSequence},
    },
    musicvae::{
        convert::{notes::part_name, window::Window},
        net::{config::Config, latent::Latent},
    },
    units::Bpm,
    web::studio::tools::{Clip, ClipParts, MAX_BARS, Tool, ToolAnswer, ToolRequest, ToolSettings},
};

/// Sampling temperature of drums and of plain sampling, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// The answer to `request`, which was checked.
///
/// # Errors
/// A clip can't be read or answered, or a model can't be opened.
pub fn answer(request: &ToolRequest) -> anyhow::Result<ToolAnswer> {
    let ToolRequest { tool, clips, settings } = request;
    match (tool, clips.as_slice()) {
        (Tool::Generate, _) => generated(settings),
        (Tool::Interpolate, [from, to]) => interpolated(from, to, settings),
        (_, [clip, ..]) => answered(*tool, clip, settings),
        _ => anyhow::bail!(
            "{}: expected {} clips, found {}",
            tool.name(),
            tool.n_clips(),
            clips.len()
        ),
    }
}

fn answered(tool: Tool, clip: &Clip, settings: &ToolSettings) -> anyhow::Result<ToolAnswer> {
    check_length(clip)?;
    let variation = Variation { seed: settings.seed, number: settings.number };
    let tool = settings_of(tool, settings);
    let answer = answer::answer(&tool, &Models::default(), &clip.midi, &[], variation);
    let answer = answer.with_context(|| clip.name.clone())?;
    Ok(ToolAnswer { midi: answer.bytes, piece: answer.piece })
}

fn settings_of(tool: Tool, settings: &ToolSettings) -> settings::Tool {
    let temperature = settings.temperature;
    match tool {
        Tool::Groove => settings::Tool::Groove(Grooving {
            amount: settings.amount,
            temperature: temperature.unwrap_or(1.0),
            model: Path::new(cli::GROOVE).to_owned(),
            takes_any: true,
        }),
        Tool::Drumify => settings::Tool::Drumify(Drumming {
            model: Path::new(cli::DRUMS).to_owned(),
            style: None,
            temperature: temperature.unwrap_or(TEMPERATURE),
        }),
        Tool::Continue | Tool::Generate | Tool::Interpolate => {
            settings::Tool::Continue(Continuing {
                n_bars: settings.bars as usize,
                is_far: settings.far,
                model: None,
                sampling: sampling(temperature, TEMPERATURE),
            })
        }
    }
}

/// Sampling at `temperature`; `usual` is the drums' default.
fn sampling(temperature: Option<f64>, usual: f64) -> Sampling {
    Sampling::of(&cli::Sampling { temperature, ..cli::Sampling::default() }, usual)
}

fn generated(settings: &ToolSettings) -> anyhow::Result<ToolAnswer> {
    let path = Path::new(match settings.parts {
        ClipParts::Drums => cli::DRUMS,
        ClipParts::Trio => cli::TRIO,
    });
    let (network, weights) = model::open(path)?;
    let prior = model::prior((&network, &weights), None, path)?;
    let draws = (settings.seed, settings.number);
    let sampling = sampling(settings.temperature, TEMPERATURE);
    let windows = sample::draw((&network, &prior), sampling, draws, settings.bars as usize)?;
    Ok(new_clip(network.config(), &windows, Bpm::DEFAULT, settings))
}

/// The steps of an interpolation of two clips, in sequence, at the tempo of the first.
fn interpolated(from: &Clip, to: &Clip, settings: &ToolSettings) -> anyhow::Result<ToolAnswer> {
    let clips = [from, to].map(|clip| read(clip).map(|piece| (piece, &clip.name)));
    let [from, to] = clips;
    let clips = [from?, to?];
    let has_lines =
        |(piece, _): &(NoteSequence, &String)| piece.notes.iter().any(|note| !note.is_drum);
    let path = if clips.iter().all(has_lines) { cli::TRIO } else { cli::DRUMS };
    let (network, _) = model::open(Path::new(path))?;
    let points = |(piece, name): &(NoteSequence, &String)| -> anyhow::Result<Vec<Latent>> {
        let windows = clip::windows_of(piece, name, None, network.config())?;
        windows.iter().map(|window| Ok(network.encode(window)?.mu)).collect()
    };
    let (from, to) = (points(&clips[0])?, points(&clips[1])?);
    // At temperature 0 all answers would be the same.
    let usual = if settings.number == 0 { 0.0 } else { TEMPERATURE };
    let sampling = sampling(settings.temperature, usual);
    let seed = settings.seed.wrapping_add(settings.number);
    let mut windows = Vec::new();
    for step in 0..settings.steps {
        let t = step as f64 / (settings.steps - 1) as f64;
        windows.extend(between(&network, (&from, &to), (Line::Arc, t), sampling, seed)?);
    }
    let tempo = clips[0].0.tempos.first().map_or(Bpm::DEFAULT, |(_, tempo)| *tempo);
    Ok(new_clip(network.config(), &windows, tempo, settings))
}

fn new_clip(
    config: &Config,
    windows: &[Window],
    tempo: Bpm,
    settings: &ToolSettings,
) -> ToolAnswer {
    let draws = format!("answer {}", settings.number);
    let piece = played(config, windows, tempo, (settings.seed, &draws));
    ToolAnswer { midi: midi::write(&piece, |note: &Note| part_name(note)), piece }
}

/// The notes of `clip`, with its instruments' roles.
fn read(clip: &Clip) -> anyhow::Result<NoteSequence> {
    check_length(clip)?;
    let name = || clip.name.clone();
    let mended = edit::mended(&clip.midi).with_context(name)?;
    Ok(input::read(&mended, &[]).with_context(name)?.sequence)
}

fn check_length(clip: &Clip) -> anyhow::Result<()> {
    let name = || clip.name.clone();
    let mended = edit::mended(&clip.midi).with_context(name)?;
    let n_bars = input::read(&mended, &[]).with_context(name)?.n_bars();
    let most = MAX_BARS as usize;
    ensure!(n_bars <= most, "{}: expected up to {most} bars, found {n_bars}", clip.name);
    Ok(())
}
