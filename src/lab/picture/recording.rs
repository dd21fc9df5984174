//! A recording and its transcription: the spectrum above the notes and drums, a few seconds per row.

use std::ops::Range;

use crate::lab::picture::{
    canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
    palette::{self, Voice, heat},
};

/// The lowest MIDI pitch drawn: a piano's lowest key.
const LOWEST: u8 = 21;

/// Number of pitches drawn: a piano's keys.
const N_PITCHES: usize = 88;

/// Pixels of a semitone, and of a drum's line.
const SEMITONE: usize = 2;
const DRUM: usize = 3;

/// Frames per row, each a pixel wide.
const ROW_FRAMES: usize = 1040;

/// Pixels to the left of the rows, between panels, below rows, and of the header.
const MARGIN: usize = 44;
const BETWEEN: usize = 4;
const BELOW: usize = LETTER_HEIGHT + 8;
const HEAD: usize = LETTER_HEIGHT + 12;

const PANEL: usize = N_PITCHES * SEMITONE;

/// The content of a picture. Times are in frames.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The spectrum by frame, from the lowest pitch: equally many levels from 0 to 1 per pitch.
    pub spectrum: Vec<Vec<f32>>,
    /// Notes: the frames in which they sound, MIDI pitch, and the part that gives the colour.
    pub notes: Vec<(Range<usize>, u8, Voice)>,
    /// Drum hits: the frame of the onset, and the row, counted from the bottom.
    pub hits: Vec<(usize, usize)>,
    /// Number of rows for drums.
    pub n_drums: usize,
    /// First frame of each bar.
    pub bars: Vec<usize>,
}

/// The picture of `found`, as long as its spectrum, under `title`.
pub fn draw(found: &Found, title: &str) -> Canvas {
    let n_rows = found.spectrum.len().div_ceil(ROW_FRAMES).max(1);
    let row_height = 2 * PANEL + 2 * BETWEEN + found.n_drums * DRUM + BELOW;
    let width = MARGIN + ROW_FRAMES + MARGIN / 4;
    let mut canvas = Canvas::new(width, HEAD + n_rows * row_height, palette::GROUND);
    canvas.write(MARGIN, 6, title, palette::TEXT);
    for row in 0..n_rows {
        let first = row * ROW_FRAMES;
        let top = Rect {
            x: MARGIN,
            y: HEAD + row * row_height,
            width: ROW_FRAMES.min(found.spectrum.len().saturating_sub(first)),
            height: PANEL,
        };
        let middle = Rect { y: top.y + PANEL + BETWEEN, ..top };
        let drums = Rect { y: middle.y + PANEL + BETWEEN, height: found.n_drums * DRUM, ..middle };
        spectrum(&mut canvas, top, found, first);
        notes(&mut canvas, middle, found, first);
        hits(&mut canvas, drums, found, first);
    }
    canvas
}

fn spectrum(canvas: &mut Canvas, panel: Rect, found: &Found, first: usize) {
    octaves(canvas, panel);
    for (column, levels) in found.spectrum.iter().skip(first).take(panel.width).enumerate() {
        let n_bins = (levels.len() / N_PITCHES).max(1);
        for (key, bins) in levels.chunks(n_bins).take(N_PITCHES).enumerate() {
            let level = bins.iter().copied().fold(0.0, f32::max);
            let y = top(panel, key);
            let cell = Rect { x: panel.x + column, y, width: 1, height: SEMITONE };
            // The network's levels are on a decibel scale, whose lower half is noise.
            canvas.fill(cell, heat(f64::from(2.0 * level - 1.0)));
        }
    }
}

fn notes(canvas: &mut Canvas, panel: Rect, found: &Found, first: usize) {
    canvas.fill(panel, palette::RAISED);
    octaves(canvas, panel);
    bars(canvas, panel, found, first);
    for (frames, pitch, voice) in &found.notes {
        let Some(key) = pitch.checked_sub(LOWEST).map(usize::from) else { continue };
        if N_PITCHES <= key {
            continue;
        }
        let shown = frames.start.max(first)..frames.end.min(first + panel.width);
        // A pixel less, to separate repeated notes.
        let width = shown.len().saturating_sub(1);
        let x = panel.x + shown.start.saturating_sub(first);
        canvas.fill(Rect { x, y: top(panel, key), width, height: SEMITONE }, voice.colour());
    }
}

