//! Recordings of performances, and the windows of them that a step trains on.
//!
//! A deck is a set of recordings of a few seconds of a performance each. Some steps draw their windows from
//! one deck, then the next is made. A deck depends only on the seed and its number, so that a resumed run
//! continues as if it had not been interrupted.

use std::{ops::Range, sync::Arc};

use rand::{RngExt as _, seq::IndexedRandom as _};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use rustysynth::SoundFont;

use crate::{
    lab::{
        train::transcription::{
            drums::{
                kit::Kits,
                performances::{Pieces, Split, has_drums},
            },
            mixdown::Mixdown,
            piece::Piece,
            take::{Take, as_written, play},
        },
        transcription::{
            Hit,
            drums::{
                bands::{FilterBank, N_BANDS, PER_SECOND, gain},
                shape::{AFTER, BEFORE},
            },
        },
    },
    music::drums::N_CLASSES,
    rng::{self, Rng},
    sound::Error,
    units::Decibels,
};

/// Seconds of a recording.
const SECONDS: f64 = 10.0;

/// Recordings per deck.
const N_RECORDINGS: usize = 16;

/// Steps per deck.
pub const STEPS_PER_DECK: u64 = 20;

/// Output frames of a window: two seconds.
pub const N_FRAMES: usize = 200;

/// Pitched stems that the recordings of a run share, and their length.
const N_BACKINGS: usize = 64;
const BACKING_SECONDS: f64 = 25.0;

/// Shares of recordings without drums, and of those with drums alone.
const WITHOUT_DRUMS: f64 = 0.08;
const DRUMS_ALONE: f64 = 0.35;

/// Share of performances taken from songs.
const OF_SONGS: f64 = 0.25;

/// Level of the drums relative to the pitched stem, in decibels.
const BALANCE: Range<f64> = -3.0..12.0;

/// Gain after normalisation, in decibels.
const LOUDNESS: Range<f64> = -8.0..8.0;

/// Share of drawn MP3 encodings that are kept: they take longer than all else.
const KEEP_MP3: f64 = 0.4;

/// Frames on each side of an onset that its target covers.
const REACH: f64 = 1.5;

/// The input and the targets of the network for one recording.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Bands (T, 84).
    pub bands: Vec<f32>,
    /// The hits.
    pub hits: Vec<Hit>,
}

/// Targets of T frames.
#[derive(Debug, Clone, PartialEq)]
pub struct Targets {
    /// Onsets, 0 to 1, by drum: a triangle around each.
    pub onsets: Vec<[f32; N_CLASSES]>,
    /// Velocities, 0 to 1, where there is an onset.
    pub velocities: Vec<[f32; N_CLASSES]>,
}

/// A window of an example.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Bands (T + 26, 84).
    pub bands: Vec<f32>,
    /// Targets of T frames.
    pub targets: Targets,
}

/// Makes decks.
pub struct Studio {
    seed: u64,
    kits: Kits,
    performances: Vec<Piece>,
    songs: Vec<Piece>,
    backings: Vec<Vec<f32>>,
}

