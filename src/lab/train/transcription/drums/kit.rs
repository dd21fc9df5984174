//! Drum kits: the sounds that play a performance, and their delays.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use parking_lot::Mutex;
use rand::{RngExt as _, seq::IndexedRandom as _};
use rustysynth::SoundFont;

use crate::{
    lab::{
        train::transcription::{
            drums::source::Source,
            piece::{Piece, PieceNote},
            take::{Playing, play},
        },
        transcription::Hit,
    },
    music::drums::{self, GROUPS},
    rng::Rng,
    sound::Error,
    units::SAMPLE_RATE,
};

/// Bank of kits in a SoundFont.
const KIT_BANK: i32 = 128;

/// Programs from here on map other sounds, such as timpani, to the drum keys.
const FIRST_OTHER: i32 = 48;

/// Share of performances that one unchanged kit plays; in the others each group has its own kit.
const WHOLE: f64 = 0.25;

/// Time within which a sound must begin, in seconds.
const LONGEST_DELAY_S: f64 = 0.25;

/// A sound begins where its level over so many frames reaches this share of its peak.
const ATTACK: f32 = 0.1;
const ATTACK_FRAMES: usize = 64;

/// The kits of SoundFonts, and the delays of their sounds.
pub struct Kits {
    /// A font and the program of a kit.
    kits: Vec<(Arc<SoundFont>, u8)>,
    /// By kit number and key.
    delays: Mutex<HashMap<(usize, u8), Option<f64>>>,
}

/// The sounds that play a performance.
#[derive(Debug, Clone, PartialEq)]
pub struct Kit {
    /// Sources by group.
    sources: [Source; GROUPS.len()],
    /// Source of keys without a drum.
    other: Source,
}

impl Kits {
    /// The kits of `fonts`.
    pub fn new(fonts: &[Arc<SoundFont>]) -> Self {
        let programs = |font: &Arc<SoundFont>| -> Vec<u8> {
            let presets = font.get_presets().iter();
            let kits = presets.filter(|preset| preset.get_bank_number() == KIT_BANK);
            kits.map(rustysynth::Preset::get_patch_number)
                .filter(|program| (0..FIRST_OTHER).contains(program))
                .map(|program| program as u8)
                .collect()
        };
        let of = |font| programs(font).into_iter().map(|program| (Arc::clone(font), program));
        Self { kits: fonts.iter().flat_map(of).collect(), delays: Mutex::default() }
    }

    /// Number of kits.
    pub fn len(&self) -> usize {
        self.kits.len()
    }

    /// Whether there is no kit.
    pub fn is_empty(&self) -> bool {
        self.kits.is_empty()
    }

    /// Draws a kit, unchanged or a mixture. A font with few kits is as likely as one with many.
    pub fn draw(&self, rng: &mut Rng) -> Kit {
        let first = self.draw_source(rng);
        if rng.random_bool(WHOLE) {
            return Kit { sources: [first; GROUPS.len()], other: first };
        }
        let mut changed = || Source::draw(self.draw_source(rng).kit, rng);
        Kit { sources: std::array::from_fn(|_| changed()), other: first }
    }

    /// The kit `number`, unchanged.
    pub fn whole(&self, number: usize) -> Kit {
        let source = Source::plain(number);
        Kit { sources: [source; GROUPS.len()], other: source }
    }

    fn draw_source(&self, rng: &mut Rng) -> Source {
        let mut fonts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut last = 0;
        for number in 0..self.kits.len() {
            let is_new =
                number == 0 || !Arc::ptr_eq(&self.kits[number].0, &self.kits[number - 1].0);
            last += usize::from(is_new);
            fonts.entry(last).or_default().push(number);
        }
        let fonts: Vec<Vec<usize>> = fonts.into_values().collect();
        let kit = fonts.choose(rng).and_then(|kits| kits.choose(rng));
        Source::plain(*kit.expect("there are kits"))
    }

