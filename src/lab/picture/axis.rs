//! Axes of plots: range, ticks and labels.

/// A range of numbers that starts and ends at a tick.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Axis {
    low: f64,
    /// Distance between ticks.
    tick: f64,
    n_ticks: usize,
}

impl Axis {
    /// An axis that covers all `values`, with about `n_ticks` at round numbers.
    ///
    /// Non-finite values are ignored; without any value the axis is 0 to 1.
    pub fn around(values: impl Iterator<Item = f64>, n_ticks: usize) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) =
            finite.fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        let (low, high) = if low > high { (0.0, 1.0) } else { (low, high) };
        let spread = if high - low > 1e-9 { high - low } else { low.abs().max(1.0) };
        let tick = round_up(spread / n_ticks.max(1) as f64);
        let low = (low / tick).floor();
        let n_ticks = ((high / tick).ceil() - low).max(1.0) as usize + 1;
        Self { low: low * tick, tick, n_ticks }
    }

    /// Length of the axis.
    pub fn span(&self) -> f64 {
        self.tick * (self.n_ticks - 1) as f64
    }

    /// Position of `value`: 0 at the start, 1 at the end.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / self.span()
    }

    /// The ticks in ascending order.
    pub fn ticks(&self) -> impl Iterator<Item = f64> {
        let Self { low, tick, n_ticks } = *self;
        (0..n_ticks).map(move |n| low + n as f64 * tick)
    }

    /// The label of a tick: as many decimals as distinguish neighbours, with thousands separators.
    pub fn label(&self, value: f64) -> String {
        let n_decimals = (-self.tick.log10()).ceil().clamp(0.0, 6.0) as usize;
        if n_decimals > 0 {
            return format!("{value:.n_decimals$}");
        }
        let digits = format!("{:.0}", value.abs());
        let mut text = if value < 0.0 { "-".to_owned() } else { String::new() };
        for (place, digit) in digits.char_indices() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text
    }
}

/// Rounds up to the next of ..., 1, 2, 5, 10, 20, 50, ...
fn round_up(width: f64) -> f64 {
    let power = 10f64.powf(width.log10().floor());
    let round = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power);
    round.into_iter().find(|&round| round >= width * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(values: &[f64]) -> Vec<String> {
        let axis = Axis::around(values.iter().copied(), 4);
        axis.ticks().map(|tick| axis.label(tick)).collect()
    }

    #[test]
    fn ticks_are_round_numbers_around_all_values() {
        assert_eq!(labels(&[0.31, 0.93]), ["0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&[50.0, 9950.0]), ["0", "5,000", "10,000"]);
        assert_eq!(labels(&[-3.0, 1_000_000.0])[1..2], ["0"]);
        assert_eq!(
            labels(&[0.001, 0.0012]),
            ["0.00100", "0.00105", "0.00110", "0.00115", "0.00120"]
        );
    }

    #[test]
    fn values_lie_between_the_ends() {
        let axis = Axis::around([2.0, 7.0].into_iter(), 5);
        assert_eq!((axis.share(2.0), axis.share(7.0)), (0.0, 1.0));
    }

    #[test]
    fn no_value_or_one_value_makes_an_axis() {
        assert_eq!(labels(&[]).first().map(String::as_str), Some("0.0"));
        assert!(labels(&[f64::NAN, 5.0, f64::INFINITY]).len() >= 2);
        assert!(labels(&[0.0, 0.0]).len() >= 2);
    }
}