impl Studio {
    /// A studio for the pieces of `split` among `performances` and `songs`, all played by `fonts`. Renders
    /// its pitched stems; `watch` is called after each.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn new(
        [performances, songs]: [&Pieces; 2],
        split: Split,
        fonts: &[Arc<SoundFont>],
        seed: u64,
        watch: &(dyn Fn(usize) + Sync),
    ) -> Result<Self, Error> {
        let of = |pieces: &Pieces| -> Vec<Piece> {
            pieces.of(split).iter().filter(|piece| has_drums(piece)).cloned().collect()
        };
        let pitched: Vec<&Piece> =
            songs.of(split).iter().filter(|piece| piece.is_pitched()).collect();
        let n_backings = if pitched.is_empty() { 0 } else { N_BACKINGS };
        let backings = (0..n_backings).into_par_iter().map(|number| {
            let mut rng = rng::stream(seed, &format!("backing {number}"));
            let piece = pitched.choose(&mut rng).expect("there are pieces");
            let font = fonts.choose(&mut rng).expect("there are fonts");
            let range = stretch(piece, BACKING_SECONDS, &mut rng);
            let take = play(piece, font, range, &mut as_written)?;
            watch(number);
            Ok(take.pitched)
        });
        Ok(Self {
            seed,
            kits: Kits::new(fonts),
            performances: of(performances),
            songs: of(songs),
            backings: backings.collect::<Result<_, Error>>()?,
        })
    }

    /// Number of performances and songs with drums.
    pub fn n_pieces(&self) -> usize {
        self.performances.len() + self.songs.len()
    }

    /// Number of decks that are about as long as all performances and songs with drums, at least 1.
    pub fn n_decks(&self) -> u64 {
        let seconds: f64 = self.performances.iter().chain(&self.songs).map(Piece::seconds).sum();
        (seconds / (N_RECORDINGS as f64 * SECONDS)).ceil().max(1.0) as u64
    }

    /// The deck `number`.
    ///
    /// # Errors
    /// The synthesizer can't start, or LAME fails.
    pub fn deck(&self, number: u64) -> Result<Vec<Example>, Error> {
        let example = |n: usize| {
            let mut rng = rng::stream(self.seed, &format!("deck {number} recording {n}"));
            self.example(&mut rng)
        };
        (0..N_RECORDINGS).into_par_iter().map(example).collect()
    }

    fn example(&self, rng: &mut Rng) -> Result<Example, Error> {
        let pitched = self.draw_backing(rng);
        let (drums, hits) = match rng.random_bool(WITHOUT_DRUMS) && !self.backings.is_empty() {
            true => (vec![0.0; pitched.len()], Vec::new()),
            false => self.draw_drums(rng)?,
        };
        let level = Decibels(rng.random_range(BALANCE));
        let is_alone = !hits.is_empty() && rng.random_bool(DRUMS_ALONE);
        let drawn = Mixdown::draw(rng);
        let mixdown = Mixdown {
            drums: Some(level),
            is_drums_only: is_alone || self.backings.is_empty(),
            mp3: drawn.mp3.filter(|_| rng.random_bool(KEEP_MP3)),
            ..drawn
        };
        let take = Take { drums, pitched, notes: Vec::new(), hits };
        let sound = mixdown.apply(&take, rng)?;
        let loudness = Decibels(rng.random_range(LOUDNESS)).ratio() as f32;
        let bands = FilterBank::default().bands_by(loudness * gain(&sound), &sound);
        Ok(Example { bands, hits: take.hits })
    }

    fn draw_drums(&self, rng: &mut Rng) -> Result<(Vec<f32>, Vec<Hit>), Error> {
        let is_song = rng.random_bool(OF_SONGS);
        let pieces = match (self.performances.is_empty(), self.songs.is_empty()) {
            (true, _) => &self.songs,
            (_, true) => &self.performances,
            _ if is_song => &self.songs,
            _ => &self.performances,
        };
        // Pieces are weighted by length.
        let total: f64 = pieces.iter().map(Piece::seconds).sum();
        let mut at = rng.random_range(0.0..total.max(f64::MIN_POSITIVE));
        let found = pieces.iter().find(|piece| {
            at -= piece.seconds();
            at < 0.0
        });
        let piece = found.or(pieces.last()).expect("there are pieces");
        let kit = self.kits.draw(rng);
        self.kits.perform(piece, &kit, &stretch(piece, SECONDS, rng))
    }

    fn draw_backing(&self, rng: &mut Rng) -> Vec<f32> {
        let n_frames = (SECONDS * f64::from(crate::units::SAMPLE_RATE)).round() as usize;
        let start: f64 = rng.random();
        let Some(backing) = self.backings.choose(rng) else { return vec![0.0; n_frames] };
        let start = (start * backing.len().saturating_sub(n_frames) as f64) as usize;
        let mut sound = backing[start..(start + n_frames).min(backing.len())].to_vec();
        sound.resize(n_frames, 0.0);
        sound
    }
}

/// A random stretch of `piece`.
fn stretch(piece: &Piece, seconds: f64, rng: &mut Rng) -> Range<f64> {
    let latest = (piece.seconds() - seconds).max(0.0);
    let start = latest * rng.random::<f64>();
    start..start + seconds
}

impl Example {
    /// A window from a random frame on. Frames beyond the recording are silent.
    pub fn draw(&self, rng: &mut Rng) -> Window {
        let n_frames = self.bands.len() / N_BANDS;
        let start = rng.random_range(0..n_frames.saturating_sub(N_FRAMES).max(1));
        let end = start + N_FRAMES;
        let mut bands = Vec::with_capacity((N_FRAMES + BEFORE + AFTER) * N_BANDS);
        for place in start..end + BEFORE + AFTER {
            let frame = place.checked_sub(BEFORE).filter(|frame| *frame < n_frames);
            match frame {
                Some(frame) => bands.extend_from_slice(&self.bands[frame * N_BANDS..][..N_BANDS]),
                None => bands.extend([0.0; N_BANDS]),
            }
        }
        Window { bands, targets: Targets::of(&self.hits, start..end) }
    }
}

