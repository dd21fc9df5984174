//! Throws: single hits and the last notes of a tune's short phrases (words), sent to echo and room for a
//! moment, as in a dub mix. After some thrown chords the chords rest, so that the echo is heard alone.

use rand::RngExt as _;

use crate::{
    compose::setting::Setting,
    music::{
        bar::{Bar, Hit, Part, Throw},
        drums::{self, Drum},
        meter::STEPS_PER_BAR,
    },
    rng::{self, Rng},
};

/// Steps before a hit at which the send opens.
const LEAD_IN: f32 = 0.25;

/// The longest throw of drums and chords, in steps: the next hit stays dry.
const HIT_STEPS: f32 = 1.5;

/// The longest throw of a word's last note, in steps.
const WORD_STEPS: f32 = 6.0;

/// Steps of rest after a note that make it the last of a word.
const REST_STEPS: f32 = 3.0;

/// Send of a thrown drum, chord and word, 0 to 1.
const DRUM: f64 = 0.8;
const CHORD: f64 = 0.8;
const WORD: f64 = 0.9;

/// Probability that a bar throws a drum, a chord and a word, as a share of the theme's `throws`; the drum's
/// share is 1 in the last bar of a phrase.
const SHARES: [f64; 3] = [0.3, 0.4, 0.7];

/// Share of thrown chords after which the chords rest.
const CUTS: f64 = 0.6;

/// Steps of the next bar for which they rest: nearly three dotted-eighth echoes.
const CUT_STEPS: f32 = 8.0;

/// Adds the throws of `bars`, a phrase, and removes the chords that would mask an echo.
///
/// A function of the bars, the theme's `throws` and the station's seed.
pub fn write(setting: &Setting, bars: &mut [Bar]) {
    let often = setting.theme().throws;
    if often <= 0.0 {
        return;
    }
    let last = bars.len().saturating_sub(1);
    let mut is_cut = false;
    for (n, bar) in bars.iter_mut().enumerate() {
        if is_cut {
            bar.parts[Part::Chords as usize].retain(|hit| CUT_STEPS <= hit.start_step);
        }
        let mut rng = rng::stream(setting.seed, &format!("throws {}", bar.number));
        bar.throws = of_bar(bar, often, n == last, &mut rng);
        let has_thrown_chord = bar.throws.iter().any(|throw| throw.part == Part::Chords);
        is_cut = has_thrown_chord && rng.random_bool(CUTS);
    }
}

