//! Seeded random numbers: one seed, many independent named streams.
//!
//! Each use draws from its own named stream, so an additional draw in one place changes nothing
//! elsewhere. The same seed gives the same music on every machine and in every version: ChaCha is
//! fixed by its specification, unlike the default generators of most libraries.

use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};

/// The random number generator used everywhere.
pub type Rng = ChaCha8Rng;

/// The stream called `name` of `seed`.
pub fn stream(seed: u64, name: &str) -> Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(fnv1a(name));
    rng
}

/// Derives the seed of a part, such as a station's seed from the radio's.
pub fn derive(seed: u64, name: &str) -> u64 {
    use rand::Rng as _;
    stream(seed, name).next_u64()
}

/// At most `most` of `all`, in their order: a random choice that depends on their number alone.
///
/// Elements often alternate, such as the melodies and basses of patterns; every n-th could all be of one kind.
pub fn choice<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let n = all.len().min(most);
    let mut is_chosen = vec![false; all.len()];
    for index in rand::seq::index::sample(&mut stream(0, "choice"), all.len(), n) {
        is_chosen[index] = true;
    }
    all.into_iter().zip(is_chosen).filter_map(|(one, is_chosen)| is_chosen.then_some(one)).collect()
}

/// FNV-1a, 64 bits. Unlike the standard library's hash, it never changes.
pub fn fnv1a(bytes: impl AsRef<[u8]>) -> u64 {
    bytes.as_ref().iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::*;

    #[test]
    fn a_stream_depends_on_its_seed_and_name_only() {
        assert_eq!(stream(1, "walk").random::<u64>(), stream(1, "walk").random::<u64>());
        assert_ne!(stream(1, "walk").random::<u64>(), stream(1, "drums").random::<u64>());
        assert_ne!(stream(1, "walk").random::<u64>(), stream(2, "walk").random::<u64>());
    }

    #[test]
    fn a_choice_keeps_the_order_and_takes_all_kinds() {
        let chosen = choice((0..400).collect(), 100);
        assert_eq!(chosen.len(), 100);
        assert!(chosen.is_sorted());
        assert!((0..4).all(|kind| 10 < chosen.iter().filter(|&n| n % 4 == kind).count()));
        assert_eq!(choice(vec![1, 2, 3], 5), [1, 2, 3]);
        assert!(choice(vec![1, 2, 3], 0).is_empty());
    }

    #[test]
    fn fnv1a_gives_the_published_value() {
        assert_eq!(fnv1a("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
