//! The card of a personal prior: its songs, and what its dimensions do.

use std::{fmt::Write as _, fs, path::Path};

use serde::Serialize;

use crate::{
    files,
    lab::{
        cli::{Kind, Personalise},
        cmd::personalise::{
            report::{self, Row},
            sliders::Slider,
            songs::Songs,
        },
        train::{card::command_line, personal::Fitted},
    },
};

/// A card, stored as NAME.toml beside the prior.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The model that it belongs to.
    model: String,
    /// The command line.
    command: String,
    /// `components` or `vae`.
    kind: &'static str,
    /// Number of songs.
    songs: usize,
    /// Number of windows, without transposed ones.
    windows: usize,
    /// Share of the songs' variance that the dimensions explain, 0 to 1.
    explained: f64,
    /// KL divergence of each dimension in nats, of a vae.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kl_nats: Vec<f64>,
    /// What the dimensions do.
    sliders: Vec<String>,
    /// Figures of `--report`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    report: Vec<Row>,
}

impl Card {
    /// The card of `fitted`, learnt from `n_windows` windows of `songs`.
    pub fn new(
        args: &Personalise,
        model: &str,
        (songs, n_windows): (&Songs, usize),
        fitted: &Fitted,
        (sliders, report): (Vec<Slider>, Vec<Row>),
    ) -> Self {
        let kind = if args.kind == Kind::Vae { "vae" } else { "components" };
        Self {
            model: model.to_owned(),
            command: command_line(),
            kind,
            songs: songs.titles().len(),
            windows: n_windows,
            explained: rounded(fitted.explained),
            kl_nats: fitted.kl_nats.iter().map(|nats| rounded(*nats)).collect(),
            sliders: sliders.iter().map(Slider::to_string).collect(),
            report,
        }
    }

    /// Writes the card to `path`; an older card's `credits` tables are kept.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn save(&self, path: &Path) -> anyhow::Result<()> {
        let mut table = toml::Table::try_from(self)?;
        let old = fs::read_to_string(path).ok().and_then(|text| text.parse::<toml::Table>().ok());
        if let Some(credits) = old.and_then(|mut old| old.remove("credits")) {
            table.insert("credits".to_owned(), credits);
        }
        files::write(path, toml::to_string(&table)?.as_bytes())?;
        Ok(())
    }

    /// What the command prints.
    pub fn text(&self, path: &str, seconds: f64) -> String {
        let Self { kind, songs, windows, explained, kl_nats, sliders, report, .. } = self;
        let mut text = format!(
            "{path}: {kind} learnt from {windows} windows of {songs} songs in {seconds:.1} s; the \
             dimensions explain {:.0} % of their variance\n",
            100.0 * explained
        );
        if !kl_nats.is_empty() {
            let nats: Vec<String> = kl_nats.iter().map(|nats| format!("{nats:.2}")).collect();
            writeln!(text, "KL of each dimension: {} nats", nats.join(", ")).expect(INFALLIBLE);
        }
        for slider in sliders {
            writeln!(text, "  {slider}").expect(INFALLIBLE);
        }
        if !report.is_empty() {
            writeln!(text, "\n{}", report::table(report)).expect(INFALLIBLE);
        }
        text.trim_end().to_owned()
    }

    /// The output as JSON.
    ///
    /// # Errors
    /// Never: all fields can be JSON.
    pub fn json(&self, path: &str, seconds: f64) -> anyhow::Result<String> {
        let mut value = serde_json::to_value(self)?;
        value["prior"] = path.into();
        value["seconds"] = seconds.into();
        Ok(serde_json::to_string_pretty(&value)?)
    }
}

const INFALLIBLE: &str = "writing to a String can't fail";

fn rounded(x: f64) -> f64 {
    (x * 1e4).round() / 1e4
}
