//! Part-writing faults in chorales, and how often voices move, as rates to compare with Bach's.
//!
//! A *change* is a frame in which any voice begins a note. The rates of Bach's 368 chorales are: 0.17
//! parallel fifths and 0.07 parallel octaves per 100 changes, voices crossed in 2.1 % of frames, and
//! root-position triads at the end of 98.6 % of fermatas.

use crate::chorale::frame::{Chorale, Frame, N_VOICES, Sound, Voice};

/// Intervals in semitones.
const FIFTH: i16 = 7;
const OCTAVE: i16 = 12;
const TWELFTH: i16 = 19;

/// Counts of a set of chorales.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Frames.
    pub n_frames: usize,
    /// Changes.
    pub n_changes: usize,
    /// Pairs of voices that move in the same direction from a fifth to a fifth, modulo octaves.
    pub n_fifths: usize,
    /// Pairs of voices that move in the same direction from an octave or unison to another.
    pub n_octaves: usize,
    /// Frames in which a voice lies above its upper neighbour.
    pub n_crossed: usize,
    /// Frames with soprano and alto, or alto and tenor, more than an octave apart, or tenor and bass more
    /// than a twelfth.
    pub n_wide: usize,
    /// Frames with a voice outside its range in Bach's chorales.
    pub n_outside: usize,
    /// Held notes, summed over voices and frames.
    pub n_held: usize,
    /// Fermatas.
    pub n_fermatas: usize,
    /// Fermatas that end on a major or minor triad, or a part of one, with its root in the bass.
    pub n_cadences: usize,
}

impl Faults {
    /// The counts of `chorales`.
    pub fn of<'a>(chorales: impl IntoIterator<Item = &'a Chorale>) -> Self {
        let mut faults = Self::default();
        chorales.into_iter().for_each(|chorale| faults.add(chorale));
        faults
    }

    fn add(&mut self, chorale: &Chorale) {
        let mut before: Option<&Frame> = None;
        for frame in &chorale.frames {
            self.add_frame(frame);
            let changes = frame.sounds.iter().any(|sound| matches!(sound, Sound::Struck(_)));
            self.n_changes += usize::from(changes);
            if let Some(before) = before {
                self.n_fifths += n_parallels(before, frame, FIFTH);
                self.n_octaves += n_parallels(before, frame, 0);
            }
            before = Some(frame);
        }
        // Suspensions have resolved by the last frame of a fermata.
        let frames =
            chorale.frames.iter().zip(chorale.frames.iter().skip(1).map(Some).chain([None]));
        let lasts = frames
            .filter(|(frame, next)| frame.has_fermata && next.is_none_or(|next| !next.has_fermata));
        for (frame, _) in lasts {
            self.n_fermatas += 1;
            self.n_cadences += usize::from(is_root_position(frame));
        }
    }

    fn add_frame(&mut self, frame: &Frame) {
        let gaps = [0, 1, 2].map(|upper| distance(frame, upper, upper + 1));
        let is_wide = gaps.iter().zip([OCTAVE, OCTAVE, TWELFTH]);
        let is_wide = is_wide.into_iter().any(|(gap, most)| gap.is_some_and(|gap| most < gap));
        let is_outside = |(voice, sound): (Voice, Sound)| {
            sound.pitch().is_some_and(|pitch| !voice.range().contains(&pitch))
        };
        let n_held = frame.sounds.iter().filter(|sound| matches!(sound, Sound::Held(_))).count();
        self.n_frames += 1;
        self.n_crossed += usize::from(gaps.iter().any(|gap| gap.is_some_and(|gap| gap < 0)));
        self.n_wide += usize::from(is_wide);
        self.n_outside += usize::from(Voice::ALL.into_iter().zip(frame.sounds).any(is_outside));
        self.n_held += n_held;
    }

    /// Name and value of each rate.
    pub fn rates(&self) -> [(&'static str, f64); 8] {
        let share = |n: usize, of: usize| n as f64 / of.max(1) as f64;
        let percent = |n: usize, of: usize| 100.0 * share(n, of);
        [
            ("parallel fifths per 100 changes", percent(self.n_fifths, self.n_changes)),
            ("parallel octaves per 100 changes", percent(self.n_octaves, self.n_changes)),
            ("crossed, % of frames", percent(self.n_crossed, self.n_frames)),
            ("too wide, % of frames", percent(self.n_wide, self.n_frames)),
            ("out of range, % of frames", percent(self.n_outside, self.n_frames)),
            ("changes per frame", share(self.n_changes, self.n_frames)),
            ("held, % of voices and frames", percent(self.n_held, N_VOICES * self.n_frames)),
            ("root-position triads, % of fermatas", percent(self.n_cadences, self.n_fermatas)),
        ]
    }
}

