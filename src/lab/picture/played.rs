//! A piano roll of performed music: hits off the grid, shaded by velocity.

use crate::{
    lab::picture::{
        canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
        palette::{self, Voice},
    },
    music::{
        drums::{Drum, N_CLASSES},
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
    },
};

/// Height of a drum row in pixels.
const DRUM_ROW: usize = 7;

/// Gap between pitches and drums in pixels.
const GAP: usize = 6;

/// Fewest semitones shown.
const MIN_SEMITONES: u8 = 24;

/// Bars between bar numbers.
const BARS_BETWEEN_NUMBERS: usize = 4;

/// A drum or a pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)] // Self-explanatory.
pub enum Sound {
    Drum(Drum),
    Pitch(u8),
}

/// A performed hit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Played {
    /// Start in steps.
    pub start: f64,
    /// Length in steps; not drawn for drums.
    pub length: f64,
    /// The drum or pitch.
    pub sound: Sound,
    /// Velocity, 1 to 127.
    pub velocity: u8,
    /// The part.
    pub voice: Voice,
}

/// Paints the hits that start within `bars` into `rect`, with bar numbers above and labels to the
/// left.
pub fn paint(canvas: &mut Canvas, rect: Rect, hits: &[Played], bars: std::ops::Range<usize>) {
    let scene = Scene::new(rect, hits, bars);
    scene.rule(canvas);
    for hit in hits.iter().filter(|hit| scene.shows(hit)) {
        match hit.sound {
            Sound::Drum(class) => scene.drum(canvas, hit, class),
            Sound::Pitch(pitch) => scene.note(canvas, hit, pitch),
        }
    }
}

struct Scene {
    pitches: Rect,
    drums: Rect,
    bars: std::ops::Range<usize>,
    lowest: u8,
    n_semitones: usize,
}

impl Scene {
    fn new(rect: Rect, hits: &[Played], bars: std::ops::Range<usize>) -> Self {
        let of_pitch = |hit: &Played| match hit.sound {
            Sound::Pitch(pitch) => Some(pitch),
            Sound::Drum(_) => None,
        };
        // From all hits, so that several rolls of a piece share a scale.
        let lowest = hits.iter().filter_map(of_pitch).min().unwrap_or(48);
        let highest = hits.iter().filter_map(of_pitch).max().unwrap_or(60);
        let lacking = MIN_SEMITONES.saturating_sub(highest - lowest);
        let lowest = lowest.saturating_sub(1 + lacking / 2);
        let below = N_CLASSES * DRUM_ROW;
        let above = rect.height.saturating_sub(below + GAP);
        Self {
            pitches: Rect { height: above, ..rect },
            drums: Rect { y: rect.y + above + GAP, height: below, ..rect },
            bars,
            lowest,
            n_semitones: usize::from(highest - lowest) + 2 + usize::from(lacking / 2),
        }
    }

    fn shows(&self, hit: &Played) -> bool {
        let bar = hit.start / STEPS_PER_BAR as f64;
        (self.bars.start as f64..self.bars.end as f64).contains(&bar)
    }

    /// The pixel column of `step`.
    fn column(&self, step: f64) -> usize {
        let first = (self.bars.start * STEPS_PER_BAR) as f64;
        let share = (step - first) / (self.bars.len().max(1) * STEPS_PER_BAR) as f64;
        self.pitches.x + (share.clamp(0.0, 1.0) * self.pitches.width as f64).round() as usize
    }

    /// Top and height of a pitch in pixels.
    fn row(&self, pitch: u8) -> (usize, usize) {
        let above = self.n_semitones.saturating_sub(1 + usize::from(pitch - self.lowest));
        let Rect { y, height, .. } = self.pitches;
        let (top, end) =
            (above * height / self.n_semitones, (above + 1) * height / self.n_semitones);
        (y + top, (end - top).max(3))
    }

