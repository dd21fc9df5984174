//! Half and double time: the backbeat at another pace, under the same hats.

use crate::music::{drums::Drum, meter::STEPS_PER_BAR};

const KICK: u16 = 1 << Drum::Kick as u16;
const SNARE: u16 = 1 << Drum::Snare as u16;

/// The step of beat three.
const MIDDLE: usize = 8;

/// One backbeat per bar, on beat three; kicks stay only before it.
pub(super) fn half_time(line: &mut [u16]) {
    for bar in line.chunks_mut(STEPS_PER_BAR) {
        for (step, token) in bar.iter_mut().enumerate() {
            *token &= if step < MIDDLE { !SNARE } else { !(SNARE | KICK) };
            *token |= match step {
                0 => KICK,
                MIDDLE => SNARE,
                _ => 0,
            };
        }
    }
}

/// Kick and snare alternate in eighths. A bar whose snare is denser, such as a fill, stays.
pub(super) fn double_time(line: &mut [u16]) {
    for bar in line.chunks_mut(STEPS_PER_BAR) {
        if STEPS_PER_BAR / 4 < bar.iter().filter(|&token| token & SNARE != 0).count() {
            continue;
        }
        for (step, token) in bar.iter_mut().enumerate() {
            *token &= !(KICK | SNARE);
            *token |= match step % 4 {
                0 => KICK,
                2 => SNARE,
                _ => 0,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(line: &[u16], drum: u16) -> Vec<usize> {
        (0..line.len()).filter(|&step| line[step] & drum != 0).collect()
    }

    #[test]
    fn the_backbeat_slows_down_and_speeds_up_while_the_hats_stay() {
        let hat = Drum::ClosedHat.bit();
        let mut beat = [hat; 16];
        for (drum, at) in [(KICK, [0, 3, 10]), (SNARE, [4, 12, 15])] {
            for step in at {
                beat[step] |= drum;
            }
        }
        let (mut slow, mut fast) = (beat, beat);
        half_time(&mut slow);
        double_time(&mut fast);

        assert_eq!((steps(&slow, KICK), steps(&slow, SNARE)), (vec![0, 3], vec![8]));
        assert_eq!(steps(&fast, KICK), [0, 4, 8, 12]);
        assert_eq!(steps(&fast, SNARE), [2, 6, 10, 14]);
        assert!([slow, fast].iter().all(|line| steps(line, hat).len() == 16));
    }
}
