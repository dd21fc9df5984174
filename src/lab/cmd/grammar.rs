//! `electropunk dataset grammar`: fits the melodic grammar of the built-in patterns.

use anyhow::Context as _;

use crate::{
    files,
    lab::{cli, dataset::packed::Dataset},
    patterns::grammar::fit::Counts,
};

/// The part that is counted.
const MELODY: &str = "melody";

/// Runs the command.
///
/// # Errors
/// A data set can't be read or has no melodies, or the table can't be written.
pub fn run(args: &cli::Grammar) -> anyhow::Result<()> {
    let mut counts = Counts::default();
    for path in &args.sets {
        let set = Dataset::load(path)?;
        for (_, window) in &set.windows {
            let voices = set.voices(window).into_iter();
            voices.filter(|(name, _)| *name == MELODY).for_each(|(_, line)| counts.add(&line));
        }
    }
    let out = args.out.display();
    anyhow::ensure!(0 < counts.n_intervals(), "{out}: the data sets have no melodies");
    let head = format!(
        "{}\n\nA row of 15 weights for each context: intervals of -7 to 7 scale degrees, in\n\
         thousandths. Contexts by major and minor, degree, place in the bar (beats one and three,\n\
         two and four, eighths between, sixteenths), interval before (-7 to 7), innermost last.\n\
         {} intervals.",
        args.credit,
        counts.n_intervals()
    );
    files::write(&args.out, counts.to_table(&head).as_bytes())
        .with_context(|| format!("{out}: writing the grammar failed"))?;
    println!("{} intervals counted, written to {out}", counts.n_intervals());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::melody::token,
        musicvae::net::{config::Config, family::Family},
    };

    #[test]
    fn a_grammar_is_fitted_on_the_melodies_of_a_data_set() {
        let folder = tempfile::tempdir().unwrap();
        let n_steps = Config::official(Family::Trio4Bar).n_steps();
        let melody: Vec<u16> =
            (0..n_steps).map(|step| token(60 + [0, 2, 4, 5][step % 4]).unwrap()).collect();
        let silent = vec![1; n_steps];
        let set = Dataset {
            family: Family::Trio4Bar,
            n_steps,
            songs: vec!["song".to_owned()],
            sources: vec![],
            windows: vec![(0, vec![melody, silent, vec![0; n_steps]])],
        };
        let (path, out) = (folder.path().join("a.dataset"), folder.path().join("grammar.txt"));
        set.save(&path).unwrap();

        let credit = "Song by Nobody".to_owned();
        run(&cli::Grammar { sets: vec![path], credit, out: out.clone() }).unwrap();

        let text = std::fs::read_to_string(out).unwrap();
        assert!(text.starts_with("# Song by Nobody\n"));
        assert_eq!(text.lines().filter(|line| !line.starts_with('#')).count(), 840);
    }
}
