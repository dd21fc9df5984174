//! `electropunk watch`: answers the MIDI files that are saved in a folder, beside them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::{Context as _, ensure};
use tracing::{info, warn};

use crate::{
    args::has_ending,
    files::Stamp,
    interrupt::{self, Interrupt},
    lab::{
        cli::{self, ToolName},
        cmd::tools::{
            answer::{Models, answer, check},
            files::{self, Sound},
            settings::Tool,
        },
        tools::variation::Variation,
    },
};

/// Interval of polling the folder. A file that is the same at two polls is complete.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Interval of polling Ctrl-C.
const WAKE_EVERY: Duration = Duration::from_millis(50);

/// The state of a watched file at the last poll.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Known {
    stamp: Stamp,
    is_answered: bool,
}

/// Runs the command, until Ctrl-C.
///
/// # Errors
/// The folder or the SoundFont can't be read.
pub fn run(args: &cli::Watch) -> anyhow::Result<()> {
    let folder = &args.folder;
    ensure!(folder.is_dir(), "{}: expected a folder", folder.display());
    let stop = interrupt::flag()?;
    let watch = Watch {
        args,
        tools: args.tools.iter().map(|name| Tool::watching(*name, args)).collect(),
        sound: Sound::of(&args.manner)?,
        models: Models::default(),
    };
    let names: Vec<&str> = args.tools.iter().map(|name| name.name()).collect();
    info!("{}: answering MIDI files with {}", folder.display(), names.join(", "));
    let mut known = watch.at_start()?;
    while !stop.is_set() {
        watch.look(&mut known, &stop)?;
        pause(&stop);
    }
    info!("{}: ended", folder.display());
    Ok(())
}

fn pause(stop: &Interrupt) {
    let mut left = LOOK_EVERY;
    while !stop.is_set() && !left.is_zero() {
        thread::sleep(WAKE_EVERY.min(left));
        left = left.saturating_sub(WAKE_EVERY);
    }
}

struct Watch<'a> {
    args: &'a cli::Watch,
    tools: Vec<Tool>,
    sound: Option<Sound>,
    models: Models,
}

impl Watch<'_> {
    /// The files at the start; those with newer answers count as answered.
    fn at_start(&self) -> anyhow::Result<BTreeMap<PathBuf, Known>> {
        let is_newer = |path: &Path, than: SystemTime| {
            fs::metadata(path).and_then(|about| about.modified()).is_ok_and(|time| than <= time)
        };
        let found = midi_files(&self.args.folder)?.into_iter().map(|(path, stamp)| {
            let saved = fs::metadata(&path).and_then(|about| about.modified());
            let is_answered = saved.is_ok_and(|saved| {
                let mut answers = self.tools.iter().map(|tool| answer_path(&path, tool.name()));
                answers.all(|answer| is_newer(&answer, saved))
            });
            (path, Known { stamp, is_answered })
        });
        Ok(found.collect())
    }

    /// Answers the files that are complete and not answered yet.
    fn look(&self, known: &mut BTreeMap<PathBuf, Known>, stop: &Interrupt) -> anyhow::Result<()> {
        let found = midi_files(&self.args.folder)?;
        known.retain(|path, _| found.contains_key(path));
        for (path, stamp) in found {
            let before = known.get(&path).copied();
            let is_same = before.is_some_and(|before| before.stamp == stamp);
            let is_answered = is_same && before.is_some_and(|before| before.is_answered);
            let is_due = is_same && !is_answered && !stop.is_set();
            if is_due {
                self.answer(&path);
            }
            known.insert(path, Known { stamp, is_answered: is_answered || is_due });
        }
        Ok(())
    }

    /// Writes the answers to `path`. Failures are logged, once for a file that no tool can read.
    fn answer(&self, path: &Path) {
        let name = path.display();
        let read = || {
            let bytes = files::read(path)?;
            check(&bytes, &self.args.manner.map).with_context(|| name.to_string())?;
            anyhow::Ok(bytes)
        };
        let bytes = match read() {
            Ok(bytes) => bytes,
            Err(error) => return warn!("{error:#}"),
        };
        let seed = self.args.seed.unwrap_or_else(|| rand::random::<u32>().into());
        for tool in &self.tools {
            let out = answer_path(path, tool.name());
            let rules = &self.args.manner.map;
            let written = answer(tool, &self.models, &bytes, rules, Variation { seed, number: 0 })
                .and_then(|answer| files::write(&answer, &out, self.sound.as_ref()));
            match written {
                Ok(_) => info!("{} written, seed {seed}", out.display()),
                Err(error) => warn!("{name}: {}: {error:#}", tool.name()),
            }
        }
    }
}

/// NAME.TOOL.mid beside NAME.mid.
fn answer_path(path: &Path, tool: ToolName) -> PathBuf {
    path.with_extension(format!("{}.mid", tool.name()))
}

/// Whether `path` is from [`answer_path`].
fn is_answer(path: &Path) -> bool {
    let stem = path.file_stem().map(Path::new).and_then(Path::extension);
    stem.is_some_and(|ending| ToolName::ALL.iter().any(|tool| ending == tool.name()))
}

/// The MIDI files of `folder`, except answers and hidden files, with their stamps.
fn midi_files(folder: &Path) -> anyhow::Result<BTreeMap<PathBuf, Stamp>> {
    let entries = fs::read_dir(folder)
        .with_context(|| format!("{}: reading the folder failed", folder.display()))?;
    let is_hidden =
        |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let paths = entries.flatten().map(|entry| entry.path());
    let paths = paths.filter(|path| has_ending(path, &["mid", "midi"]));
    let paths = paths.filter(|path| !is_answer(path) && !is_hidden(path) && path.is_file());
    Ok(paths.filter_map(|path| Stamp::of(&path).map(|stamp| (path, stamp))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_known_by_their_names() {
        let song = Path::new("clips/my song.v2.mid");
        for tool in ToolName::ALL {
            assert!(is_answer(&answer_path(song, tool)), "{tool}");
        }
        assert_eq!(answer_path(song, ToolName::Groove), Path::new("clips/my song.v2.groove.mid"));
        assert!(!is_answer(song) && !is_answer(Path::new("groove.mid")));
    }
}
