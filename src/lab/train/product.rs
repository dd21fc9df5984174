//! Matrix products of the training LSTM: `C += A B` on row-major slices.
//!
//! B is laid out in panels of 32 columns and A in tiles of 8 rows, so that both are read in order;
//! a tile's sums with a panel stay in registers. An LSTM multiplies by the same B at every step, so
//! B is laid out once per sequence. faer, which lays out both for each product, reaches 62 to 94 %
//! of this speed at the sizes of training.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

use pulp::{Arch, Simd, WithSimd};

/// Columns of a panel.
const WIDTH: usize = 32;

/// Rows of a tile.
const HEIGHT: usize = 8;

/// Rows of a panel that are multiplied before the next panel: 32 KB, which stay in the L1 cache.
const DEPTH: usize = 256;

/// Values of a cache line.
const BLOCK: usize = 16;

/// A panel's row, aligned so that no vector crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Row([f32; WIDTH]);

/// A tile's column, aligned likewise.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Column([f32; HEIGHT]);

/// The right matrix of a product (K, N), in panels; missing columns of the last panel are 0.
#[derive(Debug)]
pub(super) struct Panels {
    depth: usize,     // K
    n_columns: usize, // N
    rows: Vec<Row>,
}

/// The left matrix of a product (M, K), in tiles; missing rows of the last tile are 0.
#[derive(Debug)]
pub(super) struct Tiles {
    depth: usize,  // K
    n_rows: usize, // M
    columns: Vec<Column>,
}

impl Panels {
    /// Lays out `values` (K, N).
    pub fn new(values: &[f32], n_columns: usize) -> Self {
        let depth = values.len() / n_columns.max(1);
        let mut rows = vec![Row([0.0; WIDTH]); n_columns.div_ceil(WIDTH) * depth];
        // A few rows at a time, each read in order.
        for (block, values) in values.chunks(HEIGHT * n_columns.max(1)).enumerate() {
            for (panel, rows) in rows.chunks_exact_mut(depth).enumerate() {
                let start = panel * WIDTH;
                let width = WIDTH.min(n_columns - start);
                let values = values.chunks_exact(n_columns);
                for (row, values) in rows[block * HEIGHT..].iter_mut().zip(values) {
                    row.0 = array(&values[start..][..width]);
                }
            }
        }
        Self { depth, n_columns, rows }
    }

    /// Lays out the transpose of `values` (N, K).
    pub fn transposed(values: &[f32], depth: usize) -> Self {
        let n_columns = values.len() / depth.max(1);
        let mut rows = vec![Row([0.0; WIDTH]); n_columns.div_ceil(WIDTH) * depth];
        let panels = values.chunks(WIDTH * depth).zip(rows.chunks_exact_mut(depth));
        for (columns, rows) in panels {
            // A cache line of each column at a time.
            for (block, rows) in rows.chunks_mut(BLOCK).enumerate() {
                for (c, column) in columns.chunks_exact(depth).enumerate() {
                    let values = &column[block * BLOCK..];
                    rows.iter_mut().zip(values).for_each(|(row, value)| row.0[c] = *value);
                }
            }
        }
        Self { depth, n_columns, rows }
    }
}

impl Tiles {
    /// Lays out `values` (M, K).
    pub fn new(values: &[f32], depth: usize) -> Self {
        let n_rows = values.len() / depth.max(1);
        let mut columns = Vec::with_capacity(n_rows.div_ceil(HEIGHT) * depth);
        for rows in values.chunks(HEIGHT * depth) {
            let rows: [&[f32]; HEIGHT] =
                std::array::from_fn(|row| rows.get(row * depth..(row + 1) * depth).unwrap_or(&[]));
            // Transposed in blocks that fit in registers.
            let n_blocks = rows[HEIGHT - 1].len() / HEIGHT;
            for block in 0..n_blocks {
                let block: [[f32; HEIGHT]; HEIGHT] =
                    std::array::from_fn(|row| array(&rows[row][block * HEIGHT..][..HEIGHT]));
                let column = |k: usize| Column(std::array::from_fn(|row| block[row][k]));
                columns.extend((0..HEIGHT).map(column));
            }
            let value = |row: &[f32], k: usize| row.get(k).copied().unwrap_or(0.0);
            let column = |k: usize| Column(rows.map(|row| value(row, k)));
            columns.extend((n_blocks * HEIGHT..depth).map(column));
        }
        Self { depth, n_rows, columns }
    }

