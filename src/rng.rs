//! One seed, many independent streams of random numbers.
//!
//! Each use draws from a stream of its own name, so that one more draw in one place changes nothing
//! elsewhere, and the same seed gives the same programme on every machine: ChaCha is fixed by its
//! specification, unlike the standard generators of most libraries.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// The generator that everything draws from.
pub type Rng = ChaCha8Rng;

/// The stream `name` of `seed`.
pub fn stream(seed: u64, name: &str) -> Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(fnv1a(name));
    rng
}

/// A seed for a part of the whole, such as a station's from the program's.
pub fn derive(seed: u64, name: &str) -> u64 {
    use rand::Rng as _;
    stream(seed, name).next_u64()
}

/// FNV-1a, 64 bits: a hash that never changes, which the standard library's may.
pub fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;

    #[test]
    fn a_stream_is_the_same_for_ever() {
        assert_eq!(stream(1, "walk").random::<u64>(), stream(1, "walk").random::<u64>());
        assert_ne!(stream(1, "walk").random::<u64>(), stream(1, "drums").random::<u64>());
        assert_ne!(stream(1, "walk").random::<u64>(), stream(2, "walk").random::<u64>());
    }

    #[test]
    fn fnv1a_gives_the_published_value() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
