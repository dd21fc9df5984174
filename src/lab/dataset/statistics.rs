//! Statistics of a data set: enough to see that a part is missing, that all notes are in one octave
//! or that most steps are rests.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    lab::{dataset::packed::Dataset, picture::palette::Voice},
    music::{drums, key_finding::key_of_lines, melody, meter::STEPS_PER_BAR, normalise::normalise},
    musicvae::convert::window::{ABSENT, is_whole},
};

/// Tokens listed per part.
const N_LISTED: usize = 10;

/// The parts, in order of output.
const PARTS: [&str; 3] = ["melody", "bass", "drums"];

/// Names of the pitch classes.
const PITCHES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// Statistics of a set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Statistics {
    /// Family of the networks that the set is for.
    pub family: &'static str,
    /// Songs.
    pub songs: usize,
    /// Windows of all songs.
    pub windows: usize,
    /// Songs held out from training.
    pub held_out_songs: usize,
    /// Windows held out from training.
    pub held_out_windows: usize,
    /// Counts by source; empty if the set has no sources.
    pub sources: Vec<Source>,
    /// Statistics by part.
    pub parts: Vec<Part>,
}

/// Counts of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Songs.
    pub songs: usize,
    /// Windows.
    pub windows: usize,
    /// Windows that lack a part.
    pub partial: usize,
    /// Windows held out from training.
    pub held_out_windows: usize,
}

/// Statistics of a part, over the windows that have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Its name.
    pub name: &'static str,
    /// Windows without it, in sets with partial windows.
    pub missing: usize,
    /// Onsets per bar, 0 to 16.
    pub onsets_per_bar: f64,
    /// Share of steps at which nothing sounds; for drums, without a hit.
    pub rests: f64,
    /// Range of its pitches, if it has any.
    pub pitches: Option<Pitches>,
    /// Entropy of its pitches in bits, if it has any.
    pub pitch_bits: Option<f64>,
    /// The same after [`normalise`], for melodies and basses of trios.
    pub normalised_pitch_bits: Option<f64>,
    /// The most frequent tokens with their share of steps, descending.
    pub tokens: Vec<(String, f64)>,
}

/// Quartiles of the MIDI pitches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Pitches {
    /// Minimum.
    pub lowest: u8,
    /// First quartile.
    pub lower_quartile: u8,
    /// Median.
    pub median: u8,
    /// Third quartile.
    pub upper_quartile: u8,
    /// Maximum.
    pub highest: u8,
}

impl Statistics {
    /// Computes the statistics of a set.
    pub fn of(set: &Dataset) -> Self {
        let is_held_out: Vec<bool> =
            set.songs.iter().map(|title| Dataset::is_held_out(title)).collect();
        let held_out_windows = set.windows.iter().filter(|(song, _)| is_held_out[*song]).count();
        let mut counts = PARTS.map(|name| Count { voice: Voice::of(name), ..Count::default() });
        for (_, window) in &set.windows {
            for (name, line) in set.voices(window) {
                if let Some(part) = PARTS.iter().position(|part| *part == name) {
                    counts[part].add(&line);
                }
            }
            if let [melody, bass, _] = &window[..] {
                let (mut melody, mut bass) = (melody.clone(), bass.clone());
                let key = key_of_lines([&melody[..], &bass[..]]);
                normalise(&mut melody, &mut bass, key);
                counts[0].add_normalised(&melody);
                counts[1].add_normalised(&bass);
            }
        }
        let parts = PARTS.iter().zip(&counts).filter(|(_, count)| !count.by_token.is_empty());
        Self {
            family: set.family.name(),
            songs: set.songs.len(),
            windows: set.windows.len(),
            held_out_songs: is_held_out.iter().filter(|held| **held).count(),
            held_out_windows,
            sources: sources(set, &is_held_out),
            parts: parts.map(|(name, count)| count.part(name)).collect(),
        }
    }
}

