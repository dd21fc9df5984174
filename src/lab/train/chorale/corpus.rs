//! A corpus of chorales in a NumPy archive, `NAME.npz`:
//!
//! | array | shape | meaning |
//! |---|---|---|
//! | pitch | (frames, 4) | MIDI pitch of soprano, alto, tenor, bass; 0 for a rest |
//! | onset | (frames, 4) | 1 where a note begins |
//! | fermata | (frames,) | 1 under a fermata |
//! | index | (chorales + 1,) | first frame of each chorale, and the number of frames |
//! | keys | (chorales,) | keys, such as `A minor` or `B- major` |
//!
//! A frame is a sixteenth, and a chorale begins on a beat.

use std::{
    fs::File,
    io::{Read, Seek},
    path::{Path, PathBuf},
};

use npyz::{DType, Deserialize, NpyFile, TypeChar};
use zip::ZipArchive;

use crate::{
    chorale::frame::{Chorale, Frame, N_VOICES, Sound},
    music::scale::{Key, Mode},
    threads::catch_panic,
};

/// Limit on an array: two hundred times Bach's chorales.
const MOST_BYTES: u64 = 1 << 28;

/// Why a corpus can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file can't be read.
    #[error("{path}: reading failed", path = path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is no NumPy archive.
    #[error("{path}: expected an archive of arrays (.npz): {reason}", path = path.display())]
    Archive {
        /// Which file.
        path: PathBuf,
        /// The parser's message.
        reason: String,
    },
    /// An array is missing or invalid.
    #[error("{path}: array {array}: {reason}", path = path.display())]
    Array {
        /// Which file.
        path: PathBuf,
        /// Which array.
        array: &'static str,
        /// What was expected and found.
        reason: String,
    },
}

/// The chorales of the archive at `path`, in its order.
///
/// # Errors
/// The file can't be read or is no such archive.
pub fn read(path: &Path) -> Result<Vec<Chorale>, Error> {
    let file = File::open(path).map_err(|source| Error::File { path: path.into(), source })?;
    read_from(file, path)
}

/// The chorales of the archive in `file`; `path` names it in errors.
///
/// # Errors
/// The file can't be read or is no such archive.
pub fn read_from(file: impl Read + Seek, path: &Path) -> Result<Vec<Chorale>, Error> {
    let archive = ZipArchive::new(file)
        .map_err(|error| Error::Archive { path: path.into(), reason: error.to_string() })?;
    let mut arrays = Arrays { path, archive };
    let (pitches, onsets) = (arrays.integers("pitch")?, arrays.integers("onset")?);
    let (fermatas, index) = (arrays.integers("fermata")?, arrays.integers("index")?);
    let keys = arrays.words("keys")?;
    let n_frames = fermatas.len();
    for (array, found) in [("pitch", pitches.len()), ("onset", onsets.len())] {
        let expected = N_VOICES * n_frames;
        arrays.require(array, found == expected, || {
            format!("expected {expected} values, found {found}")
        })?;
    }
    arrays.require("pitch", pitches.iter().all(|pitch| (0..128).contains(pitch)), || {
        "expected MIDI pitches, 0 to 127".into()
    })?;
    let ascends = index.is_sorted() && index.first() == Some(&0);
    let is_whole =
        ascends && index.last() == Some(&(n_frames as i64)) && index.len() == keys.len() + 1;
    arrays.require("index", is_whole, || {
        format!("expected {} ascending numbers from 0 to {n_frames}", keys.len() + 1)
    })?;
    let chorale = |(bounds, word): (&[i64], &String)| {
        let key = key(word).ok_or_else(|| {
            arrays.fault("keys", format!("expected keys such as \"A minor\", found {word:?}"))
        })?;
        let frames = bounds[0] as usize..bounds[1] as usize;
        let voices = N_VOICES * frames.start..N_VOICES * frames.end;
        let frames = frames_of(&pitches[voices.clone()], &onsets[voices], &fermatas[frames]);
        Ok(Chorale { key, frames })
    };
    index.windows(2).zip(&keys).map(chorale).collect()
}

