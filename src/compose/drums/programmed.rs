//! A drum machine's phrase: a loop of one or two bars, a turnaround at its end, a fill at the end of
//! the section. The kick of a four on the floor never skips a beat.

use rand::RngExt as _;

use crate::{
    compose::{
        drums::beat::{Beat, Version},
        phrase::{PHRASE_BARS, PHRASE_STEPS, Phrase, Take},
    },
    music::{
        drums::Drum,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        trio::Line,
    },
    rng,
};

/// Share of pieces whose loop has one bar instead of two.
const ONE_BAR: f64 = 0.7;

/// Share of quarters with a kick from which on a beat is four on the floor.
const FLOOR: f64 = 0.7;

/// Step of the last bar at which a turnaround starts, and those at which a fill may start.
const TURNAROUND: usize = 12;
const FILL_STARTS: [usize; 2] = [8, 12];

/// The tokens of `phrase`. Attempts differ only in the phrase's end, since a programmed loop stays.
pub(super) fn line(beat: &Beat, phrase: &Phrase, attempt: u64) -> Line {
    let plain = beat.draw(Version::Plain, 0);
    let is_floor = is_on_the_floor(&plain);
    let mut line = lay_loop(&plain, phrase);
    let is_varied = matches!(phrase.take, Take::Variation | Take::Departure);
    if is_varied || 0 < attempt {
        let varied = beat.draw(Version::Varied, attempt);
        replace_end(&mut line, &varied, TURNAROUND);
    }
    if phrase.is_last {
        let fill = beat.draw(Version::Fill, attempt);
        let stream = format!("fill {} {} {attempt}", phrase.motif, phrase.visit);
        let n = rng::stream(phrase.piece.seed, &stream).random_range(0..FILL_STARTS.len());
        replace_end(&mut line, &fill, FILL_STARTS[n]);
    }
    if is_floor {
        line.iter_mut().step_by(STEPS_PER_QUARTER).for_each(|token| *token |= Drum::Kick.bit());
    }
    line
}

/// The loop over four bars; in a departure the second half of a one-bar loop is the other bar. Crashes are
/// removed: in a loop they would sound in every bar.
fn lay_loop(plain: &[u16], phrase: &Phrase) -> Line {
    let bars: Vec<&[u16]> = plain.chunks_exact(STEPS_PER_BAR).collect();
    let (first, last) = (bars[0], bars[bars.len() - 1]);
    let is_one_bar = rng::stream(phrase.piece.seed, "loop").random_bool(ONE_BAR);
    let bar = |number: u64| match (is_one_bar, phrase.take) {
        (true, Take::Departure) if PHRASE_BARS <= 2 * number => last,
        (true, _) => first,
        (false, _) if number.is_multiple_of(2) => first,
        (false, _) => last,
    };
    (0..PHRASE_BARS).flat_map(bar).map(|token| token & !Drum::Crash.bit()).collect()
}

/// Whether the beat has a kick on nearly every quarter.
fn is_on_the_floor(plain: &[u16]) -> bool {
    let quarters = plain.iter().step_by(STEPS_PER_QUARTER);
    let n = quarters.clone().filter(|token| *token & Drum::Kick.bit() != 0).count();
    FLOOR * quarters.len() as f64 <= n as f64
}

/// Replaces the end of the phrase from step `from` of its last bar on by that of `other`; the kick
/// stays.
fn replace_end(line: &mut [u16], other: &[u16], from: usize) {
    let n = STEPS_PER_BAR - from;
    let end = &other[other.len() - n..];
    for (token, new) in line[PHRASE_STEPS - n..].iter_mut().zip(end) {
        *token = *token & Drum::Kick.bit() | new & !Drum::Kick.bit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KICK: u16 = 1;
    const SNARE: u16 = 2;

    /// Bars with a kick on each of `steps`.
    fn kicks(steps: &[usize]) -> Line {
        (0..2 * STEPS_PER_BAR).map(|step| u16::from(steps.contains(&(step % 16)))).collect()
    }

    #[test]
    fn a_beat_on_the_floor_may_lack_a_kick_or_two() {
        assert!(is_on_the_floor(&kicks(&[0, 4, 8, 12])) && is_on_the_floor(&kicks(&[0, 4, 8])));
        assert!(!is_on_the_floor(&kicks(&[0, 10])) && !is_on_the_floor(&kicks(&[0, 8])));
    }

    #[test]
    fn the_end_changes_but_its_kick_stays() {
        let mut line = vec![KICK; PHRASE_STEPS];
        replace_end(&mut line, &[SNARE; 32], TURNAROUND);

        assert!(line[..60].iter().all(|&token| token == KICK));
        assert!(line[60..].iter().all(|&token| token == KICK | SNARE));
    }
}
