//! Recordings among the sources of a data set. Each is transcribed once and its transcript is kept in a
//! folder, so that an interrupted build resumes and a set for another model needs no transcription.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::{
    args::has_ending,
    files,
    lab::{
        dataset::{Error, reason::Reason},
        transcription::{
            HeardNote, Hit,
            beats::{Beats, Known},
            score::Score,
            transcript::{Reader, Transcript},
        },
    },
    music::drums::Drum,
    rng,
};

/// Extensions of recordings.
const RECORDINGS: [&str; 8] = ["wav", "mp3", "flac", "ogg", "opus", "m4a", "aif", "aiff"];

/// Bytes of a file that are hashed at once.
const CHUNK: usize = 1 << 20;

/// Whether a file's name is that of a recording.
pub fn is_recording(path: &Path) -> bool {
    has_ending(path, &RECORDINGS)
}

/// Whether `sources` are or contain recordings, at any depth of folders.
pub fn are_in(sources: &[PathBuf]) -> bool {
    let entries = sources.iter().flat_map(|source| WalkDir::new(source).follow_links(true));
    entries.flatten().any(|entry| entry.file_type().is_file() && is_recording(entry.path()))
}

/// Reads recordings for a data set.
pub struct Recordings<'a> {
    reader: &'a Reader,
    /// A hash of the networks' weights: another network makes another transcript.
    models: u64,
    folder: PathBuf,
    /// Bars with a lower confidence are left out.
    pub least_confidence: f64,
    goes_on: &'a (dyn Fn() -> bool + Sync),
}

/// What was found in a recording, for the report of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfRecording {
    /// The median tempo in beats a minute, to two digits; empty without beats.
    pub bpm: String,
    /// Bars found.
    pub n_bars: usize,
    /// Bars used: those with sufficient confidence.
    pub n_used: usize,
}

/// A transcript as stored on disk. Onsets and ends are in seconds.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Onset, number of the drum, velocity.
    hits: Vec<(f64, usize, u8)>,
    notes: Vec<KeptNote>,
    bass: Vec<KeptNote>,
    beats: Vec<f64>,
    downbeat: usize,
}

/// Onset, end, pitch, amplitude.
type KeptNote = (f64, f64, u8, f32);

impl<'a> Recordings<'a> {
    /// Reads recordings by the networks of `reader`, whose weights have the hash `models`, and keeps
    /// transcripts in `folder`. Reading stops once `goes_on` returns false.
    pub fn new(
        reader: &'a Reader,
        models: u64,
        folder: PathBuf,
        least_confidence: f64,
        goes_on: &'a (dyn Fn() -> bool + Sync),
    ) -> Self {
        Self { reader, models, folder, least_confidence, goes_on }
    }

    /// Whether reading was stopped.
    pub fn is_stopped(&self) -> bool {
        !(self.goes_on)()
    }

    /// The settings that the result depends on, as text.
    pub fn describe(&self) -> String {
        format!("recordings by models {:016x} at confidence {}", self.models, self.least_confidence)
    }

    /// The song in the recording at `path`, from its kept transcript or a new one.
    ///
    /// # Errors
    /// The file can't be read, reading was stopped, or the transcript can't be written.
    pub fn score(&self, path: &Path) -> Result<Score, Reason> {
        let plain = |error: &dyn ToString| Reason::plain(error.to_string());
        let kept = self.transcript_path(path).map_err(|error| plain(&error))?;
        if let Some(transcript) = Self::kept(&kept) {
            return Ok(transcript.score());
        }
        let found = self.reader.read(path, &Known::default(), self.goes_on);
        let Some(transcript) = found.map_err(|error| plain(&error))? else {
            return Err(Reason::plain("stopped"));
        };
        self.keep(&kept, &transcript).map_err(|error| plain(&error))?;
        Ok(transcript.score())
    }

    /// The path of the transcript of the recording at `path`.
    ///
    /// # Errors
    /// The recording can't be read.
    pub fn transcript_path(&self, path: &Path) -> io::Result<PathBuf> {
        let hash = hash(path, self.models)?;
        Ok(self.folder.join(format!("{hash:016x}.json")))
    }

    /// The transcript kept at `path`; none if it is missing or damaged.
    fn kept(path: &Path) -> Option<Transcript> {
        let bytes = std::fs::read(path).ok()?;
        serde_json::from_slice::<Kept>(&bytes).ok()?.restored()
    }

    fn keep(&self, path: &Path, transcript: &Transcript) -> Result<(), Error> {
        std::fs::create_dir_all(&self.folder).map_err(Error::file(&self.folder))?;
        let text = serde_json::to_string(&Kept::of(transcript)).map_err(io::Error::from);
        Ok(files::write(path, text.map_err(Error::file(path))?.as_bytes())?)
    }
}

