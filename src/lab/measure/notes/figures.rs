//! All note-based figures of a score.

use crate::{
    lab::measure::{
        notes::{
            comping::CompingFigures,
            drum_hits::{self, DrumHit, DrumSpread},
            drum_machine::DrumMachineFigures,
            lines,
            melody::MelodyFigures,
            pitch, presence,
            repetition::{self, Repeat},
            rhythm,
            score::{Role, Score},
            similarity::{at_lag, matrix},
        },
        real_lines::{self, RealLines},
        statistics::{mean, quantile},
    },
    music::drums::Drum,
};

/// Lags of the self-similarity, in bars.
pub const LAGS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// The figures of a score. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteFigures {
    /// Number of bars.
    pub bars: usize,
    /// Duration in minutes.
    pub minutes: f64,
    /// Mean tempo of the bars in bpm.
    pub tempo: f64,
    /// Share of bars without any note.
    pub empty: f64,
    /// Share of bars without a note of a role, by `Role as usize`.
    pub absent: [f64; Role::ALL.len()],
    /// Share of pitched notes in the key; none without such notes.
    pub in_key: Option<f64>,
    /// Key changes per minute.
    pub key_changes_a_minute: f64,
    /// Share of notes on strong beats that are outside the chord; none if chords are unknown.
    pub outside_chord: Option<f64>,
    /// Notes per bar of the lead in the bars where it sounds: mean, 10th and 90th percentile.
    pub lead_notes: Option<[f64; 3]>,
    /// Mean number of distinct pitches of the lead in bars where it has onsets.
    pub lead_pitches: f64,
    /// Entropy of the lead's pitch classes in bits: of the whole score, and the mean over four
    /// bars.
    pub lead_entropy: [f64; 2],
    /// Share of eight-bar spans whose lead has fewer than three pitches or a single rhythm.
    pub monotony: f64,
    /// Length, in bars, of the longest run of identical lead bars.
    pub longest_lead_run: usize,
    /// Eight-bar spans that repeat exactly within ten minutes.
    pub repeats: Vec<Repeat>,
    /// Number of such repeats of the drums alone.
    pub drum_repeats: usize,
    /// Number of such repeats of the lead alone.
    pub lead_repeats: usize,
    /// Number of distinct bars as a share of all: of all roles, of the lead, of the drums.
    pub distinct: [f64; 3],
    /// Mean similarity of two bars to the two bars a lag later, by [`LAGS`].
    pub similarity: [Option<f64>; LAGS.len()],
    /// Self-similarity matrix of pairs of bars, row-major.
    pub matrix: Vec<Vec<f64>>,
    /// Mean syncopation of a bar: of kick and snare, of the lead.
    pub syncopation: [f64; 2],
    /// Similarity of the drum rhythms of neighbouring bars.
    pub groove_consistency: f64,
    /// Similarity of the drum rhythms of any two bars.
    pub groove_similarity: f64,
    /// Share of bars with a fill.
    pub fills: f64,
    /// Every drum hit.
    pub drum_hits: Vec<DrumHit>,
    /// Spread of velocity and timing by drum class.
    pub drum_spreads: Vec<DrumSpread>,
    /// Share of drum hits on the grid.
    pub on_grid: f64,
    /// How melodious the lead is; none if it has few intervals.
    pub melody: Option<MelodyFigures>,
    /// How machine-like the drums are.
    pub drum_machine: DrumMachineFigures,
    /// The chord part; none without chords.
    pub comping: Option<CompingFigures>,
    /// Fréchet distance of the four-bar phrases of lead and bass from lines of real songs; none for
    /// too few.
    pub from_real: [Option<f64>; 2],
}

