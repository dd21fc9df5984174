//! Test signals.

pub const RATE: u32 = 44_100;

/// Calls `push` with `seconds` of stereo sound in blocks of 1152 frames, left and right; `frame`
/// gives each frame.
pub fn feed(
    seconds: f64,
    mut frame: impl FnMut(usize) -> [f32; 2],
    mut push: impl FnMut(&[f32], &[f32]),
) {
    let n_frames = (seconds * f64::from(RATE)) as usize;
    for start in (0..n_frames).step_by(1152) {
        let frames: Vec<[f32; 2]> = (start..n_frames.min(start + 1152)).map(&mut frame).collect();
        let channel = |n: usize| frames.iter().map(|frame| frame[n]).collect::<Vec<f32>>();
        push(&channel(0), &channel(1));
    }
}

/// A full-scale sine of `frequency` Hz.
pub fn sine(frequency: f64, frame: usize) -> f32 {
    (std::f64::consts::TAU * frequency * frame as f64 / f64::from(RATE)).sin() as f32
}
