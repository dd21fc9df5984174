//! A piano roll of token lines: time to the right, pitch upwards, drum rows below.

use crate::{
    lab::picture::{
        canvas::{Canvas, Rect},
        palette::{self, Colour, Voice},
    },
    music::{
        drums, melody,
        meter::{STEPS_PER_BAR, STEPS_PER_QUARTER},
        trio::Line,
    },
};

/// Height of a drum row in pixels.
const DRUM_ROW: usize = 5;

/// Gap between pitches and drums in pixels.
const GAP: usize = 5;

/// Fewest semitones shown, so that a monotone doesn't fill the roll.
const MIN_SEMITONES: usize = 24;

/// Token lines of equal length, a token per step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    /// The caption above.
    pub caption: String,
    /// The lines; tokens outside the voice's range, which mark a missing part, are skipped.
    pub lines: Vec<(Voice, Line)>,
}

/// A note in steps and semitones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Note {
    start: usize,
    end: usize,
    pitch: usize,
    voice: Voice,
}

impl Roll {
    /// Steps of the longest line.
    pub fn n_steps(&self) -> usize {
        self.lines.iter().map(|(_, line)| line.len()).max().unwrap_or(0)
    }

    /// Paints the roll into `rect` at `step` pixels per step.
    pub fn paint(&self, canvas: &mut Canvas, rect: Rect, step: usize) {
        canvas.fill(rect, palette::RAISED);
        let (above, below) = self.fields(rect);
        let notes = self.lines.iter().flat_map(|(voice, line)| notes(*voice, line));
        let notes: Vec<Note> = notes.collect();
        let scale = Scale::of(&notes);
        rule_octaves(canvas, above, &scale);
        self.rule_time(canvas, rect, step);
        for note in notes {
            paint_note(canvas, above, step, &scale, note);
        }
        for (_, line) in self.lines.iter().filter(|(voice, _)| *voice == Voice::Drums) {
            paint_drums(canvas, below, step, line);
        }
    }

    /// The areas for pitches and drums; either alone gets the whole roll.
    fn fields(&self, rect: Rect) -> (Rect, Rect) {
        let is_drums = |(voice, _): &(Voice, Line)| *voice == Voice::Drums;
        let has_pitches = !self.lines.iter().all(is_drums);
        let (above, gap) = match (has_pitches, self.lines.iter().any(is_drums)) {
            (true, true) => (rect.height - GAP - DRUM_ROW * drums::N_CLASSES, GAP),
            (true, false) => (rect.height, 0),
            (false, _) => (0, 0),
        };
        let y = rect.y + above + gap;
        let below = Rect { y, height: rect.height - above - gap, ..rect };
        (Rect { height: above, ..rect }, below)
    }

    fn rule_time(&self, canvas: &mut Canvas, rect: Rect, step: usize) {
        for start in (0..self.n_steps()).step_by(STEPS_PER_QUARTER).skip(1) {
            let is_bar = start.is_multiple_of(STEPS_PER_BAR);
            let colour = if is_bar { palette::RULE } else { palette::FAINT };
            canvas.fill(Rect { x: rect.x + start * step, width: 1, ..rect }, colour);
        }
    }
}

/// The notes of a melody line; none for drums.
fn notes(voice: Voice, line: &[u16]) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    if voice == Voice::Drums {
        return notes;
    }
    let mut sounds = false;
    for (start, &token) in line.iter().enumerate() {
        if let Some(pitch) = melody::pitch(token) {
            notes.push(Note { start, end: start + 1, pitch: usize::from(pitch), voice });
            sounds = true;
        } else if token == melody::HOLD && sounds {
            notes.last_mut().expect("a note sounds").end = start + 1;
        } else {
            sounds = false;
        }
    }
    notes
}

/// The pitches that a roll shows, from the lowest up.
struct Scale {
    lowest: usize,
    n_semitones: usize,
}

impl Scale {
    /// A scale that covers all notes and centres them.
    fn of(notes: &[Note]) -> Self {
        let pitches = notes.iter().map(|note| note.pitch);
        let lowest = pitches.clone().min().unwrap_or(60);
        let highest = pitches.max().unwrap_or(60);
        let n_semitones = (highest - lowest + 5).max(MIN_SEMITONES);
        let middle = usize::midpoint(lowest, highest);
        Self { lowest: middle.saturating_sub(n_semitones / 2), n_semitones }
    }

