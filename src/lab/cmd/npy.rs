//! NumPy files of latent vectors, tokens and logits.

use std::{
    fs::{self, File},
    io::BufWriter,
    path::Path,
};

use anyhow::{Context as _, ensure};
use npyz::{NpyFile, Order, WriterBuilder as _};

use crate::files;

/// An array in C (row-major) order.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values.
    pub values: Vec<f32>,
}

impl Array {
    /// Slices along the first axis.
    pub fn rows(&self) -> impl Iterator<Item = &[f32]> {
        let n: usize = self.shape.iter().skip(1).product();
        self.values.chunks_exact(n.max(1))
    }
}

/// Reads an array of f32 or f64 with `n_axes` axes; an array with one axis less becomes a single
/// row.
///
/// # Errors
/// The file can't be read, is not such an array, or is shorter than its header says.
pub fn read(path: &Path, n_axes: usize) -> anyhow::Result<Array> {
    let name = || path.display().to_string();
    let bytes = fs::read(path).with_context(|| format!("{}: reading failed", path.display()))?;
    let file = NpyFile::new(&bytes[..]).with_context(name)?;
    let kind = file.dtype().descr();
    let mut shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let n_values = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    let is_whole = n_values.is_some_and(|n| n.checked_mul(4).is_some_and(|n| n <= bytes.len()));
    ensure!(is_whole, "{}: the file is too short for an array of shape {shape:?}", name());
    ensure!(
        file.order() == Order::C,
        "{}: expected an array in C order, found Fortran order",
        name()
    );
    let values = match kind.trim_matches('\'') {
        "<f4" => file.into_vec::<f32>().with_context(name)?,
        "<f8" => {
            let values = file.into_vec::<f64>().with_context(name)?;
            values.into_iter().map(|value| value as f32).collect()
        }
        other => anyhow::bail!("{}: expected dtype <f4 or <f8, found {other}", name()),
    };
    if shape.len() + 1 == n_axes {
        shape.insert(0, 1);
    }
    ensure!(
        shape.len() == n_axes,
        "{}: expected an array of {n_axes} axes, found shape {shape:?}",
        name()
    );
    Ok(Array { shape, values })
}

/// Writes `values` as an array of `shape`, replacing the file at once.
///
/// # Errors
/// The file can't be written.
pub fn write<T: npyz::AutoSerialize>(
    path: &Path,
    shape: &[usize],
    values: impl IntoIterator<Item = T>,
) -> anyhow::Result<()> {
    let shape: Vec<u64> = shape.iter().map(|&n| n as u64).collect();
    let save = |partial: &Path| -> std::io::Result<()> {
        let file = BufWriter::new(File::create(partial)?);
        let options = npyz::WriteOptions::new().default_dtype().shape(&shape);
        let mut writer = options.writer(file).begin_nd()?;
        writer.extend(values)?;
        writer.finish()
    };
    Ok(files::write_with(path, save)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_array_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");

        write(&path, &[2, 3], (0..6).map(f64::from)).unwrap();

        let array = read(&path, 2).unwrap();
        assert_eq!(array.shape, [2, 3]);
        assert_eq!(array.rows().collect::<Vec<_>>(), [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]);
        assert_eq!(read(&path, 3).unwrap().shape, [1, 2, 3]);
        assert!(read(&path, 4).unwrap_err().to_string().contains("4 axes"));
    }

    #[test]
    fn a_shape_beyond_the_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");
        for shape in ["(4000000000, 4000000000)", "(9, 1000)"] {
            let header =
                format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n");
            let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
            bytes.extend((header.len() as u16).to_le_bytes());
            bytes.extend(header.as_bytes());
            fs::write(&path, bytes).unwrap();

            assert!(read(&path, 2).is_err(), "{shape}");
        }
        fs::write(&path, b"no array").unwrap();
        assert!(read(&path, 2).unwrap_err().to_string().contains("z.npy"));
    }
}
