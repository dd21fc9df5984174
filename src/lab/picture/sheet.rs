//! A contact sheet: a grid of small piano rolls with captions.

use crate::lab::picture::{
    canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
    palette,
    roll::Roll,
};

/// Width of a roll in pixels; at least [`MIN_STEP`] per step.
const WIDTH: usize = 320;

/// Height of a roll in pixels.
const HEIGHT: usize = 150;

/// Margin between and around rolls in pixels.
const MARGIN: usize = 20;

/// Gap between a caption and its roll in pixels.
const CAPTION_GAP: usize = 3;

/// Fewest pixels per step: one for the note and one for the gap.
const MIN_STEP: usize = 2;

/// Draws `rolls` in reading order in `n_columns` columns, at least one.
pub fn sheet(rolls: &[Roll], n_columns: usize) -> Canvas {
    let n_columns = n_columns.clamp(1, rolls.len().max(1));
    let n_steps = rolls.iter().map(Roll::n_steps).max().unwrap_or(0).max(1);
    let step = (WIDTH / n_steps).max(MIN_STEP);
    let width = step * n_steps;
    let (across, down) = (width + MARGIN, LETTER_HEIGHT + CAPTION_GAP + HEIGHT + MARGIN);
    let n_rows = rolls.len().div_ceil(n_columns);
    let mut canvas =
        Canvas::new(n_columns * across + MARGIN, n_rows * down + MARGIN, palette::GROUND);
    for (number, roll) in rolls.iter().enumerate() {
        let x = MARGIN + number % n_columns * across;
        let y = MARGIN + number / n_columns * down;
        let caption = shortened(&roll.caption, width / LETTER_WIDTH);
        canvas.write(x, y, &caption, palette::QUIET);
        let rect = Rect { x, y: y + LETTER_HEIGHT + CAPTION_GAP, width, height: HEIGHT };
        roll.paint(&mut canvas, rect, step);
    }
    canvas
}

/// `text`, truncated to `n_letters`.
fn shortened(text: &str, n_letters: usize) -> String {
    if text.chars().count() <= n_letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(n_letters.saturating_sub(2)).collect();
    format!("{}..", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::picture::palette::Voice;

    fn roll(caption: &str, n_steps: usize) -> Roll {
        Roll { caption: caption.into(), lines: vec![(Voice::Drums, vec![1; n_steps])] }
    }

    #[test]
    fn the_grid_fits_its_rolls() {
        let size = |n: usize, n_steps| sheet(&vec![roll("a", n_steps); n], 4).size();

        assert_eq!(size(8, 32).0, 4 * (320 + 20) + 20);
        assert_eq!(size(5, 32), size(8, 32));
        assert!(size(9, 32).1 > size(8, 32).1);
        assert_eq!(size(2, 32).0, 2 * (320 + 20) + 20);
        assert_eq!(size(1, 256).0, 2 * 256 + 40);
    }

    #[test]
    fn a_long_caption_is_cut_to_the_width_of_its_roll() {
        assert_eq!(shortened("blue monday", 8), "blue m..");
        assert_eq!(shortened("blue", 8), "blue");
        assert_eq!(shortened("déjà vu", 7), "déjà vu");
    }

    #[test]
    fn without_rolls_the_sheet_is_empty() {
        assert_eq!(sheet(&[], 4).size().1, 20);
    }
}
