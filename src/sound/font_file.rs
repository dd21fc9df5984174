//! Loads SoundFonts from files and from memory.

use std::{panic, path::Path, sync::Arc};

use rustysynth::SoundFont;
use tracing::warn;

use crate::{
    files,
    sound::{Error, font_chunks::FontChunks, font_mending},
};

/// The largest SF2 file in bytes: sizes in it have 32 bits.
const MOST_BYTES: u64 = 1 << 32;

/// Silent samples that a warning names at most.
const N_LISTED: usize = 8;

/// Reads an SF2 file.
///
/// # Errors
/// The file can't be read, isn't SF2, is damaged, or is SF3.
pub fn load(path: &Path) -> Result<Arc<SoundFont>, Error> {
    let bytes = files::read_small(path, MOST_BYTES).map_err(Error::FontUnreadable)?;
    parse(&bytes, &path.display().to_string())
}

/// Reads SF2 bytes; `name` names them in errors. Samples that can't be played are silent, with a warning.
///
/// # Errors
/// The bytes aren't SF2, are damaged, are SF3, or no sample can be played.
pub fn parse(bytes: &[u8], name: &str) -> Result<Arc<SoundFont>, Error> {
    let broken = |reason: String| Error::FontBroken { name: name.to_owned(), reason };
    let mut chunks = FontChunks::parse(bytes).map_err(broken)?;
    if font_mending::is_compressed(&chunks) {
        return Err(Error::FontCompressed { name: name.to_owned() });
    }
    if chunks.n_samples() == 0 {
        return Err(broken("expected samples, found none".to_owned()));
    }
    let silent = font_mending::mend(&mut chunks);
    // rustysynth indexes with unchecked numbers from the file in places.
    let font = panic::catch_unwind(|| SoundFont::new(&mut chunks.reader()))
        .map_err(|_| broken("an index is out of range".to_owned()))?
        .map_err(|error| Error::from_font(name, error))?;
    if !silent.is_empty() {
        warn!("{name}: {}", describe(&silent));
    }
    Ok(Arc::new(font))
}

