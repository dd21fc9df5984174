//! `electropunk dataset stats`: statistics of a data set, and windows of it as piano rolls.

use std::path::Path;

use anyhow::Context as _;
use rand::seq::SliceRandom as _;

use crate::{
    files,
    lab::{
        cli,
        dataset::{
            packed::Dataset,
            statistics::{Part, Pitches, Source, Statistics, pitch_name},
        },
        picture::{palette::Voice, roll::Roll, sheet::sheet},
    },
    rng,
};

/// Columns of the sheet of piano rolls.
const N_COLUMNS: usize = 4;

/// Runs the command.
///
/// # Errors
/// The data set can't be read, or the picture can't be written.
pub fn run(args: &cli::Stats) -> anyhow::Result<()> {
    let set = Dataset::load(&args.set)?;
    let statistics = Statistics::of(&set);
    match args.json {
        true => println!("{}", serde_json::to_string_pretty(&statistics)?),
        false => print!("{}", describe(&statistics)),
    }
    if let Some(path) = &args.sheet {
        draw(&set, args, path)
            .with_context(|| format!("{}: writing the sheet failed", path.display()))?;
    }
    Ok(())
}

fn draw(set: &Dataset, args: &cli::Stats, path: &Path) -> anyhow::Result<()> {
    let mut numbers: Vec<usize> = (0..set.windows.len()).collect();
    let mut rng = rng::stream(args.seed, "sheet");
    let n = numbers.len().min(args.windows as usize);
    let drawn = numbers.partial_shuffle(&mut rng, n).0;
    drawn.sort_unstable();
    let rolls = drawn.iter().map(|&number| {
        let (song, window) = &set.windows[number];
        let lines = set.voices(window).into_iter().map(|(name, line)| (Voice::of(name), line));
        Roll { caption: set.songs[*song].clone(), lines: lines.collect() }
    });
    let png = sheet(&rolls.collect::<Vec<_>>(), N_COLUMNS).to_png()?;
    Ok(files::write(path, &png)?)
}

fn describe(statistics: &Statistics) -> String {
    let Statistics { family, songs, windows, held_out_songs, held_out_windows, .. } = statistics;
    let Statistics { parts, sources, .. } = statistics;
    let share = percent(*held_out_windows as f64 / (*windows).max(1) as f64);
    let mut text = format!(
        "{windows} windows of {songs} songs for {family}\n\
         held out: {held_out_windows} windows ({share}) of {held_out_songs} songs\n\n\
         {:<10}{:>11}{:>8}{:>9}  pitches\n",
        "", "onsets/bar", "rests", "missing"
    );
    text.extend(parts.iter().map(row));
    let bits = |Part { name, pitch_bits, normalised_pitch_bits, .. }: &Part| {
        let normalised =
            normalised_pitch_bits.map(|bits| format!(", {bits:.2} in one key and octave"));
        let bits = pitch_bits.map(|bits| format!("{name:<10} {bits:.2}"))?;
        Some(format!("{bits}{}\n", normalised.unwrap_or_default()))
    };
    text += "\nbits a pitch\n";
    text.extend(parts.iter().filter_map(bits));
    if !sources.is_empty() {
        text += "\nsources\n";
        text.extend(sources.iter().map(|source| {
            let Source { name, songs, windows, partial, held_out_windows } = source;
            format!(
                "{name}: {windows} windows ({partial} lack a part, {held_out_windows} held out) of \
                 {songs} songs\n"
            )
        }));
    }
    text += "\nmost frequent tokens\n";
    text.extend(parts.iter().map(|Part { name, tokens, .. }| {
        let tokens: Vec<String> =
            tokens.iter().map(|(label, share)| format!("{label} {}", percent(*share))).collect();
        format!("{name:<10} {}\n", tokens.join(", "))
    }));
    text
}

fn row(part: &Part) -> String {
    let Part { name, missing, onsets_per_bar, rests, pitches, .. } = part;
    let pitches = pitches.map_or_else(String::new, range);
    let row =
        format!("{name:<10}{onsets_per_bar:>11.1}{:>8}{missing:>9}  {pitches}", percent(*rests));
    row.trim_end().to_owned() + "\n"
}

fn range(pitches: Pitches) -> String {
    let Pitches { lowest, lower_quartile, upper_quartile, highest, .. } = pitches;
    let [lowest, lower, upper, highest] =
        [lowest, lower_quartile, upper_quartile, highest].map(pitch_name);
    format!("{lowest} to {highest}, half of them {lower} to {upper}")
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    fn set() -> Dataset {
        let window = vec![vec![41; 64], vec![20; 64], vec![1; 64]];
        let windows = vec![(0, window.clone()), (1, window)];
        let songs = vec!["a".into(), "b".into()];
        let sources = vec!["x".into(), "y".into()];
        Dataset { family: Family::Trio4Bar, n_steps: 64, songs, sources, windows }
    }

    #[test]
    fn all_parts_are_described() {
        let text = describe(&Statistics::of(&set()));

        assert!(text.starts_with("2 windows of 2 songs for hier-trio_4bar\n"), "{text}");
        assert!(text.contains("C4 to C4") && text.contains("kick 100.0 %"), "{text}");
    }

    #[test]
    fn one_seed_draws_one_sheet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("set.dataset");
        set().save(&path).unwrap();
        let draw = |name: &str| {
            let sheet = folder.path().join(name);
            let args = cli::Stats {
                set: path.clone(),
                json: true,
                sheet: Some(sheet.clone()),
                windows: 1,
                seed: 7,
            };
            run(&args).unwrap();
            std::fs::read(sheet).unwrap()
        };

        assert_eq!(draw("a.png"), draw("b.png"));
    }
}
