//! Test signals.

pub const RATE: u32 = 44_100;

/// `seconds` of stereo sound in blocks of 1152 frames, left and right; `frame` gives each frame.
pub fn blocks(seconds: f64, mut frame: impl FnMut(usize) -> [f32; 2]) -> Vec<[Vec<f32>; 2]> {
    let n_frames = (seconds * f64::from(RATE)) as usize;
    let block = |start: usize| {
        let frames: Vec<[f32; 2]> = (start..n_frames.min(start + 1152)).map(&mut frame).collect();
        [0, 1].map(|channel| frames.iter().map(|frame| frame[channel]).collect())
    };
    (0..n_frames).step_by(1152).map(block).collect()
}

/// A full-scale sine of `frequency` Hz.
pub fn sine(frequency: f64, frame: usize) -> f32 {
    (std::f64::consts::TAU * frequency * frame as f64 / f64::from(RATE)).sin() as f32
}