fn hits(canvas: &mut Canvas, panel: Rect, found: &Found, first: usize) {
    canvas.fill(panel, palette::RAISED);
    bars(canvas, panel, found, first);
    numbers(canvas, panel, found, first);
    for &(frame, line) in &found.hits {
        if (first..first + panel.width).contains(&frame) && line < found.n_drums {
            let y = panel.y + panel.height - (line + 1) * DRUM;
            let hit = Rect { x: panel.x + frame - first, y, width: 3, height: DRUM - 1 };
            canvas.fill(hit, Voice::Drums.colour());
        }
    }
}

/// Lines at each C, and their names.
fn octaves(canvas: &mut Canvas, panel: Rect) {
    for key in (0..N_PITCHES).filter(|key| (key + usize::from(LOWEST)).is_multiple_of(12)) {
        let y = top(panel, key);
        canvas.fill(Rect { y, height: 1, ..panel }, palette::FAINT);
        let name = format!("C{}", (key + usize::from(LOWEST)) / 12 - 1);
        let x = panel.x - 4 * LETTER_WIDTH;
        canvas.write(x, y.saturating_sub(LETTER_HEIGHT / 2), &name, palette::QUIET);
    }
}

/// Bar lines.
fn bars(canvas: &mut Canvas, panel: Rect, found: &Found, first: usize) {
    for (_, x) in shown_bars(panel, found, first) {
        canvas.fill(Rect { x, width: 1, ..panel }, palette::RULE);
    }
}

/// Bar numbers below `panel`.
fn numbers(canvas: &mut Canvas, panel: Rect, found: &Found, first: usize) {
    for (number, x) in shown_bars(panel, found, first) {
        canvas.write(x + 2, panel.y + panel.height + 2, &number.to_string(), palette::QUIET);
    }
}

/// Numbers, from 1, and pixel columns of the bars that begin within `panel`.
fn shown_bars(panel: Rect, found: &Found, first: usize) -> impl Iterator<Item = (usize, usize)> {
    let frames = first..first + panel.width;
    let bars = found.bars.iter().enumerate().filter(move |(_, frame)| frames.contains(frame));
    bars.map(move |(number, frame)| (number + 1, panel.x + frame - first))
}

/// The pixel row where the semitone `key` above the lowest begins.
fn top(panel: Rect, key: usize) -> usize {
    panel.y + (N_PITCHES - 1 - key) * SEMITONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spectrum_notes_hits_and_bars_lie_at_their_frames() {
        let mut spectrum = vec![vec![0.0; 3 * N_PITCHES]; ROW_FRAMES + 10];
        spectrum[5][3 * 39 + 1] = 1.0;
        let found = Found {
            spectrum,
            notes: vec![(5..15, 60, Voice::Melody), (2..9, 5, Voice::Bass)],
            hits: vec![(ROW_FRAMES + 4, 1)],
            n_drums: 2,
            bars: vec![20],
        };

        let canvas = draw(&found, "test");

        let y = HEAD + (N_PITCHES - 1 - 39) * SEMITONE;
        assert_eq!(canvas.pixel(MARGIN + 5, y), Some(heat(1.0)));
        let y = y + PANEL + BETWEEN;
        let of_note = Some(Voice::Melody.colour());
        let columns: Vec<usize> =
            (0..100).filter(|x| canvas.pixel(MARGIN + x, y) == of_note).collect();
        assert_eq!(columns, (5..14).collect::<Vec<_>>());
        assert_eq!(canvas.pixel(MARGIN + 20, y), Some(palette::RULE));
        let row_height = 2 * PANEL + 2 * BETWEEN + 2 * DRUM + BELOW;
        let y = HEAD + row_height + 2 * (PANEL + BETWEEN);
        assert_eq!(canvas.pixel(MARGIN + 4, y), Some(Voice::Drums.colour()));
        assert_eq!(canvas.size().1, HEAD + 2 * row_height);
    }
}
