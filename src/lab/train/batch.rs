//! Windows laid out for training: time first, then the segments of all examples as rows.

use std::ops::Range;

use crate::{
    lab::train::layout::Lookups,
    music::trio::Line,
    musicvae::{
        convert::window::Window,
        net::{
            config::{Config, Core},
            domain::Sparse,
            head::Head,
        },
    },
};

/// Tracks are grouped by length, up to these limits in events. Narrower groups waste fewer steps, but
/// their matrix products have fewer rows, and each group lays out the weights again.
const TRACK_LENGTHS: [usize; 6] = [1, 8, 16, 24, 32, 48];

/// A batch of examples. In shapes: T steps of a segment, S segments, B examples. Row `s * B + b` is
/// segment `s` of example `b`, so the rows' embeddings are in time order for the next level.
///
/// Rows run in one group or, if segments are event tracks, in one group per range of lengths, so that few
/// steps after track ends are computed.
#[derive(Debug, Clone)]
pub struct Batch {
    /// B.
    pub n_examples: usize,
    /// The encoder's inputs.
    pub encoder: EncoderInputs,
    /// Inputs and targets of each core decoder.
    pub cores: Vec<Vec<CoreGroup>>,
}

/// The encoder's inputs; one segment unless the encoder is hierarchical.
#[derive(Debug, Clone)]
pub struct EncoderInputs {
    /// S of the encoder's segments.
    pub n_segments: usize,
    /// The groups, R rows each.
    pub groups: Vec<EncoderGroup>,
    /// For each of the S * B rows, its index among the rows of all groups, if those are not in order. Empty
    /// tracks share one row.
    pub places: Option<Vec<u32>>,
}

/// Rows that the encoder runs together.
#[derive(Debug, Clone)]
pub struct EncoderGroup {
    /// R.
    pub n_rows: usize,
    /// T of the encoder's segments, or the length of the longest track.
    pub n_steps: usize,
    /// Inputs (T, R, K).
    pub forward: Lookups,
    /// If tracks end early: the length of each row, and its inputs in reverse order of time.
    pub ends: Option<(Vec<usize>, Lookups)>,
}

/// A core decoder's inputs and targets, for rows that it decodes together.
#[derive(Debug, Clone)]
pub struct CoreGroup {
    /// The R rows, if they are not all S * B in order.
    pub rows: Option<Vec<u32>>,
    /// Examples and segments, whose product is R: (B, S), or (R, 1) if rows are not all in order.
    pub sizes: [usize; 2],
    /// T, or the length of the longest track.
    pub n_steps: usize,
    /// Inputs (T, R, K): the position in the bar, if the core reads it, and those from the
    /// previous step, for teacher forcing; the latter are empty at the first step.
    pub previous: Lookups,
    /// Targets of T * R rows.
    pub targets: Targets,
}

/// Targets by head.
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

    /// Tokens of the first `n` rows, and of the others.
    pub fn split_tokens(&self, n: usize) -> Option<[Self; 2]> {
        let Self::Tokens(parts) = self else { return None };
        let part = |span: Range<usize>| {
            Self::Tokens(parts.iter().map(|tokens| tokens[span.clone()].to_vec()).collect())
        };
        let n_all = parts.first().map_or(0, Vec::len);
        Some([part(0..n.min(n_all)), part(n.min(n_all)..n_all)])
    }
}

impl Batch {
    /// Lays out `windows`. `is_dropped` decides for each step whether its previous step is hidden
    /// from the decoder (input dropout).
    pub fn new(config: &Config, windows: &[&Window], is_dropped: &mut dyn FnMut() -> bool) -> Self {
        Self::grouped(config, windows, &TRACK_LENGTHS, is_dropped)
    }

    /// [`Self::new`] with tracks grouped by length, up to each of `limits`.
    fn grouped(
        config: &Config,
        windows: &[&Window],
        limits: &[usize],
        is_dropped: &mut dyn FnMut() -> bool,
    ) -> Self {
        let cores = config.cores();
        let mut core = |core| {
            let previous = Previous { config, core, windows };
            previous.groups(limits, is_dropped)
        };
        Self {
            n_examples: windows.len(),
            encoder: EncoderInputs::new(config, windows, limits),
            cores: cores.iter().map(&mut core).collect(),
        }
    }
}

