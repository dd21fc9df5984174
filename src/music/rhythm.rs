//! A bar's rhythm as text: `x--- ..x- x--- ..x-`.

use std::str::FromStr;

use crate::music::meter::STEPS_PER_BAR;

/// The strokes of a bar and their lengths.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rhythm {
    strokes: Vec<Stroke>,
}

/// One stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stroke {
    /// Step of the bar, 0 to 15.
    pub step: usize,
    /// Length in steps, at least 1, within the bar.
    pub n_steps: usize,
    /// Whether the stroke is accented: an `X`.
    pub is_accented: bool,
}

impl Rhythm {
    /// One stroke held for the whole bar.
    pub fn held() -> Self {
        Self { strokes: vec![Stroke { step: 0, n_steps: STEPS_PER_BAR, is_accented: false }] }
    }

    /// The strokes in order; may be empty.
    pub fn strokes(&self) -> &[Stroke] {
        &self.strokes
    }
}

/// Text that isn't sixteen of `x`, `X`, `-` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a bar of sixteen steps such as \"x--- ..x- x--- ..x-\" (x strikes, X accents, - \
     holds, . rests), found {0:?}"
)]
pub struct NotARhythm(String);

impl FromStr for Rhythm {
    type Err = NotARhythm;

    fn from_str(text: &str) -> Result<Self, NotARhythm> {
        let mut strokes: Vec<Stroke> = Vec::new();
        let (mut step, mut is_sounding) = (0, false);
        for sign in text.chars().filter(|sign| !sign.is_whitespace()) {
            match sign {
                'x' | 'X' => {
                    strokes.push(Stroke { step, n_steps: 1, is_accented: sign == 'X' });
                    is_sounding = true;
                }
                '-' => {
                    let held = strokes.last_mut().filter(|_| is_sounding);
                    held.ok_or_else(|| NotARhythm(text.to_owned()))?.n_steps += 1;
                }
                '.' => is_sounding = false,
                _ => return Err(NotARhythm(text.to_owned())),
            }
            step += 1;
        }
        if step == STEPS_PER_BAR { Ok(Self { strokes }) } else { Err(NotARhythm(text.to_owned())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_is_held_for_its_dashes() {
        let rhythm: Rhythm = "x--- ..X. x-------".parse().unwrap();
        let found: Vec<_> = rhythm.strokes().iter().map(|s| (s.step, s.n_steps)).collect();

        assert_eq!(found, [(0, 4), (6, 1), (8, 8)]);
        assert!(rhythm.strokes()[1].is_accented);
        assert_eq!(Rhythm::held(), "x---------------".parse().unwrap());
    }

    #[test]
    fn text_that_is_not_a_bar_is_rejected() {
        for text in ["", "x", "x--- x--- x--- x--- x", "-... .... .... ....", "o... .... .... ...."]
        {
            assert!(text.parse::<Rhythm>().is_err(), "{text}");
        }
    }
}
