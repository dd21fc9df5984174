//! Bass: figures of chord tones.
//!
//! A bass string has a character per sixteenth, over one or two bars: `r` root, `o` octave, `t`
//! third, `f` fifth, `l` fifth below, `s` seventh, `w` step above the root, `d` step below, `n` a
//! step from the next chord's root; `-` holds, `.` rests. Half of the patterns hold instead of
//! playing a capital.

use rand::RngExt as _;

use crate::{
    music::{meter::STEPS_PER_BAR, trio::Line},
    patterns::{
        draw::{Weighted, pick, weighted},
        figure::{Cell, Register, Tone, write},
        form::{Form, PHRASE, Sections},
        harmony::Harmony,
    },
    rng::Rng,
};

/// E1, the lowest note of a four-string bass, to D3.
const REGISTER: Register = Register { roots: 28, lowest: 28, highest: 50 };

/// The bass of a style.
pub struct BassBook {
    /// Figures as bass strings.
    pub lines: Weighted<&'static str>,
    /// Endings of the last bar, as bass strings of at most eight steps.
    pub turnarounds: &'static [&'static str],
    /// Probability that the last bar ends with one.
    pub turnaround_chance: f64,
    /// Probability that a root off the beat becomes another chord tone.
    pub swap_chance: f64,
}

/// Four bars of bass tokens.
pub fn bass(book: &BassBook, form: Form, harmony: &Harmony, rng: &mut Rng) -> Line {
    let line = weighted(book.lines, rng);
    let answer = if rng.random_bool(0.35) { weighted(book.lines, rng) } else { line };
    let a = phrase(line, book.swap_chance, rng);
    let varied = vary(a, rng);
    let b = phrase(answer, book.swap_chance, rng);
    let mut cells = form.lay(&Sections { a, varied, b });
    if rng.random_bool(book.turnaround_chance) {
        let turnaround = pick(book.turnarounds, rng);
        let start = cells.len() - turnaround.len();
        for (cell, step) in cells[start..].iter_mut().zip(turnaround.chars()) {
            *cell = read(step, rng);
        }
    }
    write(&cells, harmony, &REGISTER)
}

/// Draws `line` and repeats it over the phrase.
fn phrase(line: &str, swap_chance: f64, rng: &mut Rng) -> [Cell; PHRASE] {
    let cells: Vec<Cell> = line.chars().map(|step| read(step, rng)).collect();
    let cells: Vec<Cell> = cells
        .into_iter()
        .enumerate()
        .map(|(step, cell)| if step % 4 == 0 { cell } else { swapped(cell, swap_chance, rng) })
        .collect();
    std::array::from_fn(|step| cells[step % cells.len()])
}

/// Replaces a root by another chord tone with probability `chance`.
fn swapped(cell: Cell, chance: f64, rng: &mut Rng) -> Cell {
    match cell {
        Cell::Note(Tone::OfChord(0)) if rng.random_bool(chance) => {
            Cell::Note(Tone::OfChord(pick(&[7, 7, 4, 6, 2], rng)))
        }
        other => other,
    }
}

/// `phrase` with a few notes off the beat dropped or moved.
fn vary(mut phrase: [Cell; PHRASE], rng: &mut Rng) -> [Cell; PHRASE] {
    for step in (1..PHRASE).filter(|step| step % STEPS_PER_BAR != 0) {
        if let Cell::Note(tone) = phrase[step]
            && rng.random_bool(0.2)
        {
            phrase[step] =
                pick(&[Cell::Hold, Cell::Note(Tone::OfChord(4)), Cell::Note(tone.up(1))], rng);
        }
    }
    phrase
}

fn read(step: char, rng: &mut Rng) -> Cell {
    let is_left_out = step.is_ascii_uppercase() && rng.random_bool(0.5);
    let above = match step.to_ascii_lowercase() {
        _ if is_left_out => return Cell::Hold,
        'r' => 0,
        'o' => 7,
        't' => 2,
        'f' => 4,
        'l' => -3,
        's' => 6,
        'w' => 1,
        'd' => -1,
        'n' => return Cell::Note(Tone::OfNext(pick(&[-1, -1, 1], rng))),
        '-' => return Cell::Hold,
        _ => return Cell::Rest,
    };
    Cell::Note(Tone::OfChord(above))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::stream;

    #[test]
    fn a_bass_string_is_read_letter_by_letter() {
        let phrase = phrase("r-.olftswd.....-", 0.0, &mut stream(1, "test"));

        let note = |above| Cell::Note(Tone::OfChord(above));
        let expected = [note(0), Cell::Hold, Cell::Rest, note(7), note(-3), note(4), note(2)];
        assert_eq!(phrase[..7], expected);
        assert_eq!(phrase[..16], phrase[16..]);
    }

    #[test]
    fn half_of_the_patterns_leave_a_capital_out() {
        let mut rng = stream(1, "test");
        let n_left_out = (0..1000).filter(|_| read('R', &mut rng) == Cell::Hold).count();
        assert!((450..550).contains(&n_left_out), "{n_left_out}");
    }
}
