//! How drums are struck, beside how drummers strike them.

use crate::{
    lab::measure::{
        score::{Role, Score},
        statistics::{deviation, mean},
    },
    music::drums::{self, Drum, N_CLASSES},
};

/// A hit nearer to the grid than this is on it.
const ON_GRID_MS: f64 = 1.0;

/// What the beats of the Groove MIDI Dataset have within a performance (Gillick et al. 2019,
/// arXiv:1905.06118; all three splits, windows of two bars at each performance's own tempo; root mean
/// square of the performances with eight hits of the class or more): by class, the deviations of
/// velocity and of milliseconds from the grid. All performances thrown together have more, 32 and 28
/// of a kick, as drummers and styles differ; a station is one of each.
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

/// A hit of a drum as it is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// What is hit.
    pub class: Drum,
    /// 1 to 127.
    pub velocity: u8,
    /// How much later than the grid, swing included, in milliseconds.
    pub late_ms: f64,
}

/// How a class is struck.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touch {
    /// What is hit.
    pub class: Drum,
    /// How often.
    pub hits: usize,
    /// Standard deviation of velocity.
    pub velocity_deviation: f64,
    /// What drummers have.
    pub drummers_velocity_deviation: f64,
    /// Standard deviation of the time from the grid, in milliseconds.
    pub late_deviation_ms: f64,
    /// What drummers have.
    pub drummers_late_deviation_ms: f64,
}

/// All hits of drums that have a class, in order.
pub fn strokes(score: &Score) -> Vec<Stroke> {
    let bars = score.bars.iter().flat_map(|bar| {
        let ms_per_step = 1000.0 * bar.tempo.seconds_per_step();
        bar.parts[Role::Drums as usize].iter().map(move |hit| (hit, ms_per_step))
    });
    let stroke = |(hit, ms_per_step): (&crate::music::bar::Hit, f64)| {
        let (_, late) = score.place(hit);
        let class = drums::class(hit.pitch)?;
        Some(Stroke { class, velocity: hit.velocity, late_ms: late * ms_per_step })
    };
    bars.filter_map(stroke).collect()
}

/// How each class that is hit at all is struck.
pub fn touch(strokes: &[Stroke]) -> Vec<Touch> {
    let of_class = |class: Drum| {
        let own = || strokes.iter().filter(move |stroke| stroke.class == class);
        let velocities: Vec<f64> = own().map(|stroke| stroke.velocity.into()).collect();
        let late: Vec<f64> = own().map(|stroke| stroke.late_ms).collect();
        let (of_velocity, of_time) = DRUMMERS[class as usize];
        Touch {
            class,
            hits: late.len(),
            velocity_deviation: deviation(&velocities),
            drummers_velocity_deviation: of_velocity,
            late_deviation_ms: deviation(&late),
            drummers_late_deviation_ms: of_time,
        }
    };
    Drum::ALL.into_iter().map(of_class).filter(|touch| touch.hits > 0).collect()
}

/// The share of hits, 0 to 1, within a millisecond of the grid.
pub fn on_grid(strokes: &[Stroke]) -> f64 {
    let is_on = |stroke: &Stroke| f64::from(u8::from(stroke.late_ms.abs() <= ON_GRID_MS));
    mean(&strokes.iter().map(is_on).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::measure::score::tests::score;

    #[test]
    fn lateness_is_in_milliseconds_from_the_swung_grid() {
        let mut piece = score(Role::Drums, &[&[(0.0, 36), (1.25, 42), (2.1, 42)]]);
        piece.swing = 0.25;

        let found = strokes(&piece);

        // A step is 125 ms long.
        let late: Vec<f64> = found.iter().map(|stroke| stroke.late_ms).collect();
        assert!(late[1].abs() < 1e-3 && (late[2] - 12.5).abs() < 1e-3, "{late:?}");
        assert!((on_grid(&found) - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn each_class_is_described_beside_drummers() {
        let mut piece = score(Role::Drums, &[&[(0.0, 36), (8.0, 36), (4.0, 39)]]);
        piece.bars[0].parts[0][0].velocity = 80;

        let found = touch(&strokes(&piece));

        assert_eq!(found.len(), 2);
        assert_eq!((found[0].class, found[0].hits), (Drum::Kick, 2));
        assert_eq!(
            (found[0].velocity_deviation, found[0].drummers_velocity_deviation),
            (10.0, 19.9)
        );
        assert_eq!(touch(&[]), []);
    }
}
