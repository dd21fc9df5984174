//! A bar's rhythm as people write it on paper: `x--- ..x- x--- ..x-`.

use std::str::FromStr;

use crate::music::meter::STEPS_PER_BAR;

/// Which steps of a bar are struck, and for how long each stroke is held.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rhythm {
    strokes: Vec<Stroke>,
}

/// One stroke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stroke {
    /// 0 to 15.
    pub step: usize,
    /// At least 1; not beyond the bar.
    pub n_steps: usize,
    /// Whether it is played harder: an `X`.
    pub is_accented: bool,
}

impl Rhythm {
    /// One chord, held for the whole bar.
    pub fn held() -> Self {
        Self { strokes: vec![Stroke { step: 0, n_steps: STEPS_PER_BAR, is_accented: false }] }
    }

    /// Its strokes in order, none or more.
    pub fn strokes(&self) -> &[Stroke] {
        &self.strokes
    }
}

/// A rhythm that is not sixteen of `x`, `X`, `-` and `.`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a bar of sixteen steps such as \"x--- ..x- x--- ..x-\" (x strikes, X harder, - holds, . \
     rests), found {0:?}"
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
    fn strokes_are_held_as_long_as_it_is_drawn() {
        let rhythm: Rhythm = "x--- ..X. x-------".parse().unwrap();
        let found: Vec<_> = rhythm.strokes().iter().map(|s| (s.step, s.n_steps)).collect();

        assert_eq!(found, [(0, 4), (6, 1), (8, 8)]);
        assert!(rhythm.strokes()[1].is_accented);
        assert_eq!(Rhythm::held(), "x---------------".parse().unwrap());
    }

    #[test]
    fn what_is_no_bar_is_refused() {
        for text in ["", "x", "x--- x--- x--- x--- x", "-... .... .... ....", "o... .... .... ...."]
        {
            assert!(text.parse::<Rhythm>().is_err(), "{text}");
        }
    }
}