/// Counts by source; none if no source has a name.
fn sources(set: &Dataset, is_held_out: &[bool]) -> Vec<Source> {
    let mut sources: BTreeMap<&str, Source> = BTreeMap::new();
    for name in set.sources.iter().filter(|name| !name.is_empty()) {
        let source = sources.entry(name).or_default();
        source.name.clone_from(name);
        source.songs += 1;
    }
    for (song, window) in &set.windows {
        let source = set.sources.get(*song).and_then(|name| sources.get_mut(name.as_str()));
        if let Some(source) = source {
            source.windows += 1;
            source.partial += usize::from(!is_whole(window));
            source.held_out_windows += usize::from(is_held_out[*song]);
        }
    }
    sources.into_values().collect()
}

/// Entropy in bits of the pitches counted by token; none without a pitch.
fn pitch_bits(by_token: &[usize]) -> Option<f64> {
    let pitched = by_token.iter().zip(0..).filter(|(_, token)| melody::pitch(*token).is_some());
    let counts: Vec<f64> = pitched.map(|(&n, _)| n as f64).filter(|n| *n > 0.0).collect();
    let n: f64 = counts.iter().sum();
    let bits: f64 = counts.iter().map(|count| count / n * (n / count).log2()).sum();
    (!counts.is_empty()).then_some(bits)
}

/// Counts of one part's steps by token.
#[derive(Default)]
struct Count {
    voice: Voice,
    by_token: Vec<usize>,
    by_normalised_token: Vec<usize>,
    n_steps: usize,
    n_rests: usize,
    n_missing: usize,
}

impl Count {
    fn add(&mut self, line: &[u16]) {
        if line.first() == Some(&ABSENT) {
            self.n_missing += 1;
            return;
        }
        let mut sounds = false;
        for &token in line {
            let place = usize::from(token);
            self.by_token.resize(self.by_token.len().max(place + 1), 0);
            self.by_token[place] += 1;
            sounds = match self.voice {
                Voice::Drums => token != 0,
                _ => token != melody::OFF && (sounds || token != melody::HOLD),
            };
            self.n_rests += usize::from(!sounds);
        }
        self.n_steps += line.len();
    }

    fn add_normalised(&mut self, line: &[u16]) {
        self.by_normalised_token.resize(melody::N_TOKENS, 0);
        for &token in line {
            // `ABSENT` is not counted.
            if let Some(n) = self.by_normalised_token.get_mut(usize::from(token)) {
                *n += 1;
            }
        }
    }

    fn part(&self, name: &'static str) -> Part {
        let share = |n: usize| n as f64 / self.n_steps.max(1) as f64;
        let tokens = 0..self.by_token.len();
        let onsets = tokens.clone().filter(|token| self.begins(*token));
        let n_onsets: usize = onsets.map(|token| self.by_token[token]).sum();
        let mut frequent: Vec<usize> = tokens.filter(|token| self.by_token[*token] > 0).collect();
        frequent.sort_by_key(|&token| std::cmp::Reverse(self.by_token[token]));
        frequent.truncate(N_LISTED);
        let listed = |token: usize| (label(self.voice, token as u16), share(self.by_token[token]));
        Part {
            name,
            missing: self.n_missing,
            onsets_per_bar: share(n_onsets) * STEPS_PER_BAR as f64,
            rests: share(self.n_rests),
            pitches: self.pitches(n_onsets),
            pitch_bits: pitch_bits(&self.by_token).filter(|_| self.voice != Voice::Drums),
            normalised_pitch_bits: pitch_bits(&self.by_normalised_token),
            tokens: frequent.into_iter().map(listed).collect(),
        }
    }

    fn begins(&self, token: usize) -> bool {
        match self.voice {
            Voice::Drums => token != 0,
            _ => melody::pitch(token as u16).is_some(),
        }
    }

    fn pitches(&self, n_onsets: usize) -> Option<Pitches> {
        if self.voice == Voice::Drums || n_onsets == 0 {
            return None;
        }
        let pitch_at = |number: usize| {
            let mut n_before = 0;
            let token =
                (0..self.by_token.len()).filter(|token| self.begins(*token)).find(|token| {
                    n_before += self.by_token[*token];
                    n_before > number
                });
            token.and_then(|token| melody::pitch(token as u16))
        };
        let last = n_onsets - 1;
        Some(Pitches {
            lowest: pitch_at(0)?,
            lower_quartile: pitch_at(last / 4)?,
            median: pitch_at(last / 2)?,
            upper_quartile: pitch_at(last * 3 / 4)?,
            highest: pitch_at(last)?,
        })
    }
}

