//! The settings of a run as text, to compare those of a checkpoint with those of the command line.

use std::collections::BTreeMap;

use crate::{
    lab::{
        cli,
        dataset::shares::Share,
        train::{card, fit::Settings},
    },
    music::meter::STEPS_PER_BAR,
    musicvae::net::config::Config,
};

/// The key of the number of parts that a batch is split into. Another number changes the weights in
/// their last bits only.
const THREADS: &str = "--threads";

/// The value of each option that training depends on, except the number of steps.
pub type Described = BTreeMap<String, String>;

/// The settings of `args` with their defaults; `n_windows` are those of songs and of patterns.
pub fn describe(
    args: &cli::Train,
    config: &Config,
    settings: &Settings,
    n_windows: [usize; 2],
) -> Described {
    let Settings { schedule, seed, n_examples, n_threads, keep_prob } = settings;
    let names = |paths: &[std::path::PathBuf]| {
        let names = paths.iter().map(|path| path.file_name().unwrap_or_default().to_string_lossy());
        names.collect::<Vec<_>>().join(" ")
    };
    let weight = |share: &Share| format!("{}={}", share.name, share.share);
    let weights: Vec<String> = args.weights.iter().map(weight).collect();
    let option = |name: &str| format!("--{}", name.replace('_', "-"));
    let sizes = card::sizes(config);
    let mut described: Described =
        sizes.iter().map(|(name, size)| (option(name), size.to_string())).collect();
    let others = [
        ("--config", args.config.to_string()),
        ("--bars", (config.n_steps() / STEPS_PER_BAR).to_string()),
        ("--data", format!("{} ({} windows)", names(&args.data), n_windows[0])),
        ("--held-out", names(&args.held_out)),
        ("--patterns", args.patterns.to_string()),
        ("--themed-share", args.themed_share.to_string()),
        ("--weights", weights.join(" ")),
        ("--recombined-share", args.recombined_share.to_string()),
        ("--varied-share", args.varied_share.to_string()),
        ("--seed", seed.to_string()),
        ("--batch-size", n_examples.to_string()),
        ("--learning-rate", schedule.learning_rate.to_string()),
        ("--decay-rate", schedule.decay_rate.to_string()),
        ("--min-learning-rate", schedule.min_learning_rate.to_string()),
        ("--free-bits", schedule.free_bits.to_string()),
        ("--max-beta", schedule.max_beta.to_string()),
        ("--beta-rate", schedule.beta_rate.to_string()),
        ("--keep-prob", keep_prob.to_string()),
        ("--sampling-schedule", format!("{:?}", schedule.sampling.growth).to_lowercase()),
        ("--sampling-rate", schedule.sampling.rate.to_string()),
        (THREADS, n_threads.to_string()),
    ];
    described.extend(others.map(|(name, value)| (name.to_owned(), value)));
    described
}

/// How `now` differs from the settings of a checkpoint.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// A line for each difference that prevents resuming.
    pub of_run: Vec<String>,
    /// A line on a difference that does not prevent it.
    pub note: Option<String>,
}

impl Differences {
    /// Compares `saved`, the settings of a checkpoint as JSON, with `now`.
    pub fn between(saved: &str, now: &Described) -> Self {
        let Ok(saved) = serde_json::from_str::<Described>(saved) else {
            let line = "the checkpoint records its options in an older form: not compared";
            return Self { of_run: Vec::new(), note: Some(line.to_owned()) };
        };
        let keys = saved.keys().chain(now.keys().filter(|key| !saved.contains_key(*key)));
        let value = |of: &Described, key: &str| match of.get(key).map(String::as_str) {
            None | Some("") => "none".to_owned(),
            Some(value) => value.to_owned(),
        };
        let mut differences = Self::default();
        for key in keys.filter(|key| saved.get(*key) != now.get(*key)) {
            let line =
                format!("{key}: {} in the checkpoint, {} now", value(&saved, key), value(now, key));
            match key.as_str() {
                THREADS => {
                    differences.note =
                        Some(format!("{line}: weights will differ in their last bits"));
                }
                _ => differences.of_run.push(line),
            }
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(values: &[(&str, &str)]) -> Described {
        values.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn the_options_that_differ_are_named() {
        let saved = described(&[("--batch-size", "8"), ("--seed", "0"), ("--threads", "2")]);
        let now = described(&[("--batch-size", "16"), ("--seed", "0"), ("--threads", "1")]);
        let text = serde_json::to_string(&saved).unwrap();

        assert_eq!(Differences::between(&text, &saved), Differences::default());
        let differences = Differences::between(&text, &now);
        assert_eq!(differences.of_run, ["--batch-size: 8 in the checkpoint, 16 now"]);
        assert!(differences.note.unwrap().starts_with("--threads: 2 in the checkpoint, 1 now"));
        let of_older_form = Differences::between("cat-drums seed 0", &now);
        assert!(of_older_form.of_run.is_empty() && of_older_form.note.is_some());
    }
}
