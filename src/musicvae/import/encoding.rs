//! Encodings of numbers in checkpoints, all little-endian, decoded to f32.

use half::f16;

/// Encoding of a tensor's numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Encoding {
    /// Single precision.
    F32,
    /// Half precision.
    F16,
    /// 8-bit, quantised.
    U8(Scale),
    /// 16-bit, quantised.
    U16(Scale),
    /// Integer; used by counters.
    I32,
    /// Integer; used by counters.
    I64,
}

/// Quantisation: `q` stands for `q * scale + min`, computed in f64 as in TensorFlow.js.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Step between two values.
    pub scale: f64,
    /// The value of 0.
    pub min: f64,
}

impl Scale {
    fn value(self, quantum: u16) -> f32 {
        (f64::from(quantum) * self.scale + self.min) as f32
    }
}

impl Encoding {
    /// Bytes per number.
    pub fn n_bytes(self) -> usize {
        match self {
            Self::U8(_) => 1,
            Self::F16 | Self::U16(_) => 2,
            Self::F32 | Self::I32 => 4,
            Self::I64 => 8,
        }
    }

    /// Decodes `bytes`; an incomplete number at the end is dropped.
    pub fn decode(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F32 => numbers(bytes, f32::from_le_bytes),
            Self::F16 => numbers(bytes, |b| f16::from_le_bytes(b).to_f32()),
            Self::U8(scale) => numbers(bytes, |[b]| scale.value(u16::from(b))),
            Self::U16(scale) => numbers(bytes, |b| scale.value(u16::from_le_bytes(b))),
            Self::I32 => numbers(bytes, |b| i32::from_le_bytes(b) as f32),
            Self::I64 => numbers(bytes, |b| i64::from_le_bytes(b) as f32),
        }
    }
}

fn numbers<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|&chunk| number(chunk)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_encoding_is_decoded() {
        let scale = Scale { scale: 0.5, min: -1.0 };

        assert_eq!(Encoding::F32.decode(&1.5f32.to_le_bytes()), [1.5]);
        assert_eq!(Encoding::F16.decode(&[0x00, 0xc0, 0x01, 0x00]), [-2.0, 2f32.powi(-24)]);
        assert_eq!(Encoding::U8(scale).decode(&[0, 255]), [-1.0, 126.5]);
        assert_eq!(Encoding::U16(scale).decode(&[0xff, 0xff]), [32766.5]);
        assert_eq!(Encoding::I32.decode(&[0xff; 4]), [-1.0]);
        assert_eq!(Encoding::I64.decode(&[0xff; 8]), [-1.0]);
    }

    #[test]
    fn quantised_values_are_rounded_once() {
        let scale = Scale { scale: 0.1, min: -12.8 };
        // In f32 arithmetic this would be about 1.5258789e-8, unlike JavaScript's result.
        assert_eq!(Encoding::U8(scale).decode(&[128]), [(128.0f64 * 0.1 - 12.8) as f32]);
    }
}
