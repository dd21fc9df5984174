//! Downmix of any number of channels to stereo.
//!
//! Source: ITU-R BS.775-4, annex 4: centre and rear channels are added to their side at -3 dB, or
//! to both sides if they have none. The low-frequency channel is dropped.

use std::f32::consts::FRAC_1_SQRT_2;

use symphonia::core::audio::{Channels, Position};

/// Gains of a channel in the left and the right output.
type Gains = [f32; 2];

const LEFT: Gains = [1.0, 0.0];
const RIGHT: Gains = [0.0, 1.0];
const SOFT_LEFT: Gains = [FRAC_1_SQRT_2, 0.0];
const SOFT_RIGHT: Gains = [0.0, FRAC_1_SQRT_2];
const MIDDLE: Gains = [FRAC_1_SQRT_2, FRAC_1_SQRT_2];
const NOWHERE: Gains = [0.0, 0.0];

/// Gains for each of `channels`.
pub(super) fn gains(channels: &Channels) -> Vec<Gains> {
    match (channels, channels.count()) {
        (_, 1) => vec![[1.0, 1.0]],
        (_, 2) => vec![LEFT, RIGHT],
        (Channels::Positioned(positions), _) => positions.iter().map(of_position).collect(),
        // Without positions: alternating left and right, as in most files.
        (_, n) => (0..n).map(|channel| if channel % 2 == 0 { LEFT } else { RIGHT }).collect(),
    }
}

fn of_position(position: Position) -> Gains {
    match position {
        Position::FRONT_LEFT | Position::FRONT_LEFT_CENTER | Position::FRONT_LEFT_WIDE => LEFT,
        Position::FRONT_RIGHT | Position::FRONT_RIGHT_CENTER | Position::FRONT_RIGHT_WIDE => RIGHT,
        Position::REAR_LEFT
        | Position::SIDE_LEFT
        | Position::TOP_FRONT_LEFT
        | Position::TOP_REAR_LEFT
        | Position::TOP_SIDE_LEFT
        | Position::BOTTOM_FRONT_LEFT => SOFT_LEFT,
        Position::REAR_RIGHT
        | Position::SIDE_RIGHT
        | Position::TOP_FRONT_RIGHT
        | Position::TOP_REAR_RIGHT
        | Position::TOP_SIDE_RIGHT
        | Position::BOTTOM_FRONT_RIGHT => SOFT_RIGHT,
        Position::LFE1 | Position::LFE2 => NOWHERE,
        _ => MIDDLE,
    }
}

#[cfg(test)]
mod tests {
    use symphonia::core::audio::layouts::CHANNEL_LAYOUT_5P1;

    use super::*;

    #[test]
    fn mono_is_played_on_both_sides() {
        assert_eq!(gains(&Channels::Discrete(1)), [[1.0, 1.0]]);
    }

    #[test]
    fn surround_keeps_its_sides_and_drops_the_low_frequency_channel() {
        let gains = gains(&CHANNEL_LAYOUT_5P1);

        assert_eq!(gains.len(), 6);
        assert_eq!(gains[..4], [LEFT, RIGHT, MIDDLE, NOWHERE]);
        assert_eq!(gains[4..], [SOFT_LEFT, SOFT_RIGHT]);
    }
}
