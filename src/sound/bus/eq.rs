//! Fixed filters of one channel, one after another.

use biquad::{
    Biquad as _, Coefficients, DirectForm2Transposed, Q_BUTTERWORTH_F32, ToHertz as _, Type,
};

use crate::{sound::frame::Block, units::SAMPLE_RATE};

/// Second-order filters in series.
#[derive(Clone)]
pub struct Eq<const N: usize>([DirectForm2Transposed<f32>; N]);

/// A filter of an [`Eq`]: frequency in Hz, Q or gain in dB.
#[derive(Debug, Clone, Copy)]
pub enum Band {
    /// Passes what is above.
    HighPass(f32),
    /// Passes what is below; the Q sets the peak at the frequency.
    LowPass(f32, f32),
    /// Raises or lowers about the frequency, by this gain and Q.
    Peak(f32, f32, f32),
}

impl<const N: usize> Eq<N> {
    /// Filters in their initial state.
    pub fn new(bands: [Band; N]) -> Self {
        Self(bands.map(|band| DirectForm2Transposed::new(band.coefficients())))
    }

    /// Sets the filters, keeping state.
    pub fn set(&mut self, bands: [Band; N]) {
        for (filter, band) in self.0.iter_mut().zip(bands) {
            filter.update_coefficients(band.coefficients());
        }
    }

    /// Filters `channel`.
    pub fn process(&mut self, channel: &mut [f32]) {
        // All filters frame by frame, so that the CPU overlaps one frame's last with the next one's first.
        for x in channel {
            *x = self.run(*x);
        }
    }

    /// Filters both channels of `block`, frame by frame: the CPU overlaps them.
    pub fn process_both([left, right]: &mut [Self; 2], block: &mut Block) {
        for (x, y) in block.left.iter_mut().zip(&mut block.right) {
            (*x, *y) = (left.run(*x), right.run(*y));
        }
    }

    fn run(&mut self, x: f32) -> f32 {
        self.0.iter_mut().fold(x, |x, filter| filter.run(x))
    }
}

impl Band {
    fn coefficients(self) -> Coefficients<f32> {
        let (kind, hz, q) = match self {
            Self::HighPass(hz) => (Type::HighPass, hz, Q_BUTTERWORTH_F32),
            Self::LowPass(hz, q) => (Type::LowPass, hz, q),
            Self::Peak(hz, db, q) => (Type::PeakingEQ(db), hz, q),
        };
        Coefficients::from_params(kind, (SAMPLE_RATE as f32).hz(), hz.hz(), q)
            .expect("the frequency is below half the sample rate")
    }
}