/// Rows grouped by length: up to each of `limits` in turn; longer rows come last.
fn by_length(lengths: &[usize], limits: &[usize]) -> Vec<Vec<usize>> {
    let group = |length: usize| limits.partition_point(|&limit| limit < length);
    let mut groups = vec![Vec::new(); limits.len() + 1];
    for (row, &length) in lengths.iter().enumerate() {
        groups[group(length)].push(row);
    }
    groups.retain(|rows| !rows.is_empty());
    groups
}

impl EncoderInputs {
    fn new(config: &Config, windows: &[&Window], limits: &[usize]) -> Self {
        let (n_segments, n_steps) = config.encoder_segments();
        let by_example: Vec<Vec<Vec<Sparse>>> =
            windows.iter().map(|window| config.segments(window)).collect();
        let rows: Vec<&[Sparse]> = (0..n_segments)
            .flat_map(|s| by_example.iter().map(move |of| of[s].as_slice()))
            .collect();
        if !config.family.domain().is_multitrack() {
            return Self {
                n_segments,
                groups: vec![EncoderGroup::new(&rows, n_steps)],
                places: None,
            };
        }
        let lengths: Vec<usize> = rows.iter().map(|row| row.len()).collect();
        let (mut groups, mut places, mut n_placed) = (Vec::new(), vec![0; rows.len()], 0);
        for group in by_length(&lengths, limits) {
            let longest = group.iter().map(|&row| lengths[row]).max().unwrap_or(1);
            // Tracks of one token are empty and identical.
            let kept = if longest == 1 { &group[..1] } else { &group[..] };
            for (index, &row) in group.iter().enumerate() {
                places[row] = (n_placed + index.min(kept.len() - 1)) as u32;
            }
            n_placed += kept.len();
            let kept: Vec<&[Sparse]> = kept.iter().map(|&row| rows[row]).collect();
            groups.push(EncoderGroup::new(&kept, longest));
        }
        Self { n_segments, groups, places: Some(places) }
    }
}

impl EncoderGroup {
    fn new(rows: &[&[Sparse]], n_steps: usize) -> Self {
        let at = |row: &&[Sparse], step: usize| row.get(step).cloned().unwrap_or_default();
        let forward = lookups(n_steps, 1, |t| rows.iter().map(|row| at(row, t)).collect());
        let lengths: Vec<usize> = rows.iter().map(|row| row.len()).collect();
        let ends = lengths.iter().any(|&n| n != n_steps).then(|| {
            let from_end = |row: &&[Sparse], t: usize| match row.len().checked_sub(t + 1) {
                Some(step) => row[step].clone(),
                None => Sparse::new(),
            };
            let reversed = |t| rows.iter().map(|row| from_end(row, t)).collect();
            (lengths, lookups(n_steps, 1, reversed))
        });
        Self { n_rows: rows.len(), n_steps, forward, ends }
    }
}

/// Inputs and targets of a core decoder, by example and step.
struct Previous<'a> {
    config: &'a Config,
    core: &'a Core,
    windows: &'a [&'a Window],
}