fn of_bar(bar: &Bar, often: f64, is_last: bool, rng: &mut Rng) -> Vec<Throw> {
    let drum_share = if is_last { 1.0 } else { SHARES[0] };
    let [drum, chord, word] =
        [drum_share, SHARES[1], SHARES[2]].map(|share| rng.random_bool(often * share));
    let hits = |part: Part| bar.parts[part as usize].as_slice();
    let drum = drum.then(|| backbeat(hits(Part::Drums))).flatten();
    let chord = chord.then(|| hits(Part::Chords).last()).flatten();
    let word = word.then(|| last_of_word(hits(Part::Lead))).flatten();
    [
        drum.map(|hit| thrown(Part::Drums, hit, HIT_STEPS, DRUM)),
        chord.map(|hit| thrown(Part::Chords, hit, HIT_STEPS, CHORD)),
        word.map(|hit| thrown(Part::Lead, hit, WORD_STEPS, WORD)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn thrown(part: Part, hit: &Hit, longest: f32, amount: f64) -> Throw {
    let end = hit.start_step + hit.n_steps.clamp(1.0, longest);
    Throw { part, steps: [(hit.start_step - LEAD_IN).max(0.0), end], amount }
}

/// The last snare, rim or clap of the second half of a bar.
fn backbeat(hits: &[Hit]) -> Option<&Hit> {
    let is_snare = |hit: &&Hit| drums::class(hit.pitch) == Some(Drum::Snare);
    let is_late = |hit: &&Hit| STEPS_PER_BAR as f32 / 2.0 <= hit.start_step + LEAD_IN;
    hits.iter().rev().filter(is_snare).find(is_late)
}

/// The last note of the bar before a rest; notes of the next bar are not considered.
fn last_of_word(hits: &[Hit]) -> Option<&Hit> {
    let ends = hits.iter().map(|hit| hit.start_step).skip(1).chain([f32::INFINITY]);
    let rests = |(hit, next): &(&Hit, f32)| {
        let bar_end = STEPS_PER_BAR as f32 + 1.0;
        REST_STEPS <= next.min(bar_end) - (hit.start_step + hit.n_steps)
    };
    hits.iter().zip(ends).filter(rests).last().map(|(hit, _)| hit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        compose::testing,
        config::{Station, Theme},
        music::bar::Mix,
        units::Bpm,
    };

    fn hit(start_step: f32, n_steps: f32, pitch: u8) -> Hit {
        Hit { start_step, n_steps, pitch, velocity: 100 }
    }

    /// Bars with a snare on beats two and four, an off-beat chord and a short call.
    fn phrase() -> Vec<Bar> {
        let bar = |number| Bar {
            number,
            parts: [
                vec![hit(0.0, 1.0, 36), hit(4.0, 1.0, 38), hit(12.1, 1.0, 38), hit(14.0, 1.0, 42)],
                vec![hit(0.0, 4.0, 40)],
                vec![hit(0.0, 2.0, 70), hit(2.0, 3.0, 72), hit(10.0, 6.0, 74)],
                vec![hit(4.0, 1.0, 60), hit(12.0, 1.0, 60)],
            ],
            ..Bar::plain(Bpm::DEFAULT, Mix::plain().into())
        };
        (0..400).map(bar).collect()
    }

    fn thrown_bars(often: f64) -> Vec<Bar> {
        let theme = Theme { throws: often, ..Theme::default() };
        let station = Station { theme: theme.into(), ..testing::stations()[0].clone() };
        let setting = testing::setting(&station, 7);
        let mut bars = phrase();
        bars.chunks_mut(4).for_each(|phrase| write(&setting, phrase));
        bars
    }

    fn throws(often: f64) -> Vec<Vec<Throw>> {
        thrown_bars(often).into_iter().map(|bar| bar.throws).collect()
    }

    #[test]
    fn snares_skanks_and_last_words_are_thrown() {
        let all: Vec<Throw> = throws(1.0).concat();
        let of = |part: Part| all.iter().find(|throw| throw.part == part).unwrap().steps;

        assert_eq!(of(Part::Drums), [12.1 - LEAD_IN, 13.1]);
        assert_eq!(of(Part::Chords), [11.75, 13.0]);
        assert_eq!(of(Part::Lead), [1.75, 5.0]);
        assert!(all.iter().all(|throw| throw.part != Part::Bass));
    }

    #[test]
    fn after_some_thrown_chords_their_echo_is_alone() {
        let bars = thrown_bars(1.0);
        let chords = |bar: &Bar| bar.parts[Part::Chords as usize].len();
        let is_thrown = |bar: &Bar| bar.throws.iter().any(|throw| throw.part == Part::Chords);
        let pairs: Vec<_> = bars.chunks(4).flat_map(|phrase| phrase.windows(2)).collect();

        let cut = pairs.iter().filter(|pair| chords(&pair[1]) < 2);
        assert!(cut.clone().all(|pair| is_thrown(&pair[0])));
        let n_thrown = pairs.iter().filter(|pair| is_thrown(&pair[0])).count();
        assert!((n_thrown / 2..n_thrown * 3 / 4).contains(&cut.count()));
        assert!(thrown_bars(0.0).iter().all(|bar| chords(bar) == 2));
    }

    #[test]
    fn a_theme_throws_as_often_as_it_says() {
        let n = |often: f64| throws(often).iter().map(Vec::len).sum::<usize>();

        assert_eq!(n(0.0), 0);
        let (half, full) = (n(0.5), n(1.0));
        assert!(400 * 16 / 10 / 2 < full && half < full * 6 / 10 && full * 4 / 10 < half);
        assert!(throws(1.0).chunks(4).all(|phrase| phrase[3][0].part == Part::Drums));
    }
}
