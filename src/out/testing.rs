//! Sound for tests, and a mount to put it on.

use std::sync::Arc;

use crate::{
    stream::{
        mount::{About, Mount},
        ring::{Chunk, RingLimits, Writer, ring},
    },
    units::Kbps,
};

/// `n` silent frames of 128 kbit/s.
pub fn sound(n: usize, title: &str) -> Chunk {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0]);
    Chunk { audio: frame.repeat(n).into(), title: title.into() }
}

/// A mount of 128 kbit/s whose ring holds `burst` bytes and half as many more.
pub fn mount(burst: usize) -> (Writer, Arc<Mount>) {
    let about = About {
        path: "/a.mp3".into(),
        name: "Test".into(),
        description: String::new(),
        genre: String::new(),
        bitrate: Kbps::DEFAULT,
        public: false,
    };
    let (writer, tap) = ring(RingLimits { burst, keep: burst * 3 / 2 });
    (writer, Arc::new(Mount::new(about, tap)))
}
