//! Which parts of a sequence are decoded.

use crate::music::trio::Line;

/// A set of parts (of columns, in domains whose columns are not parts), by index below 32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartSet(u32);

impl PartSet {
    /// All parts.
    pub const ALL: Self = Self(u32::MAX);

    /// Only these parts.
    ///
    /// # Panics
    /// One of `parts` is 32 or more.
    pub const fn of<const N: usize>(parts: [usize; N]) -> Self {
        let (mut bits, mut n) = (0, 0);
        while n < N {
            bits |= 1u32 << parts[n];
            n += 1;
        }
        Self(bits)
    }

    /// Whether `part` is in the set.
    pub fn has(self, part: usize) -> bool {
        part < u32::BITS as usize && self.0 >> part & 1 == 1
    }

    /// The parts of either set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Empties the lines of all other parts.
    pub fn clear_others(self, lines: &mut [Line]) {
        let numbered = lines.iter_mut().enumerate();
        numbered.filter(|(part, _)| !self.has(*part)).for_each(|(_, line)| line.clear());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_its_parts_alone() {
        let [melody, drums] = [PartSet::of([0]), PartSet::of([2])];
        let both = melody.or(drums);
        assert_eq!([0, 1, 2, 32].map(|part| both.has(part)), [true, false, true, false]);

        let mut lines = vec![vec![1], vec![2], vec![3]];
        both.clear_others(&mut lines);
        assert_eq!(lines, [vec![1], vec![], vec![3]]);
    }
}
