//! Loads SoundFonts from files and from memory.

use std::{panic, path::Path, sync::Arc};

use rustysynth::SoundFont;

use crate::{files, sound::Error};

/// The largest SF2 file in bytes: sizes in it have 32 bits.
const MOST_BYTES: u64 = 1 << 32;

/// Reads an SF2 file.
///
/// # Errors
/// The file can't be read, isn't SF2, is damaged, or is SF3.
pub fn load(path: &Path) -> Result<Arc<SoundFont>, Error> {
    let bytes = files::read_small(path, MOST_BYTES).map_err(Error::FontUnreadable)?;
    parse(&bytes, &path.display().to_string())
}

/// Reads SF2 bytes; errors call them `name`.
///
/// # Errors
/// The bytes aren't SF2, are damaged, or are SF3.
pub fn parse(bytes: &[u8], name: &str) -> Result<Arc<SoundFont>, Error> {
    let broken = |reason: String| Error::FontBroken { name: name.to_owned(), reason };
    check_sizes(bytes).map_err(broken)?;
    // rustysynth indexes with unchecked numbers from the file in places.
    let font = panic::catch_unwind(|| SoundFont::new(&mut &bytes[..]))
        .map_err(|_| broken("an index is out of range".to_owned()))?
        .map_err(|error| Error::from_font(name, error))?;
    Ok(Arc::new(font))
}

/// Rejects truncated files before anything of their declared sizes is allocated.
fn check_sizes(bytes: &[u8]) -> Result<(), String> {
    if bytes.len() < 12 || &bytes[..4] != b"RIFF" || &bytes[8..12] != b"sfbk" {
        return Err("expected a RIFF file of form sfbk".to_owned());
    }
    let mut lists = &bytes[12..];
    while let Some((body, rest)) = split_chunk(lists)? {
        let mut chunks = body.get(4..).ok_or("a LIST chunk has no name")?;
        while let Some((_, rest)) = split_chunk(chunks)? {
            chunks = rest;
        }
        lists = rest;
    }
    Ok(())
}

/// The body of a chunk and the bytes after it.
type Split<'a> = (&'a [u8], &'a [u8]);

/// Splits off the first chunk; none at the end.
fn split_chunk(bytes: &[u8]) -> Result<Option<Split<'_>>, String> {
    let Some((head, rest)) = bytes.split_at_checked(8) else {
        return Ok(None);
    };
    let n_bytes = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    rest.split_at_checked(n_bytes).map(Some).ok_or_else(|| {
        let id = head[..4].escape_ascii();
        format!("chunk {id}: expected {n_bytes} bytes, found {}", rest.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::tiny_font;

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