/// The frames of arrays. A held note that changes pitch is a new one.
fn frames_of(pitches: &[i64], onsets: &[i64], fermatas: &[i64]) -> Vec<Frame> {
    let mut sounding = [0; N_VOICES];
    let rows = pitches.chunks_exact(N_VOICES).zip(onsets.chunks_exact(N_VOICES)).zip(fermatas);
    let frame = |((pitches, onsets), &fermata): ((&[i64], &[i64]), &i64)| {
        let sounds = std::array::from_fn(|voice| {
            let pitch = pitches[voice] as u8;
            let goes_on = onsets[voice] == 0 && sounding[voice] == pitch;
            sounding[voice] = pitch;
            match pitch {
                0 => Sound::Rest,
                pitch if goes_on => Sound::Held(pitch),
                pitch => Sound::Struck(pitch),
            }
        });
        Frame { sounds, has_fermata: fermata != 0 }
    };
    rows.map(frame).collect()
}

/// Parses a key as music21 writes it: `-` is a flat.
fn key(text: &str) -> Option<Key> {
    let (root, mode) = text.split_once(' ')?;
    let mode = match mode {
        "major" => Mode::Major,
        "minor" => Mode::Minor,
        _ => return None,
    };
    let (letter, accidental) = root.split_at_checked(1)?;
    let natural = [9, 11, 0, 2, 4, 5, 7];
    let at = "ABCDEFG".find(letter)?;
    let shift = match accidental {
        "" => 0,
        "#" => 1,
        "-" => 11,
        _ => return None,
    };
    Some(Key { root: (natural[at] + shift) % 12, mode })
}

struct Arrays<'a, F> {
    path: &'a Path,
    archive: ZipArchive<F>,
}

impl<F: Read + Seek> Arrays<'_, F> {
    fn fault(&self, array: &'static str, reason: String) -> Error {
        Error::Array { path: self.path.into(), array, reason }
    }

    fn require(
        &self,
        array: &'static str,
        holds: bool,
        reason: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        if holds { Ok(()) } else { Err(self.fault(array, reason())) }
    }

    fn bytes(&mut self, array: &'static str) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let entry = match self.archive.by_name(&format!("{array}.npy")) {
            Ok(entry) => entry,
            Err(error) => {
                let path = self.path.into();
                return Err(Error::Array { path, array, reason: error.to_string() });
            }
        };
        // A small archive may decompress to terabytes.
        let read = entry.take(MOST_BYTES + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.fault(array, error.to_string()))?;
        self.require(array, bytes.len() as u64 <= MOST_BYTES, || {
            format!("expected at most {MOST_BYTES} bytes")
        })?;
        Ok(bytes)
    }

    fn integers(&mut self, array: &'static str) -> Result<Vec<i64>, Error> {
        let bytes = self.bytes(array)?;
        // npyz multiplies the axes of a shape unchecked.
        let values = catch_panic(|| integers(&bytes)).and_then(|values| values);
        values.map_err(|reason| self.fault(array, reason))
    }

    fn words(&mut self, array: &'static str) -> Result<Vec<String>, Error> {
        let bytes = self.bytes(array)?;
        let values = catch_panic(|| values::<String>(npy(&bytes)?)).and_then(|values| values);
        values.map_err(|reason| self.fault(array, reason))
    }
}

fn npy(bytes: &[u8]) -> Result<NpyFile<&[u8]>, String> {
    NpyFile::new(bytes).map_err(|error| error.to_string())
}

fn values<T: Deserialize>(file: NpyFile<&[u8]>) -> Result<Vec<T>, String> {
    file.into_vec().map_err(|error| error.to_string())
}

fn integers(bytes: &[u8]) -> Result<Vec<i64>, String> {
    let file = npy(bytes)?;
    let descr = file.dtype().descr();
    let DType::Plain(kind) = file.dtype() else {
        return Err(format!("expected an array of integers, found records {descr}"));
    };
    let wide = |values: Vec<u8>| values.into_iter().map(i64::from).collect();
    Ok(match (kind.type_char(), kind.size_field()) {
        (TypeChar::Uint, 1) => wide(values(file)?),
        (TypeChar::Int, 1) => values::<i8>(file)?.into_iter().map(i64::from).collect(),
        (TypeChar::Int, 4) => values::<i32>(file)?.into_iter().map(i64::from).collect(),
        (TypeChar::Int, 8) => values(file)?,
        (TypeChar::Bool, _) => values::<bool>(file)?.into_iter().map(i64::from).collect(),
        _ => {
            return Err(format!("expected dtype uint8, int8, int32, int64 or bool, found {descr}"));
        }
    })
}

#[cfg(test)]
pub mod testing {
    //! Archives for tests.

    use std::{fs::File, io::Write as _, path::Path};

    use npyz::WriterBuilder as _;
    use zip::{ZipWriter, write::SimpleFileOptions};

    use crate::chorale::frame::{Chorale, Sound};

