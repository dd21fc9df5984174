//! NumPy files of latent vectors, tokens and logits.

use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
};

use anyhow::{Context as _, bail, ensure};
use npyz::{DType, Deserialize, NpyFile, Order, TypeChar, WriterBuilder as _};

use crate::{files, threads::catch_panic};

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

/// Reads an array with `n_axes` axes of floats, integers or booleans of any size, byte order and memory
/// order; an array with one axis fewer becomes a single row.
///
/// # Errors
/// The file can't be read, is not such an array, is shorter than its header says, or holds a value
/// that is not finite as f32.
pub fn read(path: &Path, n_axes: usize) -> anyhow::Result<Array> {
    let name = || path.display().to_string();
    let bytes = fs::read(path).with_context(|| format!("{}: reading failed", path.display()))?;
    // npyz multiplies the axes unchecked.
    let parsed = catch_panic(|| NpyFile::new(&bytes[..])).map_err(anyhow::Error::msg);
    let file = parsed.and_then(|file| Ok(file?)).with_context(name)?;
    let mut shape: Vec<usize> = file.shape().iter().map(|&n| n as usize).collect();
    let n_values = shape.iter().try_fold(1usize, |product, &n| product.checked_mul(n));
    let n_bytes = n_values.zip(file.dtype().num_bytes()).and_then(|(n, size)| n.checked_mul(size));
    let is_whole = n_bytes.is_some_and(|n| n <= bytes.len());
    ensure!(is_whole, "{}: the file is too short for an array of shape {shape:?}", name());
    let order = file.order();
    let mut values = values(file).with_context(name)?;
    if order == Order::Fortran {
        values = in_c_order(&shape, &values);
    }
    if shape.len() + 1 == n_axes {
        shape.insert(0, 1);
    }
    ensure!(
        shape.len() == n_axes,
        "{}: expected an array of {n_axes} axes, found shape {shape:?}",
        name()
    );
    let array = Array { shape, values };
    let odd = array.rows().zip(0..).find(|(row, _)| !row.iter().all(|value| value.is_finite()));
    if let Some((_, row)) = odd {
        bail!("{}: expected finite numbers, found NaN or infinity in row {row}", name());
    }
    Ok(array)
}

/// The values of an array, in the order of the file.
fn values(file: NpyFile<&[u8]>) -> anyhow::Result<Vec<f32>> {
    let kind = file.dtype().descr();
    let DType::Plain(plain) = file.dtype() else {
        bail!("expected an array of numbers, found records {kind}");
    };
    Ok(match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, 2) => converted(file, half::f16::to_f32)?,
        (TypeChar::Float, 4) => file.into_vec()?,
        (TypeChar::Float, 8) => converted(file, |value: f64| value as f32)?,
        (TypeChar::Int, 1) => converted(file, |value: i8| f32::from(value))?,
        (TypeChar::Int, 2) => converted(file, |value: i16| f32::from(value))?,
        (TypeChar::Int, 4) => converted(file, |value: i32| value as f32)?,
        (TypeChar::Int, 8) => converted(file, |value: i64| value as f32)?,
        (TypeChar::Uint, 1) => converted(file, |value: u8| f32::from(value))?,
        (TypeChar::Uint, 2) => converted(file, |value: u16| f32::from(value))?,
        (TypeChar::Uint, 4) => converted(file, |value: u32| value as f32)?,
        (TypeChar::Uint, 8) => converted(file, |value: u64| value as f32)?,
        (TypeChar::Bool, _) => converted(file, |value: bool| f32::from(u8::from(value)))?,
        _ => bail!("expected dtype float16, float32, float64, int, uint or bool, found {kind}"),
    })
}

fn converted<T: Deserialize>(
    file: NpyFile<&[u8]>,
    convert: impl Fn(T) -> f32,
) -> io::Result<Vec<f32>> {
    Ok(file.into_vec::<T>()?.into_iter().map(convert).collect())
}

/// The values of an array of `shape` in C order; `values` are in Fortran order, the first axis
/// fastest.
fn in_c_order(shape: &[usize], values: &[f32]) -> Vec<f32> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for n in shape {
        strides.push(stride);
        stride *= n;
    }
    let place = |number: usize| {
        let mut rest = number;
        let mut place = 0;
        for (n, stride) in shape.iter().zip(&strides).rev() {
            place += rest % n * stride;
            rest /= n;
        }
        values[place]
    };
    (0..values.len()).map(place).collect()
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

    /// A file of the 2x3 array 0 to 5, as NumPy writes it; `value` gives the bytes of a number.
    fn file(descr: &str, is_fortran: bool, value: impl Fn(u8) -> Vec<u8>) -> Vec<u8> {
        let order = if is_fortran { "True" } else { "False" };
        let header =
            format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': (2, 3), }}\n");
        let numbers = if is_fortran { [0, 3, 1, 4, 2, 5] } else { [0, 1, 2, 3, 4, 5] };
        let head = [&b"\x93NUMPY\x01\x00"[..], &(header.len() as u16).to_le_bytes()].concat();
        [head, header.into_bytes(), numbers.into_iter().flat_map(value).collect()].concat()
    }

    #[test]
    fn numpys_common_types_and_orders_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");
        let float = |n: u8| f32::from(n);
        for bytes in [
            file("<f2", false, |n| half::f16::from_f32(float(n)).to_le_bytes().into()),
            file(">f2", true, |n| half::f16::from_f32(float(n)).to_be_bytes().into()),
            file(">f4", false, |n| float(n).to_be_bytes().into()),
            file("<f4", true, |n| float(n).to_le_bytes().into()),
            file(">f8", true, |n| f64::from(n).to_be_bytes().into()),
            file("|i1", false, |n| vec![n]),
            file("<i2", false, |n| i16::from(n).to_le_bytes().into()),
            file(">i4", true, |n| i32::from(n).to_be_bytes().into()),
            file("<i8", true, |n| i64::from(n).to_le_bytes().into()),
            file("|u1", true, |n| vec![n]),
            file("<u8", false, |n| u64::from(n).to_le_bytes().into()),
        ] {
            fs::write(&path, &bytes).unwrap();
            let array = read(&path, 2).unwrap();
            let rows: Vec<&[f32]> = array.rows().collect();
            assert_eq!(rows, [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], "{}", bytes.escape_ascii());
        }
        fs::write(&path, file("<c8", false, |_| vec![0; 8])).unwrap();
        let error = format!("{:#}", read(&path, 2).unwrap_err());
        assert!(error.contains("z.npy: expected dtype float16"), "{error}");
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused_with_their_row() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");
        for odd in [f64::NAN, f64::INFINITY, 1e300] {
            write(&path, &[2, 2], [0.0, 1.0, 2.0, odd]).unwrap();
            let error = read(&path, 2).unwrap_err().to_string();
            assert!(error.ends_with("found NaN or infinity in row 1"), "{error}");
        }
    }

    #[test]
    fn a_shape_beyond_the_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("z.npy");
        let most = i64::MAX;
        for shape in ["(4000000000, 4000000000)", "(9, 1000)", &format!("({most}, {most})")] {
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
