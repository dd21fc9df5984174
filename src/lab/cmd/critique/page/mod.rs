//! A critique as a picture of one page. Strips from top to bottom: piano rolls, self-similarity and
//! drum expression, loudness, spectrogram, roughness of bar starts.

mod layout;
mod notes;
mod sound;

use crate::lab::{
    cmd::critique::{
        analysis::Analysis,
        page::layout::{ABOVE, BELOW, LEFT, RIGHT, WIDTH, columns, halves, wrapped},
        table::Table,
    },
    picture::{
        canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
        palette,
    },
};

/// Paints into a field of the canvas.
type Painter<'a> = Box<dyn Fn(&mut Canvas, Rect) + 'a>;

/// A horizontal strip of the page.
struct Strip<'a> {
    height: usize,
    paint: Painter<'a>,
}

impl<'a> Strip<'a> {
    fn new(height: usize, paint: impl Fn(&mut Canvas, Rect) + 'a) -> Self {
        Self { height, paint: Box::new(paint) }
    }
}

/// Draws `analysis`, with the verdict of `table` as heading.
pub fn page(analysis: &Analysis, table: &Table) -> Canvas {
    let heading = wrapped(&table.verdict(), (WIDTH - LEFT - RIGHT) / LETTER_WIDTH);
    let strips = strips(analysis);
    let head = 20 + LETTER_HEIGHT * (heading.len() + 1) + 12;
    let height = head + strips.iter().map(|strip| ABOVE + strip.height + BELOW).sum::<usize>();
    let mut canvas = Canvas::new(WIDTH, height, palette::GROUND);
    canvas.write(LEFT, 20, table.title, palette::TEXT);
    for (n, line) in heading.iter().enumerate() {
        canvas.write(LEFT, 24 + LETTER_HEIGHT * (n + 1), line, palette::QUIET);
    }
    let mut y = head;
    for strip in &strips {
        let width = WIDTH - LEFT - RIGHT;
        let field = Rect { x: LEFT, y: y + ABOVE, width, height: strip.height };
        (strip.paint)(&mut canvas, field);
        y += ABOVE + strip.height + BELOW;
    }
    canvas
}

fn strips(analysis: &Analysis) -> Vec<Strip<'_>> {
    let audio = &analysis.audio;
    let loudness = Strip::new(130, |canvas, field| sound::loudness(canvas, field, analysis));
    let spectrogram = Strip::new(240, |canvas, field| sound::spectrogram(canvas, field, audio));
    let Some(notes) = &analysis.notes else {
        let last = Strip::new(200, |canvas, field| {
            let [left, right] = columns(field, [0.45, 0.55]);
            sound::spectrum(canvas, left, &audio.spectrum);
            sound::tempo(canvas, right, analysis);
        });
        return vec![loudness, spectrogram, last];
    };
    let mut strips = vec![
        Strip::new(notes::ROLL_HEIGHT, |canvas, field| notes::rolls(canvas, field, &notes.score)),
        Strip::new(440, |canvas, field| {
            let [left, middle, right] = columns(field, [0.31, 0.28, 0.41]);
            notes::matrix(canvas, left, &notes.figures);
            let [above, below] = halves(middle);
            notes::similarity_by_lag(canvas, above, &notes.figures);
            sound::spectrum(canvas, below, &audio.spectrum);
            notes::drum_spreads(canvas, right, &notes.figures);
        }),
        loudness,
        spectrogram,
    ];
    if let Some(bar_starts) = &notes.bar_starts {
        strips.push(Strip::new(130, |canvas, field| {
            sound::bar_starts(canvas, field, bar_starts, audio.seconds);
        }));
    }
    strips
}