    fn npy<T: npyz::AutoSerialize + Clone>(shape: &[u64], values: &[T]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = npyz::WriteOptions::new().default_dtype().shape(shape);
        let mut writer = options.writer(&mut bytes).begin_nd().unwrap();
        writer.extend(values.iter().cloned()).unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn words(words: &[&str]) -> Vec<u8> {
        let header =
            format!("{{'descr': '<U8', 'fortran_order': False, 'shape': ({},), }}\n", words.len());
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((header.len() as u16).to_le_bytes());
        bytes.extend(header.as_bytes());
        for word in words {
            let mut letters: Vec<u32> = word.chars().map(u32::from).collect();
            letters.resize(8, 0);
            bytes.extend(letters.into_iter().flat_map(u32::to_le_bytes));
        }
        bytes
    }

    /// Writes `chorales` to `path`, all with the key called `key`.
    pub fn write(path: &Path, chorales: &[Chorale], key: &str) {
        let frames: Vec<_> = chorales.iter().flat_map(|chorale| &chorale.frames).collect();
        let sounds: Vec<Sound> = frames.iter().flat_map(|frame| frame.sounds).collect();
        let pitches: Vec<u8> = sounds.iter().map(|sound| sound.pitch().unwrap_or(0)).collect();
        let onset = |sound: &Sound| u8::from(matches!(sound, Sound::Struck(_)));
        let onsets: Vec<u8> = sounds.iter().map(onset).collect();
        let fermatas: Vec<u8> = frames.iter().map(|frame| u8::from(frame.has_fermata)).collect();
        let mut index = vec![0i32];
        for chorale in chorales {
            index.push(index[index.len() - 1] + chorale.frames.len() as i32);
        }
        let n = frames.len() as u64;
        let mut archive = ZipWriter::new(File::create(path).unwrap());
        for (name, bytes) in [
            ("pitch", npy(&[n, 4], &pitches)),
            ("onset", npy(&[n, 4], &onsets)),
            ("fermata", npy(&[n], &fermatas)),
            ("index", npy(&[index.len() as u64], &index)),
            ("keys", words(&vec![key; chorales.len()])),
        ] {
            archive.start_file(format!("{name}.npy"), SimpleFileOptions::default()).unwrap();
            archive.write_all(&bytes).unwrap();
        }
        archive.finish().unwrap();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use rand::RngExt as _;

    use super::{testing::write, *};
    use crate::{chorale::frame::testing::chords, rng};

    #[test]
    fn chorales_are_read_with_their_keys() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        let chorales = [chords(&[[72, 67, 60, 48], [72, 0, 60, 36]]), chords(&[[81, 69, 60, 41]])];
        write(&path, &chorales, "C major");
        assert_eq!(read(&path).unwrap(), chorales);

        for (word, root, mode) in [
            ("B- major", 10, Mode::Major),
            ("F# minor", 6, Mode::Minor),
            ("A- major", 8, Mode::Major),
        ] {
            write(&path, &chorales, word);
            assert_eq!(read(&path).unwrap()[1].key, Key { root, mode });
        }
        write(&path, &chorales, "H minor");
        let error = read(&path).unwrap_err().to_string();
        assert!(error.ends_with("expected keys such as \"A minor\", found \"H minor\""), "{error}");
    }

    #[test]
    fn what_is_no_corpus_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        assert!(read(&path).unwrap_err().to_string().contains("a.npz: reading failed"));
        std::fs::write(&path, b"no archive").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("expected an archive of arrays"));
        zip::ZipWriter::new(File::create(&path).unwrap()).finish().unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("a.npz: array pitch:"));
    }

    #[test]
    fn no_damaged_archive_causes_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npz");
        write(&path, &[chords(&[[72, 67, 60, 48], [72, 0, 60, 36]])], "C major");
        let whole = std::fs::read(&path).unwrap();
        let mut rng = rng::stream(1, "damage");
        let (mut n_read, mut n_refused) = (0, 0);
        for _ in 0..3000 {
            let mut bytes = whole.clone();
            for _ in 0..rng.random_range(1..4) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] = rng.random();
            }
            bytes.truncate(rng.random_range(bytes.len() / 2..=2 * bytes.len()));
            match read_from(Cursor::new(bytes), &path) {
                Ok(_) => n_read += 1,
                Err(error) => n_refused += usize::from(!error.to_string().is_empty()),
            }
        }
        assert_eq!(n_read + n_refused, 3000);
        assert!(0 < n_read && 0 < n_refused, "{n_read} read");
    }
}
