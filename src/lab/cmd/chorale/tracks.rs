//! Which tracks of a MIDI file are the given voices. Notes of different tracks are never mixed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{bail, ensure};

use crate::{
    chorale::frame::{N_VOICES, Voice},
    music::{note::Note, programs::is_bass, song::Song},
};

/// Words in the names of tracks that have the tune.
const TUNE: [&str; 8] = ["melody", "tune", "lead", "soprano", "vocal", "voice", "sing", "air"];

/// Largest share of simultaneous onsets in a tune's track.
const CHORDS: f64 = 0.2;

/// Quarters within which onsets coincide.
const TOGETHER: f64 = 0.1;

/// A pitched instrument with its notes.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Its name, such as `Melody`; may be empty.
    pub name: String,
    /// Its notes, at least one.
    pub notes: Vec<Note>,
}

impl Track {
    fn mean_pitch(&self) -> f64 {
        let sum: f64 = self.notes.iter().map(|note| f64::from(note.pitch)).sum();
        sum / self.notes.len().max(1) as f64
    }

    fn is_named_as(&self, words: &[&str]) -> bool {
        let name = self.name.to_lowercase();
        words.iter().any(|word| name.contains(word))
    }

    fn is_bass(&self) -> bool {
        self.is_named_as(&["bass"]) || self.notes.iter().all(|note| is_bass(note.program))
    }

    fn has_chords(&self) -> bool {
        let mut starts: Vec<f64> = self.notes.iter().map(|note| note.start).collect();
        starts.sort_by(f64::total_cmp);
        let n_together = starts.windows(2).filter(|pair| pair[1] - pair[0] < TOGETHER).count();
        CHORDS * (starts.len() as f64) < n_together as f64
    }

    /// Rank as the tune; the first field counts most.
    fn melodic(&self) -> (bool, bool, bool, u64) {
        let height = (1000.0 * self.mean_pitch()) as u64;
        (self.is_named_as(&TUNE) && !self.is_bass(), !self.is_bass(), !self.has_chords(), height)
    }
}

/// The tracks of `voices`, from the highest: those named in `wanted`; without names, the most melodic track
/// for one voice, and all tracks for several.
///
/// # Errors
/// The voices are not in order, or the tracks don't fit them.
pub fn given(song: &Song, voices: &[Voice], wanted: &[String]) -> anyhow::Result<Vec<Track>> {
    ensure!(
        voices.is_sorted_by(|a, b| a < b) && voices.len() < N_VOICES,
        "--voices: expected one to three voices, each once and from the highest"
    );
    let mut tracks = tracks(song);
    ensure!(!tracks.is_empty(), "expected notes that are no drums, found none");
    if !wanted.is_empty() {
        return named(&tracks, voices, wanted);
    }
    if voices.len() == 1 {
        let best = tracks.into_iter().rev().max_by_key(Track::melodic);
        return Ok(best.into_iter().collect());
    }
    ensure!(
        tracks.len() == voices.len(),
        "expected a track for each of {} voices, found {} tracks with notes: {}; name those of the \
         voices with --track",
        voices.len(),
        tracks.len(),
        listed(&tracks)
    );
    tracks.sort_by(|a, b| b.mean_pitch().total_cmp(&a.mean_pitch()));
    Ok(tracks)
}

/// All pitched instruments with their notes.
fn tracks(song: &Song) -> Vec<Track> {
    let mut notes: BTreeMap<u16, Vec<Note>> = BTreeMap::new();
    for note in song.sequence.notes.iter().filter(|note| !note.is_drum) {
        notes.entry(note.instrument).or_default().push(*note);
    }
    let name = |number: u16| {
        song.instruments.get(usize::from(number)).map_or_else(String::new, |i| i.name.clone())
    };
    notes.into_iter().map(|(number, notes)| Track { name: name(number), notes }).collect()
}

/// The `wanted` tracks, each by its name, part of its name or its number.
fn named(tracks: &[Track], voices: &[Voice], wanted: &[String]) -> anyhow::Result<Vec<Track>> {
    ensure!(
        wanted.len() == voices.len(),
        "--track: expected a track for each of {} voices, found {}",
        voices.len(),
        wanted.len()
    );
    let mut chosen = BTreeSet::new();
    let find = |wanted: &String| {
        let word = wanted.trim().to_lowercase();
        let is = |track: &Track| track.name.to_lowercase() == word;
        let has = |track: &Track| track.name.to_lowercase().contains(&word);
        let number = word.parse::<usize>().ok().filter(|n| (1..=tracks.len()).contains(n));
        let found = tracks.iter().position(is).or_else(|| tracks.iter().position(has));
        let Some(at) = found.or(number.map(|n| n - 1)) else {
            bail!("--track: expected one of {}, found {wanted:?}", listed(tracks));
        };
        ensure!(chosen.insert(at), "--track: expected each track once, found {wanted:?} again");
        Ok(tracks[at].clone())
    };
    wanted.iter().map(find).collect()
}

