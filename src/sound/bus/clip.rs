//! A soft clipper with little aliasing.

/// `x / sqrt(1 + x^2)`, averaged from each sample to the next.
///
/// The average over the line between two samples is the difference of the antiderivative, `sqrt(1 + x^2)`,
/// over that of the samples; for this curve it is a quotient of sums, without cancellation. Aliases at `f`
/// are attenuated by the ratio of `f` to the rate.
///
/// Source: J. D. Parker, V. Zavalishin, E. Le Bivic: Reducing the aliasing of nonlinear waveshaping using
/// continuous-time convolution, `DAFx` 2016.
#[derive(Debug, Clone, Copy, Default)]
pub struct SoftClip {
    /// The last sample.
    last: f32,
}

impl SoftClip {
    /// Clips `channel`, a multiple of 64 samples, delayed by half a sample; the slope is 1 at 0, the limit 1.
    pub fn process(&mut self, channel: &mut [f32]) {
        const CHUNK: usize = 64;
        for chunk in channel.as_chunks_mut::<CHUNK>().0 {
            let mut line = [self.last; CHUNK + 1];
            line[1..].copy_from_slice(chunk);
            self.last = line[CHUNK];
            let roots = line.map(|x| (1.0 + x * x).sqrt());
            *chunk = std::array::from_fn(|n| (line[n] + line[n + 1]) / (roots[n] + roots[n + 1]));
        }
    }
}

/// The same curve for one sample.
pub fn soft(x: f32) -> f32 {
    x / (1.0 + x * x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_sound_passes_and_loud_sound_ends_at_one() {
        let mut clip = SoftClip::default();
        let mut quiet = [0.01; 128];
        clip.process(&mut quiet);
        assert!((quiet[99] - 0.01).abs() < 1e-5, "{}", quiet[99]);

        let mut loud: [f32; 192] = std::array::from_fn(|n| if n < 100 { 1e6 } else { -1e6 });
        clip.process(&mut loud);
        assert!((loud[50] - 1.0).abs() < 1e-6 && (loud[150] + 1.0).abs() < 1e-6);
        assert_eq!(loud[100], 0.0, "between the two");
    }

    #[test]
    fn blocks_do_not_show() {
        let sound: Vec<f32> = (0..1024).map(|n| 3.0 * (n as f32 * 0.1).sin()).collect();
        let (mut whole, mut parts) = (sound.clone(), sound);
        SoftClip::default().process(&mut whole);
        let mut clip = SoftClip::default();
        parts.chunks_mut(128).for_each(|part| clip.process(part));

        assert_eq!(whole, parts);
    }
}
