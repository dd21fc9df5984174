//! Hand-written generators of themed patterns: what the models learn a style from and what anchors
//! a theme.
//!
//! A style is a `Book`, mostly data: step strings, chord loops, figures. The toolkit draws from it:
//! `form` says which bars repeat, `groove` and `fill` play the drums, `harmony` lays out chords,
//! `figure`, `bassline`, `contour` and `tune` write the other two lines. The books hold what is common
//! knowledge about a style (where kick and snare fall, which chords turn), never a transcription of
//! somebody's record or preset.

mod ambient;
mod bassline;
mod book;
mod contour;
mod draw;
mod dub;
mod figure;
mod fill;
mod form;
mod groove;
mod harmony;
mod hip_hop;
mod house;
mod punk;
mod techno;
mod tune;

use rand::RngExt as _;

use crate::{
    music::{scale::Key, style::Style, trio::Trio},
    patterns::{book::Book, form::Form, harmony::Harmony},
    rng::{Rng, stream},
    units::Bpm,
};

/// Bars in a pattern.
pub const N_BARS: usize = 4;

/// Four bars in a style.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    /// What they are labelled with.
    pub style: Style,
    /// A tempo that is usual for the style, whole beats a minute.
    pub tempo: Bpm,
    /// What melody and bass keep to, without exception.
    pub key: Key,
    /// 64 steps of melody, bass and drums.
    pub trio: Trio,
}

/// Pattern `number` of `style`: the same for ever, all different.
pub fn pattern(style: Style, number: u64) -> Pattern {
    let book = book(style);
    // A stream for each part, so that a change to one part's book leaves the others as they were.
    let part = |part: &str| stream(number, &format!("patterns/{style}/{part}"));
    let (mut whole, mut tune) = (part("whole"), part("melody"));
    let form = Form::draw(&mut whole);
    let harmony = Harmony::draw(book.loops, &mut whole);
    // A melody often has a form of its own against that of the rhythm section.
    let own_form = if tune.random_bool(0.5) { Form::draw(&mut tune) } else { form };
    Pattern {
        style,
        tempo: tempo(book, &mut whole),
        key: harmony.key,
        trio: Trio {
            melody: tune::melody(book.tunes, own_form, &harmony, &mut tune),
            bass: bassline::bass(&book.bass, form, &harmony, &mut part("bass")),
            drums: groove::drums(&book.drums, form, &mut part("drums")),
        },
    }
}

fn book(style: Style) -> &'static Book {
    match style {
        Style::Techno => &techno::BOOK,
        Style::House => &house::BOOK,
        Style::Dub => &dub::BOOK,
        Style::HipHop => &hip_hop::BOOK,
        Style::Punk => &punk::BOOK,
        Style::Ambient => &ambient::BOOK,
    }
}