impl NoteFigures {
    /// Measures `score`.
    pub fn of(score: &Score) -> Self {
        let onsets = score.onsets();
        let tempos: Vec<f64> = score.bars.iter().map(|bar| bar.tempo.get()).collect();
        let drum_hits = drum_hits::of(score);
        let (lead, drums) = (&[Role::Lead][..], &[Role::Drums][..]);
        let n_repeats = |roles| repetition::exact_repeats(score, &onsets, roles).len();
        Self {
            bars: score.bars.len(),
            minutes: score.seconds() / 60.0,
            tempo: mean(&tempos),
            empty: presence::emptiness(score),
            absent: Role::ALL.map(|role| presence::absence(score, role)),
            in_key: pitch::in_key(score),
            key_changes_a_minute: pitch::key_changes_a_minute(score),
            outside_chord: pitch::outside_chord(score),
            lead_notes: spread(&presence::notes_a_bar(score, &onsets, Role::Lead)),
            lead_pitches: mean(&pitch::pitches_a_bar(&onsets, Role::Lead)),
            lead_entropy: [
                pitch::class_entropy(&onsets, Role::Lead),
                pitch::class_entropy_of_four_bars(&onsets, Role::Lead),
            ],
            monotony: repetition::monotony(&onsets),
            longest_lead_run: repetition::longest_run(&onsets, Role::Lead),
            repeats: repetition::exact_repeats(score, &onsets, &Role::ALL),
            drum_repeats: n_repeats(drums),
            lead_repeats: n_repeats(lead),
            distinct: [&Role::ALL[..], lead, drums]
                .map(|roles| repetition::distinct_bars(&onsets, roles)),
            similarity: LAGS.map(|lag| at_lag(&onsets, lag)),
            matrix: matrix(&onsets),
            syncopation: [
                rhythm::syncopation(
                    onsets.iter().map(|bar| bar.drum_rhythm(&[Drum::Kick, Drum::Snare])),
                ),
                rhythm::syncopation(onsets.iter().map(|bar| bar.rhythm(Role::Lead))),
            ],
            groove_consistency: rhythm::groove_consistency(&onsets, Role::Drums),
            groove_similarity: rhythm::groove_similarity(&onsets, Role::Drums),
            fills: rhythm::fill_share(&onsets),
            drum_spreads: drum_hits::spreads(&drum_hits),
            on_grid: drum_hits::on_grid(&drum_hits),
            drum_hits,
            melody: MelodyFigures::of(score),
            drum_machine: DrumMachineFigures::of(score),
            comping: CompingFigures::of(score),
            from_real: from_real(score),
        }
    }

    /// Musical form as one number: the mean self-similarity at lags of 4 to 16 bars minus that at
    /// lags of 64 bars and more. None if the score is too short.
    pub fn form(&self) -> Option<f64> {
        let mean_where = |is_in: fn(usize) -> bool| {
            let lags = LAGS.into_iter().zip(self.similarity).filter(|(lag, _)| is_in(*lag));
            let known: Vec<f64> = lags.filter_map(|(_, similarity)| similarity).collect();
            (!known.is_empty()).then(|| mean(&known))
        };
        Some(mean_where(|lag| (4..=16).contains(&lag))? - mean_where(|lag| 64 <= lag)?)
    }
}

/// The distances of lead and bass from lines of real songs.
fn from_real(score: &Score) -> [Option<f64>; 2] {
    let real = RealLines::shipped();
    [(Role::Lead, &real.melody), (Role::Bass, &real.bass)]
        .map(|(role, real)| real_lines::distance(&lines::lines(score, role), real))
}

/// Mean, 10th and 90th percentile; none without values.
fn spread(values: &[f64]) -> Option<[f64; 3]> {
    let spread = || [mean(values), quantile(values, 0.1), quantile(values, 0.9)];
    (!values.is_empty()).then(spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    #[test]
    fn a_motif_that_changes_after_a_while_has_form() {
        let bar = |n: usize| vec![((n * 5 % 16) as f32, 60 + (n * 7 % 12) as u8)];
        let piece = |bars: Vec<Vec<(f32, u8)>>| {
            NoteFigures::of(&score(Role::Lead, &bars.iter().map(|b| &b[..]).collect::<Vec<_>>()))
        };
        // Loops of four bars, another one every 32 bars.
        let formed = piece((0..200).map(|n| bar(n % 4 + 4 * (n / 32))).collect());
        let steady = piece((0..200).map(|n| bar(n % 4)).collect());

        assert!(formed.form().unwrap() > 0.5, "{:?}", formed.similarity);
        assert!(steady.form().unwrap().abs() < 1e-12);
        assert_eq!(piece(vec![bar(0); 20]).form(), None);
    }

    #[test]
    fn an_empty_score_has_figures() {
        let none = NoteFigures::of(&score(Role::Lead, &[]));
        assert_eq!((none.bars, none.lead_notes, none.in_key, none.empty), (0, None, None, 0.0));
    }
}
