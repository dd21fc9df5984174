//! A contact sheet: many small piano rolls in a grid, each under its caption.

use crate::lab::picture::{
    canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
    palette,
    roll::Roll,
};

/// Width of a roll in pixels, where its steps allow it.
const WIDTH: usize = 320;

/// Height of a roll in pixels.
const HEIGHT: usize = 150;

/// Between rolls and around them, in pixels.
const MARGIN: usize = 20;

/// Between a caption and its roll, in pixels.
const CAPTION_GAP: usize = 3;

/// Pixels of a step at least: one for the sound, one between it and the next.
const MIN_STEP: usize = 2;

/// Draws `rolls` in reading order, `n_columns`, at least one, beside each other.
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

/// `text`, or as much of it as `n_letters` have room for.
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
    fn the_grid_is_as_large_as_its_rolls() {
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
    fn no_rolls_are_an_empty_sheet() {
        assert_eq!(sheet(&[], 4).size().1, 20);
    }
}
