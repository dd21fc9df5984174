//! The figures as a picture of one page, strip below strip: what is played, what comes back, how it
//! sounds, and whether its joints can be heard.

mod notes;
mod sound;

use crate::lab::{
    cmd::critique::{Critique, table::Table},
    picture::{
        canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
        palette,
        plot::Scale,
    },
};

/// Width of the page, and its margins left, where labels stand, and right, in pixels.
const WIDTH: usize = 1600;
const LEFT: usize = 90;
const RIGHT: usize = 40;

/// Above a strip's field, for its title, and below, for labels.
const ABOVE: usize = 38;
const BELOW: usize = 30;

/// A piece that is shorter has its time in seconds, else in minutes.
const SECONDS_UNTIL: f64 = 180.0;

/// Paints a strip into its field.
type Painter<'a> = Box<dyn Fn(&mut Canvas, Rect) + 'a>;

/// A strip: the height of its field, and what paints it.
struct Strip<'a> {
    height: usize,
    paint: Painter<'a>,
}

impl<'a> Strip<'a> {
    fn new(height: usize, paint: impl Fn(&mut Canvas, Rect) + 'a) -> Self {
        Self { height, paint: Box::new(paint) }
    }
}

/// Draws `critique`, whose figures are `table`.
pub fn page(critique: &Critique, table: &Table) -> Canvas {
    let heading = wrapped(&table.verdict(), (WIDTH - LEFT - RIGHT) / LETTER_WIDTH);
    let strips = strips(critique);
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

fn strips(critique: &Critique) -> Vec<Strip<'_>> {
    let heard = &critique.heard;
    let loudness = Strip::new(130, |canvas, field| sound::loudness(canvas, field, critique));
    let spectrogram = Strip::new(240, |canvas, field| sound::spectrogram(canvas, field, heard));
    let Some(notes) = &critique.notes else {
        let last = Strip::new(200, |canvas, field| {
            let [left, right] = columns(field, [0.45, 0.55]);
            sound::spectrum(canvas, left, &heard.spectrum);
            sound::tempo(canvas, right, critique);
        });
        return vec![loudness, spectrogram, last];
    };
    let mut strips = vec![
        Strip::new(notes::ROLL_HEIGHT, |canvas, field| notes::rolls(canvas, field, &notes.score)),
        Strip::new(440, |canvas, field| {
            let [left, middle, right] = columns(field, [0.31, 0.28, 0.41]);
            notes::matrix(canvas, left, &notes.figures);
            let [above, below] = halves(middle);
            notes::lags(canvas, above, &notes.figures);
            sound::spectrum(canvas, below, &heard.spectrum);
            notes::touch(canvas, right, &notes.figures);
        }),
        loudness,
        spectrogram,
    ];
    if let Some(seams) = &notes.seams {
        strips.push(Strip::new(130, |canvas, field| {
            sound::seams(canvas, field, seams, heard.seconds);
        }));
    }
    strips
}

/// Fields beside each other that take these shares of `field`, each with room for labels.
fn columns<const N: usize>(field: Rect, shares: [f64; N]) -> [Rect; N] {
    let mut from = 0.0;
    std::array::from_fn(|n| {
        let x = field.x + (from * field.width as f64) as usize + if n > 0 { LEFT } else { 0 };
        from += shares[n];
        let end = field.x + (from * field.width as f64) as usize;
        Rect { x, width: end - x, ..field }
    })
}

/// Fields above each other, with room for labels and a title in between.
fn halves(field: Rect) -> [Rect; 2] {
    let height = (field.height - ABOVE - BELOW) / 2;
    let y = field.y + field.height - height;
    [Rect { height, ..field }, Rect { y, height, ..field }]
}

/// A scale of time that is `seconds` long, its unit, and how many seconds that is.
fn time(seconds: f64) -> (Scale, &'static str, f64) {
    match seconds < SECONDS_UNTIL {
        true => (Scale::linear(0.0, seconds, 10), "seconds", 1.0),
        false => (Scale::linear(0.0, seconds / 60.0, 10), "minutes", 60.0),
    }
}

/// `text` in lines of `n_letters` at most, if no word is longer.
fn wrapped(text: &str, n_letters: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last_mut().expect("there is a first line");
        if last.is_empty() {
            last.push_str(word);
        } else if last.len() + 1 + word.len() <= n_letters {
            last.extend([" ", word]);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one", 2), ["one"]);
        assert_eq!(wrapped("", 10), [""]);
    }

    #[test]
    fn columns_share_the_field() {
        let field = Rect { x: 90, y: 0, width: 1000, height: 300 };
        let [left, right] = columns(field, [0.4, 0.6]);
        assert_eq!((left.x, left.width), (90, 400));
        assert_eq!((right.x, right.x + right.width), (490 + LEFT, 1090));
        let [above, below] = halves(field);
        assert_eq!((above.height, below.y + below.height), (116, 300));
    }
}
