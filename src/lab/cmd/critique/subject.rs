//! The subject of a critique: a station, a MIDI file or a recording.

use std::{fs, path::Path};

use anyhow::{Context as _, anyhow, ensure};

use crate::{
    config::{self, AssetRef, Player},
    inserts::player::InsertPlayer,
    lab::{
        cli,
        cmd::critique::{analyse, character::Character, recording::Recording},
        measure::{audio::analyser::AudioFigures, notes::score::Score},
    },
    music::{
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        midi,
        note::NoteSequence,
        segments::longest,
        tempo_map::TempoMap,
    },
    sound::{limiter::Limiter, midi_player::MidiPlayer},
    station::{
        load::{self, library::Library},
        renderer::Renderer,
    },
    units::SAMPLE_RATE,
};

/// Extensions of MIDI files, and of audio files.
const NOTES: [&str; 4] = ["mid", "midi", "kar", "rmi"];
const SOUND: [&str; 10] = ["wav", "flac", "mp3", "ogg", "oga", "m4a", "mp4", "aac", "aiff", "aif"];

/// Most bars of a MIDI file, ten hours at 128 bpm: the last note of a corrupt file may be years away.
const MAX_BARS: f64 = 20_000.0;

/// Target loudness of recordings by default, in LUFS.
const TARGET: f64 = -16.0;

/// A subject, rendered or decoded.
pub struct Subject {
    /// One line that names the subject.
    pub title: String,
    /// The seed of a station.
    pub seed: Option<u64>,
    /// Target loudness in LUFS.
    pub target: Option<f64>,
    /// Whether the drums are meant to sound as if played by a drummer; none if unknown.
    pub is_human: Option<bool>,
    /// The character of its parts; none if unknown.
    pub character: Option<Character>,
    /// Figures of its sound.
    pub audio: AudioFigures,
    /// Its notes, and the start of each bar in the sound, in seconds; none for a recording.
    pub score: Option<(Score, Vec<f64>)>,
}

/// Renders the station, plays the MIDI file or decodes the recording that `args` name.
///
/// # Errors
/// There is no such station, or the file can't be read.
pub fn open(args: &cli::Critique) -> anyhow::Result<Subject> {
    let path = Path::new(&args.subject);
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.map(str::to_ascii_lowercase).unwrap_or_default();
    let context = || path.display().to_string();
    match ending.as_str() {
        ending if NOTES.contains(&ending) => notes(path, args).with_context(context),
        ending if SOUND.contains(&ending) => sound(path, args).with_context(context),
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
            "expected one of the stations {}, or a MIDI or audio file, found {:?}",
            names.join(", "),
            args.subject
        )
    })?;
    let seed = args.seed.or(config.seed).unwrap_or_else(rand::random);
    let mut library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let composer = load::theme::composer(station, &mut library, seed)?;
    let fonts = library.fonts(station)?;
    let theme = &station.theme;
    let inserts = InsertPlayer::without_thread(station, seed);
    let renderer = Renderer::new(&fonts, composer.mix())?.with_inserts(inserts, None);
    let (bars, starts, audio) = analyse::station(composer, renderer, args.minutes * 60.0)?;
    let of_style = args.style.map(Character::of_style);
    Ok(Subject {
        title: format!("{}: {} minutes, seed {seed}", station.name, args.minutes),
        seed: Some(seed),
        target: Some(args.target.unwrap_or(station.loudness.0)),
        is_human: Some(theme.drums.player == Player::Drummer),
        character: Some(of_style.unwrap_or_else(|| Character::of_theme(theme))),
        audio,
        score: Some((Score::from_bars(&bars, theme.swing), starts)),
    })
}

fn notes(path: &Path, args: &cli::Critique) -> anyhow::Result<Subject> {
    let piece = midi::read(&fs::read(path)?)?;
    let segment = longest(&piece).ok_or_else(|| anyhow!("expected bars of 4/4, found none"))?;
    let (first, sequence) = (segment.bar_in_file(0), segment.sequence);
    let end = sequence.notes.iter().map(|note| note.end).fold(0.0, f64::max);
    let n_bars = (end * STEPS_PER_QUARTER as f64 / STEPS_PER_BAR as f64).ceil();
    ensure!(n_bars <= MAX_BARS, "expected at most {MAX_BARS} bars, found {n_bars}");
    let from = match first {
        0 => String::new(),
        _ => format!(" from bar {} on, the longest stretch of 4/4", first + 1),
    };
    let score = Score::from_sequence(&sequence);
    let delay = Limiter::LATENCY as f64 / f64::from(SAMPLE_RATE);
    let quarters = (STEPS_PER_BAR / STEPS_PER_QUARTER) as f64;
    let starts = TempoMap::of(&sequence).bar_starts(score.bars.len(), quarters);
    let starts = starts.into_iter().map(|start| start + delay).collect();
    Ok(Subject {
        title: format!("{}: {} bars{from}", path.display(), score.bars.len()),
        seed: None,
        target: args.target,
        is_human: None,
        character: args.style.map(Character::of_style),
        audio: play(&sequence)?,
        score: Some((score, starts)),
    })
}

fn play(sequence: &NoteSequence) -> anyhow::Result<AudioFigures> {
    let font = Library::default().font(&AssetRef::SOUNDFONT)?;
    analyse::piece(MidiPlayer::new(sequence, &font)?)
}

fn sound(path: &Path, args: &cli::Critique) -> anyhow::Result<Subject> {
    let audio = analyse::recording(Recording::open(path)?)?;
    Ok(Subject {
        title: format!("{}: {:.1} minutes", path.display(), audio.seconds / 60.0),
        seed: None,
        target: Some(args.target.unwrap_or(TARGET)),
        is_human: None,
        character: None,
        audio,
        score: None,
    })
}
