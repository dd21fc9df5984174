//! Sound for tests.

use crate::stream::ring::Chunk;

/// `n` silent frames of 128 kbit/s.
pub fn sound(n: usize, title: &str) -> Chunk {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0]);
    Chunk { audio: frame.repeat(n).into(), title: title.into() }
}
