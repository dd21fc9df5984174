//! `electropunk chorale evaluate`: held-out likelihood, and faults versus Bach's.

use std::io::{self, Write as _};

use anyhow::ensure;
use serde_json::{Value, json};

use crate::{
    chorale::{
        compose::{Manner, compose},
        frame::Chorale,
        likelihood::{Surprise, surprise},
        network::Network,
    },
    lab::{
        cli::ChoraleEvaluate,
        cmd::chorale::{model, progress::Progress},
        measure::{
            chorale_copies::longest_copy, chorale_faults::Faults, chorale_judge::auc,
            chorale_markov::Markov,
        },
        train::chorale::{corpus, split::Split},
    },
    rng::{self, Rng},
};

/// Held-out chorales per progress update.
const N_AT_ONCE: usize = 16;

/// Runs the command.
///
/// # Errors
/// The model or the corpus can't be read, or no chorale is held out.
pub fn run(args: &ChoraleEvaluate) -> anyhow::Result<()> {
    let network = model::open(&args.model)?;
    let split = Split::of(corpus::read(&args.data)?);
    ensure!(
        !split.valid.is_empty() && !split.test.is_empty(),
        "{}: expected at least 10 chorales",
        args.data.display()
    );
    let samples = samples(&network, &split.test, args);
    let progress = Progress::new("held-out chorales", split.valid.len() + split.test.len());
    let held_out = [("validation", &split.valid), ("test", &split.test)].map(|(part, chorales)| {
        let mut sum = Surprise::default();
        for some in chorales.chunks(N_AT_ONCE) {
            sum += surprise(&network, some);
            progress.advance_by(some.len());
        }
        (part, chorales.len(), sum)
    });
    drop(progress);
    let markov = Markov::of(&split.train);
    let markov: Vec<Chorale> =
        plans(args, &split.test).map(|(plan, mut rng)| markov.sample(plan, &mut rng)).collect();
    let music = [("Bach", &split.test), ("model", &samples), ("Markov", &markov)];
    let music = music.map(|(name, chorales)| Music {
        name,
        faults: Faults::of(chorales),
        copies: copies(chorales, &split.train),
        // For Bach against other Bach: the chance level.
        auc: auc(&split.valid, chorales),
    });
    let text =
        if args.json { facts(&held_out, &music).to_string() } else { table(&held_out, &music) };
    // stdout may be closed.
    let _ = writeln!(io::stdout(), "{text}");
    Ok(())
}

/// A held-out part: its name, number of chorales, surprise.
type HeldOut = (&'static str, usize, Surprise);

/// Music of one composer.
struct Music {
    name: &'static str,
    faults: Faults,
    /// Median and maximum length in frames of a passage from a training chorale.
    copies: [usize; 2],
    /// AUC of a classifier against Bach's chorales.
    auc: f64,
}

/// The plans of the samples, and the random stream of each.
fn plans<'a>(
    args: &ChoraleEvaluate,
    chorales: &'a [Chorale],
) -> impl Iterator<Item = (&'a Chorale, Rng)> {
    let (seed, n) = (args.seed, args.samples);
    let rng = move |number: u64| rng::stream(seed, &format!("evaluated chorale {number}"));
    (0..n).zip(chorales.iter().cycle()).map(move |(number, plan)| (plan, rng(number)))
}

/// Samples with the fermatas and keys of `chorales`.
fn samples(network: &Network, chorales: &[Chorale], args: &ChoraleEvaluate) -> Vec<Chorale> {
    let manner = Manner {
        temperature: args.temperature,
        rhythm_temperature: args.rhythm_temperature,
        strictness: args.strictness,
    };
    let progress = Progress::new("chorales composed", args.samples as usize);
    let compose = |(plan, mut rng): (&Chorale, Rng)| {
        let chorale = compose(network, plan.key, &plan.fermatas(), manner, &mut rng);
        progress.advance();
        chorale
    };
    plans(args, chorales).map(compose).collect()
}

/// Median and maximum over `chorales` of the longest passage copied from `others`.
fn copies(chorales: &[Chorale], others: &[Chorale]) -> [usize; 2] {
    let mut lengths: Vec<usize> =
        chorales.iter().map(|chorale| longest_copy(chorale, others)).collect();
    lengths.sort_unstable();
    [lengths.len() / 2, lengths.len().saturating_sub(1)]
        .map(|at| lengths.get(at).copied().unwrap_or(0))
}

fn facts(held_out: &[HeldOut; 2], music: &[Music; 3]) -> Value {
    let mut facts = json!({});
    for (part, n, surprise) in held_out {
        let by_voice = |nats: [f64; 4]| nats.map(|nats| nats / surprise.n_frames.max(1) as f64);
        facts[part] = json!({
            "chorales": n,
            "frames": surprise.n_frames,
            "nats_a_token": surprise.per_token(),
            "nats_a_note": surprise.per_note(),
            "nats_a_note_by_voice": by_voice(surprise.pitches),
        });
    }
    for Music { name, faults, copies: [median, longest], auc } in music {
        let rate = |(rate, value): (&str, f64)| (rate.to_owned(), Value::from(value));
        let rates: serde_json::Map<String, Value> = faults.rates().into_iter().map(rate).collect();
        facts[name] = json!({
            "frames": faults.n_frames,
            "rates": rates,
            "copied_frames": {"median": median, "longest": longest},
            "auc": auc,
        });
    }
    facts
}

fn table(held_out: &[HeldOut; 2], music: &[Music; 3]) -> String {
    let mut lines = Vec::new();
    for (part, n, surprise) in held_out {
        let (token, note) = (surprise.per_token(), surprise.per_note());
        lines.push(format!(
            "{part}: {n} chorales, {token:.4} nats a token, {note:.4} a note, {:.3} a frame",
            4.0 * note
        ));
    }
    let mut row = |title: &str, cells: [String; 3]| {
        let [bach, model, markov] = cells;
        lines.push(format!("{title:38}{bach:>8}{model:>8}{markov:>8}"));
    };
    let of = |cell: &dyn Fn(&Music) -> String| [0, 1, 2].map(|at| cell(&music[at]));
    row("", of(&|music| music.name.to_owned()));
    for (at, (rate, _)) in music[0].faults.rates().iter().enumerate() {
        row(rate, of(&|music| format!("{:.2}", music.faults.rates()[at].1)));
    }
    for (at, which) in ["median", "longest"].into_iter().enumerate() {
        let title = format!("frames as in a training chorale, {which}");
        row(&title, of(&|music| music.copies[at].to_string()));
    }
    row("told from other Bach (AUC)", of(&|music| format!("{:.2}", music.auc)));
    lines.join("\n")
}
