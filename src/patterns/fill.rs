//! Drum fills between phrases.

use crate::{
    music::drums::Drum::{self, ClosedHat, HighTom, Kick, LowTom, MidTom, OpenHat, Ride, Snare},
    patterns::steps::{Layers, sounds},
    rng::Rng,
};

/// A replacement for the end of a bar.
#[derive(Clone, Copy)]
pub struct Fill {
    /// The step at which the fill starts.
    start: usize,
    /// Drums that keep playing under the fill; the others are silent.
    keeps: &'static [Drum],
    /// One-bar step strings, played from `start` on.
    layers: Layers,
}

impl Fill {
    /// Plays the fill over the end of `bar`.
    pub fn play(&self, bar: &mut [u16], rng: &mut Rng) {
        let kept = self.keeps.iter().fold(0, |bits, drum| bits | drum.bit());
        bar[self.start..].iter_mut().for_each(|token| *token &= kept);
        for (drum, steps) in self.layers {
            for (token, step) in bar.iter_mut().zip(steps.chars()).skip(self.start) {
                if sounds(step, 1.0, rng) {
                    *token |= drum.bit();
                }
            }
        }
    }
}

const fn fill(start: usize, keeps: &'static [Drum], layers: Layers) -> Fill {
    Fill { start, keeps, layers }
}

/// Snare sixteenths over the last half bar.
pub const SNARE_ROLL: Fill = fill(8, &[Kick], &[(Snare, "........x3x5xxxx")]);
/// Snare from the last beat on, over the groove.
pub const SNARE_PICKUP: Fill =
    fill(12, &[Kick, ClosedHat, OpenHat, Ride], &[(Snare, "............6587")]);
/// Toms from high to low over the last half bar.
pub const TOM_RUN: Fill = fill(
    8,
    &[Kick],
    &[
        (Snare, "........x3......"),
        (HighTom, ".........47....."),
        (MidTom, "...........3x5.."),
        (LowTom, "..............x7"),
    ],
);
/// Toms from the last beat on.
pub const TOM_PICKUP: Fill = fill(
    12,
    &[Kick, ClosedHat],
    &[(HighTom, "............x4.."), (MidTom, "............3.6."), (LowTom, "..............4x")],
);
/// A whole bar around the kit.
pub const ROUND_THE_KIT: Fill = fill(
    0,
    &[],
    &[
        (Kick, "x.......x......."),
        (Snare, "x5x5............"),
        (HighTom, "....x5x5........"),
        (MidTom, "........x5x5...."),
        (LowTom, "............x5x7"),
    ],
);
/// A build: snare eighths that become sixteenths.
pub const BUILD: Fill =
    fill(0, &[Kick, OpenHat], &[(Snare, "x...x...x.x.xxxx"), (ClosedHat, "3.3.3.3.3.3.3.3.")]);
/// Open hats on the last beat.
pub const HAT_OPENS: Fill = fill(
    12,
    &[Kick, Snare, Ride],
    &[(OpenHat, "............2.x4"), (ClosedHat, "............63..")],
);
/// The kick stops halfway; hats and snare play on.
pub const KICK_OUT: Fill = fill(
    8,
    &[ClosedHat, OpenHat, Ride, Snare],
    &[(Snare, "............2.36"), (ClosedHat, "........4.4.4.4.")],
);
/// The hats stop halfway; kick and snare play on.
pub const HATS_OUT: Fill = fill(8, &[Kick, Snare], &[]);
/// The kick doubles on the last beat.
pub const KICK_DOUBLES: Fill = fill(
    12,
    &[Snare, ClosedHat, OpenHat, Ride, LowTom],
    &[(Kick, "............x5x5"), (OpenHat, "..............3.")],
);
/// Dub: a flam of snare and tom, then a gap.
pub const DROP: Fill = fill(
    8,
    &[],
    &[
        (Snare, "........x..5.3.."),
        (HighTom, "..........46...."),
        (LowTom, ".............446"),
        (ClosedHat, "........3...x..."),
    ],
);
/// The reggae roll that opens a tune: three against four on the snare.
pub const REGGAE_ROLL: Fill = fill(
    8,
    &[],
    &[
        (Snare, "........x..x...."),
        (HighTom, ".........5..5..."),
        (LowTom, "..........5...x4"),
        (Kick, "..............3."),
    ],
);
/// A chopped breakbeat.
pub const CHOP: Fill = fill(
    8,
    &[ClosedHat, Ride],
    &[(Snare, "........x..x4.x5"), (Kick, ".........4x..5.."), (OpenHat, "..............3.")],
);
/// Punk: flat snare eighths over the kick.
pub const HAMMER: Fill = fill(
    8,
    &[],
    &[(Snare, "........x.x.x3x5"), (Kick, "........x...x..."), (LowTom, "........4.4.4.4.")],
);
/// Sparse soft toms.
pub const DRIFT: Fill = fill(
    8,
    &[Kick, Ride, ClosedHat],
    &[(HighTom, "........3..3...."), (MidTom, "...........3..3."), (LowTom, "..........3..5.3")],
);
/// A ride swell.
pub const SWELL: Fill =
    fill(8, &[Kick], &[(Ride, "........5.5.6.8."), (OpenHat, "..............5.")]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_fill_keeps_the_steps_before_it_and_its_kept_drums() {
        let mut bar = [Kick.bit() | ClosedHat.bit(); 16];

        SNARE_ROLL.play(&mut bar, &mut stream(1, "test"));

        assert_eq!(bar[7], Kick.bit() | ClosedHat.bit());
        assert_eq!([bar[8], bar[15]], [Kick.bit() | Snare.bit(); 2]);
    }
}