fn tempo(book: &Book, rng: &mut Rng) -> Bpm {
    let (slowest, fastest) = book.tempo_bpm;
    let bpm = rng.random_range(slowest..=fastest);
    Bpm::try_from(f64::from(bpm)).expect("books keep to tempi between 60 and 210")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::music::{
        drums::{self, Drum},
        melody,
        meter::STEPS_PER_BAR,
        trio::Line,
    };

    /// How many patterns of a style are looked at.
    const N: u64 = 2000;

    fn patterns(style: Style) -> Vec<Pattern> {
        (0..N).map(|number| pattern(style, number)).collect()
    }

    fn pitches(line: &Line) -> Vec<u8> {
        line.iter().filter_map(|&token| melody::pitch(token)).collect()
    }

    /// Whether `drum` sounds at `step` of the first bar, where no style breaks or fills.
    fn has(pattern: &Pattern, drum: Drum, step: usize) -> bool {
        pattern.trio.drums[step] & drum.bit() != 0
    }

    fn share(patterns: &[Pattern], is_so: impl Fn(&Pattern) -> bool) -> f64 {
        patterns.iter().filter(|pattern| is_so(pattern)).count() as f64 / patterns.len() as f64
    }

    #[test]
    fn a_pattern_is_64_steps_of_tokens_and_the_same_for_ever() {
        for style in Style::ALL {
            for Pattern { trio, .. } in &patterns(style)[..200] {
                assert_eq!([trio.melody.len(), trio.bass.len(), trio.drums.len()], [64; 3]);
                assert!(trio.drums.iter().all(|&token| usize::from(token) < drums::N_TOKENS));
                let notes = trio.melody.iter().chain(&trio.bass);
                assert!(notes.into_iter().all(|&token| usize::from(token) < melody::N_TOKENS));
            }
            assert_eq!(pattern(style, 7), pattern(style, 7));
        }
    }

    #[test]
    fn hardly_any_two_patterns_are_alike() {
        for style in Style::ALL {
            let all = patterns(style);
            let windows: HashSet<&[u16]> =
                all.iter().flat_map(|pattern| pattern.trio.drums.chunks(32)).collect();
            let trios: HashSet<&Trio> = all.iter().map(|pattern| &pattern.trio).collect();

            assert!(0.95 * 2.0 * N as f64 <= windows.len() as f64, "{style} {}", windows.len());
            assert!(0.99 * N as f64 <= trios.len() as f64, "{style} {}", trios.len());
        }
    }

    #[test]
    fn every_note_is_in_the_key_and_the_register() {
        for style in Style::ALL {
            let all = patterns(style);
            let register = |line: fn(&Trio) -> &Line, lowest, highest| {
                let mut found = Vec::new();
                for pattern in &all {
                    let pitches = pitches(line(&pattern.trio));
                    assert!(pitches.iter().all(|&pitch| pattern.key.contains(pitch)), "{style}");
                    found.extend(pitches);
                }
                found.sort_unstable();
                assert!(lowest <= found[0] && *found.last().unwrap() <= highest, "{style}");
                found[found.len() / 2]
            };

            let median = register(|trio| &trio.melody, 55, 84);
            assert!((63..=67).contains(&median), "{style} {median}");
            let median = register(|trio| &trio.bass, 28, 50);
            assert!((33..=37).contains(&median), "{style} {median}");
            let roots: HashSet<u8> = all.iter().map(|pattern| pattern.key.root).collect();
            assert_eq!(roots.len(), 12);
        }
    }

    /// Shares of steps with drums, melody onsets and bass onsets; real trios have .59, .27 and .42.
    #[test]
    fn styles_are_as_dense_as_their_kind() {
        for (style, expected) in [
            (Style::Techno, [0.70, 0.30, 0.50]),
            (Style::House, [0.64, 0.30, 0.40]),
            (Style::Dub, [0.60, 0.26, 0.28]),
            (Style::HipHop, [0.64, 0.25, 0.27]),
            (Style::Punk, [0.53, 0.32, 0.50]),
            (Style::Ambient, [0.33, 0.15, 0.14]),
        ] {
            let all = patterns(style);
            let share = |count: fn(&Trio) -> usize| {
                all.iter().map(|pattern| count(&pattern.trio)).sum::<usize>() as f64
                    / (64 * N) as f64
            };
            let found = [
                share(|trio| trio.drums.iter().filter(|&&token| token != 0).count()),
                share(|trio| pitches(&trio.melody).len()),
                share(|trio| pitches(&trio.bass).len()),
            ];

            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found - expected).abs() < 0.03, "{style} {found} {expected}");
            }
        }
    }

    #[test]
    fn no_bar_of_drums_is_empty() {
        for style in Style::ALL {
            for Pattern { trio, .. } in patterns(style) {
                let mut bars = trio.drums.chunks(STEPS_PER_BAR);
                assert!(bars.all(|bar| bar.iter().any(|&token| token != 0)), "{style}");
            }
        }
    }

    #[test]
    fn techno_and_house_have_four_on_the_floor_and_hats_between() {
        let on = |steps: [usize; 4], drums: &[Drum], pattern: &Pattern| {
            steps.iter().all(|&step| drums.iter().any(|&drum| has(pattern, drum, step)))
        };
        let hats = [Drum::ClosedHat, Drum::OpenHat, Drum::Ride];
        for style in [Style::Techno, Style::House] {
            let all = patterns(style);
            assert!(0.9 < share(&all, |pattern| on([0, 4, 8, 12], &[Drum::Kick], pattern)));
            assert!(0.9 < share(&all, |pattern| on([2, 6, 10, 14], &hats, pattern)), "{style}");
        }
        let has_four = |pattern: &Pattern| on([0, 4, 8, 12], &[Drum::Kick], pattern);
        assert!(share(&patterns(Style::HipHop), has_four) < 0.01);
    }

    #[test]
    fn one_drop_leaves_the_one_and_kicks_with_the_snare() {
        let all = patterns(Style::Dub);
        let (drop, other): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|pattern| !has(pattern, Drum::Kick, 0));

        let together = |pattern: &Pattern| {
            [4, 8, 12]
                .iter()
                .any(|&step| has(pattern, Drum::Kick, step) && has(pattern, Drum::Snare, step))
        };
        assert!(0.4 < drop.len() as f64 / N as f64 && 0.2 < other.len() as f64 / N as f64);
        assert!(0.99 < share(&drop, together));
    }

    #[test]
    fn hip_hop_and_punk_have_their_backbeats() {
        let snare = |pattern: &Pattern, steps: &[usize]| {
            steps.iter().all(|&step| has(pattern, Drum::Snare, step))
        };
        let hip_hop = patterns(Style::HipHop);
        let is_boom_bap = share(&hip_hop, |pattern| snare(pattern, &[4, 12]));
        let is_half_time = share(&hip_hop, |pattern| snare(pattern, &[8]) && !snare(pattern, &[4]));
        assert!(0.6 < is_boom_bap && 0.15 < is_half_time && 0.99 < is_boom_bap + is_half_time);
        let punk = patterns(Style::Punk);
        let is_tupa_tupa = share(&punk, |pattern| snare(pattern, &[2, 6, 10, 14]));
        assert!(0.1 < is_tupa_tupa && 0.6 < share(&punk, |pattern| snare(pattern, &[4, 12])));
    }

    #[test]
    fn ambient_notes_are_long() {
        let n_onsets = |line: &Line| pitches(line).len();
        let ambient = patterns(Style::Ambient);
        assert!(0.95 < share(&ambient, |pattern| n_onsets(&pattern.trio.bass) <= 16));
        assert!(0.7 < share(&ambient, |pattern| n_onsets(&pattern.trio.melody) <= 16));
    }
}
