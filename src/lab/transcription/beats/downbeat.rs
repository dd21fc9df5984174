//! Which of four beats begins a bar, from what is played on each.

use crate::{
    lab::transcription::beats::{Found, grid::BEATS_PER_BAR},
    music::drums::Drum,
};

/// Share of a beat within which an onset counts as on it.
const NEAR: f64 = 0.17;

/// Scores of a beat as the first, second, third and fourth of a bar, for kicks, snares, cymbals and bass
/// notes on it.
const OF_KICK: [f64; BEATS_PER_BAR] = [1.0, -0.3, 0.5, -0.3];
const OF_SNARE: [f64; BEATS_PER_BAR] = [-0.6, 0.8, -0.4, 0.8];
const OF_CRASH: [f64; BEATS_PER_BAR] = [2.5, -0.5, 0.0, -0.5];
const OF_BASS: [f64; BEATS_PER_BAR] = [0.6, 0.0, 0.2, 0.0];

/// Scores for a change of harmony at a beat, and for a change of everything played.
const OF_HARMONY: [f64; BEATS_PER_BAR] = [2.0, -0.5, 0.3, -0.5];
const OF_SECTION: [f64; BEATS_PER_BAR] = [6.0, -1.0, 0.0, -1.0];

/// Scores for the first sound: most recordings begin with a bar.
const OF_START: [f64; BEATS_PER_BAR] = [3.0, 0.0, 0.5, 0.5];

/// Beats before and after over which harmony, and everything played, is compared.
const HARMONY_BEATS: usize = 2;
const SECTION_BEATS: usize = 8;

/// Parts of a beat in which hits are counted, and the features of a beat: hits of four kinds by part, and
/// pitch classes.
const N_PARTS: usize = 4;
const N_KINDS: usize = 4;
const N_CHROMA: usize = 12;
const N_FEATURES: usize = N_PARTS * N_KINDS + N_CHROMA;

/// What is played from one beat to the next.
type Features = [f64; N_FEATURES];

/// The beat, 0 to 3, that begins the first whole bar of `times_s`.
pub fn find(times_s: &[f64], found: &Found) -> usize {
    let on_beats = on_beats(times_s, found);
    let scores: Vec<f64> = (0..BEATS_PER_BAR)
        .map(|downbeat| {
            let place = |number: usize| (number + BEATS_PER_BAR - downbeat) % BEATS_PER_BAR;
            on_beats.iter().enumerate().map(|(number, beat)| beat.speaks_for(place(number))).sum()
        })
        .collect();
    let best = (0..BEATS_PER_BAR).max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)));
    best.unwrap_or(0)
}

/// Index, 0 to 3, of the beat that begins the first whole bar, if the beat nearest to `second` begins a bar.
pub fn nearest(times_s: &[f64], second: f64) -> usize {
    let distance = |number: &usize| (times_s[*number] - second).abs();
    let nearest = (0..times_s.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)));
    nearest.unwrap_or(0) % BEATS_PER_BAR
}

/// Events on a beat, each 0 to 1.
#[derive(Debug, Clone, Copy, Default)]
struct OnBeat {
    kick: f64,
    snare: f64,
    crash: f64,
    bass: f64,
    harmony: f64,
    section: f64,
    start: f64,
}

impl OnBeat {
    fn speaks_for(&self, place: usize) -> f64 {
        self.kick * OF_KICK[place]
            + self.snare * OF_SNARE[place]
            + self.crash * OF_CRASH[place]
            + self.bass * OF_BASS[place]
            + self.harmony * OF_HARMONY[place]
            + self.section * OF_SECTION[place]
            + self.start * OF_START[place]
    }
}

fn on_beats(times_s: &[f64], found: &Found) -> Vec<OnBeat> {
    let mut beats = vec![OnBeat::default(); times_s.len()];
    for hit in found.hits {
        let Some(number) = beat_at(times_s, hit.onset_s) else { continue };
        let (beat, loudness) = (&mut beats[number], f64::from(hit.velocity).min(110.0) / 110.0);
        let value = match hit.drum {
            Drum::Kick => &mut beat.kick,
            Drum::Snare => &mut beat.snare,
            Drum::Crash => &mut beat.crash,
            _ => continue,
        };
        *value = value.max(loudness);
    }
    for note in found.bass {
        if let Some(number) = beat_at(times_s, note.onset_s) {
            beats[number].bass = 1.0;
        }
    }
    let features = features(times_s, found);
    for (number, beat) in beats.iter_mut().enumerate() {
        beat.harmony = change(&features, number, HARMONY_BEATS, N_PARTS * N_KINDS..N_FEATURES);
        beat.section = change(&features, number, SECTION_BEATS, 0..N_FEATURES);
    }
    let onsets = found.hits.iter().map(|hit| hit.onset_s);
    let onsets = onsets.chain(found.notes.iter().map(|note| note.onset_s));
    let first = onsets.min_by(f64::total_cmp).and_then(|second| beat_at(times_s, second));
    if let Some(number) = first {
        beats[number].start = 1.0;
    }
    beats
}