    /// Lays out the transpose of `values` (K, M).
    pub fn transposed(values: &[f32], n_rows: usize) -> Self {
        let depth = values.len() / n_rows.max(1);
        let mut columns = Vec::with_capacity(n_rows.div_ceil(HEIGHT) * depth);
        for start in (0..n_rows).step_by(HEIGHT) {
            let height = HEIGHT.min(n_rows - start);
            let rows = values.chunks_exact(n_rows);
            columns.extend(rows.map(|row| Column(array(&row[start..][..height]))));
        }
        Self { depth, n_rows, columns }
    }
}

/// `values` as an array, with zeros for those that are missing.
#[inline(always)]
fn array<const N: usize>(values: &[f32]) -> [f32; N] {
    <[f32; N]>::try_from(values).unwrap_or_else(|_| {
        let mut padded = [0.0; N];
        padded[..values.len()].copy_from_slice(values);
        padded
    })
}

/// Adds the product of `left` (M, K) and `right` (K, N) to `out` (M, N).
///
/// # Panics
/// The shapes don't agree.
pub(super) fn add_product(out: &mut [f32], left: &Tiles, right: &Panels) {
    assert_eq!(left.depth, right.depth);
    assert_eq!(out.len(), left.n_rows * right.n_columns);
    Arch::new().dispatch(AddProduct { out, left, right });
}

/// Adds the product of the transpose of `left` (K, M) and `right` (K, N) to `out` (M, N).
pub(super) fn add_transposed_product(
    out: &mut [f32],
    left: &[f32],
    n_rows: usize,
    right: &[f32],
    n_columns: usize,
) {
    // In blocks of K, whose layouts stay in the cache.
    let lefts = left.chunks(DEPTH * n_rows.max(1));
    for (left, right) in lefts.zip(right.chunks(DEPTH * n_columns.max(1))) {
        add_product(out, &Tiles::transposed(left, n_rows), &Panels::new(right, n_columns));
    }
}

struct AddProduct<'a> {
    out: &'a mut [f32],
    left: &'a Tiles,
    right: &'a Panels,
}

impl WithSimd for AddProduct<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Panels { depth, n_columns, .. } = *self.right;
        for start in (0..depth).step_by(DEPTH) {
            let block = start..depth.min(start + DEPTH);
            for (number, panel) in self.right.rows.chunks_exact(depth).enumerate() {
                let first = number * WIDTH;
                let width = WIDTH.min(n_columns - first);
                let tiles = self.left.columns.chunks_exact(depth);
                for (rows, tile) in self.out.chunks_mut(HEIGHT * n_columns).zip(tiles) {
                    let factors = (&tile[block.clone()], &panel[block.clone()]);
                    let place = (n_columns, first);
                    match width == WIDTH && rows.len() == HEIGHT * n_columns {
                        true => add_tile(simd, rows, place, factors),
                        false => add_edge(simd, rows, place, factors),
                    }
                }
            }
        }
    }
}

/// Adds the product of a tile and a panel to 32 columns from `first` of `out` (8, N): with 32
/// vector registers of 16 lanes in one pass, otherwise in passes of four rows and two vectors,
/// which fit in 16 registers.
#[inline(always)]
fn add_tile<S: Simd>(
    simd: S,
    out: &mut [f32],
    place: (usize, usize),
    factors: (&[Column], &[Row]),
) {
    if S::F32_LANES * 2 == WIDTH {
        return pass::<S, HEIGHT>(simd, out, place, (0, 0), factors);
    }
    for pair in 0..WIDTH / S::F32_LANES / 2 {
        pass::<S, 4>(simd, out, place, (0, pair), factors);
        pass::<S, 4>(simd, out, place, (4, pair), factors);
    }
}

