//! Attributes of a window that can steer a walk through the latent space.

use crate::{
    lab::measure::tokens::Kind,
    music::{melody, meter::STEPS_PER_BAR},
};

/// A measurable attribute of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// Onsets per bar.
    Density,
    /// Share of onsets off the eighths.
    Syncopation,
    /// Mean pitch of the pitched lines.
    Register,
}

impl Attribute {
    /// All attributes.
    pub const ALL: [Self; 3] = [Self::Density, Self::Syncopation, Self::Register];

    /// The name of the attribute's vector in model files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Density => "density",
            Self::Syncopation => "syncopation",
            Self::Register => "register",
        }
    }

    /// The value for `lines`; none where it is undefined, such as the pitch of drums.
    pub fn of(self, lines: &[(Kind, &[u16])]) -> Option<f64> {
        let onsets = || {
            let of_line = |(kind, line): &(Kind, &[u16])| -> Vec<(usize, f64)> {
                let tokens = line.iter().enumerate();
                tokens.map(|(step, &token)| (step, n_onsets(*kind, token))).collect()
            };
            lines.iter().flat_map(of_line)
        };
        let total: f64 = onsets().map(|(_, n)| n).sum();
        match self {
            Self::Density => {
                let n_bars = lines.first()?.1.len() as f64 / STEPS_PER_BAR as f64;
                Some(total / n_bars)
            }
            Self::Syncopation => {
                let off: f64 = onsets().filter(|(step, _)| step % 2 == 1).map(|(_, n)| n).sum();
                (0.0 < total).then(|| off / total)
            }
            Self::Register => {
                let pitched = lines.iter().filter(|(kind, _)| *kind == Kind::Pitched);
                let tokens = pitched.flat_map(|(_, line)| line.iter());
                let notes = tokens.filter_map(|&token| melody::pitch(token));
                let (sum, n) = notes.fold((0.0, 0.0), |(sum, n), p| (sum + f64::from(p), n + 1.0));
                (0.0 < n).then(|| sum / n)
            }
        }
    }
}

fn n_onsets(kind: Kind, token: u16) -> f64 {
    match kind {
        Kind::Drums => f64::from(token.count_ones()),
        Kind::Pitched => f64::from(u8::from(kind.is_onset(token))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_a_beat_and_of_a_tune() {
        let (drums, tune) = ([0b11u16, 1, 0, 0].repeat(4), [50u16, 0, 54, 0].repeat(4));
        let drums = [(Kind::Drums, &drums[..])];
        let tune = [(Kind::Pitched, &tune[..])];

        assert_eq!(Attribute::Density.of(&drums), Some(12.0));
        assert_eq!(Attribute::Syncopation.of(&drums), Some(4.0 / 12.0));
        assert_eq!(Attribute::Register.of(&drums), None);
        assert_eq!(Attribute::Register.of(&tune), Some(71.0));
    }
}
