//! The sheet of a font: spectrograms of every preset at three velocities.
//!
//! Time runs to the right, frequency upwards in octaves; brighter is louder, from 72 dB below the
//! loudest moment of the preset's three notes. A preset should open from left to right (velocity),
//! move in time if it is held, and fade evenly if it is struck.

use std::sync::Arc;

use rustysynth::{Preset, SoundFont, SynthesizerError};

use crate::{
    lab::{
        picture::{
            canvas::{Canvas, LETTER_HEIGHT, LETTER_WIDTH, Rect},
            palette,
        },
        soundfont::{
            audition::{NOTE, Note, render},
            figures::{Figures, Goals, home},
            hearing::{middle, spectra},
        },
    },
    units::SAMPLE_RATE,
};

/// Velocities of the three notes.
const VELOCITIES: [i32; 3] = [40, 85, 120];

/// Seconds that are drawn, and after which a melodic note is released.
const SECONDS: f64 = 1.6;
const HELD: f64 = 1.2;

/// Pixels of a spectrogram.
const WIDTH: usize = 110;
const HEIGHT: usize = 130;

/// Pixels between spectrograms of a preset, and between presets.
const GAP: usize = 3;
const MARGIN: usize = 16;

/// Presets in a row.
const N_COLUMNS: usize = 5;

/// Lowest and highest frequency in hertz.
const RANGE: (f64, f64) = (40.0, 18_000.0);

/// Decibels from the darkest to the brightest colour.
const DEPTH: f64 = 72.0;

/// Keys of a kit that are drawn, and their names.
const PIECES: [(i32, &str); 10] = [
    (36, "kick"),
    (38, "snare"),
    (42, "closed hat"),
    (46, "open hat"),
    (45, "low tom"),
    (49, "crash"),
    (51, "ride"),
    (39, "clap"),
    (70, "shaker"),
    (63, "conga"),
];

/// One sound at three velocities.
struct Cell {
    caption: String,
    is_good: bool,
    notes: [Note; 3],
}

/// Draws the sheet of `font`.
///
/// # Errors
/// The synthesizer can't start.
pub fn draw(font: &Arc<SoundFont>) -> Result<Canvas, SynthesizerError> {
    let cells = cells(font)?;
    let across = VELOCITIES.len() * (WIDTH + GAP) + MARGIN;
    let down = LETTER_HEIGHT + HEIGHT + MARGIN;
    let n_rows = cells.len().div_ceil(N_COLUMNS);
    let mut canvas =
        Canvas::new(N_COLUMNS * across + MARGIN, n_rows * down + MARGIN, palette::GROUND);
    for (number, cell) in cells.iter().enumerate() {
        let x = MARGIN + number % N_COLUMNS * across;
        let y = MARGIN + number / N_COLUMNS * down;
        let colour = if cell.is_good { palette::QUIET } else { palette::BAD };
        let n_letters = (across - MARGIN) / LETTER_WIDTH;
        let caption: String = cell.caption.chars().take(n_letters).collect();
        canvas.write(x, y, &caption, colour);
        paint(&mut canvas, font, &cell.notes, (x, y + LETTER_HEIGHT))?;
    }
    Ok(canvas)
}

/// The presets of bank 0, then the pieces of the kits.
fn cells(font: &Arc<SoundFont>) -> Result<Vec<Cell>, SynthesizerError> {
    let of_bank =
        |bank| font.get_presets().iter().filter(move |preset| preset.get_bank_number() == bank);
    let mut cells = Vec::new();
    for preset in of_bank(0) {
        cells.push(melodic(font, preset)?);
    }
    for preset in of_bank(128) {
        let kit = preset.get_name().trim().replace(" Kit", "");
        let piece = |(key, name): (i32, &str)| Cell {
            caption: format!("{kit}: {name}"),
            is_good: true,
            notes: VELOCITIES.map(|velocity| Note {
                channel: 9,
                program: preset.get_patch_number(),
                key,
                velocity,
                held: 0.05,
            }),
        };
        cells.extend(PIECES.map(piece));
    }
    Ok(cells)
}

fn melodic(font: &Arc<SoundFont>, preset: &Preset) -> Result<Cell, SynthesizerError> {
    let program = preset.get_patch_number();
    let figures = Figures::of(font, program)?;
    let Figures { movement_db, opening, cents, .. } = figures;
    let name = preset.get_name().trim();
    Ok(Cell {
        caption: format!("{program} {name} {movement_db:.1}dB x{opening:.2} {cents:+.1}c"),
        is_good: Goals::of(program).missed(figures).is_empty(),
        notes: VELOCITIES.map(|velocity| Note {
            program,
            key: home(program),
            velocity,
            held: HELD,
            ..NOTE
        }),
    })
}

/// Paints the spectrograms of `notes` side by side.
fn paint(
    canvas: &mut Canvas,
    font: &Arc<SoundFont>,
    notes: &[Note],
    (x, y): (usize, usize),
) -> Result<(), SynthesizerError> {
    const N_WINDOW: usize = 4096;
    let hop = (SECONDS * f64::from(SAMPLE_RATE)) as usize / WIDTH;
    let mut pictures = Vec::new();
    for note in notes {
        let heard = render(font, &[(0.0, *note)], SECONDS)?;
        // Half a window of silence before, so that the first column is the start.
        let silence = std::iter::repeat_n(0.0, N_WINDOW / 2);
        let samples: Vec<f32> = silence.clone().chain(middle(&heard)).chain(silence).collect();
        pictures.push(spectra(&samples, N_WINDOW, hop));
    }
    let loudest = pictures.iter().flatten().flatten().copied().fold(1e-12, f64::max);
    for (number, picture) in pictures.iter().enumerate() {
        let left = x + number * (WIDTH + GAP);
        canvas.fill(Rect { x: left, y, width: WIDTH, height: HEIGHT }, palette::RAISED);
        for (column, lines) in picture.iter().take(WIDTH).enumerate() {
            for row in 0..HEIGHT {
                let level = 10.0 * (power(lines, row) / loudest + 1e-12).log10();
                let rect = Rect { x: left + column, y: y + HEIGHT - 1 - row, width: 1, height: 1 };
                canvas.fill(rect, palette::heat(1.0 + level / DEPTH));
            }
        }
    }
    Ok(())
}

/// The greatest power of the lines that the pixel `row` covers, from below.
fn power(lines: &[f64], row: usize) -> f64 {
    let edge = |row: usize| {
        let hz = RANGE.0 * (RANGE.1 / RANGE.0).powf(row as f64 / HEIGHT as f64);
        (hz / f64::from(SAMPLE_RATE) * 2.0 * lines.len() as f64) as usize
    };
    let (from, to) = (edge(row).min(lines.len() - 1), edge(row + 1).min(lines.len()));
    lines[from..to.max(from + 1)].iter().copied().fold(0.0, f64::max)
}
