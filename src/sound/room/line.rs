//! A delay line that is read and written in chunks.

/// Frames read or written at once: no delay may be shorter.
pub(super) const CHUNK: usize = 64;

/// A chunk of one channel.
pub(super) type Sound = [f32; CHUNK];

/// A chunk of both channels.
pub(super) type Chunk = [Sound; 2];

/// Frames read beside a chunk for interpolation.
const MARGIN: usize = 4;

/// A delay line.
pub(super) struct Line {
    ring: Box<[f32]>,
    position: usize,
}

impl Line {
    /// A line for delays of at most `n_frames`.
    pub fn new(n_frames: usize) -> Self {
        let n_chunks = n_frames.div_ceil(CHUNK) + 2;
        Self { ring: vec![0.0; n_chunks * CHUNK].into(), position: 0 }
    }

    /// Writes the current chunk and moves to the next.
    pub fn write(&mut self, sound: &Sound) {
        self.ring[self.position..self.position + CHUNK].copy_from_slice(sound);
        self.position += CHUNK;
        if self.position == self.ring.len() {
            self.position = 0;
        }
    }

    /// Reads the sound `delay` frames before the current chunk: from [`CHUNK`] to the line's length.
    pub fn read(&self, delay: usize, sound: &mut [f32]) {
        let ring = self.ring.len();
        let from = (self.position + ring - delay.min(ring)) % ring;
        let first = sound.len().min(ring - from);
        let (head, tail) = sound.split_at_mut(first);
        head.copy_from_slice(&self.ring[from..from + first]);
        tail.copy_from_slice(&self.ring[..tail.len()]);
    }

    /// The same with a delay that moves linearly from `delay` to `to` frames, a fraction of a frame away, by
    /// the cubic through four frames (Lagrange).
    pub fn read_between(&self, [delay, to]: [f32; 2], sound: &mut Sound) {
        let mut near = [0.0; CHUNK + 2 * MARGIN];
        let whole = delay.min(to) as usize + 1;
        self.read(whole + 1, &mut near);
        let step = (delay - to) / CHUNK as f32;
        let from = whole as f32 - delay;
        for (n, x) in sound.iter_mut().enumerate() {
            let t = from + step * (n + 1) as f32;
            let (before, after, far) = (t + 1.0, t - 1.0, t - 2.0);
            let outer = near[n + 3] * (before * t * after) - near[n] * (t * after * far);
            let inner = near[n + 1] * (before * after * far) - near[n + 2] * (before * t * far);
            *x = outer * (1.0 / 6.0) + inner * 0.5;
        }
    }
}
