//! Windows laid out for training: time first, then the segments of all examples as rows.

use crate::{
    lab::train::layout::Lookups,
    music::trio::Line,
    musicvae::{
        convert::{performance, window::Window},
        net::{
            config::{Config, Core},
            domain::Sparse,
            head::Head,
        },
    },
};

/// A batch of examples. In shapes: T steps of a segment, S segments, B examples. Row `s * B + b` is
/// segment `s` of example `b`, so the rows' embeddings are in order of time for the next level.
#[derive(Debug, Clone)]
pub struct Batch {
    /// B.
    pub n_examples: usize,
    /// The encoder's inputs.
    pub encoder: EncoderInputs,
    /// Inputs and targets of each core decoder.
    pub cores: Vec<CoreBatch>,
}

/// The encoder's inputs; one segment unless the encoder is hierarchical.
#[derive(Debug, Clone)]
pub struct EncoderInputs {
    /// T of the encoder's segments.
    pub n_steps: usize,
    /// S of the encoder's segments.
    pub n_segments: usize,
    /// Inputs (T, S * B, K).
    pub forward: Lookups,
    /// If tracks end early: the length of each row, and its inputs in reverse order of time.
    pub ends: Option<(Vec<usize>, Lookups)>,
}

/// A core decoder's inputs and targets.
#[derive(Debug, Clone)]
pub struct CoreBatch {
    /// Inputs (T, S * B, K): the position in the bar, if the core reads it, and those from the
    /// previous step, for teacher forcing; the latter are empty at the first step.
    pub previous: Lookups,
    /// Targets.
    pub targets: Targets,
}

/// Targets by head, of T * S * B rows.
#[derive(Debug, Clone)]
pub enum Targets {
    /// For each part a token per row, or [`Targets::IGNORED`].
    Tokens(Vec<Vec<u32>>),
    /// Whether each class is hit, 0 or 1, row-major.
    Classes(Vec<f32>),
    /// Hits, velocities and offsets, row-major.
    Groove(Vec<f32>),
}

impl Targets {
    /// Target after the end of a track: not counted.
    pub const IGNORED: u32 = u32::MAX;
}

impl Batch {
    /// Lays out `windows`. `is_dropped` decides for each step whether its previous step is hidden
    /// from the decoder (input dropout).
    pub fn new(config: &Config, windows: &[&Window], is_dropped: &mut dyn FnMut() -> bool) -> Self {
        let cores = config.cores();
        let core = |core| CoreBatch::new(config, core, windows, is_dropped);
        Self {
            n_examples: windows.len(),
            encoder: EncoderInputs::new(config, windows),
            cores: cores.iter().map(core).collect(),
        }
    }
}

impl EncoderInputs {
    fn new(config: &Config, windows: &[&Window]) -> Self {
        let (n_segments, n_steps) = config.encoder_segments();
        let by_example: Vec<Vec<Vec<Sparse>>> =
            windows.iter().map(|window| config.segments(window)).collect();
        let rows = || (0..n_segments).flat_map(|s| by_example.iter().map(move |of| &of[s]));
        let at =
            |segment: &Vec<Sparse>, step: usize| segment.get(step).cloned().unwrap_or_default();
        let forward = lookups(n_steps, 1, |t| rows().map(|row| at(row, t)).collect());
        let lengths: Vec<usize> = rows().map(Vec::len).collect();
        let ends = lengths.iter().any(|&n| n != n_steps).then(|| {
            let from_end = |row: &Vec<Sparse>, t: usize| match row.len().checked_sub(t + 1) {
                Some(step) => row[step].clone(),
                None => Sparse::new(),
            };
            (lengths, lookups(n_steps, 1, |t| rows().map(|row| from_end(row, t)).collect()))
        });
        Self { n_steps, n_segments, forward, ends }
    }
}

impl CoreBatch {
    fn new(
        config: &Config,
        core: &Core,
        windows: &[&Window],
        is_dropped: &mut dyn FnMut() -> bool,
    ) -> Self {
        let (n_steps, n_segments) = (config.n_segment_steps, config.n_segments);
        let span = core.first_column..core.first_column + core.head.n_columns();
        let columns = |b: usize, step: usize| -> Line {
            windows[b][span.clone()].iter().map(|line| line[step]).collect()
        };
        let is_track = config.family.domain().is_multitrack();
        // Steps after the end of a track are neither targets nor inputs.
        let is_after_end = |b: usize, step: usize| {
            let within = step % n_steps;
            is_track && 0 < within && windows[b][0][step - 1] == performance::END
        };
        let mut previous = |b: usize, step: usize| {
            let mut inputs = Sparse::from_iter(core.metre_input(step));
            match step.checked_sub(1) {
                Some(before) if !is_dropped() && !is_after_end(b, before) => {
                    inputs.extend(core.head.inputs(&columns(b, before)));
                }
                _ => {}
            }
            inputs
        };
        let places = |t: usize| {
            let of_segment = move |s| (0..windows.len()).map(move |b| (b, s * n_steps + t));
            (0..n_segments).flat_map(of_segment)
        };
        let n_least = core.head.parts().map_or(1, <[usize]>::len) + usize::from(core.reads_metre);
        let previous =
            lookups(n_steps, n_least, |t| places(t).map(|(b, step)| previous(b, step)).collect());
        let all = (0..n_steps).flat_map(places);
        let rows = all.map(|(b, step)| (!is_after_end(b, step)).then(|| columns(b, step)));
        Self { previous, targets: targets(&core.head, rows) }
    }
}

