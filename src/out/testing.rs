//! Audio and mounts for tests.

use std::sync::Arc;

use crate::stream::{
    coding::Coding,
    mount::{About, Mount},
    ring::{Chunk, RingLimits, Writer, ring},
};

/// A chunk of `n` silent MP3 frames at 128 kbit/s.
pub fn sound(n: usize, title: &str) -> Chunk {
    let mut frame = vec![0; 417];
    frame[..4].copy_from_slice(&[0xff, 0xfb, 0x90, 0]);
    Chunk::mp3(frame.repeat(n), title)
}

/// An MP3 mount at 128 kbit/s whose ring keeps 1.5 times `burst` bytes.
pub fn mount(burst: usize) -> (Writer, Arc<Mount>) {
    let about = About {
        path: "/a.mp3".into(),
        name: "Test".into(),
        description: String::new(),
        genre: String::new(),
        coding: Coding::default(),
        public: false,
    };
    let (writer, tap) = ring(RingLimits { burst, keep: burst * 3 / 2 });
    (writer, Arc::new(Mount::new(about, tap)))
}
