//! `personalise --report`: draws of several priors compared with songs of the band and of others.

use std::fmt::Write as _;

use anyhow::ensure;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use serde::Serialize;

use crate::{
    lab::{
        measure::{
            likeness::{Distances, Monotony, Placed, distances, monotony},
            novelty::{TrainingSet, novelty},
            tokens::{Kind, Window},
        },
        train::personal::cloud::Cloud,
    },
    musicvae::{
        convert::voices::voices,
        net::{
            self, config::Config, decode_rule::DecodeRule, domain::Domain, latent::Latent,
            music_vae::MusicVae, prior::Prior,
        },
    },
    rng,
};

/// Principal components of the latents whose distribution is compared: a few hundred windows don't
/// determine the covariance of many more.
const N_COORDINATES: usize = 16;

/// Figures of a set of windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The windows' source.
    pub name: String,
    /// Distances to the band's held-out songs.
    pub held_out: Distances,
    /// Distances to others' songs.
    pub others: Distances,
    /// Share of copies of training songs, 0 to 1.
    pub copies: f64,
    /// How monotonous they are.
    #[serde(flatten)]
    pub monotony: Monotony,
}

/// Songs that draws are compared with.
pub struct Bench<'a> {
    model: &'a MusicVae,
    kinds: Vec<Kind>,
    ruler: Cloud,
    learnt: Placed,
    held_out: Placed,
    others: Placed,
    training: TrainingSet,
    held_out_distances: Vec<f64>,
}

/// Windows with their posterior means.
pub type Encoded<'a> = (&'a [Window], &'a [Latent]);

impl<'a> Bench<'a> {
    /// A bench for draws that `model` encodes. `learnt` are the windows that priors were fitted to,
    /// `held_out` others of the band, `others` those of other bands, possibly none.
    ///
    /// # Errors
    /// The model's windows are not of drums, melodies or trios; there are too few.
    pub fn new(
        model: &'a MusicVae,
        [learnt, held_out, others]: [Encoded<'_>; 3],
    ) -> anyhow::Result<Self> {
        let config = model.config();
        let domain = config.family.domain();
        ensure!(
            matches!(domain, Domain::Drums | Domain::Melody | Domain::Trio),
            "--report: expected a model of drums, melodies or trios, found one of {}",
            config.family
        );
        ensure!(
            2 <= held_out.0.len(),
            "--report: expected at least 2 windows of held-out songs, found {}",
            held_out.0.len()
        );
        let kinds: Vec<Kind> = domain.parts().iter().map(|part| Kind::of_part(part)).collect();
        let all: Vec<Latent> = [learnt.1, held_out.1, others.1].concat();
        let ruler = Cloud::of(&all);
        let ruler = ruler.ok_or_else(|| anyhow::anyhow!("the model's latents are not finite"))?;
        let placed = |(windows, points): Encoded<'_>| Placed {
            windows: lines(config, windows),
            points: points.iter().map(|z| coordinates(&ruler, z)).collect(),
        };
        let [learnt, held_out, others] = [placed(learnt), placed(held_out), placed(others)];
        let training = TrainingSet::new(&kinds, &learnt.windows);
        let held_out_distances = training.distances(&held_out.windows);
        Ok(Self { model, kinds, ruler, learnt, held_out, others, training, held_out_distances })
    }

    /// The row of the training songs, as a reference.
    pub fn songs(&self) -> Row {
        self.row("the songs themselves", &self.learnt)
    }

    /// The row of `n` draws of `prior`, decoded by `decoder`.
    ///
    /// # Errors
    /// The prior or the decoder is of another width.
    pub fn draws(
        &self,
        name: &str,
        decoder: &MusicVae,
        prior: &Prior,
        (n, seed): (usize, u64),
    ) -> anyhow::Result<Row> {
        let progress = ProgressBar::new(n as u64).with_prefix(name.to_owned());
        let template = "{prefix} {bar:24} {pos}/{len} draws, {eta} left";
        progress.set_style(ProgressStyle::with_template(template)?);
        let draw = |number: usize| -> Result<(Window, Latent), net::Error> {
            let mut rng = rng::stream(seed, &format!("draw {number}"));
            let z = prior.draw(&mut rng);
            let window = decoder.decode(&z, &mut DecodeRule::default().sampler(rng))?;
            let heard = self.model.encode(&window)?.mu;
            progress.inc(1);
            Ok((window, heard))
        };
        let found = (0..n).into_par_iter().map(draw).collect::<Result<Vec<_>, _>>();
        progress.finish_and_clear();
        let (windows, heard): (Vec<Window>, Vec<Latent>) = found?.into_iter().unzip();
        let placed = Placed {
            windows: lines(self.model.config(), &windows),
            points: heard.iter().map(|z| coordinates(&self.ruler, z)).collect(),
        };
        Ok(self.row(name, &placed))
    }

    fn row(&self, name: &str, placed: &Placed) -> Row {
        let found = self.training.distances(&placed.windows);
        Row {
            name: name.to_owned(),
            held_out: distances(&self.kinds, placed, &self.held_out),
            others: distances(&self.kinds, placed, &self.others),
            copies: novelty(&found, &self.held_out_distances).copy_rate,
            monotony: monotony(&self.kinds, &placed.windows),
        }
    }
}

fn lines(config: &Config, windows: &[Window]) -> Vec<Window> {
    let of = |window| voices(config, window).into_iter().map(|(_, line)| line).collect();
    windows.iter().map(of).collect()
}

/// The coordinates of `z` along the strongest axes of `ruler`.
fn coordinates(ruler: &Cloud, z: &[f32]) -> Vec<f64> {
    let moved: Vec<f64> = z.iter().zip(&ruler.mean).map(|(x, mean)| f64::from(*x) - mean).collect();
    let along = |(_, axis): &(f64, Vec<f64>)| axis.iter().zip(&moved).map(|(a, x)| a * x).sum();
    ruler.axes.iter().take(N_COORDINATES).map(along).collect()
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).max(12);
    let mut text = format!(
        "{:width$}  lines from      latents from    copies  distinct  same pitch  empty bars\n\
         {:width$}  band   others   band   others\n",
        "", ""
    );
    let number = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.2}"));
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    for Row { name, held_out, others, copies, monotony } in rows {
        let Monotony { distinct, repeated_pitches, empty_bars } = *monotony;
        writeln!(
            text,
            "{name:width$}  {:>5}  {:>6}  {:>5}  {:>6}  {:>8}  {:>8}  {:>10}  {:>10}",
            number(held_out.lines),
            number(others.lines),
            number(held_out.latents),
            number(others.latents),
            percent(*copies),
            percent(distinct),
            percent(repeated_pitches),
            percent(empty_bars),
        )
        .expect("writing to a String can't fail");
    }
    text
}
