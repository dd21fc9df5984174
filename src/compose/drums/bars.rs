//! Bar numbers that the drums of a phrase depend on.

/// Bar numbers that the drums of a phrase depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bars {
    /// The first bar of the phrase.
    pub first: u64,
    /// The first bar of its section, for the pad's round.
    pub of_section: u64,
    /// The bar in which a fill is ordered.
    pub fill: Option<u64>,
}