/// A token's name: `hold`, `off`, `C4`, `kick+closed hat`, `rest`.
fn label(voice: Voice, token: u16) -> String {
    match (voice, token) {
        (Voice::Drums, 0) => "rest".to_owned(),
        (Voice::Drums, token) => {
            drums::classes(token).map(drums::Drum::name).collect::<Vec<_>>().join("+")
        }
        (_, melody::HOLD) => "hold".to_owned(),
        (_, token) => melody::pitch(token).map_or_else(|| "off".to_owned(), pitch_name),
    }
}

/// A pitch's name; 60 is C4.
pub fn pitch_name(pitch: u8) -> String {
    format!("{}{}", PITCHES[usize::from(pitch % 12)], i16::from(pitch / 12) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn count(voice: Voice, lines: &[&[u16]]) -> Part {
        let mut count = Count { voice, ..Count::default() };
        for line in lines {
            count.add(line);
        }
        count.part("part")
    }

    #[test]
    fn a_melody_rests_between_notes() {
        let part = count(Voice::Melody, &[&[0, 41, 0, 1, 0, 43, 43, 1]]);

        assert_eq!((part.rests, part.onsets_per_bar), (0.5, 6.0));
        assert_eq!(part.tokens[0], ("hold".to_owned(), 3.0 / 8.0));
        let pitches = part.pitches.unwrap();
        assert_eq!((pitches.lowest, pitches.median, pitches.highest), (60, 62, 62));
    }

    #[test]
    fn drums_have_no_pitches() {
        let part = count(Voice::Drums, &[&[0b101, 0, 0b101, 0b10]]);

        assert_eq!((part.rests, part.onsets_per_bar, part.pitches), (0.25, 12.0, None));
        assert_eq!(part.tokens[0], ("kick+closed hat".to_owned(), 0.5));
    }

    #[test]
    fn windows_without_a_part_count_only_as_missing() {
        let part = count(Voice::Bass, &[&[41, 0], &[ABSENT, ABSENT]]);

        assert_eq!((part.missing, part.rests, part.onsets_per_bar), (1, 0.0, 8.0));
        assert_eq!(count(Voice::Bass, &[]).rests, 0.0);
    }

    #[test]
    fn held_out_songs_are_counted_with_their_windows() {
        let songs: Vec<String> = (0..100).map(|n| format!("song {n}")).collect();
        let windows = (0..200).map(|n| (n / 2, vec![vec![1; 32]])).collect();
        let sources = vec![String::new(); songs.len()];
        let set = Dataset { family: Family::Drums2Bar, n_steps: 32, songs, sources, windows };

        let statistics = Statistics::of(&set);

        assert_eq!((statistics.songs, statistics.windows), (100, 200));
        assert_eq!(statistics.held_out_windows, 2 * statistics.held_out_songs);
    }

    #[test]
    fn a_tune_in_all_keys_has_fewer_bits_a_pitch_once_normalised() {
        let tune =
            |up: u16| [41, 43, 45, 41, 43, 45, 46, 48, 41, 41].map(|token| token + up).to_vec();
        let windows = (0..24).map(|up| (0, vec![tune(up), vec![ABSENT; 10], vec![0; 10]]));
        let set = Dataset {
            family: Family::Trio4Bar,
            n_steps: 64,
            songs: vec!["a".into()],
            sources: vec!["x".into()],
            windows: windows.collect(),
        };

        let statistics = Statistics::of(&set);

        let held_out_windows = 24 * usize::from(Dataset::is_held_out("a"));
        let name = "x".to_owned();
        let source = Source { name, songs: 1, windows: 24, partial: 24, held_out_windows };
        assert_eq!(statistics.sources, [source]);
        let melody = &statistics.parts[0];
        // Five pitches of shares .4, .2, .2, .1 and .1 make 2.1 bits.
        assert!((melody.normalised_pitch_bits.unwrap() - 2.12).abs() < 0.01);
        assert!(3.0 < melody.pitch_bits.unwrap());
    }

    #[test]
    fn pitches_have_scientific_names() {
        assert_eq!(
            (pitch_name(60), pitch_name(21), pitch_name(70)),
            ("C4".into(), "A0".into(), "A#4".into())
        );
    }
}