/// The same for fewer rows or columns.
#[inline(always)]
fn add_edge<S: Simd>(
    simd: S,
    out: &mut [f32],
    (n_columns, first): (usize, usize),
    factors: (&[Column], &[Row]),
) {
    let mut sums = [0.0; HEIGHT * WIDTH];
    add_tile(simd, &mut sums, (WIDTH, 0), factors);
    for (row, sums) in out.chunks_exact_mut(n_columns).zip(sums.chunks_exact(WIDTH)) {
        row[first..].iter_mut().zip(sums).for_each(|(out, sum)| *out += sum);
    }
}

/// The part of [`add_tile`] with `N` rows from `first_row` and one pair of vectors.
#[inline(always)]
fn pass<S: Simd, const N: usize>(
    simd: S,
    out: &mut [f32],
    (n_columns, first): (usize, usize),
    (first_row, pair): (usize, usize),
    (tile, panel): (&[Column], &[Row]),
) {
    let mut sums = [[simd.splat_f32s(0.0); 2]; N];
    for (column, row) in tile.iter().zip(panel) {
        let vectors = S::as_simd_f32s(&row.0).0;
        let vectors = [vectors[2 * pair], vectors[2 * pair + 1]];
        // By index: the number of rows is known when it is compiled, so the sums stay in registers.
        #[allow(clippy::needless_range_loop)]
        for n in 0..N {
            let value = simd.splat_f32s(column.0[first_row + n]);
            sums[n][0] = simd.mul_add_e_f32s(value, vectors[0], sums[n][0]);
            sums[n][1] = simd.mul_add_e_f32s(value, vectors[1], sums[n][1]);
        }
    }
    for (n, sums) in sums.iter().enumerate() {
        let row = &mut out[(first_row + n) * n_columns + first..][..WIDTH];
        let row = S::as_mut_simd_f32s(row).0;
        row[2 * pair] = simd.add_f32s(row[2 * pair], sums[0]);
        row[2 * pair + 1] = simd.add_f32s(row[2 * pair + 1], sums[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(n: usize, seed: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 37 + seed) % 23) as f32 / 11.0 - 1.0).collect()
    }

    /// (M, K) times (K, N), plus 1.
    fn expected(a: &[f32], b: &[f32], [m, k, n]: [usize; 3]) -> Vec<f32> {
        let cell = |at: usize| (0..k).map(|i| a[at / n * k + i] * b[i * n + at % n]).sum::<f32>();
        (0..m * n).map(|at| cell(at) + 1.0).collect()
    }

    fn transpose(values: &[f32], n_columns: usize) -> Vec<f32> {
        let columns = 0..n_columns;
        columns.flat_map(|c| values.iter().skip(c).step_by(n_columns)).copied().collect()
    }

    fn is_near(a: &[f32], b: &[f32]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3)
    }

    #[test]
    fn products_of_all_shapes_and_layouts_agree_with_sums() {
        for shape in [[1, 1, 1], [3, 6, 24], [8, 256, 32], [9, 300, 65], [16, 513, 33]] {
            let [m, k, n] = shape;
            let (a, b) = (values(m * k, 1), values(k * n, 5));
            let expected = expected(&a, &b, shape);
            let (a_transposed, b_transposed) = (transpose(&a, k), transpose(&b, n));

            let mut out = vec![1.0; m * n];
            add_product(&mut out, &Tiles::new(&a, k), &Panels::new(&b, n));
            assert!(is_near(&out, &expected), "{shape:?}");

            let mut out = vec![1.0; m * n];
            let right = Panels::transposed(&b_transposed, k);
            add_product(&mut out, &Tiles::transposed(&a_transposed, m), &right);
            assert!(is_near(&out, &expected), "{shape:?}, transposed");

            let mut out = vec![1.0; m * n];
            add_transposed_product(&mut out, &a_transposed, m, &b, n);
            assert!(is_near(&out, &expected), "{shape:?}, in blocks");
        }
    }

    #[test]
    fn an_empty_product_adds_nothing() {
        let mut out = vec![1.0; 6];
        add_product(
            &mut out,
            &Tiles { depth: 0, n_rows: 2, columns: vec![] },
            &Panels::new(&[], 3),
        );
        assert_eq!(out, [1.0; 6]);
    }
}
