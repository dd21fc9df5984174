//! Windows of a piece's lines: the examples that a model learns from.

use std::{collections::BTreeSet, ops::Range};

use crate::{
    model::config::Family,
    music::{extract::Lines, melody, meter::STEPS_PER_BAR, trio::Line},
};

/// One example: a line for each part.
pub type Window = Vec<Line>;

/// All different windows of a piece, one beginning at every bar, none with a silent part.
///
/// A part must go on through the window: two bars in a row without it end it there. Melodies,
/// basses and drums are combined in all ways.
pub fn windows(lines: &Lines, family: Family) -> BTreeSet<Window> {
    let drums = Part { lines: lines.drums.iter().collect(), begins: |token| token != 0 };
    let pitched = |lines| Part { lines, begins: |token| melody::pitch(token).is_some() };
    let parts = match family {
        Family::Drums2Bar => vec![drums],
        Family::Melody2Bar => {
            vec![pitched(lines.melodies.iter().chain(&lines.basses).collect())]
        }
        Family::Trio4Bar => vec![
            pitched(lines.melodies.iter().collect()),
            pitched(lines.basses.iter().collect()),
            drums,
        ],
    };
    let n_steps = parts[0].lines.first().map_or(0, |line| line.len());
    let length = family.n_steps();
    let starts = (0..n_steps).step_by(STEPS_PER_BAR).filter(|start| start + length <= n_steps);
    starts.flat_map(|start| combine(&parts, &(start..start + length))).collect()
}

/// The lines that may play a part of the window.
struct Part<'a> {
    lines: Vec<&'a Line>,
    /// Whether a token begins a sound.
    begins: fn(u16) -> bool,
}

impl Part<'_> {
    /// Whether something begins in the slice, and in one of any two bars in a row.
    fn goes_on(&self, slice: &[u16]) -> bool {
        let begins = |bar: &[u16]| bar.iter().any(|&token| (self.begins)(token));
        let bars: Vec<bool> = slice.chunks(STEPS_PER_BAR).map(begins).collect();
        bars.contains(&true) && bars.windows(2).all(|pair| pair[0] || pair[1])
    }
}

/// Every choice of one sounding line a part.
fn combine(parts: &[Part], span: &Range<usize>) -> Vec<Window> {
    let mut combined = vec![Window::new()];
    for part in parts {
        let slices = part.lines.iter().filter_map(|line| line.get(span.clone()));
        let sounding: Vec<&[u16]> = slices.filter(|slice| part.goes_on(slice)).collect();
        let with = |window: &Window, slice: &[u16]| {
            let mut window = window.clone();
            window.push(slice.to_vec());
            window
        };
        let extended = combined
            .iter()
            .flat_map(|window| sounding.iter().map(move |slice| with(window, slice)));
        combined = extended.collect();
    }
    combined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(bars: &[u16]) -> Line {
        bars.iter()
            .flat_map(|&first| std::iter::once(first).chain(std::iter::repeat_n(0, 15)))
            .collect()
    }

    #[test]
    fn a_window_begins_at_every_bar_and_none_is_there_twice() {
        let drums = Some(line(&[1, 2, 1, 2, 5]));
        let lines = Lines { drums, ..Lines::default() };

        let found = windows(&lines, Family::Drums2Bar);

        let firsts: Vec<u16> = found.iter().map(|window| window[0][0]).collect();
        assert_eq!(firsts, [1, 2, 2]);
    }

    #[test]
    fn parts_are_combined_in_all_ways_but_silent_ones() {
        let lines = Lines {
            melodies: vec![line(&[50, 0, 52, 0]), line(&[50, 0, 0, 52]), line(&[60; 4])],
            basses: vec![line(&[20; 4])],
            drums: Some(line(&[1; 4])),
        };

        assert_eq!(windows(&lines, Family::Trio4Bar).len(), 2);
        assert!(windows(&Lines { drums: None, ..lines }, Family::Trio4Bar).is_empty());
    }
}