    fn rule(&self, canvas: &mut Canvas) {
        canvas.fill(self.pitches, palette::RAISED);
        canvas.fill(self.drums, palette::RAISED);
        for quarter in (self.bars.start * STEPS_PER_BAR..self.bars.end * STEPS_PER_BAR)
            .step_by(STEPS_PER_QUARTER)
        {
            let is_bar = quarter.is_multiple_of(STEPS_PER_BAR);
            let is_numbered = quarter.is_multiple_of(BARS_BETWEEN_NUMBERS * STEPS_PER_BAR);
            let colour = if is_numbered { palette::RULE } else { palette::FAINT };
            let x = self.column(quarter as f64);
            for field in [self.pitches, self.drums].into_iter().filter(|_| is_bar) {
                canvas.fill(Rect { x, width: 1, ..field }, colour);
            }
            if is_numbered {
                let y = self.pitches.y.saturating_sub(LETTER_HEIGHT + 2);
                let number = (quarter / STEPS_PER_BAR + 1).to_string();
                canvas.write(x, y, &number, palette::QUIET);
            }
        }
        self.rule_octaves(canvas);
        self.label(canvas, self.drums.y + self.drums.height / 2, "drums");
    }

    fn rule_octaves(&self, canvas: &mut Canvas) {
        let highest = self.lowest.saturating_add(self.n_semitones as u8);
        for pitch in (self.lowest..highest).filter(|pitch| pitch.is_multiple_of(12)) {
            let (top, height) = self.row(pitch);
            canvas.fill(Rect { y: top + height, height: 1, ..self.pitches }, palette::FAINT);
            self.label(canvas, top + height / 2, &format!("C{}", i16::from(pitch / 12) - 1));
        }
    }

    fn label(&self, canvas: &mut Canvas, middle: usize, text: &str) {
        let x = self.pitches.x.saturating_sub(text.len() * LETTER_WIDTH + 8);
        canvas.write(x, middle.saturating_sub(LETTER_HEIGHT / 2), text, palette::QUIET);
    }

    fn note(&self, canvas: &mut Canvas, hit: &Played, pitch: u8) {
        let (y, height) = self.row(pitch);
        let x = self.column(hit.start);
        let end = self.column(hit.start + hit.length);
        let width = end.saturating_sub(x + 1).max(2);
        canvas.fill(Rect { x, y, width, height }, strength(hit));
    }

    fn drum(&self, canvas: &mut Canvas, hit: &Played, class: Drum) {
        let y = self.drums.y + (N_CLASSES - 1 - class as usize) * DRUM_ROW;
        let x = self.column(hit.start);
        canvas.fill(Rect { x, y, width: 2, height: DRUM_ROW - 1 }, strength(hit));
    }
}

/// The voice's colour; softer hits are paler.
fn strength(hit: &Played) -> palette::Colour {
    let share = 90 + u16::from(hit.velocity.min(127)) * 165 / 127;
    palette::RAISED.mix(hit.voice.colour(), share as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECT: Rect = Rect { x: 60, y: 30, width: 320, height: 160 };

    fn note(start: f64, pitch: u8, velocity: u8) -> Played {
        let sound = Sound::Pitch(pitch);
        Played { start, length: 2.0, sound, velocity, voice: Voice::Melody }
    }

    fn painted(hits: &[Played], bars: std::ops::Range<usize>) -> Canvas {
        let mut canvas = Canvas::new(400, 200, palette::GROUND);
        paint(&mut canvas, RECT, hits, bars);
        canvas
    }

    fn columns(canvas: &Canvas, colour: palette::Colour) -> Option<(usize, usize)> {
        let columns = (0..400).filter(|x| (0..200).any(|y| canvas.pixel(*x, y) == Some(colour)));
        let columns: Vec<usize> = columns.collect();
        Some((*columns.first()?, *columns.last()?))
    }

    #[test]
    fn a_hit_is_drawn_at_its_time_and_brighter_when_louder() {
        let canvas = painted(&[note(16.0, 60, 127), note(0.0, 72, 1)], 0..2);
        // A step is 10 pixels wide.
        assert_eq!(columns(&canvas, Voice::Melody.colour()), Some((220, 238)));
        assert_eq!(columns(&canvas, strength(&note(0.0, 72, 1))), Some((60, 78)));
    }

    #[test]
    fn only_the_requested_bars_are_shown() {
        let canvas = painted(&[note(16.0, 60, 127)], 0..1);
        assert_eq!(columns(&canvas, Voice::Melody.colour()), None);
    }

    #[test]
    fn the_outermost_pitches_stay_in_the_panel() {
        let hits = [note(0.0, 0, 127), note(4.0, 127, 127)];
        let scene = Scene::new(RECT, &hits, 0..1);
        for pitch in [0, 127] {
            let (top, height) = scene.row(pitch);
            assert!(RECT.y <= top && top + height <= scene.drums.y, "{pitch}: {top}");
        }
        painted(&[], 0..0);
    }
}
