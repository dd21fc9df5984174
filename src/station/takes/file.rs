//! Takes as files: WAV, FLAC, and a ZIP archive of the stems.

use std::io::{self, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;
use zip::{CompressionMethod, ZipWriter, result::ZipError, write::SimpleFileOptions};

use crate::{
    sound::{flac::Flac, frame::Block, wav::Wav},
    station::{
        Error,
        takes::take::{Take, TakeBlock},
    },
};

/// A file up to this size stays in memory; a longer one goes to the system's folder for temporary files,
/// without a name.
const MOST_IN_MEMORY: usize = 4 << 20;

/// Gain of the stems in 16 bits, -6 dB: before the master, a loud part may exceed full scale.
const STEM_GAIN: f32 = 0.5;

/// The form of a take with sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundFile {
    /// The mix, 32-bit float.
    Wav,
    /// The mix, 16-bit.
    Flac,
    /// The mix and each stem as FLAC, and the notes as MIDI.
    Zip,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The take can't be rendered.
    #[error("the take can't be rendered: {0}")]
    Sound(#[from] Error),
    /// The file can't be written.
    #[error("the file of the take can't be written: {0}")]
    File(#[from] io::Error),
    /// The archive can't be written.
    #[error("the archive of the take can't be written: {0}")]
    Archive(#[from] ZipError),
    /// It is no longer wanted.
    #[error("the take is no longer wanted")]
    Unwanted,
}

/// Renders `take` to a file, positioned at its start; `name` begins the names of the files in an archive.
/// Gives up once `is_wanted` is false.
///
/// # Errors
/// The take can't be rendered, the file can't be written, or it is no longer wanted.
pub fn sound(
    take: &Take,
    form: SoundFile,
    name: &str,
    is_wanted: &dyn Fn() -> bool,
) -> Result<SpooledTempFile, TakeError> {
    let mut file = match form {
        SoundFile::Wav => {
            let mut wav = Wav::new(new_file())?;
            render(take, is_wanted, |block| wav.push(block.mix))?;
            wav.finish()?
        }
        SoundFile::Flac => {
            let mut flac = Flac::new(new_file())?;
            render(take, is_wanted, |block| flac.push(block.mix))?;
            flac.finish()?
        }
        SoundFile::Zip => archive(take, name, is_wanted)?,
    };
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

fn new_file() -> SpooledTempFile {
    tempfile::spooled_tempfile(MOST_IN_MEMORY)
}

fn render(
    take: &Take,
    is_wanted: &dyn Fn() -> bool,
    mut push: impl FnMut(&TakeBlock) -> io::Result<()>,
) -> Result<(), TakeError> {
    take.render(|block| {
        if !is_wanted() {
            return Err(TakeError::Unwanted);
        }
        push(&block)?;
        Ok(true)
    })
}

/// The files of an archive are compressed already, so they are only stored.
fn archive(
    take: &Take,
    name: &str,
    is_wanted: &dyn Fn() -> bool,
) -> Result<SpooledTempFile, TakeError> {
    let mut mix = Flac::new(new_file())?;
    let mut stems: Vec<(&str, Flac<SpooledTempFile>)> = Vec::new();
    render(take, is_wanted, |block| {
        if stems.is_empty() {
            for (name, _) in block.stems {
                stems.push((name, Flac::new(new_file())?));
            }
        }
        mix.push(block.mix)?;
        let mut pairs = stems.iter_mut().zip(block.stems);
        pairs.try_for_each(|((_, flac), (_, stem))| flac.push(&softer(stem)))
    })?;
    let mut zip = ZipWriter::new(new_file());
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(0o644);
    zip.start_file(format!("{name}.mid"), options)?;
    zip.write_all(&take.midi())?;
    for (part, flac) in std::iter::once(("mix", mix)).chain(stems) {
        let mut flac = flac.finish()?;
        flac.seek(SeekFrom::Start(0))?;
        zip.start_file(format!("{name}-{part}.flac"), options)?;
        io::copy(&mut flac, &mut zip)?;
        if !is_wanted() {
            return Err(TakeError::Unwanted);
        }
    }
    Ok(zip.finish()?)
}

fn softer(stem: &Block) -> Block {
    Block { left: stem.left.map(|x| STEM_GAIN * x), right: stem.right.map(|x| STEM_GAIN * x) }
}

/// The length of `file` in bytes; then positioned at its start.
///
/// # Errors
/// The file can't be read.
pub fn length(file: &mut (impl Read + Seek)) -> io::Result<u64> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(0))?;
    Ok(length)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use zip::ZipArchive;

    use super::*;
    use crate::{
        music::{
            bar::{Bar, Hit},
            midi,
        },
        sound::{
            testing::{bar, decode_as, mix, onsets, tiny_font},
            wav::HEAD,
        },
        station::{
            on_air::{AiredBar, OnAir},
            takes::memory::Takes,
        },
        units::Decibels,
    };

    fn take() -> Take {
        take_at(Decibels(0.0))
    }

    /// The last two of three bars of 1.25 seconds with four drums each, with this gain of the master. They
    /// start within a block.
    fn take_at(gain: Decibels) -> Take {
        let mut dry = mix();
        for voice in &mut dry.voices {
            (voice.reverb, voice.echo, voice.chorus) = (0.0, 0.0, 0.0);
        }
        let dry = Arc::new(dry);
        let hit = |step, velocity| Hit { start_step: step, n_steps: 1.0, pitch: 60, velocity };
        let drums: Vec<Hit> = [0.0, 4.0, 8.0, 12.0].map(|step| hit(step, 90)).into();
        let aired = |number| {
            let parts = [drums.clone(), vec![], vec![], vec![]];
            let bar = Bar { mix: dry.clone(), ..bar(number, 192.0, parts) };
            AiredBar { start_second: 1.25 * number as f64, bar: Arc::new(bar) }
        };
        let takes = Takes::new(&(&tiny_font()).into());
        let bars = (0..3).map(aired).collect();
        let on_air = OnAir { rendered_seconds: 10.0, bars, ..OnAir::default() };
        takes.note(&on_air, gain);
        takes.last(2, 10.0).unwrap()
    }

    fn bytes(form: SoundFile) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut file = sound(&take(), form, "techno", &|| true).unwrap();
        assert_eq!(length(&mut file).unwrap(), file.read_to_end(&mut bytes).unwrap() as u64);
        bytes
    }

    fn left(blocks: &[Block]) -> Vec<f32> {
        blocks.iter().flat_map(|block| block.left).collect()
    }

    #[test]
    fn a_take_begins_with_its_first_bar_and_ends_with_its_last() {
        let wav = bytes(SoundFile::Wav);
        let n_blocks = (2.5_f64 * 44_100.0 / 1152.0).ceil() as usize;
        assert_eq!(wav.len(), HEAD as usize + n_blocks * 1152 * 8);
        let sound = left(&decode_as("wav", &wav));
        let found = onsets(&sound, 4000);
        assert_eq!(found.len(), 8, "{found:?}");
        for (number, found) in found.iter().enumerate() {
            // A beat is 13 781.25 frames; the limiter's look-ahead may begin a little early.
            let late = *found as f64 - 13_781.25 * number as f64;
            assert!((-64.0..=64.0).contains(&late), "{late} frames");
        }
    }

    #[test]
    fn a_take_is_as_loud_as_the_station() {
        let peak = |gain: f64| {
            let mut peak = 0.0f32;
            let render = take_at(Decibels(gain)).render(|block| {
                peak = peak.max(block.mix.peak());
                Ok::<_, Error>(true)
            });
            render.unwrap();
            peak
        };
        let softer = Decibels::from_ratio(f64::from(peak(-12.0) / peak(-6.0)));
        assert!((softer.0 + 6.0).abs() < 0.1, "{softer:?}");
    }

    #[test]
    fn an_archive_has_the_mix_the_stems_and_the_notes() {
        let mut zip = ZipArchive::new(io::Cursor::new(bytes(SoundFile::Zip))).unwrap();
        let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let parts = ["mix", "drums", "bass", "lead", "chords", "effects"];
        let expected = parts.map(|part| format!("techno-{part}.flac"));
        assert_eq!(names[0], "techno.mid");
        assert_eq!(names[1..], expected);
        let mut read = |name: &str| {
            let mut bytes = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };

        let notes = midi::read(&read("techno.mid")).unwrap();
        assert_eq!(notes.notes.len(), 8);
        assert!(notes.notes.iter().all(|note| note.velocity == 90 && note.is_drum));
        assert_eq!(notes.tempos[0].1.get(), 192.0);
        let drums = left(&decode_as("flac", &read("techno-drums.flac")));
        let mix = left(&decode_as("flac", &read("techno-mix.flac")));
        assert_eq!(mix.len(), drums.len());
        assert_eq!(read("techno-mix.flac"), bytes(SoundFile::Flac));
        let (drums, mix) = (onsets(&drums, 4000), onsets(&mix, 4000));
        assert_eq!(drums.len(), 8);
        assert!(drums.iter().zip(&mix).all(|(a, b)| a.abs_diff(*b) < 64), "{drums:?}, {mix:?}");
        assert!(onsets(&left(&decode_as("flac", &read("techno-bass.flac"))), 1).is_empty());
    }

    #[test]
    fn a_take_that_nobody_waits_for_ends() {
        for form in [SoundFile::Wav, SoundFile::Flac, SoundFile::Zip] {
            let ended = sound(&take(), form, "techno", &|| false);
            assert!(matches!(ended, Err(TakeError::Unwanted)), "{form:?}");
        }
    }
}