/// The beat that an onset at `second` is on.
pub fn beat_at(times_s: &[f64], second: f64) -> Option<usize> {
    let after = times_s.partition_point(|time| *time < second);
    let length = |number: usize| match times_s.get(number + 1) {
        Some(next) => next - times_s[number],
        None => times_s.windows(2).last().map_or(0.5, |pair| pair[1] - pair[0]),
    };
    let candidates = [after.checked_sub(1), Some(after).filter(|at| *at < times_s.len())];
    let near = candidates
        .into_iter()
        .flatten()
        .filter(|&number| (times_s[number] - second).abs() <= NEAR * length(number));
    near.min_by(|a, b| (times_s[*a] - second).abs().total_cmp(&(times_s[*b] - second).abs()))
}

/// The features of each beat.
fn features(times_s: &[f64], found: &Found) -> Vec<Features> {
    let mut features = vec![[0.0; N_FEATURES]; times_s.len()];
    let Some(last) = times_s.len().checked_sub(2) else { return features };
    let place = |second: f64| {
        let number = times_s.partition_point(|time| *time <= second).saturating_sub(1).min(last);
        let length = times_s[number + 1] - times_s[number];
        (number as f64 + (second - times_s[number]) / length).clamp(0.0, last as f64 + 1.99)
    };
    for hit in found.hits {
        // A hit shortly before a part belongs to it.
        let part = (place(hit.onset_s) * N_PARTS as f64).round() as usize;
        let kind = match hit.drum {
            Drum::Kick => 0,
            Drum::Snare => 1,
            Drum::ClosedHat | Drum::OpenHat | Drum::Ride => 2,
            _ => 3,
        };
        if let Some(beat) = features.get_mut(part / N_PARTS) {
            beat[part % N_PARTS * N_KINDS + kind] += 1.0;
        }
    }
    for note in found.notes {
        let (start, end) = (place(note.onset_s), place(note.end_s));
        for number in start as usize..=end as usize {
            let within = end.min(number as f64 + 1.0) - start.max(number as f64);
            if let Some(beat) = features.get_mut(number).filter(|_| 0.0 < within) {
                beat[N_PARTS * N_KINDS + usize::from(note.pitch) % N_CHROMA] += within;
            }
        }
    }
    features
}

/// How much the features before beat `number` differ from those after, 0 to 1; only `columns` count.
fn change(
    features: &[Features],
    number: usize,
    reach: usize,
    columns: std::ops::Range<usize>,
) -> f64 {
    if number < reach || features.len() < number + reach {
        return 0.0;
    }
    let sum =
        |beats: &[Features], column: usize| beats.iter().map(|beat| beat[column]).sum::<f64>();
    let (before, after) = (&features[number - reach..number], &features[number..number + reach]);
    let (mut product, mut squares) = (0.0, [0.0; 2]);
    for column in columns {
        let (a, b) = (sum(before, column), sum(after, column));
        product += a * b;
        squares = [squares[0] + a * a, squares[1] + b * b];
    }
    let norm = (squares[0] * squares[1]).sqrt();
    match squares {
        [0.0, 0.0] => 0.0,
        _ if norm == 0.0 => 1.0,
        _ => 1.0 - product / norm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::transcription::{HeardNote, Hit};

    fn times(n: usize) -> Vec<f64> {
        (0..n).map(|n| 0.2 + 0.5 * n as f64).collect()
    }

    fn hit(beat: usize, drum: Drum) -> Hit {
        Hit { onset_s: 0.205 + 0.5 * beat as f64, drum, velocity: 100 }
    }

    #[test]
    fn kick_and_snare_tell_two_beats_and_the_bass_which_of_them() {
        let drums = |n: usize| hit(n, if n % 2 == 1 { Drum::Kick } else { Drum::Snare });
        let hits: Vec<Hit> = (2..40).map(drums).collect();
        let note = |n: usize, pitch: u8| HeardNote {
            onset_s: 0.2 + 0.5 * n as f64,
            end_s: 2.1 + 0.5 * n as f64,
            pitch,
            amplitude: 0.5,
        };
        // Another chord and a bass note from beat 3 on every four beats.
        let notes: Vec<HeardNote> = (0..9)
            .flat_map(|bar| [40, 52 + 5 * (bar % 2)].map(|pitch| note(3 + 4 * bar as usize, pitch)))
            .collect();
        let found = Found { hits: &hits, notes: &notes, bass: &notes };
        assert_eq!(find(&times(40), &found), 3);
    }

    #[test]
    fn a_section_that_begins_tells_where_bars_do() {
        // An upbeat, kicks on all beats; hats from beat 17 on.
        let upbeat = Hit { onset_s: 0.45, drum: Drum::Ride, velocity: 100 };
        let kicks = (1..48).map(|n| hit(n, Drum::Kick));
        let hats = (17..48).map(|n| hit(n, Drum::ClosedHat));
        let all: Vec<Hit> = std::iter::once(upbeat).chain(kicks).chain(hats).collect();
        let found = Found { hits: &all, ..Found::default() };
        assert_eq!(find(&times(48), &found), 1);
    }

    #[test]
    fn a_bar_that_is_told_counts() {
        assert_eq!(nearest(&times(40), 0.2 + 0.5 * 7.0 + 0.1), 3);
        assert_eq!(nearest(&[], 1.0), 0);
        assert_eq!(find(&[], &Found::default()), 0);
    }
}
