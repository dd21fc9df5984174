//! Fills: what leads from the end of a phrase into the next.

use crate::{
    music::drums::Drum::{self, ClosedHat, HighTom, Kick, LowTom, MidTom, OpenHat, Ride, Snare},
    patterns::groove::{Layers, sounds},
    rng::Rng,
};

/// The end of a bar, played otherwise.
#[derive(Clone, Copy)]
pub struct Fill {
    /// The step of the bar at which it begins.
    start: usize,
    /// What goes on beneath it; the rest falls silent.
    keeps: &'static [Drum],
    /// A bar of step strings, of which the part from `start` is played.
    layers: Layers,
}

impl Fill {
    /// Plays over the end of `bar`.
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

/// Snare sixteenths over the last half.
pub const SNARE_ROLL: Fill = fill(8, &[Kick], &[(Snare, "........x3x5xxxx")]);
/// Snare from the last beat on, over what plays.
pub const SNARE_PICKUP: Fill =
    fill(12, &[Kick, ClosedHat, OpenHat, Ride], &[(Snare, "............6587")]);
/// Toms downwards from high to low over the last half.
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
/// The whole bar round the kit.
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
/// Snare eighths that gather to sixteenths: a build.
pub const BUILD: Fill =
    fill(0, &[Kick, OpenHat], &[(Snare, "x...x...x.x.xxxx"), (ClosedHat, "3.3.3.3.3.3.3.3.")]);
/// The hat opens on the way out.
pub const HAT_OPENS: Fill = fill(
    12,
    &[Kick, Snare, Ride],
    &[(OpenHat, "............2.x4"), (ClosedHat, "............63..")],
);
/// The kick stops short and the hats are left.
pub const KICK_OUT: Fill = fill(
    8,
    &[ClosedHat, OpenHat, Ride, Snare],
    &[(Snare, "............2.36"), (ClosedHat, "........4.4.4.4.")],
);
/// The kick doubles.
pub const KICK_DOUBLES: Fill = fill(
    12,
    &[Snare, ClosedHat, OpenHat, Ride, LowTom],
    &[(Kick, "............x5x5"), (OpenHat, "..............3.")],
);
/// A flam of snare and tom, then a gap: dub.
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
/// Three against four on the snare: the reggae roll that opens a tune.
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
/// A break, cut up and put together again.
pub const CHOP: Fill = fill(
    8,
    &[ClosedHat, Ride],
    &[(Snare, "........x..x4.x5"), (Kick, ".........4x..5.."), (OpenHat, "..............3.")],
);
/// Flat snare eighths with kick beneath: punk.
pub const HAMMER: Fill = fill(
    8,
    &[],
    &[(Snare, "........x.x.x3x5"), (Kick, "........x...x..."), (LowTom, "........4.4.4.4.")],
);
/// Soft toms far apart.
pub const DRIFT: Fill = fill(
    8,
    &[Kick, Ride, ClosedHat],
    &[(HighTom, "........3..3...."), (MidTom, "...........3..3."), (LowTom, "..........3..5.3")],
);
/// A ride swell into the next phrase.
pub const SWELL: Fill =
    fill(8, &[Kick], &[(Ride, "........5.5.6.8."), (OpenHat, "..............5.")]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_fill_leaves_what_is_before_it_and_what_it_keeps() {
        let mut bar = [Kick.bit() | ClosedHat.bit(); 16];

        SNARE_ROLL.play(&mut bar, &mut stream(1, "test"));

        assert_eq!(bar[7], Kick.bit() | ClosedHat.bit());
        assert_eq!([bar[8], bar[15]], [Kick.bit() | Snare.bit(); 2]);
    }
}
