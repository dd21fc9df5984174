//! What a model's weights don't say: what they were learnt from, and how.

use std::{collections::BTreeMap, fs, io, path::Path};

use serde::Serialize;

use crate::{
    files::{self, NotWritten},
    lab::train::{Error, fit::Measure},
    musicvae::net::config::Config,
};

/// Tables of an older card that a new one keeps: people write them, and `eval`.
const KEPT: [&str; 2] = ["credits", "held_out"];

/// The card of a model, the file NAME.toml beside its weights.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The configuration's name.
    pub config: String,
    /// The network's sizes, as Magenta calls them.
    pub sizes: BTreeMap<&'static str, usize>,
    /// The run that gave the weights.
    pub training: Training,
    /// Figures at the last step, by what was validated on.
    pub validation: BTreeMap<String, Figures>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Training {
    /// The command line.
    pub command: String,
    /// What everything was drawn from.
    pub seed: u64,
    /// Steps taken.
    pub steps: u64,
    /// File names of the data sets.
    pub data: Vec<String>,
    /// Windows of real songs to learn from.
    pub real_windows: usize,
    /// Windows of themed patterns to learn from.
    pub themed_windows: usize,
    /// Share of a batch that was themed.
    pub themed_share: f64,
}

/// What a validation gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Nats an example.
    pub cross_entropy: f64,
    /// Bits an example.
    pub kl_bits: f64,
    /// For each part, the share of tokens that were the likeliest, the ones before being right.
    pub accuracy: Vec<f64>,
}

impl From<&Measure> for Figures {
    fn from(measure: &Measure) -> Self {
        let rounded = |x: &f64| (x * 1e4).round() / 1e4;
        Self {
            cross_entropy: rounded(&measure.cross_entropy),
            kl_bits: rounded(&measure.kl_bits),
            accuracy: measure.accuracy.iter().map(rounded).collect(),
        }
    }
}

/// The sizes of `config` that a card tells.
pub fn sizes(config: &Config) -> BTreeMap<&'static str, usize> {
    let mut sizes = BTreeMap::from([
        ("z_size", config.n_latent),
        ("enc_rnn_size", config.n_encoder),
        ("dec_rnn_size", config.n_decoder),
        ("dec_rnn_layers", config.n_decoder_layers),
    ]);
    if 0 < config.n_conductor_layers {
        sizes.insert("conductor_rnn_size", config.n_conductor);
        sizes.insert("conductor_rnn_layers", config.n_conductor_layers);
    }
    sizes
}

/// What this program was called with.
pub fn command_line() -> String {
    let quoted = |word: String| {
        if word.contains(char::is_whitespace) { format!("'{word}'") } else { word }
    };
    std::env::args().map(quoted).collect::<Vec<_>>().join(" ")
}

impl Card {
    /// Writes the card to `path`; the tables `[credits]` and `[held_out]` of one that is there stay.
    ///
    /// # Errors
    /// The disk is full or read-only; the card that was there is as it was.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let not_written = |source| Error::NotWritten(NotWritten { path: path.to_owned(), source });
        let mut card =
            toml::Table::try_from(self).map_err(io::Error::other).map_err(not_written)?;
        let old = fs::read_to_string(path).unwrap_or_default();
        let old: toml::Table = old.parse().map_err(|error| {
            not_written(io::Error::other(format!("the present card is not valid TOML: {error}")))
        })?;
        card.extend(old.into_iter().filter(|(table, _)| KEPT.contains(&table.as_str())));
        Ok(files::write(path, card.to_string().as_bytes())?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn card(steps: u64) -> Card {
        let config = Config::official(Family::Trio4Bar);
        let training = Training {
            command: "electropunk train".into(),
            seed: 1,
            steps,
            data: vec!["a.safetensors".into()],
            real_windows: 10,
            themed_windows: 0,
            themed_share: 0.5,
        };
        let measure = Measure { cross_entropy: 1.0, kl_bits: 48.0, accuracy: vec![0.123_456; 3] };
        let validation = BTreeMap::from([("real".to_owned(), Figures::from(&measure))]);
        Card { config: config.family.to_string(), sizes: sizes(&config), training, validation }
    }

    #[test]
    fn a_new_card_keeps_what_others_wrote_on_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.toml");
        let written = "stale = 1\n[credits]\nwho = \"us\"\n[held_out.real]\nwindows = 5\n";
        fs::write(&path, written).unwrap();

        card(7).save(&path).unwrap();

        let found: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        assert_eq!(found["credits"]["who"].as_str(), Some("us"));
        assert_eq!(found["held_out"]["real"]["windows"].as_integer(), Some(5));
        assert_eq!(found["training"]["steps"].as_integer(), Some(7));
        assert_eq!(found["validation"]["real"]["accuracy"][2].as_float(), Some(0.1235));
        assert!(!found.contains_key("stale"));
    }

    #[test]
    fn a_card_that_is_no_toml_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.toml");
        fs::write(&path, "no card").unwrap();

        let error = card(7).save(&path).unwrap_err().to_string();

        assert!(error.contains("no TOML"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "no card");
    }
}
