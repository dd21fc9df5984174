//! `electropunk play`: plays a MIDI file through the radio's synthesizer.

use std::{
    fs,
    io::{self, BufWriter, IsTerminal as _, stdout},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};

use crate::{
    cli,
    config::AssetRef,
    interrupt::{self, Interrupt},
    log,
    music::{midi, note::NoteSequence},
    sound::{
        audio_file::{AudioFileWriter, Format},
        midi_player::MidiPlayer,
        wav::Wav,
    },
    station::load::library::Library,
    units::{Bpm, Kbps},
};

/// Longest file in hours: a damaged one may claim to last for years.
const MAX_HOURS: f64 = 24.0;

/// Runs the command. Without `--out` a WAV file goes to standard output, for a player behind a pipe:
/// the program has no output to an audio device.
///
/// # Errors
/// The file is not a MIDI file, the SoundFont can't be read, the sound can't be written, or there is no
/// `--out` and standard output is a terminal.
pub fn run(args: &cli::Play) -> anyhow::Result<()> {
    let name = args.file.display();
    if args.out.is_none() && stdout().is_terminal() {
        bail!(
            "expected --out FILE.wav, .flac or .mp3, or a player that the sound is piped to: \
             electropunk play {name} | mpv -"
        );
    }
    let piece = read(&args.file)?;
    let font = args.soundfont.clone().map_or(AssetRef::SOUNDFONT, AssetRef::File);
    let player = MidiPlayer::new(&piece, &Library::default().font(&font)?)?;
    let stop = interrupt::flag()?;
    match &args.out {
        Some(out) => {
            write(player, out, &stop)
                .with_context(|| format!("{}: writing failed", out.display()))?;
            log::say(format_args!("{name} written to {}", out.display()));
        }
        None => pipe(player, &stop).context("writing to standard output failed")?,
    }
    Ok(())
}

/// The notes of the MIDI file at `path`, at one tempo; faults are logged.
fn read(path: &Path) -> anyhow::Result<NoteSequence> {
    let name = path.display();
    let bytes = fs::read(path).with_context(|| format!("{name}: reading failed"))?;
    let song = midi::read_song(&bytes).with_context(|| name.to_string())?;
    for fault in &song.faults {
        tracing::warn!("{name}: {fault}");
    }
    let piece = song.tempo_map.at_one_tempo(&song.sequence);
    let minutes = piece.notes.iter().map(|note| note.end).fold(0.0, f64::max) / Bpm::DEFAULT.get();
    let hours = minutes / 60.0;
    ensure!(hours <= MAX_HOURS, "{name}: expected at most {MAX_HOURS} hours, found {hours:.0}");
    Ok(piece)
}

/// Writes the sound to a file, until `stop` is set.
fn write(mut player: MidiPlayer, out: &Path, stop: &Interrupt) -> io::Result<()> {
    let format = Format::of(out, Kbps::DEFAULT).ok_or(io::ErrorKind::Unsupported)?;
    let mut file = AudioFileWriter::create(out, format)?;
    while let Some(block) = player.render().filter(|_| !stop.is_set()) {
        file.push(block)?;
    }
    file.finish()
}

fn pipe(mut player: MidiPlayer, stop: &Interrupt) -> io::Result<()> {
    let mut wav = Wav::endless(BufWriter::new(stdout().lock()))?;
    while let Some(block) = player.render().filter(|_| !stop.is_set()) {
        wav.push(block)?;
    }
    wav.flush()
}
