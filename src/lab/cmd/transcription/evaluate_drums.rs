//! `electropunk transcription evaluate drums`: hits found in performances whose hits are known.

use std::{fmt::Write as _, io, io::Write as _, sync::Arc, time::Instant};

use anyhow::{Context as _, ensure};
use indicatif::ProgressBar;
use rand::{RngExt as _, seq::IndexedRandom as _};
use rustysynth::SoundFont;
use serde_json::json;

use crate::{
    interrupt,
    lab::{
        cli::DrumsEvaluate,
        cmd::model,
        measure::onsets::Agreement,
        train::transcription::{
            drums::{
                judgement::{by_drum, mean_f, sum},
                kit::Kits,
                performances::{self, Split, has_drums},
            },
            mixdown::Mixdown,
            piece::Piece,
            take::{Take, as_written, play},
        },
        transcription::{
            Hit,
            drums::{network::Network, transcribe},
        },
    },
    music::drums::{Drum, N_CLASSES},
    rng::{self, Rng},
    sound::font_file,
    units::Decibels,
};

/// Seconds of each excerpt.
const SECONDS: f64 = 20.0;

/// Tolerances between true and found hits in seconds.
const TOLERANCES_S: [f64; 2] = [0.05, 0.02];

/// Minimum velocity of a loud hit: softer ones, such as ghost notes, are often masked.
const LOUD: u8 = 40;

/// Agreement by drum at each tolerance, and of loud hits at the first.
type Counts = [[Agreement; N_CLASSES]; TOLERANCES_S.len() + 1];