impl OfRecording {
    /// Figures of `score`, of which bars with at least this confidence are used.
    pub fn of(score: &Score, least_confidence: f64) -> Self {
        Self {
            bpm: score.tempo().map(|tempo| format!("{tempo:.2}")).unwrap_or_default(),
            n_bars: score.bars.len(),
            n_used: score.n_trusted(least_confidence),
        }
    }
}

impl std::fmt::Display for OfRecording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bpm, n_bars, n_used } = self;
        if *n_bars == 0 {
            return f.write_str("no beats found");
        }
        write!(f, "{bpm} bpm, {n_bars} bars found, {n_used} used")?;
        match n_bars - n_used {
            0 => Ok(()),
            n => write!(f, ", {n} left out: their onsets don't fit the beats"),
        }
    }
}

impl Kept {
    fn of(transcript: &Transcript) -> Self {
        let Transcript { hits, notes, bass, beats } = transcript;
        let note = |note: &HeardNote| (note.onset_s, note.end_s, note.pitch, note.amplitude);
        let hit = |hit: &Hit| (hit.onset_s, hit.drum as usize, hit.velocity);
        Self {
            hits: hits.iter().map(hit).collect(),
            notes: notes.iter().map(note).collect(),
            bass: bass.iter().map(note).collect(),
            beats: beats.times_s.clone(),
            downbeat: beats.downbeat,
        }
    }

    /// The transcript; none if a drum is unknown.
    fn restored(self) -> Option<Transcript> {
        let note = |(onset_s, end_s, pitch, amplitude): KeptNote| HeardNote {
            onset_s,
            end_s,
            pitch: pitch.min(127),
            amplitude,
        };
        let hit = |(onset_s, drum, velocity): (f64, usize, u8)| {
            Some(Hit { onset_s, drum: *Drum::ALL.get(drum)?, velocity: velocity.clamp(1, 127) })
        };
        Some(Transcript {
            hits: self.hits.into_iter().map(hit).collect::<Option<_>>()?,
            notes: self.notes.into_iter().map(note).collect(),
            bass: self.bass.into_iter().map(note).collect(),
            beats: Beats { times_s: self.beats, downbeat: self.downbeat },
        })
    }
}

/// A hash of `start` and a file's contents.
fn hash(path: &Path, start: u64) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut hash, mut chunk) = (start, Vec::new());
    loop {
        chunk.clear();
        chunk.extend(hash.to_le_bytes());
        if file.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)? == 0 {
            return Ok(hash);
        }
        hash = rng::fnv1a(&chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript() -> Transcript {
        Transcript {
            hits: vec![Hit { onset_s: 0.5, drum: Drum::Ride, velocity: 99 }],
            notes: vec![HeardNote { onset_s: 1.0 / 3.0, end_s: 2.0, pitch: 60, amplitude: 0.25 }],
            bass: vec![],
            beats: Beats { times_s: vec![0.1, 0.6], downbeat: 1 },
        }
    }

    #[test]
    fn a_transcript_is_restored_as_it_was_kept() {
        let text = serde_json::to_string(&Kept::of(&transcript())).unwrap();
        let kept: Kept = serde_json::from_str(&text).unwrap();
        assert_eq!(kept.restored(), Some(transcript()));
        let unknown = text.replace("[0.5,8,99]", "[0.5,9,99]");
        assert_ne!(unknown, text);
        assert_eq!(serde_json::from_str::<Kept>(&unknown).unwrap().restored(), None);
    }

    #[test]
    fn a_hash_depends_on_contents_and_models() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a.wav"), folder.path().join("b.wav"));
        std::fs::write(&a, vec![1; CHUNK + 5]).unwrap();
        std::fs::write(&b, vec![1; CHUNK + 6]).unwrap();
        assert_eq!(hash(&a, 1).unwrap(), hash(&a, 1).unwrap());
        assert_ne!(hash(&a, 1).unwrap(), hash(&b, 1).unwrap());
        assert_ne!(hash(&a, 1).unwrap(), hash(&a, 2).unwrap());
        assert!(hash(&folder.path().join("none.wav"), 1).is_err());
        assert!(is_recording(Path::new("x.FLAC")) && !is_recording(Path::new("x.mid")));
    }

    #[test]
    fn a_row_tells_tempo_and_bars() {
        let row = OfRecording { bpm: "120.00".to_owned(), n_bars: 40, n_used: 33 };
        let text =
            "120.00 bpm, 40 bars found, 33 used, 7 left out: their onsets don't fit the beats";
        assert_eq!(row.to_string(), text);
        assert_eq!(OfRecording::of(&Score::default(), 0.5).to_string(), "no beats found");
    }
}
