//! All figures of a score.

use crate::{
    lab::measure::{
        score::{
            Role, Score,
            likeness::{at_lag, matrix},
            pitch, presence,
            repetition::{self, Repeat},
            rhythm,
            touch::{self, Stroke, Touch},
        },
        statistics::{mean, quantile},
    },
    music::drums::Drum,
};

/// Bars after which a piece is compared with itself.
pub const LAGS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// What there is to say about a score. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct NoteFigures {
    /// How many bars it has.
    pub bars: usize,
    /// How long they last.
    pub minutes: f64,
    /// Beats a minute, the mean over all bars.
    pub tempo: f64,
    /// The share of bars in which nobody is heard.
    pub empty: f64,
    /// The share in which a role is not heard, by `Role as usize`.
    pub absent: [f64; Role::ALL.len()],
    /// The share of notes in the key, if there are any.
    pub in_key: Option<f64>,
    /// Changes of key a minute.
    pub key_changes_a_minute: f64,
    /// The share of notes on strong beats outside the chord, where chords are known.
    pub outside_chord: Option<f64>,
    /// Notes a bar of the lead where it is heard, if it is: mean, 10th and 90th percentile.
    pub lead_notes: Option<[f64; 3]>,
    /// Different pitches of the lead in a bar in which it begins any, the mean.
    pub lead_pitches: f64,
    /// Entropy of the lead's pitch classes in bits: over the piece, and over four bars on average.
    pub lead_entropy: [f64; 2],
    /// The share of spans of eight bars whose lead has less than three pitches or one rhythm.
    pub monotony: f64,
    /// Bars of the longest run of equal bars of the lead.
    pub longest_lead_run: usize,
    /// Eight bars that come back within ten minutes.
    pub repeats: Vec<Repeat>,
    /// As many of the drums alone, and of the lead alone.
    pub drum_repeats: usize,
    /// See `drum_repeats`.
    pub lead_repeats: usize,
    /// The share of bars that are like no other: of all roles, of the lead, of the drums.
    pub distinct: [f64; 3],
    /// Mean likeness of two bars with the two that come so many bars later, by [`LAGS`].
    pub likeness: [Option<f64>; LAGS.len()],
    /// Likeness of two bars with each two others, row by row.
    pub matrix: Vec<Vec<f64>>,
    /// Syncopation of a bar: of kick and snare, of the lead.
    pub syncopation: [f64; 2],
    /// How alike the drum rhythms of neighbouring bars are.
    pub groove_consistency: f64,
    /// How alike those of any two bars are.
    pub groove_similarity: f64,
    /// The share of bars that hold a fill.
    pub fills: f64,
    /// Every stroke of a drum.
    pub strokes: Vec<Stroke>,
    /// How each drum is struck.
    pub touch: Vec<Touch>,
    /// The share of strokes on the grid.
    pub on_grid: f64,
}

impl NoteFigures {
    /// Measures `score`.
    pub fn of(score: &Score) -> Self {
        let onsets = score.onsets();
        let tempos: Vec<f64> = score.bars.iter().map(|bar| bar.tempo.get()).collect();
        let strokes = touch::strokes(score);
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
            likeness: LAGS.map(|lag| at_lag(&onsets, lag)),
            matrix: matrix(&onsets),
            syncopation: [
                rhythm::syncopation(
                    onsets.iter().map(|bar| bar.struck(&[Drum::Kick, Drum::Snare])),
                ),
                rhythm::syncopation(onsets.iter().map(|bar| bar.rhythm(Role::Lead))),
            ],
            groove_consistency: rhythm::groove_consistency(&onsets, Role::Drums),
            groove_similarity: rhythm::groove_similarity(&onsets, Role::Drums),
            fills: rhythm::fill_share(&onsets),
            touch: touch::touch(&strokes),
            on_grid: touch::on_grid(&strokes),
            strokes,
        }
    }

    /// By how much a piece is more like itself 4 to 16 bars later than 64 bars and more later, which
    /// is what form is; none if it is too short to tell.
    pub fn form(&self) -> Option<f64> {
        let mean_where = |is_in: fn(usize) -> bool| {
            let lags = LAGS.into_iter().zip(self.likeness).filter(|(lag, _)| is_in(*lag));
            let known: Vec<f64> = lags.filter_map(|(_, likeness)| likeness).collect();
            (!known.is_empty()).then(|| mean(&known))
        };
        Some(mean_where(|lag| (4..=16).contains(&lag))? - mean_where(|lag| 64 <= lag)?)
    }
}

/// Mean, 10th and 90th percentile; none of nothing.
fn spread(values: &[f64]) -> Option<[f64; 3]> {
    let spread = || [mean(values), quantile(values, 0.1), quantile(values, 0.9)];
    (!values.is_empty()).then(spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::score::tests::score;

    #[test]
    fn a_theme_that_comes_back_has_form_and_noise_has_none() {
        let bar = |n: usize| vec![((n * 5 % 16) as f32, 60 + (n * 7 % 12) as u8)];
        let piece = |bars: Vec<Vec<(f32, u8)>>| {
            NoteFigures::of(&score(Role::Lead, &bars.iter().map(|b| &b[..]).collect::<Vec<_>>()))
        };
        // Four bars again and again, others after 32.
        let formed = piece((0..200).map(|n| bar(n % 4 + 4 * (n / 32))).collect());
        let steady = piece((0..200).map(|n| bar(n % 4)).collect());

        assert!(formed.form().unwrap() > 0.5, "{:?}", formed.likeness);
        assert!(steady.form().unwrap().abs() < 1e-12);
        assert_eq!(piece(vec![bar(0); 20]).form(), None);
    }

    #[test]
    fn nothing_has_figures_too() {
        let none = NoteFigures::of(&score(Role::Lead, &[]));
        assert_eq!((none.bars, none.lead_notes, none.in_key, none.empty), (0, None, None, 0.0));
    }
}