/// Runs the command.
///
/// # Errors
/// The model or the data can't be read, or a synthesizer can't start.
pub fn run(args: &DrumsEvaluate) -> anyhow::Result<()> {
    let network = Network::load(&model::read(&args.model)?)
        .with_context(|| format!("{}: expected a model of drum hits", args.model.display()))?;
    let test = |folders| -> anyhow::Result<Vec<Piece>> {
        Ok(performances::read(folders)?.of(Split::Test).to_vec())
    };
    let mut drums = test(&args.midi)?;
    drums.retain(has_drums);
    let mut music = test(&args.music)?;
    music.retain(Piece::is_pitched);
    ensure!(!drums.is_empty(), "--midi: expected MIDI files with drums for a test, found none");
    let fonts: Vec<Arc<SoundFont>> =
        args.soundfont.iter().map(|path| font_file::load(path)).collect::<Result<_, _>>()?;
    let kits = Kits::new(&fonts);
    ensure!(!kits.is_empty(), "--soundfont: expected a kit, found none");
    let stop = interrupt::flag()?;
    let n = (60.0 * args.minutes / SECONDS).ceil() as u64;
    let bar = ProgressBar::new(n);
    let (mut alone, mut mixed, mut computing) = (Vec::new(), Vec::new(), 0.0);
    for number in 0..n {
        if stop.is_set() {
            break;
        }
        let mut rng = rng::stream(args.seed, &format!("excerpt {number}"));
        let take = take(&kits, &fonts, [&drums, &music], &mut rng)?;
        let started = Instant::now();
        alone.push(counts(&network, &take, None)?);
        computing += started.elapsed().as_secs_f64();
        if !music.is_empty() {
            mixed.push(counts(&network, &take, Some(Decibels(args.balance)))?);
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let speed = alone.len() as f64 * SECONDS / computing.max(1e-9);
    print(args, &total(&alone), &total(&mixed), speed);
    Ok(())
}

/// A performance by an unchanged kit, and a song's instruments.
fn take(
    kits: &Kits,
    fonts: &[Arc<SoundFont>],
    [drums, music]: [&[Piece]; 2],
    rng: &mut Rng,
) -> anyhow::Result<Take> {
    let range = |piece: &Piece, rng: &mut Rng| {
        let start = rng.random::<f64>() * (piece.seconds() - SECONDS).max(0.0);
        start..start + SECONDS
    };
    // Beats rather than single fills.
    let long: Vec<&Piece> = drums.iter().filter(|piece| SECONDS / 2.0 < piece.seconds()).collect();
    let piece = *long.choose(rng).context("--midi: expected performances of 10 s, found none")?;
    let kit = kits.whole(rng.random_range(0..kits.len()));
    let (drums, hits) = kits.perform(piece, &kit, &range(piece, rng))?;
    let mut pitched = vec![0.0; drums.len()];
    if let (Some(song), Some(font)) = (music.choose(rng), fonts.choose(rng)) {
        pitched = play(song, font, range(song, rng), &mut as_written)?.pitched;
    }
    Ok(Take { drums, pitched, notes: Vec::new(), hits })
}

/// Agreement on the drums of `take` alone, or on its mix.
fn counts(network: &Network, take: &Take, balance: Option<Decibels>) -> anyhow::Result<Counts> {
    let level = balance.unwrap_or_default();
    let mixdown =
        Mixdown { drums: Some(level), is_drums_only: balance.is_none(), ..Mixdown::CLEAN };
    let sound = mixdown.apply(take, &mut rng::stream(0, "unused"))?;
    let found = transcribe(network, &sound);
    let loud: Vec<Hit> = take.hits.iter().filter(|hit| LOUD <= hit.velocity).copied().collect();
    let [wide, narrow] = TOLERANCES_S;
    Ok([
        by_drum(&take.hits, &found, wide),
        by_drum(&take.hits, &found, narrow),
        by_drum(&loud, &found, wide),
    ])
}

fn total(parts: &[Counts]) -> Counts {
    std::array::from_fn(|n| sum(&parts.iter().map(|counts| counts[n]).collect::<Vec<_>>()))
}

fn print(args: &DrumsEvaluate, alone: &Counts, mixed: &Counts, speed: f64) {
    let mut text = String::new();
    if args.json {
        let (alone, mix) = (as_json(alone), as_json(mixed));
        text = json!({"alone": alone, "mix": mix, "times_real_time": speed}).to_string();
    } else {
        table(&mut text, "drums alone", alone);
        if !args.music.is_empty() {
            table(&mut text, &format!("mix, drums {:+} dB", args.balance), mixed);
        }
        let _ = write!(text, "{speed:.0} times real time");
    }
    let _ = writeln!(io::stdout(), "{text}");
}

fn table(text: &mut String, name: &str, counts: &Counts) {
    let _ = writeln!(
        text,
        "{name:<24} hits   P    R    F at 50 ms   P    R    F at 20 ms   R of velocity {LOUD}+"
    );
    let of = |agreement: &Agreement| {
        format!("{:.2} {:.2} {:.2}", agreement.precision(), agreement.recall(), agreement.f())
    };
    for drum in Drum::ALL {
        let [near, nearer, loud] = [0, 1, 2].map(|n| &counts[n][drum as usize]);
        if near.n_true + near.n_found == 0 {
            continue;
        }
        let (name, n) = (drum.name(), near.n_true);
        let (near, nearer, loud) = (of(near), of(nearer), loud.recall());
        let _ = writeln!(text, "{name:<22} {n:>6}   {near}         {nearer}         {loud:.2}");
    }
    let means = [0, 1].map(|n| mean_f(&counts[n]));
    let all = [0, 1, 2].map(|n| {
        counts[n].iter().fold(Agreement::default(), |mut sum, of| {
            sum += *of;
            sum
        })
    });
    let n = all[0].n_true;
    let (near, nearer, loud) = (of(&all[0]), of(&all[1]), all[2].recall());
    let _ = writeln!(text, "{:<22} {n:>6}   {near}         {nearer}         {loud:.2}", "all hits");
    let _ = writeln!(text, "mean F of the drums: {:.2}, {:.2}\n", means[0], means[1]);
}

fn as_json(counts: &Counts) -> serde_json::Value {
    let of = |agreement: &Agreement, loud: &Agreement| {
        json!({
            "hits": agreement.n_true, "precision": agreement.precision(),
            "recall": agreement.recall(), "f": agreement.f(), "recall_of_loud": loud.recall(),
        })
    };
    let at = |n: usize| -> serde_json::Map<String, serde_json::Value> {
        let drums = Drum::ALL.into_iter();
        let of = |drum: Drum| of(&counts[n][drum as usize], &counts[2][drum as usize]);
        drums.map(|drum| (drum.name().to_owned(), of(drum))).collect()
    };
    json!({"50 ms": at(0), "20 ms": at(1)})
}