/// Sparse inputs by step and row, padded to the longest, or to `n_least`.
fn lookups(n_steps: usize, n_least: usize, mut at: impl FnMut(usize) -> Vec<Sparse>) -> Lookups {
    let all: Vec<Sparse> = (0..n_steps).flat_map(&mut at).collect();
    let n_per_step = all.iter().map(Vec::len).max().unwrap_or(0).max(n_least);
    let padded = all.iter().flat_map(|inputs| {
        let padding = std::iter::repeat_n((Lookups::NONE, 0.0), n_per_step - inputs.len());
        inputs.iter().copied().chain(padding)
    });
    let (rows, values) = padded.unzip();
    Lookups { rows, values, n_per_step }
}

fn targets(head: &Head, rows: impl Iterator<Item = Option<Line>>) -> Targets {
    if let Some(parts) = head.parts() {
        let mut tokens = vec![Vec::new(); parts.len()];
        for row in rows {
            for (part, tokens) in tokens.iter_mut().enumerate() {
                let token = row.as_ref().map(|row| u32::from(row[part]));
                tokens.push(token.unwrap_or(Targets::IGNORED));
            }
        }
        return Targets::Tokens(tokens);
    }
    match head {
        Head::Groove => Targets::Groove(dense(head, rows)),
        _ => Targets::Classes(dense(head, rows)),
    }
}

/// A head's inputs for each row, dense.
fn dense(head: &Head, rows: impl Iterator<Item = Option<Line>>) -> Vec<f32> {
    let row = |row: Option<Line>| {
        let mut values = vec![0.0; head.n_inputs()];
        for (input, value) in head.inputs(&row.unwrap_or_default()) {
            values[input as usize] = value;
        }
        values
    };
    rows.flat_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn batch(family: Family, window: &Window) -> Batch {
        Batch::new(&Config::official(family), &[window, window], &mut || false)
    }

    #[test]
    fn a_segment_starts_with_the_last_step_of_the_previous_one() {
        let window: Window = vec![(0..64).collect(), vec![2; 64], vec![3; 64]];

        let batch = batch(Family::Trio4Bar, &window);

        // Row 2 is the second segment of the first example.
        let melody = &batch.cores[0];
        let Targets::Tokens(tokens) = &melody.targets else { panic!() };
        assert_eq!(tokens[0][2], 16);
        assert_eq!(melody.previous.rows[2], 15);
        assert_eq!(melody.previous.rows[0], Lookups::NONE);
        assert_eq!(batch.encoder.forward.rows[2 * 3..][..3], [16, 92, 183]);
    }

    #[test]
    fn steps_after_the_end_of_a_track_are_ignored() {
        let mut line = vec![performance::END; 512];
        line[..3].copy_from_slice(&[360, 60, 188]);

        let batch = batch(Family::Multitrack1Bar, &vec![line]);

        let (lengths, reversed) = batch.encoder.ends.as_ref().unwrap();
        assert_eq!(lengths[..4], [4, 4, 1, 1]);
        assert_eq!((batch.encoder.forward.rows[0], reversed.rows[0]), (360, 489));
        let Targets::Tokens(tokens) = &batch.cores[0].targets else { panic!() };
        let of_first = |t: usize| tokens[0][t * 16];
        assert_eq!([of_first(0), of_first(3), of_first(4)], [360, 489, Targets::IGNORED]);
        // The second track's previous step is the first track's padding, which counts as nothing.
        assert_eq!(batch.cores[0].previous.rows[2], Lookups::NONE);
    }

    #[test]
    fn a_dropped_step_keeps_its_position_in_the_bar() {
        let window: Window = vec![vec![40; 64], vec![20; 64], vec![3; 64]];
        let config = Config::official(Family::ElectropunkTrio4Bar);
        let of = |is_dropped: bool| Batch::new(&config, &[&window], &mut || is_dropped).cores;

        let (kept, dropped) = (of(false), of(true));

        // Four segments at a step, with two inputs each.
        let third_step = |core: &CoreBatch| core.previous.rows[2 * 4 * 2..][..2].to_vec();
        assert_eq!(third_step(&kept[0]), [90 + 2, 40]);
        assert_eq!(third_step(&dropped[0]), [90 + 2, Lookups::NONE]);
        assert_eq!(third_step(&kept[2]), [512 + 2, 3]);
    }

    #[test]
    fn a_flat_encoder_reads_one_segment() {
        let window: Window = vec![vec![5; 256], vec![6; 256], vec![7; 256]];

        let batch = batch(Family::HierdecTrio16Bar, &window);

        assert_eq!((batch.encoder.n_steps, batch.encoder.n_segments), (256, 1));
        assert_eq!(batch.encoder.forward.rows.len(), 256 * 2 * 3);
        assert_eq!(batch.cores[2].previous.rows.len(), 16 * 32);
    }
}