/// Semitones from voice `lower` up to voice `upper`, if both sound.
fn distance(frame: &Frame, upper: usize, lower: usize) -> Option<i16> {
    let [upper, lower] = [upper, lower].map(|voice| frame.sounds[voice].pitch().map(i16::from));
    Some(upper? - lower?)
}

/// Pairs of voices that move in the same direction between distances of `interval`, modulo octaves.
fn n_parallels(before: &Frame, after: &Frame, interval: i16) -> usize {
    let pairs =
        (0..N_VOICES).flat_map(|upper| (upper + 1..N_VOICES).map(move |lower| (upper, lower)));
    let moved = |voice: usize| {
        let [from, to] = [before, after].map(|frame| frame.sounds[voice].pitch().map(i16::from));
        Some((to? - from?).signum())
    };
    let is_parallel = |&(upper, lower): &(usize, usize)| {
        let is_interval = |frame: &Frame| {
            distance(frame, upper, lower).is_some_and(|apart| apart.rem_euclid(12) == interval)
        };
        let same_way = moved(upper).filter(|&way| way != 0) == moved(lower);
        same_way && moved(lower).is_some() && is_interval(before) && is_interval(after)
    };
    pairs.filter(is_parallel).count()
}

/// Whether all pitches of the frame are in the major or minor triad on its bass.
fn is_root_position(frame: &Frame) -> bool {
    let Some(bass) = frame.sounds[N_VOICES - 1].pitch() else { return false };
    let above = frame.sounds.iter().filter_map(|sound| sound.pitch());
    let above: Vec<i16> =
        above.map(|pitch| (i16::from(pitch) - i16::from(bass)).rem_euclid(12)).collect();
    [[0, 4, 7], [0, 3, 7]].iter().any(|triad| above.iter().all(|tone| triad.contains(tone)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    #[test]
    fn parallels_are_counted_by_pairs_of_voices() {
        let fifths = chords(&[[72, 67, 60, 48], [74, 69, 62, 50]]);
        let faults = Faults::of([&fifths]);
        // Alto over tenor and over bass; soprano, tenor and bass in octaves.
        assert_eq!((faults.n_fifths, faults.n_octaves), (2, 3));
        let contrary = chords(&[[72, 67, 60, 48], [74, 65, 59, 43]]);
        assert_eq!((Faults::of([&contrary]).n_fifths, Faults::of([&contrary]).n_octaves), (0, 0));
        let repeated = chords(&[[72, 67, 60, 48], [72, 67, 60, 48]]);
        assert_eq!(Faults::of([&repeated]).n_fifths, 0);
        let resting = chords(&[[72, 0, 60, 0], [74, 0, 65, 0]]);
        assert_eq!(Faults::of([&resting]).n_octaves, 0);
    }

    #[test]
    fn crossings_gaps_ranges_and_cadences_are_shares_of_frames() {
        let chorale = chords(&[
            [72, 67, 60, 48],
            [60, 62, 60, 48], // crossed
            [76, 62, 60, 48], // soprano and alto more than an octave apart
            [84, 74, 69, 50], // soprano out of range
        ]);
        let faults = Faults::of([&chorale]);
        assert_eq!((faults.n_frames, faults.n_changes, faults.n_held), (16, 4, 48));
        assert_eq!((faults.n_crossed, faults.n_wide, faults.n_outside), (4, 4, 4));
        assert_eq!((faults.n_fermatas, faults.n_cadences), (1, 0));
        assert_eq!(Faults::of([&chords(&[[72, 67, 64, 48]])]).n_cadences, 1);
        assert_eq!(Faults::of([&chords(&[[72, 67, 60, 52]])]).n_cadences, 0);
    }
}