impl Targets {
    /// The targets of `frames` for `hits`. Of two hits of a drum near a frame, the nearer counts.
    pub fn of(hits: &[Hit], frames: Range<usize>) -> Self {
        let mut targets = Self {
            onsets: vec![[0.0; N_CLASSES]; frames.len()],
            velocities: vec![[0.0; N_CLASSES]; frames.len()],
        };
        for hit in hits {
            let place = hit.onset_s * PER_SECOND - frames.start as f64;
            let first = (place - REACH).ceil().max(0.0) as usize;
            let end = ((place + REACH).floor() + 1.0).clamp(0.0, frames.len() as f64) as usize;
            for frame in first..end {
                let height = 1.0 - ((frame as f64 - place) / REACH).abs();
                let onset = &mut targets.onsets[frame][hit.drum as usize];
                if f64::from(*onset) < height {
                    *onset = height as f32;
                    let velocity = &mut targets.velocities[frame][hit.drum as usize];
                    *velocity = f32::from(hit.velocity) / 127.0;
                }
            }
        }
        targets
    }
}

#[cfg(test)]
pub mod testing {
    //! Pieces and studios for tests.

    use super::*;
    use crate::{
        lab::train::transcription::drums::performances,
        music::{
            midi,
            note::{Note, NoteSequence},
        },
        sound::testing::tiny_font,
    };

    /// A studio of one beat of 20 s and one song.
    pub fn studio() -> Studio {
        let folder = tempfile::tempdir().unwrap();
        let note = |n: u32| Note {
            pitch: [36, 42, 38, 42][n as usize % 4],
            velocity: 90,
            start: f64::from(n) / 2.0,
            end: f64::from(n) / 2.0 + 0.2,
            program: 0,
            is_drum: true,
            instrument: 0,
        };
        let beat: Vec<Note> = (0..80).map(note).collect();
        let tune = |n: Note| Note { pitch: 60, program: 5, is_drum: false, instrument: 1, ..n };
        let song: Vec<Note> = beat.iter().flat_map(|note| [*note, tune(*note)]).collect();
        for (name, notes) in [("beat", beat), ("song", song)] {
            let piece = NoteSequence { notes, tempos: vec![], meters: vec![] };
            std::fs::create_dir(folder.path().join(name)).unwrap();
            let path = folder.path().join(name).join("a.mid");
            std::fs::write(path, midi::write(&piece, |_| "")).unwrap();
            let list = "midi_filename,split\na.mid,train\n";
            std::fs::write(folder.path().join(name).join("info.csv"), list).unwrap();
        }
        let read = |name| performances::read(&[folder.path().join(name)]).unwrap();
        let pieces = [&read("beat"), &read("song")];
        Studio::new(pieces, Split::Train, &[tiny_font()], 1, &|_| ()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::drums::Drum;

    #[test]
    fn a_target_is_a_triangle_around_the_onset() {
        let hit = |onset_s, velocity| Hit { onset_s, drum: Drum::Snare, velocity };
        let targets = Targets::of(&[hit(1.0, 127), hit(1.105, 64)], 90..120);
        let onset = |frame: usize| targets.onsets[frame - 90][1];
        assert_eq!(onset(100), 1.0);
        assert!((onset(99) - 1.0 / 3.0).abs() < 1e-6 && (onset(101) - 1.0 / 3.0).abs() < 1e-6);
        assert!((onset(110) - 2.0 / 3.0).abs() < 1e-6 && (onset(111) - 2.0 / 3.0).abs() < 1e-6);
        assert_eq!((onset(103), targets.velocities[10][1]), (0.0, 1.0));
        assert_eq!(targets.onsets.iter().flatten().filter(|onset| **onset > 0.0).count(), 5);
    }

    #[test]
    fn a_deck_depends_on_its_number_alone() {
        let studio = testing::studio();
        assert_eq!((studio.n_pieces(), studio.n_decks()), (2, 1));
        let deck = studio.deck(3).unwrap();

        assert_eq!(deck, testing::studio().deck(3).unwrap());
        assert_ne!(deck, studio.deck(4).unwrap());
        assert_eq!(deck.len(), N_RECORDINGS);
        assert!(deck.iter().all(|example| example.bands.len() == 1000 * N_BANDS));
        assert!(deck.iter().map(|example| example.hits.len()).sum::<usize>() > 100);
    }

    #[test]
    fn a_window_is_a_part_of_its_example() {
        let deck = testing::studio().deck(1).unwrap();
        let example = deck.iter().find(|example| example.hits.len() > 5).unwrap();
        let mut rng = rng::stream(1, "windows");
        let window = example.draw(&mut rng);
        assert_eq!(window.bands.len(), (N_FRAMES + BEFORE + AFTER) * N_BANDS);
        assert_eq!(window.targets.onsets.len(), N_FRAMES);
        let middle = &window.bands[100 * N_BANDS..101 * N_BANDS];
        assert!(example.bands.chunks_exact(N_BANDS).any(|frame| frame == middle));
    }
}
