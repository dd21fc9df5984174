//! Spread of velocity and timing of drum hits, compared with drummers'.

use crate::{
    lab::measure::{
        notes::score::{Role, Score},
        statistics::{deviation, mean},
    },
    music::drums::{self, Drum, N_CLASSES},
};

/// Hits within this distance of the grid count as on it.
const ON_GRID_MS: f64 = 1.0;

/// Standard deviations of velocity and of time from the grid in ms, by drum class, within a
/// performance of the Groove MIDI Dataset (Gillick et al. 2019, arXiv:1905.06118).
///
/// Measured on all three splits, in two-bar windows at each performance's own tempo, as the root
/// mean square over performances with at least eight hits of the class. Pooling all performances
/// gives more (32 and 28 for the kick), because drummers and styles differ; a station is one
/// drummer in one style.
const DRUMMERS: [(f64, f64); N_CLASSES] = [
    (19.9, 24.7),
    (32.8, 26.3),
    (27.7, 24.8),
    (23.7, 23.3),
    (22.5, 24.1),
    (21.5, 24.4),
    (22.1, 26.7),
    (26.2, 25.1),
    (24.0, 23.3),
];

/// A drum hit as performed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrumHit {
    /// Its drum class.
    pub class: Drum,
    /// 1 to 127.
    pub velocity: u8,
    /// Delay from the swung grid in milliseconds.
    pub late_ms: f64,
}

/// Spread of velocity and timing of one drum class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrumSpread {
    /// The drum class.
    pub class: Drum,
    /// Number of hits.
    pub hits: usize,
    /// Standard deviation of velocity.
    pub velocity_deviation: f64,
    /// The drummers' standard deviation of velocity.
    pub drummers_velocity_deviation: f64,
    /// Standard deviation of the time from the grid, in milliseconds.
    pub late_deviation_ms: f64,
    /// The drummers' standard deviation of the time from the grid, in milliseconds.
    pub drummers_late_deviation_ms: f64,
}

/// All hits of drums that have a class, in order.
pub fn of(score: &Score) -> Vec<DrumHit> {
    let bars = score.bars.iter().flat_map(|bar| {
        let ms_per_step = 1000.0 * bar.tempo.seconds_per_step();
        bar.parts[Role::Drums as usize].iter().map(move |hit| (hit, ms_per_step))
    });
    let drum_hit = |(hit, ms_per_step): (&crate::music::bar::Hit, f64)| {
        let (_, late) = score.place(hit);
        let class = drums::class(hit.pitch)?;
        Some(DrumHit { class, velocity: hit.velocity, late_ms: late * ms_per_step })
    };
    bars.filter_map(drum_hit).collect()
}

/// The spread of each class that has hits.
pub fn spreads(hits: &[DrumHit]) -> Vec<DrumSpread> {
    let of_class = |class: Drum| {
        let own = || hits.iter().filter(move |hit| hit.class == class);
        let velocities: Vec<f64> = own().map(|hit| hit.velocity.into()).collect();
        let late: Vec<f64> = own().map(|hit| hit.late_ms).collect();
        let (of_velocity, of_time) = DRUMMERS[class as usize];
        DrumSpread {
            class,
            hits: late.len(),
            velocity_deviation: deviation(&velocities),
            drummers_velocity_deviation: of_velocity,
            late_deviation_ms: deviation(&late),
            drummers_late_deviation_ms: of_time,
        }
    };
    Drum::ALL.into_iter().map(of_class).filter(|spread| spread.hits > 0).collect()
}

/// The share of hits, 0 to 1, within a millisecond of the grid.
pub fn on_grid(hits: &[DrumHit]) -> f64 {
    let is_on = |hit: &DrumHit| f64::from(u8::from(hit.late_ms.abs() <= ON_GRID_MS));
    mean(&hits.iter().map(is_on).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::notes::testing::score;

    #[test]
    fn delay_is_in_milliseconds_from_the_swung_grid() {
        let mut piece = score(Role::Drums, &[&[(0.0, 36), (1.25, 42), (2.1, 42)]]);
        piece.swing = 0.25;

        let found = of(&piece);

        // A step is 125 ms long.
        let late: Vec<f64> = found.iter().map(|hit| hit.late_ms).collect();
        assert!(late[1].abs() < 1e-3 && (late[2] - 12.5).abs() < 1e-3, "{late:?}");
        assert!((on_grid(&found) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn each_class_has_its_spread_and_the_drummers() {
        let mut piece = score(Role::Drums, &[&[(0.0, 36), (8.0, 36), (4.0, 39)]]);
        piece.bars[0].parts[0][0].velocity = 80;

        let found = spreads(&of(&piece));

        assert_eq!(found.len(), 2);
        assert_eq!((found[0].class, found[0].hits), (Drum::Kick, 2));
        assert_eq!(
            (found[0].velocity_deviation, found[0].drummers_velocity_deviation),
            (10.0, 19.9)
        );
        assert_eq!(spreads(&[]), []);
    }
}
