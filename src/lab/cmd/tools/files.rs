//! The files of the tools: inputs, and where answers are written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, ensure};
use rustysynth::SoundFont;

use crate::{
    args::has_ending,
    config::AssetRef,
    files,
    lab::{
        cli::{Answering, AudioFormat, Manner},
        cmd::{
            output::{first_free, write_sound},
            tools::answer::Answer,
        },
    },
    log,
    station::load::library::Library,
};

/// The largest MIDI file in bytes. A song of an hour has less than 1 MB.
const MOST_BYTES: u64 = 16 << 20;

/// The content of the MIDI file at `path`.
///
/// # Errors
/// It can't be read.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    Ok(files::read_small(path, MOST_BYTES)?)
}

/// An audio format and the SoundFont to render it.
pub struct Sound {
    format: AudioFormat,
    font: Arc<SoundFont>,
}

impl Sound {
    /// The sound that `manner` asks for; none without `--audio`.
    ///
    /// # Errors
    /// The SoundFont can't be read.
    pub fn of(manner: &Manner) -> anyhow::Result<Option<Self>> {
        let font = manner.soundfont.clone().map_or(AssetRef::SOUNDFONT, AssetRef::File);
        let open =
            |format| Ok::<_, anyhow::Error>(Self { format, font: Library::default().font(&font)? });
        manner.audio.map(open).transpose()
    }
}

/// Writes `answer` to `path`, and its sound beside it. Returns the paths.
///
/// # Errors
/// A file can't be written.
pub fn write(answer: &Answer, path: &Path, sound: Option<&Sound>) -> anyhow::Result<Vec<PathBuf>> {
    files::write(path, &answer.bytes)?;
    let mut written = vec![path.to_owned()];
    if let Some(Sound { format, font }) = sound {
        let path = path.with_extension(format.ending());
        write_sound(&answer.piece, font, *format, &path)?;
        written.push(path);
    }
    Ok(written)
}

/// The answers of a command.
pub struct AnswerFiles {
    /// Paths that are still to be written, in reverse order.
    paths: Vec<PathBuf>,
    sound: Option<Sound>,
    out: PathBuf,
    seed: u64,
    written: Vec<PathBuf>,
}

impl AnswerFiles {
    /// The files of `args.n` answers of the tool `kind`.
    ///
    /// # Errors
    /// The folder can't be created, a file exists that may not be replaced, or the SoundFont can't be read.
    pub fn open(args: &Answering, kind: &str, seed: u64) -> anyhow::Result<Self> {
        let out = args.out.clone();
        let mut paths: Vec<PathBuf> = if has_ending(&out, &["mid", "midi"]) {
            (0..args.n).map(|number| numbered(&out, args.n, number)).collect()
        } else {
            fs::create_dir_all(&out)
                .with_context(|| format!("{}: creating the folder failed", out.display()))?;
            let first = first_free(&out, kind);
            let name = |number| out.join(format!("{kind}-{number:03}-seed-{seed}.mid"));
            (first..first + args.n).map(name).collect()
        };
        for path in &paths {
            ensure!(
                args.overwrite || !path.exists(),
                "{}: the file exists: expected another name for --out, or --overwrite",
                path.display()
            );
        }
        paths.reverse();
        let sound = Sound::of(&args.manner)?;
        Ok(Self { paths, sound, out, seed, written: Vec::new() })
    }

    /// Writes the next answer.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn write(&mut self, answer: &Answer) -> anyhow::Result<()> {
        let path = self.paths.pop().expect("there is a path for each answer");
        self.written.extend(write(answer, &path, self.sound.as_ref())?);
        Ok(())
    }

    /// Prints what was written: one line, or JSON that also has `facts`.
    pub fn report(&self, as_json: bool, mut facts: serde_json::Value) {
        if as_json {
            let name = |path: &PathBuf| path.display().to_string();
            facts["files"] = self.written.iter().map(name).collect::<Vec<String>>().into();
            log::say(format_args!("{facts}"));
        } else {
            let (n, seed, out) = (self.written.len(), self.seed, self.out.display());
            let files = if n == 1 { "file" } else { "files" };
            log::say(format_args!("{n} {files} written to {out}, seed {seed}"));
        }
    }
}

/// `out` itself if `n` is 1, else NAME-NUMBER.mid.
fn numbered(out: &Path, n: u64, number: u64) -> PathBuf {
    if n == 1 {
        return out.to_owned();
    }
    let stem = out.file_stem().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{stem}-{number:03}.mid"))
}