/// Numbers and names of `tracks`, for messages.
fn listed(tracks: &[Track]) -> String {
    let one = |(number, track): (usize, &Track)| format!("{} {:?}", number + 1, track.name);
    tracks.iter().enumerate().map(one).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::{note::NoteSequence, song::Instrument, tempo_map::TempoMap};

    /// A song of tracks by name, program and pitches, which begin `apart` quarters after each other.
    fn song(tracks: &[(&str, u8, &[u8], f64)]) -> Song {
        let instrument = |&(name, program, ..): &(&str, u8, &[u8], f64)| Instrument {
            name: name.to_owned(),
            channel: 0,
            program,
            is_drum: name == "Drums",
        };
        let notes =
            tracks.iter().enumerate().flat_map(|(number, &(name, program, pitches, apart))| {
                pitches.iter().enumerate().map(move |(at, &pitch)| Note {
                    pitch,
                    velocity: 90,
                    start: apart * at as f64,
                    end: apart * at as f64 + 1.0,
                    program,
                    is_drum: name == "Drums",
                    instrument: number as u16,
                })
            });
        let sequence = NoteSequence { notes: notes.collect(), tempos: vec![], meters: vec![] };
        Song {
            tempo_map: TempoMap::of(&sequence),
            sequence,
            instruments: tracks.iter().map(instrument).collect(),
            faults: BTreeSet::new(),
        }
    }

    fn clip() -> Song {
        song(&[
            ("Drums", 0, &[36, 38, 36, 38], 1.0),
            ("Bass", 33, &[36, 43, 36, 43], 1.0),
            ("Keys", 0, &[72, 76, 79, 84], 0.0),
            ("Flute", 73, &[67, 69, 71, 72], 1.0),
        ])
    }

    fn names(song: &Song, voices: &[Voice], wanted: &[&str]) -> anyhow::Result<Vec<String>> {
        let wanted: Vec<String> = wanted.iter().map(|&name| name.to_owned()).collect();
        Ok(given(song, voices, &wanted)?.into_iter().map(|track| track.name).collect())
    }

    #[test]
    fn the_tune_of_a_clip_is_its_most_melodic_track() {
        let (soprano, bass) = (Voice::Soprano, Voice::Bass);
        assert_eq!(names(&clip(), &[soprano], &[]).unwrap(), ["Flute"], "not the chords");
        assert_eq!(names(&clip(), &[soprano], &["bass"]).unwrap(), ["Bass"]);
        assert_eq!(names(&clip(), &[soprano], &["2"]).unwrap(), ["Keys"]);
        assert_eq!(names(&clip(), &[soprano, bass], &["flu", "Bass"]).unwrap(), ["Flute", "Bass"]);
        let lead = song(&[("Flute", 73, &[90, 91], 1.0), ("Lead Vocal", 0, &[60, 62], 1.0)]);
        assert_eq!(names(&lead, &[soprano], &[]).unwrap(), ["Lead Vocal"]);
        let bass_alone = song(&[("Bass", 33, &[40, 43], 1.0)]);
        assert_eq!(names(&bass_alone, &[soprano], &[]).unwrap(), ["Bass"]);
    }

    #[test]
    fn several_voices_are_tracks_from_the_highest() {
        let two = song(&[("low", 0, &[48], 1.0), ("high", 0, &[72], 1.0)]);
        let voices = [Voice::Soprano, Voice::Bass];
        assert_eq!(names(&two, &voices, &[]).unwrap(), ["high", "low"]);
        for (song, voices, wanted, sentence) in [
            (&clip(), &voices[..], &[][..], "a track for each of 2 voices, found 3 tracks"),
            (&clip(), &voices, &[], "1 \"Bass\", 2 \"Keys\", 3 \"Flute\""),
            (&clip(), &voices[..1], &["viola"], "expected one of 1 \"Bass\", 2"),
            (&clip(), &voices, &["keys"], "a track for each of 2 voices, found 1"),
            (&clip(), &voices, &["keys", "2"], "each track once"),
            (&two, &[Voice::Bass, Voice::Soprano], &[], "each once and from the highest"),
            (&two, &Voice::ALL, &[], "one to three voices"),
            (&song(&[("Drums", 0, &[36], 1.0)]), &voices, &[], "notes that are no drums"),
        ] {
            let error = names(song, voices, wanted).unwrap_err().to_string();
            assert!(error.contains(sentence), "{error}");
        }
    }
}