impl Previous<'_> {
    fn groups(&self, limits: &[usize], is_dropped: &mut dyn FnMut() -> bool) -> Vec<CoreGroup> {
        let (n_steps, n_segments) = (self.config.n_segment_steps, self.config.n_segments);
        let n_rows = n_segments * self.windows.len();
        if self.core.end.is_none() {
            let all: Vec<usize> = (0..n_rows).collect();
            let group = self.group(&all, n_steps, is_dropped);
            return vec![CoreGroup {
                rows: None,
                sizes: [self.windows.len(), n_segments],
                ..group
            }];
        }
        let lengths: Vec<usize> = (0..n_rows).map(|row| self.length(row)).collect();
        let group = |rows: Vec<usize>| {
            let longest = rows.iter().map(|&row| lengths[row]).max().unwrap_or(1);
            self.group(&rows, longest, is_dropped)
        };
        by_length(&lengths, limits).into_iter().map(group).collect()
    }

    fn group(
        &self,
        rows: &[usize],
        n_steps: usize,
        is_dropped: &mut dyn FnMut() -> bool,
    ) -> CoreGroup {
        let head = &self.core.head;
        let n_least = head.parts().map_or(1, <[usize]>::len) + usize::from(self.core.reads_metre);
        let mut of_step = |t| rows.iter().map(|&row| self.inputs(row, t, is_dropped)).collect();
        let previous = lookups(n_steps, n_least, &mut of_step);
        let all = (0..n_steps).flat_map(|t| rows.iter().map(move |&row| (row, t)));
        let wanted = all.map(|(row, t)| (t < self.length(row)).then(|| self.columns(row, t)));
        CoreGroup {
            rows: Some(rows.iter().map(|&row| row as u32).collect()),
            sizes: [rows.len(), 1],
            n_steps,
            previous,
            targets: targets(head, wanted),
        }
    }

    /// Number of steps of `row`, its end included.
    fn length(&self, row: usize) -> usize {
        let n_steps = self.config.n_segment_steps;
        let (window, start) = self.place(row);
        let steps = || window[0][start..start + n_steps].iter();
        let end = self.core.end.and_then(|end| steps().position(|&token| token == end));
        end.map_or(n_steps, |end| end + 1)
    }

    /// The window of `row`, and the row's first step in the window.
    fn place(&self, row: usize) -> (&Window, usize) {
        let (segment, example) = (row / self.windows.len(), row % self.windows.len());
        (self.windows[example], segment * self.config.n_segment_steps)
    }

    /// The core's columns at step `t` of `row`.
    fn columns(&self, row: usize, t: usize) -> Line {
        let (window, start) = self.place(row);
        let first = self.core.first_column;
        let lines = &window[first..first + self.core.head.n_columns()];
        lines.iter().map(|line| line[start + t]).collect()
    }

    /// The core's inputs at step `t` of `row`. Steps after the end of a track give no input.
    fn inputs(&self, row: usize, t: usize, is_dropped: &mut dyn FnMut() -> bool) -> Sparse {
        let mut inputs = Sparse::from_iter(self.core.metre_input(t));
        let before = match (t, row.checked_sub(self.windows.len())) {
            (0, None) => return inputs,
            (0, Some(segment_before)) => (segment_before, self.config.n_segment_steps - 1),
            _ => (row, t - 1),
        };
        if !is_dropped() && before.1 < self.length(before.0) {
            inputs.extend(self.core.head.inputs(&self.columns(before.0, before.1)));
        }
        inputs
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
    use candle_core::{DType, Device, Tensor, Var};

    use super::*;
    use crate::{
        lab::train::{loss::Objective, network::Network},
        musicvae::{convert::performance, net::family::Family},
        rng,
    };

    fn batch(family: Family, window: &Window) -> Batch {
        Batch::new(&Config::official(family), &[window, window], &mut || false)
    }

    #[test]
    fn a_segment_starts_with_the_last_step_of_the_previous_one() {
        let window: Window = vec![(0..64).collect(), vec![2; 64], vec![3; 64]];

        let batch = batch(Family::Trio4Bar, &window);

        // Row 2 is the second segment of the first example.
        let melody = &batch.cores[0][0];
        let Targets::Tokens(tokens) = &melody.targets else { panic!() };
        assert_eq!(tokens[0][2], 16);
        assert_eq!(melody.previous.rows[2], 15);
        assert_eq!(melody.previous.rows[0], Lookups::NONE);
        assert_eq!(batch.encoder.groups[0].forward.rows[2 * 3..][..3], [16, 92, 183]);
    }

    /// A bar of a track of three tokens and an end, one of two and an end, and empty ones.
    fn bar() -> Window {
        let mut line = vec![performance::END; 512];
        line[..3].copy_from_slice(&[360, 60, 188]);
        line[64..66].copy_from_slice(&[488, 36]);
        vec![line]
    }

    #[test]
    fn steps_after_the_end_of_a_track_are_not_read() {
        let batch = batch(Family::Multitrack1Bar, &bar());

        let [empty, short] = &batch.encoder.groups[..] else { panic!() };
        assert_eq!((empty.n_rows, empty.n_steps, empty.forward.rows[0]), (1, 1, 489));
        assert_eq!((short.n_rows, short.n_steps), (4, 4));
        let (lengths, reversed) = short.ends.as_ref().unwrap();
        assert_eq!(lengths[..], [4, 4, 3, 3]);
        assert_eq!((short.forward.rows[0], reversed.rows[0], reversed.rows[2]), (360, 489, 489));
        let places = batch.encoder.places.unwrap();
        assert_eq!((&places[..4], &places[4..]), (&[1, 2, 3, 4][..], &[0; 12][..]));
    }

    #[test]
    fn steps_after_the_end_of_a_track_are_not_decoded() {
        let batch = batch(Family::Multitrack1Bar, &bar());

        let [empty, short] = &batch.cores[0][..] else { panic!() };
        assert_eq!((empty.n_steps, empty.rows.as_ref().unwrap().len()), (1, 12));
        assert_eq!((short.n_steps, short.rows.as_deref()), (4, Some(&[0, 1, 2, 3][..])));
        let Targets::Tokens(tokens) = &short.targets else { panic!() };
        let of_row = |row: usize| (0..4).map(|t| tokens[0][t * 4 + row]).collect::<Vec<_>>();
        assert_eq!(of_row(0), [360, 60, 188, 489]);
        assert_eq!(of_row(2), [488, 36, 489, Targets::IGNORED]);
        // The second track's previous step is the first track's padding, which gives no input.
        assert_eq!(short.previous.rows[2], Lookups::NONE);
        assert_eq!(short.previous.rows[4 + 2], 488);
    }

    #[test]
    fn a_dropped_step_keeps_its_position_in_the_bar() {
        let window: Window = vec![vec![40; 64], vec![20; 64], vec![3; 64]];
        let config = Config::official(Family::ElectropunkTrio4Bar);
        let of = |is_dropped: bool| Batch::new(&config, &[&window], &mut || is_dropped).cores;

        let (kept, dropped) = (of(false), of(true));

        // Four segments at a step, with two inputs each.
        let third_step = |core: &Vec<CoreGroup>| core[0].previous.rows[2 * 4 * 2..][..2].to_vec();
        assert_eq!(third_step(&kept[0]), [90 + 2, 40]);
        assert_eq!(third_step(&dropped[0]), [90 + 2, Lookups::NONE]);
        assert_eq!(third_step(&kept[2]), [512 + 2, 3]);
    }

    #[test]
    fn a_flat_encoder_reads_one_segment() {
        let window: Window = vec![vec![5; 256], vec![6; 256], vec![7; 256]];

        let batch = batch(Family::HierdecTrio16Bar, &window);

        assert_eq!((batch.encoder.groups[0].n_steps, batch.encoder.n_segments), (256, 1));
        assert_eq!(batch.encoder.groups[0].forward.rows.len(), 256 * 2 * 3);
        assert_eq!(batch.cores[2][0].previous.rows.len(), 16 * 32);
    }

    #[test]
    fn groups_change_no_loss_and_no_gradient() {
        let family = Family::Multitrack1Bar;
        let config = Config {
            n_latent: 6,
            n_encoder: 5,
            n_decoder: 4,
            n_conductor: 3,
            ..Config::official(family)
        };
        let network = Network::new(config, 1).unwrap();
        let mut full = bar();
        full[0][128..192].copy_from_slice(&[61; 64]);
        full[0][192..202].copy_from_slice(&[62; 10]);
        let windows = [&bar(), &full];
        let noise = Tensor::ones((2, 6), DType::F32, &Device::Cpu).unwrap();
        let objective = Objective { beta: 0.2, ..Objective::default() };
        let found = |limits: &[usize]| {
            let batch = Batch::grouped(&config, &windows, limits, &mut || false);
            let rng = &mut rng::stream(0, "test");
            let loss = network.loss(&batch, &noise, objective, 2, rng).unwrap();
            let grads = loss.total.backward().unwrap();
            let grad = |var| grads.get(var).unwrap().flatten_all().unwrap().to_vec1().unwrap();
            let grads: Vec<f32> =
                network.vars.iter().flat_map(|var: &Var| -> Vec<f32> { grad(var) }).collect();
            (f64::from(loss.total.to_scalar::<f32>().unwrap()), loss.cross_entropy, grads)
        };

        let (padded, groups) = (found(&[]), found(&TRACK_LENGTHS));

        assert!((padded.1 / groups.1 - 1.0).abs() < 1e-5, "{} {}", padded.1, groups.1);
        assert!((padded.0 / groups.0 - 1.0).abs() < 1e-5, "{} {}", padded.0, groups.0);
        let far = |(a, b): (&f32, &f32)| (a - b).abs() > 1e-5 * a.abs().max(1.0);
        assert_eq!(padded.2.iter().zip(&groups.2).position(far), None);
    }
}
