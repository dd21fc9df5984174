//! Planes of numbers with margins of zeros, so that convolutions need no special case at edges.

/// Rows of zeros above and below each plane: half of the tallest kernel.
const ROWS_AROUND: usize = 3;

/// Lanes of the widest vectors; rows are laid out in multiples of them.
const LANES: usize = 16;

/// Planes with a row per frame and a column per frequency.
#[derive(Debug, Clone)]
pub struct Planes {
    shape: [usize; 3], // planes, rows, columns
    margin: usize,
    values: Vec<f32>,
}

impl Planes {
    /// Planes of zeros with `margin` columns of zeros, a multiple of 16, on both sides.
    pub fn new(n_planes: usize, n_rows: usize, n_columns: usize, margin: usize) -> Self {
        let row = n_columns.next_multiple_of(LANES) + 2 * margin;
        // One extra row: vectors at the end of the last row read beyond it.
        let n_values = (n_planes * (n_rows + 2 * ROWS_AROUND) + 1) * row;
        Self { shape: [n_planes, n_rows, n_columns], margin, values: vec![0.0; n_values] }
    }

    /// Number of planes.
    pub fn n_planes(&self) -> usize {
        self.shape[0]
    }

    /// Rows of a plane.
    pub fn n_rows(&self) -> usize {
        self.shape[1]
    }

    /// Columns of a plane.
    pub fn n_columns(&self) -> usize {
        self.shape[2]
    }

    /// Columns including the padding of the last vector.
    pub fn n_computed(&self) -> usize {
        self.n_columns().next_multiple_of(LANES)
    }

    /// Values from one row to the next.
    pub fn stride(&self) -> usize {
        self.n_computed() + 2 * self.margin
    }

    /// The index in [`Self::values`] of a row and column, which may be in the margins.
    pub fn place(&self, plane: usize, row: isize, column: isize) -> usize {
        let row = (plane * (self.n_rows() + 2 * ROWS_AROUND) + ROWS_AROUND) as isize + row;
        (row * self.stride() as isize + self.margin as isize + column) as usize
    }

    /// All values, margins included.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values; margins stay 0.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// A row.
    pub fn row(&self, plane: usize, row: usize) -> &[f32] {
        &self.values[self.place(plane, row as isize, 0)..][..self.n_columns()]
    }

    /// A row.
    pub fn row_mut(&mut self, plane: usize, row: usize) -> &mut [f32] {
        let start = self.place(plane, row as isize, 0);
        let end = start + self.n_columns();
        &mut self.values[start..end]
    }

    /// Changes every value, and sets the padding of vectors to 0.
    pub fn apply(&mut self, change: impl Fn(f32) -> f32) {
        let (n_columns, n_computed) = (self.n_columns(), self.n_computed());
        for plane in 0..self.n_planes() {
            for row in 0..self.n_rows() {
                let start = self.place(plane, row as isize, 0);
                let values = &mut self.values[start..start + n_computed];
                let (kept, filling) = values.split_at_mut(n_columns);
                for x in kept {
                    *x = change(*x);
                }
                filling.fill(0.0);
            }
        }
    }

    /// Splits each plane into three: plane `3 p + k` holds every third column of plane `p`, starting at `k`.
    pub fn thirds(&self, margin: usize) -> Self {
        let mut thirds =
            Self::new(3 * self.n_planes(), self.n_rows(), self.n_columns() / 3, margin);
        for plane in 0..self.n_planes() {
            for row in 0..self.n_rows() {
                let start = self.place(plane, row as isize, 0);
                for k in 0..3 {
                    let values = self.values[start + k..start + self.n_columns()].iter().step_by(3);
                    let third = thirds.row_mut(3 * plane + k, row);
                    third.iter_mut().zip(values).for_each(|(to, x)| *to = *x);
                }
            }
        }
        thirds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirds_interleave_to_the_whole() {
        let mut planes = Planes::new(2, 4, 9, 16);
        for plane in 0..2 {
            for row in 0..4 {
                for (column, x) in planes.row_mut(plane, row).iter_mut().enumerate() {
                    *x = (plane * 100 + row * 10 + column) as f32;
                }
            }
        }

        let thirds = planes.thirds(16);

        assert_eq!((thirds.n_planes(), thirds.n_columns()), (6, 3));
        for column in 0..9 {
            let found = thirds.row(3 + column % 3, 2)[column / 3];
            assert_eq!(found, planes.row(1, 2)[column]);
        }
    }
}