/// The samples that are silent and why.
fn describe(silent: &[(String, &'static str)]) -> String {
    let sample = |(name, fault): &(String, &'static str)| format!("{name:?} ({fault})");
    let mut listed: Vec<String> = silent.iter().take(N_LISTED).map(sample).collect();
    if N_LISTED < silent.len() {
        listed.push(format!("{} more", silent.len() - N_LISTED));
    }
    match silent.len() {
        1 => format!("the sample {} is silent", listed[0]),
        n => format!("{n} samples are silent: {}", listed.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::note::{Note, NoteSequence},
        sound::{midi_player::MidiPlayer, testing::energy, tiny_font},
    };

    /// The tiny font with its sample header `number` changed; program 0 plays header 0, kit 0 header 1.
    fn changed(number: usize, change: impl FnOnce(&mut [u8])) -> Vec<u8> {
        let mut bytes = tiny_font::build();
        let at = bytes.windows(4).position(|w| w == b"shdr").unwrap() + 8 + 46 * number;
        change(&mut bytes[at..at + 46]);
        bytes
    }

    /// The energy of a note of program 0, or of kit 0.
    fn loudness(font: &Arc<SoundFont>, is_drum: bool) -> f64 {
        let note = Note {
            pitch: 60,
            velocity: 100,
            start: 0.0,
            end: 0.5,
            program: 0,
            is_drum,
            instrument: 0,
        };
        let piece = NoteSequence { notes: vec![note], tempos: vec![], meters: vec![] };
        let mut player = MidiPlayer::new(&piece, font).unwrap();
        let mut sum = 0.0;
        while let Some(block) = player.render() {
            sum += energy(block);
        }
        sum
    }

    fn set(header: &mut [u8], number: usize, place: u32) {
        header[20 + 4 * number..24 + 4 * number].copy_from_slice(&place.to_le_bytes());
    }

    #[test]
    fn a_sample_that_cant_be_played_is_silent_and_the_others_sound() {
        let rom: fn(&mut [u8]) = |header| header[44..46].copy_from_slice(&0x8001u16.to_le_bytes());
        let empty: fn(&mut [u8]) = |header| set(header, 1, 0);
        let backwards: fn(&mut [u8]) = |header| set(header, 0, 5000);
        let beyond: fn(&mut [u8]) = |header| {
            (0..4).for_each(|number| set(header, number, 99_999_999 + number as u32));
        };
        for change in [rom, empty, backwards, beyond] {
            let font = parse(&changed(0, change), "one.sf2").unwrap();

            assert!(loudness(&font, false) < 1e-12);
            assert!(0.1 < loudness(&font, true));
        }
        let silent = [("flute".to_owned(), "empty")];
        assert_eq!(describe(&silent), "the sample \"flute\" (empty) is silent");
        assert!(describe(&vec![silent[0].clone(); 20]).ends_with(", 12 more"));
    }

    #[test]
    fn a_sample_whose_loop_or_end_is_at_the_edge_sounds() {
        let loop_beyond: fn(&mut [u8]) = |header| set(header, 3, 4_000_000);
        let loop_before: fn(&mut [u8]) = |header| (2..4).for_each(|number| set(header, number, 0));
        let n_samples = FontChunks::parse(&tiny_font::build()).unwrap().n_samples() as u32;
        let to_the_end = |header: &mut [u8]| set(header, 1, n_samples);
        for bytes in [changed(1, loop_beyond), changed(1, loop_before), changed(1, to_the_end)] {
            let font = parse(&bytes, "edge.sf2").unwrap();
            assert!(0.1 < loudness(&font, true));
        }
    }

    #[test]
    fn a_zone_without_a_sample_is_silent() {
        let mut bytes = tiny_font::build();
        let at = bytes.windows(4).position(|w| w == b"igen").unwrap() + 8 + 4 * 2;
        bytes[at + 2] = 77;

        let font = parse(&bytes, "missing.sf2").unwrap();

        assert!(loudness(&font, false) < 1e-12);
        assert!(0.1 < loudness(&font, true));
    }

    #[test]
    fn offsets_beyond_the_samples_are_left_out() {
        let mut bytes = tiny_font::build();
        let at = bytes.windows(4).position(|w| w == b"igen").unwrap() + 8;
        // The loop mode of program 0 becomes a start offset of 300 times 32768 samples.
        bytes[at..at + 4].copy_from_slice(&[4, 0, 44, 1]);

        let font = parse(&bytes, "offset.sf2").unwrap();

        assert!(0.1 < loudness(&font, false));
    }

    #[test]
    fn a_missing_file_is_named_in_the_error() {
        let error = load(Path::new("no/such.sf2")).unwrap_err();
        assert!(error.to_string().contains("no/such.sf2"));
    }

    #[test]
    fn garbage_is_rejected_with_a_reason() {
        let error = parse(b"this is a song, not a SoundFont", "song.txt").unwrap_err();
        assert!(error.to_string().contains("song.txt"), "{error}");
        assert!(error.to_string().contains("RIFF"), "{error}");
    }

    #[test]
    fn compressed_samples_are_rejected() {
        let mut bytes = tiny_font::build();
        let at = bytes.windows(4).position(|w| w == b"smpl").unwrap() + 8;
        bytes[at..at + 4].copy_from_slice(b"OggS");
        let error = parse(&bytes, "small.sf3").unwrap_err();
        assert!(matches!(error, Error::FontCompressed { .. }), "{error}");
        // As in files of MuseScore: samples of an odd length, and a flag in each header.
        let flagged = changed(1, |header| header[44] = 0x11);
        assert!(matches!(parse(&flagged, "a.sf3"), Err(Error::FontCompressed { .. })));
        let end = bytes.windows(4).position(|w| w == b"pdta").unwrap() - 8;
        bytes.remove(end - 1);
        let lists = |bytes: &mut Vec<u8>, name: &[u8], less: u32| {
            let at = bytes.windows(4).position(|w| w == name).unwrap() + 4;
            let n_bytes = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            bytes[at..at + 4].copy_from_slice(&(n_bytes - less).to_le_bytes());
        };
        lists(&mut bytes, b"smpl", 1);
        bytes.insert(end - 1, 0);
        let error = parse(&bytes, "odd.sf3").unwrap_err();
        assert!(matches!(error, Error::FontCompressed { .. }), "{error}");
    }

    #[test]
    fn a_truncated_font_is_an_error() {
        let bytes = tiny_font::build();
        for n_bytes in (0..bytes.len() - 1).step_by(7) {
            assert!(parse(&bytes[..n_bytes], "cut").is_err(), "{n_bytes}");
        }
    }

    #[test]
    fn damaged_lists_never_panic() {
        let bytes = tiny_font::build();
        let lists = bytes.windows(4).position(|w| w == b"pdta").unwrap();
        for at in lists..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0xff;
            let _ = parse(&damaged, "damaged");
        }
    }
}
