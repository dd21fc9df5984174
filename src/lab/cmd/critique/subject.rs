//! What is criticised: a station, a MIDI file or a recording.

use std::{fs, path::Path};

use anyhow::{Context as _, anyhow, ensure};

use crate::{
    config::{self, AssetRef},
    inserts::player::InsertPlayer,
    lab::{
        cli,
        cmd::critique::{listen, recording::Recording},
        measure::{hearing::Heard, score::Score},
    },
    music::{
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        midi,
        note::NoteSequence,
    },
    musicvae::convert::extract::require_four_four,
    sound::{limiter::Limiter, piece::PiecePlayer},
    station::{
        load::{self, library::Library},
        renderer::Renderer,
    },
    units::SAMPLE_RATE,
};

/// Endings of files that hold notes, and of those that hold sound.
const NOTES: [&str; 2] = ["mid", "midi"];
const SOUND: [&str; 10] = ["wav", "flac", "mp3", "ogg", "oga", "m4a", "mp4", "aac", "aiff", "aif"];

/// Bars of a MIDI file at most, ten hours at 128 bpm: a broken file may claim to last for years.
const MAX_BARS: f64 = 20_000.0;

/// Loudness that stations have where nobody says, in LUFS.
const TARGET: f64 = -16.0;

/// From here on a theme means its drums to be played by people.
const HUMAN: f64 = 0.3;

/// What was played and heard.
pub struct Subject {
    /// What it is, in a line.
    pub title: String,
    /// What it was drawn from.
    pub seed: Option<u64>,
    /// Loudness that it should have, in LUFS.
    pub target: Option<f64>,
    /// Whether it is meant to be played by people.
    pub is_human: Option<bool>,
    /// How it sounds.
    pub heard: Heard,
    /// Its notes, and when each bar begins in the sound, in seconds.
    pub score: Option<(Score, Vec<f64>)>,
}

/// Plays or reads what `args` name.
///
/// # Errors
/// There is no such station, or the file can't be read.
pub fn open(args: &cli::Critique) -> anyhow::Result<Subject> {
    let path = Path::new(&args.subject);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase).unwrap_or_default();
    let can_t = || format!("can't criticise {}", path.display());
    match ending.as_str() {
        ending if NOTES.contains(&ending) => notes(path, args).with_context(can_t),
        ending if SOUND.contains(&ending) => sound(path, args).with_context(can_t),
        _ => station(args),
    }
}

fn station(args: &cli::Critique) -> anyhow::Result<Subject> {
    let config = config::load(args.config.as_deref())?;
    let station = config.stations.iter().find(|station| station.name == args.subject);
    let station = station.ok_or_else(|| {
        let names = config.stations.iter().map(|station| station.name.as_str());
        let names: Vec<&str> = names.collect();
        anyhow!(
            "expected one of the stations {}, or a file such as a.mid or a.wav, found {:?}",
            names.join(", "),
            args.subject
        )
    })?;
    let seed = args.seed.or(config.seed).unwrap_or_else(rand::random);
    let mut library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let composer = load::theme::composer(station, &mut library, seed)?;
    let font = library.font(&station.soundfont)?;
    let theme = &station.theme;
    let inserts = InsertPlayer::without_thread(station, seed);
    let renderer = Renderer::new(&font, composer.mix())?.with_inserts(inserts, None);
    let (bars, starts, heard) = listen::station(composer, renderer, args.minutes * 60.0)?;
    Ok(Subject {
        title: format!("{}: {} minutes, seed {seed}", station.name, args.minutes),
        seed: Some(seed),
        target: Some(args.target.unwrap_or(station.loudness.0)),
        is_human: Some(HUMAN <= theme.humanise.max(theme.groove_time)),
        heard,
        score: Some((Score::from_bars(&bars, theme.swing), starts)),
    })
}

fn notes(path: &Path, args: &cli::Critique) -> anyhow::Result<Subject> {
    let sequence = midi::read(&fs::read(path)?)?;
    require_four_four(&sequence)?;
    let end = sequence.notes.iter().map(|note| note.end).fold(0.0, f64::max);
    let n_bars = (end * STEPS_PER_QUARTER as f64 / STEPS_PER_BAR as f64).ceil();
    ensure!(n_bars <= MAX_BARS, "expected at most {MAX_BARS} bars, found {n_bars}");
    let score = Score::from_sequence(&sequence);
    let delay = Limiter::LATENCY as f64 / f64::from(SAMPLE_RATE);
    let starts = score.starts().into_iter().map(|start| start + delay).collect();
    Ok(Subject {
        title: format!("{}: {} bars", path.display(), score.bars.len()),
        seed: None,
        target: args.target,
        is_human: None,
        heard: play(&sequence)?,
        score: Some((score, starts)),
    })
}

fn play(sequence: &NoteSequence) -> anyhow::Result<Heard> {
    let font = Library::default().font(&AssetRef::SOUNDFONT)?;
    listen::piece(PiecePlayer::new(sequence, &font)?)
}

fn sound(path: &Path, args: &cli::Critique) -> anyhow::Result<Subject> {
    let heard = listen::recording(Recording::open(path)?)?;
    Ok(Subject {
        title: format!("{}: {:.1} minutes", path.display(), heard.seconds / 60.0),
        seed: None,
        target: Some(args.target.unwrap_or(TARGET)),
        is_human: None,
        heard,
        score: None,
    })
}
