//! A piano roll of a chorale: four voices in four colours, eight bars per row, with fermatas.

use crate::{
    chorale::{
        frame::{Chorale, FRAMES_PER_BEAT, Frame, N_VOICES, Sound, Voice},
        token::{HIGHEST, LOWEST},
    },
    lab::picture::{
        canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
        palette::{self, Colour},
    },
};

/// Colours of soprano, alto, tenor and bass.
const COLOURS: [Colour; N_VOICES] = [
    Colour([0xff, 0xb3, 0x5c]),
    Colour([0xff, 0x7a, 0x93]),
    Colour([0x8c, 0x9b, 0xff]),
    Colour([0x5f, 0xd0, 0xa8]),
];

const BEATS_PER_BAR: usize = 4;

/// Frames per row: eight bars.
const ROW_FRAMES: usize = 8 * BEATS_PER_BAR * FRAMES_PER_BEAT;

/// Most rows drawn: 320 bars.
const MOST_ROWS: usize = 40;

/// Pixels of a frame and of a semitone.
const FRAME: usize = 8;
const SEMITONE: usize = 5;

/// Pixels to the left of the rows, between rows, and of the header with title and voice names.
const MARGIN: usize = 44;
const BETWEEN: usize = LETTER_HEIGHT + 14;
const HEAD: usize = 2 * LETTER_HEIGHT + 14;

/// Height of a fermata mark in pixels.
const FERMATA: usize = 4;

const ROW_HEIGHT: usize = (HIGHEST - LOWEST + 3) as usize * SEMITONE;

/// The picture of `chorale`, which begins `first_beat` beats into its first bar, under `title`.
pub fn draw(chorale: &Chorale, first_beat: usize, title: &str) -> Canvas {
    let lead_in = first_beat % BEATS_PER_BAR * FRAMES_PER_BEAT;
    let n_rows = (lead_in + chorale.frames.len()).div_ceil(ROW_FRAMES).clamp(1, MOST_ROWS);
    let widest = (lead_in + chorale.frames.len()).clamp(ROW_FRAMES / 2, ROW_FRAMES);
    let width = MARGIN + widest * FRAME + MARGIN / 4;
    let height = HEAD + n_rows * (ROW_HEIGHT + BETWEEN);
    let mut canvas = Canvas::new(width, height, palette::GROUND);
    head(&mut canvas, title);
    for row in 0..n_rows {
        let y = HEAD + row * (ROW_HEIGHT + BETWEEN);
        let field = Rect { x: MARGIN, y, width: widest * FRAME, height: ROW_HEIGHT };
        rule(&mut canvas, field, row);
        // The row's first frame, counted from the start of the first bar.
        let first = row * ROW_FRAMES;
        for column in 0..widest {
            let Some(at) = (first + column).checked_sub(lead_in) else { continue };
            let Some(frame) = chorale.frames.get(at) else { continue };
            let place = Rect { x: field.x + column * FRAME, width: FRAME, ..field };
            let next = chorale.frames.get(at + 1);
            paint(&mut canvas, place, frame, next);
        }
    }
    canvas
}

/// Title, and the voices with their colours.
fn head(canvas: &mut Canvas, title: &str) {
    canvas.write(MARGIN, 6, title, palette::TEXT);
    let mut x = MARGIN;
    for (voice, colour) in Voice::ALL.into_iter().zip(COLOURS) {
        let y = LETTER_HEIGHT + 8;
        canvas.fill(Rect { x, y: y + 4, width: 12, height: 8 }, colour);
        canvas.write(x + 18, y, voice.name(), palette::QUIET);
        x += 18 + (voice.name().len() + 2) * LETTER_WIDTH;
    }
}

/// Background, octaves, beats and bar numbers.
fn rule(canvas: &mut Canvas, field: Rect, row: usize) {
    canvas.fill(field, palette::RAISED);
    for c in (LOWEST..=HIGHEST).filter(|pitch| pitch.is_multiple_of(12)) {
        let y = top(field, c);
        canvas.fill(Rect { y, height: SEMITONE, ..field }, palette::FAINT);
        let name = format!("C{}", c / 12 - 1);
        canvas.write(field.x - 4 * LETTER_WIDTH, y - LETTER_HEIGHT / 3, &name, palette::QUIET);
    }
    for beat in 0..field.width / (FRAME * FRAMES_PER_BEAT) {
        let x = field.x + beat * FRAMES_PER_BEAT * FRAME;
        let is_bar = beat.is_multiple_of(BEATS_PER_BAR);
        let colour = if is_bar { palette::RULE } else { palette::FAINT };
        canvas.fill(Rect { x, width: 1, ..field }, colour);
        if is_bar {
            let bar = row * ROW_FRAMES / (BEATS_PER_BAR * FRAMES_PER_BEAT) + beat / BEATS_PER_BAR;
            let y = field.y + field.height + 2;
            canvas.write(x + 2, y, &(bar + 1).to_string(), palette::QUIET);
        }
    }
}

/// A frame of all voices; notes end a pixel or two before the next ones.
fn paint(canvas: &mut Canvas, place: Rect, frame: &Frame, next: Option<&Frame>) {
    if frame.has_fermata {
        canvas.fill(Rect { height: FERMATA, ..place }, palette::QUIET);
    }
    // The soprano last, so that a unison shows the upper voice.
    for voice in (0..N_VOICES).rev() {
        let Some(pitch) = frame.sounds[voice].pitch() else { continue };
        let goes_on = next.is_some_and(|next| matches!(next.sounds[voice], Sound::Held(_)));
        let width = if goes_on { place.width } else { place.width - 2 };
        let note = Rect { y: top(place, pitch), width, height: SEMITONE, ..place };
        canvas.fill(note, COLOURS[voice]);
    }
}

/// The pixel row where `pitch` begins; pitches outside the tokens' range lie at the edge.
fn top(field: Rect, pitch: u8) -> usize {
    field.y + usize::from(HIGHEST + 1 - pitch.clamp(LOWEST, HIGHEST)) * SEMITONE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chorale::frame::testing::chords;

    #[test]
    fn each_voice_has_its_colour_at_its_pitch() {
        let chorale = chords(&[[72, 67, 60, 48], [72, 67, 60, 48]]);

        let canvas = draw(&chorale, 3, "Test");

        let field = Rect { x: MARGIN, y: HEAD, width: 0, height: ROW_HEIGHT };
        let at = |frame: usize, pitch: u8| {
            canvas.pixel(MARGIN + (12 + frame) * FRAME + 1, top(field, pitch) + 1)
        };
        assert_eq!([72, 67, 60, 48].map(|pitch| at(0, pitch)), COLOURS.map(Some));
        assert_eq!(at(3, 72), Some(COLOURS[0]));
        let end = canvas.pixel(MARGIN + 16 * FRAME - 1, top(field, 72) + 1);
        assert_ne!(end, Some(COLOURS[0]), "between two notes");
        assert_eq!(canvas.pixel(MARGIN + 17 * FRAME, HEAD + 1), Some(palette::QUIET), "fermata");
        let (width, height) = draw(&chords(&[[72, 67, 60, 48]; 40]), 0, "").size();
        assert_eq!((width, height), (MARGIN + 128 * FRAME + 11, HEAD + 2 * (ROW_HEIGHT + BETWEEN)));
    }
}
