//! Elementary functions with the same bits on every CPU, and fast.
//!
//! A seed must give the same bars everywhere, but system libraries differ in the last bit of `exp`.
//! No operation here is fused and values don't depend on each other, so the compiler may vectorise
//! at any width without changing a bit. [`matrix`](crate::musicvae::net::matrix) fixes the order of
//! sums.

// pulp compiles only inlined code for the chosen vector instructions.
#![allow(clippy::inline_always)]

/// `e^x` with a relative error below 2e-7, clamped to -87..88 (Cephes `expf`).
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Adding and subtracting 1.5 * 2^23 rounds to the nearest integer without a library call.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let mut poly = 1.987_569_1e-4;
    poly = poly * r + 1.398_2e-3;
    poly = poly * r + 8.333_452e-3;
    poly = poly * r + 4.166_579_6e-2;
    poly = poly * r + 0.166_666_65;
    poly = poly * r + 0.5;
    let mantissa = poly * r * r + r + 1.0;
    // The last bits of `rounded` are n: shifted to the exponent, they need no conversion.
    mantissa * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

/// The logistic function.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The hyperbolic tangent, within 3e-7.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_tanh_match_the_standard_library() {
        for i in -8000..8000 {
            let x = i as f32 / 100.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 3e-7, "exp({x})");
            assert!((tanh(x) - x.tanh()).abs() < 3e-7, "tanh({x})");
        }
        assert!(exp(-1e9) > 0.0 && exp(1e9).is_finite());
    }
}
