//! Output files of the musicians' commands: MIDI and, on request, audio.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use rustysynth::SoundFont;

use crate::{
    config::AssetRef,
    files,
    lab::{
        cli::{AudioFormat, Output, Touch},
        cmd::touch::{is_untouched, touched},
    },
    music::{
        midi,
        note::{Note, NoteSequence},
    },
    musicvae::{
        convert::{
            notes::{part_name, piece},
            window::Window,
        },
        net::config::Config,
    },
    sound::{
        audio_file::{AudioFileWriter, Format},
        midi_player::MidiPlayer,
    },
    station::load::{self, library::Library},
    units::{Bpm, Kbps},
};

/// The output folder, and what has been written to it.
pub struct OutputFolder {
    path: PathBuf,
    tempo: Bpm,
    seed: u64,
    touch: Touch,
    audio: Option<(AudioFormat, Arc<SoundFont>)>,
    written: Vec<PathBuf>,
}

impl OutputFolder {
    /// Creates the folder of `args` if needed, and loads the SoundFont if audio is wanted. Draws the
    /// seed if `args` have none. Without `--touch`, audio has the radio's touch, and MIDI alone `usual`.
    ///
    /// # Errors
    /// The folder can't be created, the tempo is out of range, or the SoundFont can't be read.
    pub fn open(args: &Output, usual: Touch) -> anyhow::Result<Self> {
        let path = args.out.clone();
        fs::create_dir_all(&path)
            .with_context(|| format!("{}: creating the folder failed", path.display()))?;
        let tempo = Bpm::try_from(args.tempo).map_err(anyhow::Error::msg)?;
        let font = args.soundfont.clone().map_or(AssetRef::SOUNDFONT, AssetRef::File);
        let open = |format| Ok::<_, load::Error>((format, Library::default().font(&font)?));
        let audio = args.audio.map(open).transpose()?;
        // Short enough for file names.
        let seed = args.seed.unwrap_or_else(|| rand::random::<u32>().into());
        let usual = if audio.is_some() { Touch::Radio } else { usual };
        let touch = args.touch.unwrap_or(usual);
        Ok(Self { path, tempo, seed, touch, audio, written: Vec::new() })
    }

    /// The seed of all draws.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// As [`first_free`] in this folder.
    pub fn first_free(&self, kind: &str) -> u64 {
        first_free(&self.path, kind)
    }

    /// Writes `windows` in sequence to `KIND-NUMBER-seed-SEED.mid` and, if wanted, as audio.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(
        &mut self,
        (kind, number): (&str, u64),
        config: &Config,
        windows: &[Window],
    ) -> anyhow::Result<()> {
        let piece = match self.touch {
            Touch::Radio => {
                let draws = format!("{kind} {}", self.written.len());
                played(config, windows, self.tempo, (self.seed, &draws))
            }
            Touch::Plain => piece(config, windows, self.tempo),
        };
        self.write_piece(&self.numbered(kind, number), &piece, part_name)
    }

    /// The name `KIND-NUMBER-seed-SEED`.
    pub fn numbered(&self, kind: &str, number: u64) -> String {
        format!("{kind}-{number:03}-seed-{}", self.seed)
    }

    /// Writes `piece`, with tracks named by `track_name`, to `NAME.mid` and, if wanted, as audio.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write_piece(
        &mut self,
        name: &str,
        piece: &NoteSequence,
        track_name: impl Fn(&Note) -> &'static str,
    ) -> anyhow::Result<()> {
        let path = self.path.join(format!("{name}.mid"));
        files::write(&path, &midi::write(piece, |note| track_name(note)))?;
        self.written.push(path);
        if let Some((format, font)) = &self.audio {
            let path = self.path.join(format!("{name}.{}", format.ending()));
            write_sound(piece, font, *format, &path)?;
            self.written.push(path);
        }
        Ok(())
    }

    /// Writes `bytes` to `NAME.ENDING`.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn write_file(&mut self, name: &str, ending: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.path.join(format!("{name}.{ending}"));
        files::write(&path, bytes)?;
        self.written.push(path);
        Ok(())
    }

    /// The tempo of the files.
    pub fn tempo(&self) -> Bpm {
        self.tempo
    }

    /// Paths of the files written so far.
    pub fn written(&self) -> Vec<String> {
        self.written.iter().map(|path| path.display().to_string()).collect()
    }

    /// Prints what was written: one line, or JSON that also has `facts`.
    pub fn report(&self, as_json: bool, mut facts: serde_json::Value) {
        if as_json {
            facts["files"] = self.written().into();
            println!("{facts}");
        } else {
            let (n, seed) = (self.written.len(), self.seed);
            println!("{n} files written to {}, seed {seed}", self.path.display());
        }
    }
}

/// `windows` in sequence, with the radio's touch if the model gives no velocities; `seed` and `draws`
/// determine its random numbers.
pub fn played(
    config: &Config,
    windows: &[Window],
    tempo: Bpm,
    (seed, draws): (u64, &str),
) -> NoteSequence {
    let piece = piece(config, windows, tempo);
    match is_untouched(config.family.domain()) {
        true => touched(&piece, tempo, seed, draws),
        false => piece,
    }
}

/// The first number above those of all files `KIND-NUMBER-...` in `folder`, so that none is overwritten.
pub fn first_free(folder: &Path, kind: &str) -> u64 {
    let number = |name: &str| -> Option<u64> {
        let rest = name.strip_prefix(kind)?.strip_prefix('-')?;
        rest.split(['-', '.']).next()?.parse().ok()
    };
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    let numbers = names.filter_map(|entry| number(entry.file_name().to_str()?));
    numbers.max().map_or(0, |last| last.saturating_add(1))
}

/// Renders `piece` to `path`.
///
/// # Errors
/// The synthesizer can't be created, or the file can't be written.
pub fn write_sound(
    piece: &NoteSequence,
    font: &Arc<SoundFont>,
    format: AudioFormat,
    path: &Path,
) -> anyhow::Result<()> {
    let mut player = MidiPlayer::new(piece, font)?;
    let format = match format {
        AudioFormat::Mp3 => Format::Mp3(Kbps::DEFAULT),
        AudioFormat::Wav => Format::Wav,
        AudioFormat::Flac => Format::Flac,
    };
    let mut write = || -> io::Result<()> {
        let mut file = AudioFileWriter::create(path, format)?;
        while let Some(block) = player.render() {
            file.push(block)?;
        }
        file.finish()
    };
    write().with_context(|| format!("{}: writing failed", path.display()))
}

/// Reads the MIDI file at `path`.
///
/// # Errors
/// The file can't be read or is not a MIDI file.
pub fn read_midi(path: &Path) -> anyhow::Result<NoteSequence> {
    let bytes: io::Result<Vec<u8>> = fs::read(path);
    let bytes = bytes.with_context(|| format!("{}: reading failed", path.display()))?;
    midi::read(&bytes).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_after_those_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let args = Output {
            out: folder.path().to_owned(),
            tempo: 120.0,
            audio: None,
            touch: None,
            soundfont: None,
            seed: Some(7),
            json: false,
        };
        let output = OutputFolder::open(&args, Touch::Plain).unwrap();
        assert_eq!((output.first_free("sample"), output.seed()), (0, 7));

        for name in ["sample-003-seed-9.mid", "sample-001.mid", "step-011.mid", "notes.txt"] {
            fs::write(folder.path().join(name), b"").unwrap();
        }

        assert_eq!((output.first_free("sample"), output.first_free("step")), (4, 12));
    }
}
