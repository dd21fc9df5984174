//! `electropunk dataset lines`: statistics of the lines of songs, which `critique` compares with.

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, ensure};

use crate::{
    files,
    lab::{
        cli,
        dataset::packed::Dataset,
        measure::{
            frechet::Moments,
            line_features::{N_FEATURES, N_STEPS, features},
            real_lines::{self, RealLines},
        },
        train::card,
    },
    music::trio::Line,
    musicvae::convert::window::ABSENT,
    rng,
};

/// Songs whose hash has this remainder modulo two are in the statistics.
const HALF: u64 = 0;

/// Features of the lines of songs in the statistics, and of the other songs.
type Halves = [Vec<[f64; N_FEATURES]>; 2];

/// Runs the command.
///
/// # Errors
/// A set can't be read, has windows of another length or too few songs, or the result can't be
/// written.
pub fn run(args: &cli::Lines) -> anyhow::Result<()> {
    let (mut melody, mut bass) = (Halves::default(), Halves::default());
    for path in &args.sets {
        let set = Dataset::load(path)?;
        ensure!(
            set.n_steps == N_STEPS,
            "{}: expected windows of {N_STEPS} steps, found {}",
            path.display(),
            set.n_steps
        );
        add(&set, "melody", args.lines, &mut melody);
        add(&set, "bass", args.lines, &mut bass);
    }
    let statistics = RealLines {
        command: card::command_line(),
        credits: args.credits.clone(),
        melody: moments("melodies", &melody)?,
        bass: moments("basses", &bass)?,
    };
    save(&statistics, &args.out)
}

/// Adds the features of at most `most` distinct lines of `part` in each half of the songs of `set`,
/// evenly spread.
fn add(set: &Dataset, part: &str, most: usize, halves: &mut Halves) {
    let mut lines: [BTreeSet<Line>; 2] = Default::default();
    for (song, window) in &set.windows {
        let half = rng::derive(1, &set.songs[*song]) % 2 != HALF;
        let voices = set.voices(window).into_iter();
        let own = voices.filter(|(name, line)| *name == part && line.first() != Some(&ABSENT));
        lines[usize::from(half)].extend(own.map(|(_, line)| line));
    }
    for (lines, half) in lines.iter().zip(halves) {
        let every = lines.len().div_ceil(most.max(1)).max(1);
        half.extend(lines.iter().step_by(every).filter_map(|line| features(line)));
    }
}

/// The moments of the first half; prints the distance of the second half from them.
fn moments(name: &str, [own, others]: &Halves) -> anyhow::Result<Moments> {
    let too_few = || format!("expected {name} of more than {N_FEATURES} lines, found too few");
    ensure!(N_FEATURES < own.len(), too_few());
    let own = Moments::of(own).with_context(too_few)?;
    let floor = Moments::of(others).and_then(|others| real_lines::between(&others, &own));
    let floor = floor.map_or_else(String::new, |floor| format!(", other songs at {floor:.2}"));
    println!("{name}: {} lines{floor}", own.count);
    Ok(own)
}

fn save(statistics: &RealLines, path: &Path) -> anyhow::Result<()> {
    let mut text = serde_json::to_string(statistics)?;
    text.push('\n');
    files::write(path, text.as_bytes())?;
    println!("written to {}", path.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{music::melody::token, musicvae::net::family::Family};

    /// Songs of one melody each; the bass plays in the first 30.
    fn set() -> Dataset {
        let line = |n: usize| {
            let pitch = |step: usize| token((36 + n % 48 + step * (1 + n % 5) % 12) as u8).unwrap();
            let start = |step: usize| step.is_multiple_of(2 + n % 7);
            (0..N_STEPS).map(|step| if start(step) { pitch(step) } else { 0 }).collect::<Line>()
        };
        let bass = |n: usize| if n < 100 { line(n + 1) } else { vec![ABSENT; N_STEPS] };
        let windows = (0..120).map(|n| (n, vec![line(n), bass(n), vec![1; N_STEPS]])).collect();
        let songs = (0..120).map(|n| format!("song {n:03}")).collect();
        Dataset { family: Family::Trio4Bar, n_steps: N_STEPS, songs, sources: vec![], windows }
    }

    #[test]
    fn statistics_are_of_half_of_the_songs_and_carry_their_credits() {
        let folder = tempfile::tempdir().unwrap();
        let [sets, out] = ["set.dataset", "lines.json"].map(|name| folder.path().join(name));
        set().save(&sets).unwrap();
        let credits = vec!["Everybody, CC0".to_owned()];
        let args = cli::Lines { sets: vec![sets], lines: 1000, credits, out: out.clone() };

        run(&args).unwrap();

        let found: RealLines =
            serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
        assert_eq!(found.credits, args.credits);
        assert!((40..80).contains(&found.melody.count), "{}", found.melody.count);
        assert!(found.bass.count < found.melody.count);
    }

    #[test]
    fn a_song_is_in_one_half_and_lines_are_thinned_evenly() {
        let [mut all, mut few] = [Halves::default(), Halves::default()];
        add(&set(), "melody", 1000, &mut all);
        add(&set(), "melody", 10, &mut few);
        assert_eq!(all[0].len() + all[1].len(), 120);
        assert!(few.iter().all(|half| (5..=10).contains(&half.len())));
    }
}
