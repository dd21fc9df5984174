//! Statistics of a data set: enough to see that a part is missing, that all notes are in one octave
//! or that most steps are rests.

use serde::Serialize;

use crate::{
    lab::{dataset::packed::Dataset, picture::palette::Voice},
    music::{drums, melody, meter::STEPS_PER_BAR},
    musicvae::convert::window::ABSENT,
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
    /// Family of the networks that it is for.
    pub family: &'static str,
    /// Songs.
    pub songs: usize,
    /// Windows of all songs.
    pub windows: usize,
    /// Songs held out from training.
    pub held_out_songs: usize,
    /// Windows held out from training.
    pub held_out_windows: usize,
    /// Statistics by part.
    pub parts: Vec<Part>,
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
        for (name, line) in set.windows.iter().flat_map(|(_, window)| set.voices(window)) {
            if let Some(part) = PARTS.iter().position(|part| *part == name) {
                counts[part].add(&line);
            }
        }
        let parts = PARTS.iter().zip(&counts).filter(|(_, count)| !count.by_token.is_empty());
        Self {
            family: set.family.name(),
            songs: set.songs.len(),
            windows: set.windows.len(),
            held_out_songs: is_held_out.iter().filter(|held| **held).count(),
            held_out_windows,
            parts: parts.map(|(name, count)| count.part(name)).collect(),
        }
    }
}

/// Counts of one part's steps by token.
#[derive(Default)]
struct Count {
    voice: Voice,
    by_token: Vec<usize>,
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
        let set = Dataset { family: Family::Drums2Bar, n_steps: 32, songs, windows };

        let statistics = Statistics::of(&set);

        assert_eq!((statistics.songs, statistics.windows), (100, 200));
        assert_eq!(statistics.held_out_windows, 2 * statistics.held_out_songs);
    }

    #[test]
    fn pitches_have_scientific_names() {
        assert_eq!(
            (pitch_name(60), pitch_name(21), pitch_name(70)),
            ("C4".into(), "A0".into(), "A#4".into())
        );
    }
}
