//! Learning rate and beta by step, as in Magenta (`base_model.py`).

use crate::lab::train::scheduled::SamplingSchedule;

/// Schedules of a training run; fields have Magenta's names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// Learning rate at step 0.
    pub learning_rate: f64,
    /// Factor per step of the learning rate's excess over the minimum.
    pub decay_rate: f64,
    /// Minimum learning rate.
    pub min_learning_rate: f64,
    /// Free bits: KL per example that is not penalised, in bits.
    pub free_bits: f64,
    /// Final weight (beta) of the KL beyond the free bits.
    pub max_beta: f64,
    /// Beta at a step is `max_beta * (1 - beta_rate^step)`; with 0 it is `max_beta` from step 1 on.
    pub beta_rate: f64,
    /// Scheduled sampling.
    pub sampling: SamplingSchedule,
}

impl Schedule {
    /// Learning rate at step `step`.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        let above = self.learning_rate - self.min_learning_rate;
        above * self.decay_rate.powf(step as f64) + self.min_learning_rate
    }

    /// Weight of the KL at step `step`.
    pub fn beta_at(&self, step: u64) -> f64 {
        self.max_beta * (1.0 - self.beta_rate.powf(step as f64))
    }

    /// Free bits in nats.
    pub fn free_nats(&self) -> f64 {
        self.free_bits * std::f64::consts::LN_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::train::scheduled::Growth;

    #[test]
    fn the_learning_rate_falls_and_beta_rises_to_their_limits() {
        let schedule = Schedule {
            learning_rate: 1e-3,
            decay_rate: 0.9999,
            min_learning_rate: 1e-5,
            free_bits: 48.0,
            max_beta: 0.2,
            beta_rate: 0.99999,
            sampling: SamplingSchedule { growth: Growth::Constant, rate: 0.0 },
        };

        assert!((schedule.learning_rate_at(0) - 1e-3).abs() < 1e-12);
        assert!((schedule.learning_rate_at(1_000_000) - 1e-5).abs() < 1e-9);
        assert_eq!(schedule.beta_at(0), 0.0);
        assert!((schedule.beta_at(10_000_000) - 0.2).abs() < 1e-9);
        assert_eq!(Schedule { beta_rate: 0.0, ..schedule }.beta_at(1), 0.2);
    }
}
