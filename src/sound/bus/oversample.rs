//! One channel at twice and at four times the rate.

use crate::sound::{bus::half_band::HalfBand, frame::FRAMES_PER_MP3_FRAME};

/// Samples of a block at twice and at four times the rate.
const TWICE: usize = 2 * FRAMES_PER_MP3_FRAME;
const FOUR_TIMES: usize = 4 * FRAMES_PER_MP3_FRAME;

/// Taps of a filter that passes the audible range.
const TAPS: usize = 24;

/// Taps of the two filters to four times the rate, which pass up to 13 kHz: a guitar cabinet ends lower.
const FIRST_TAPS: usize = 12;
const SECOND_TAPS: usize = 8;

/// A channel's filter between the sound's rate and twice that rate.
pub type ToTwice = HalfBand<TAPS, { TAPS + FRAMES_PER_MP3_FRAME }>;

/// The filters of a channel that is processed at four times the rate.
#[derive(Clone)]
pub struct ToFourTimes {
    first: HalfBand<FIRST_TAPS, { FIRST_TAPS + FRAMES_PER_MP3_FRAME }>,
    second: HalfBand<SECOND_TAPS, { SECOND_TAPS + TWICE }>,
    /// A block at four times the rate.
    high: Vec<f32>,
}

/// Applies `shape` to a channel at twice the rate. The result is delayed by `TAPS - 1` frames.
pub fn at_twice<const TAPS: usize, const LINE: usize>(
    filter: &mut HalfBand<TAPS, LINE>,
    channel: &mut [f32; FRAMES_PER_MP3_FRAME],
    shape: impl FnOnce(&mut [f32; TWICE]),
) {
    let mut high = [0.0; TWICE];
    filter.double(channel, &mut high);
    shape(&mut high);
    filter.halve(&high, channel);
}

impl ToFourTimes {
    /// Filters in their initial state.
    pub fn new() -> Self {
        Self { first: HalfBand::new(), second: HalfBand::new(), high: vec![0.0; FOUR_TIMES] }
    }

    /// Applies `shape` to a channel at four times the rate, delayed by 14.5 frames.
    pub fn process(
        &mut self,
        channel: &mut [f32; FRAMES_PER_MP3_FRAME],
        shape: impl FnOnce(&mut [f32]),
    ) {
        let Self { first, second, high } = self;
        at_twice(first, channel, |twice| {
            second.double(twice, high);
            shape(high);
            second.halve(high, twice);
        });
    }
}