    /// The seconds `range` of the rhythm parts of `piece`, played by `kit`: mono at 44.1 kHz, and the audible
    /// hits at the onsets of their sounds, with times from the start of the range.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn perform(
        &self,
        piece: &Piece,
        kit: &Kit,
        range: &Range<f64>,
    ) -> Result<(Vec<f32>, Vec<Hit>), Error> {
        let n_frames = ((range.end - range.start) * f64::from(SAMPLE_RATE)).round() as usize;
        let (mut sound, mut hits) = (vec![0.0; n_frames], Vec::new());
        let sources = kit.sources.into_iter().map(Some).chain([None]);
        for (group, source) in sources.enumerate() {
            let source = source.unwrap_or(kit.other);
            let notes = piece.notes.iter().filter(|note| {
                note.is_drum && group_of(note.pitch).unwrap_or(GROUPS.len()) == group
            });
            let notes: Vec<PieceNote> = notes.copied().collect();
            self.add(&mut sound, &notes, source, range)?;
            hits.extend(self.heard(&notes, source, range)?);
        }
        hits.sort_by(|a, b| a.onset_s.total_cmp(&b.onset_s).then(a.drum.cmp(&b.drum)));
        Ok((sound, hits))
    }

    /// Adds the sound of `notes`. For another tuning they are rendered slower or faster, then resampled.
    fn add(
        &self,
        sound: &mut [f32],
        notes: &[PieceNote],
        source: Source,
        range: &Range<f64>,
    ) -> Result<(), Error> {
        let Source { kit, tuning, .. } = source;
        let moved = |note: &PieceNote| PieceNote {
            start_s: note.start_s * tuning,
            end_s: note.end_s * tuning,
            ..*note
        };
        let piece = Piece { title: String::new(), notes: notes.iter().map(moved).collect() };
        let (font, program) = &self.kits[kit];
        let stretched = range.start * tuning..range.end * tuning;
        let onsets_s: Vec<f64> =
            piece.notes.iter().map(|note| note.start_s - stretched.start).collect();
        let take =
            play(&piece, font, stretched, &mut |_| Playing { program: *program, volume: 100 })?;
        source.add(take.drums, onsets_s, sound);
        Ok(())
    }

    /// The audible hits among `notes`.
    fn heard(
        &self,
        notes: &[PieceNote],
        source: Source,
        range: &Range<f64>,
    ) -> Result<Vec<Hit>, Error> {
        let mut hits = Vec::new();
        for note in notes {
            let (Some(drum), Some(delay)) =
                (drums::class(note.pitch), self.delay(source.kit, note.pitch)?)
            else {
                continue;
            };
            let onset_s = note.start_s + delay / source.tuning;
            if range.contains(&onset_s) {
                let onset_s = onset_s - range.start;
                hits.push(Hit { onset_s, drum, velocity: note.velocity });
            }
        }
        Ok(hits)
    }

    /// Seconds from the note-on of `key` to its sound; none if it has no sound.
    ///
    /// # Errors
    /// The synthesizer can't start.
    pub fn delay(&self, kit: usize, key: u8) -> Result<Option<f64>, Error> {
        if let Some(delay) = self.delays.lock().get(&(kit, key)) {
            return Ok(*delay);
        }
        let (font, program) = &self.kits[kit];
        let note = PieceNote {
            start_s: 0.0,
            end_s: 0.1,
            pitch: key,
            velocity: 100,
            program: *program,
            is_drum: true,
            instrument: 0,
        };
        let piece = Piece { title: String::new(), notes: vec![note] };
        let take = play(&piece, font, 0.0..LONGEST_DELAY_S, &mut |_| Playing {
            program: *program,
            volume: 100,
        })?;
        let delay = attack(&take.drums);
        self.delays.lock().insert((kit, key), delay);
        Ok(delay)
    }
}

/// The group of the drum that `key` plays.
fn group_of(key: u8) -> Option<usize> {
    let drum = drums::class(key)?;
    GROUPS.iter().position(|group| group.contains(&drum))
}

/// The second at which a sound begins; none for silence.
fn attack(samples: &[f32]) -> Option<f64> {
    let energy = |frames: &[f32]| frames.iter().map(|x| x * x).sum::<f32>();
    let highest = samples.chunks(ATTACK_FRAMES).map(energy).fold(0.0, f32::max);
    if highest < 1e-9 {
        return None;
    }
    // A share of the energy is the square of a share of the level.
    let limit = ATTACK * ATTACK * highest;
    let first = samples.windows(ATTACK_FRAMES).position(|frames| limit <= energy(frames))?;
    let begins = samples[first..].iter().position(|x| limit / 8.0 <= x * x * ATTACK_FRAMES as f32);
    Some((first + begins.unwrap_or(0)) as f64 / f64::from(SAMPLE_RATE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::drums::Drum, rng, sound::testing::tiny_font};

    fn piece(keys: &[u8]) -> Piece {
        let note = |(number, key): (usize, &u8)| PieceNote {
            start_s: number as f64 * 0.5,
            end_s: number as f64 * 0.5 + 0.1,
            pitch: *key,
            velocity: 90,
            program: 0,
            is_drum: true,
            instrument: 0,
        };
        Piece { title: String::new(), notes: keys.iter().enumerate().map(note).collect() }
    }

    #[test]
    fn an_attack_is_where_a_sound_rises() {
        let delayed: Vec<f32> = (0..8000).map(|n| if n < 882 { 0.0 } else { 0.5 }).collect();
        assert!((attack(&delayed).unwrap() - 0.02).abs() < 0.0015);
        assert_eq!(attack(&[0.0; 2000]), None);
    }

    #[test]
    fn a_performance_in_any_tuning_has_its_hits_where_they_sound() {
        let kits = Kits::new(&[tiny_font()]);
        assert_eq!(kits.len(), 1);
        let piece = piece(&[36, 38, 42, 36]);
        for tuning in [0.9, 1.0, 1.1] {
            let source = Source { tuning, ..Source::plain(0) };
            let kit = Kit { sources: [source; GROUPS.len()], other: source };
            let (sound, hits) = kits.perform(&piece, &kit, &(0.25..2.25)).unwrap();

            assert_eq!(sound.len(), 2 * SAMPLE_RATE as usize);
            let drums: Vec<Drum> = hits.iter().map(|hit| hit.drum).collect();
            assert_eq!(drums, [Drum::Snare, Drum::ClosedHat, Drum::Kick]);
            for (number, hit) in hits.iter().enumerate() {
                let before = 0.5 * number as f64 + 0.25;
                assert!((hit.onset_s - before).abs() < 0.01, "{tuning}: {hit:?}");
                let frame = (hit.onset_s * f64::from(SAMPLE_RATE)) as usize;
                let energy =
                    |from: usize| sound[from..from + 400].iter().map(|x| x * x).sum::<f32>();
                assert!(energy(frame) > 1e-4);
            }
        }
    }

    #[test]
    fn kits_are_drawn_whole_and_mixed() {
        let kits = Kits::new(&[tiny_font(), tiny_font()]);
        let mut rng = rng::stream(1, "kits");
        let drawn: Vec<Kit> = (0..60).map(|_| kits.draw(&mut rng)).collect();
        let is_whole = |kit: &&Kit| kit.sources.iter().all(|source| *source == kit.other);
        assert!((10..50).contains(&drawn.iter().filter(is_whole).count()));
        assert!([0, 1].iter().all(|n| drawn.iter().any(|kit| kit.other.kit == *n)));
    }
}