    /// Top, in pixels below the top of `rect`, and height of a pitch's row.
    fn row(&self, rect: Rect, pitch: usize) -> (usize, usize) {
        let above = self.n_semitones - 1 - (pitch - self.lowest);
        let top = above * rect.height / self.n_semitones;
        (top, ((above + 1) * rect.height / self.n_semitones - top).max(3))
    }
}

fn rule_octaves(canvas: &mut Canvas, rect: Rect, scale: &Scale) {
    if rect.height == 0 {
        return;
    }
    let shown = scale.lowest..scale.lowest + scale.n_semitones;
    for pitch in shown.filter(|pitch| pitch.is_multiple_of(12)) {
        let (top, height) = scale.row(rect, pitch);
        let y = rect.y + top + height - 1;
        canvas.fill(Rect { y, height: 1, ..rect }, palette::FAINT);
    }
}

fn paint_note(canvas: &mut Canvas, rect: Rect, step: usize, scale: &Scale, note: Note) {
    let (top, height) = scale.row(rect, note.pitch);
    let x = rect.x + note.start * step;
    let long = Rect { x, y: rect.y + top, width: (note.end - note.start) * step - 1, height };
    let colour = note.voice.colour();
    canvas.fill(long, dimmed(colour));
    canvas.fill(Rect { width: step - 1, ..long }, colour);
}

fn paint_drums(canvas: &mut Canvas, rect: Rect, step: usize, line: &[u16]) {
    let n_rows = drums::N_CLASSES;
    for (start, &token) in line.iter().enumerate() {
        // A missing part is marked by a token outside the range.
        if usize::from(token) >= drums::N_TOKENS {
            continue;
        }
        for class in drums::classes(token) {
            let above = n_rows - 1 - class as usize;
            let top = above * rect.height / n_rows;
            let height = ((above + 1) * rect.height / n_rows - top).saturating_sub(1).max(1);
            let (x, y) = (rect.x + start * step, rect.y + top);
            canvas.fill(Rect { x, y, width: step - 1, height }, Voice::Drums.colour());
        }
    }
}

/// The continuation of a note is darker than its start, so that repeated notes are visible.
fn dimmed(colour: Colour) -> Colour {
    palette::RAISED.mix(colour, 150)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(lines: Vec<(Voice, Line)>) -> Canvas {
        let mut canvas = Canvas::new(64, 100, palette::GROUND);
        let rect = Rect { x: 0, y: 0, width: 64, height: 100 };
        Roll { caption: String::new(), lines }.paint(&mut canvas, rect, 4);
        canvas
    }

    fn count(canvas: &Canvas, colour: Colour) -> usize {
        (0..6400).filter(|n| canvas.pixel(n % 64, n / 64) == Some(colour)).count()
    }

    #[test]
    fn a_note_is_drawn_until_its_end() {
        let line = [0, 50, 0, 0, 1, 0, 60, 62];
        let spans: Vec<_> =
            notes(Voice::Melody, &line).iter().map(|n| (n.start, n.end, n.pitch)).collect();
        assert_eq!(spans, [(1, 4, 69), (6, 7, 79), (7, 8, 81)]);
    }

    #[test]
    fn each_voice_has_its_colour() {
        let canvas = painted(vec![
            (Voice::Melody, vec![50; 16]),
            (Voice::Bass, vec![20; 16]),
            (Voice::Drums, vec![1; 16]),
        ]);
        for voice in [Voice::Melody, Voice::Bass, Voice::Drums] {
            assert!(count(&canvas, voice.colour()) > 0, "{voice:?}");
        }
    }

    #[test]
    fn a_missing_part_is_not_drawn() {
        let canvas =
            painted(vec![(Voice::Bass, vec![u16::MAX; 16]), (Voice::Drums, vec![u16::MAX; 16])]);
        assert_eq!(count(&canvas, Voice::Bass.colour()), 0);
        assert_eq!(count(&canvas, Voice::Drums.colour()), 0);
    }

    #[test]
    fn the_outermost_pitches_of_a_wide_roll_stay_in_the_rect() {
        let rect = Rect { x: 0, y: 0, width: 1, height: 60 };
        let scale = Scale::of(&notes(Voice::Melody, &[2, 89]));
        let (top, height) = scale.row(rect, 21);
        assert!(top + height <= 60);
        assert!(scale.row(rect, 108).0 < 5);
    }
}
