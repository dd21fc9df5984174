//! A tool's answer to a file.

use std::{
    cell::RefCell,
    collections::HashMap,
    path::{Path, PathBuf},
    rc::Rc,
};

use crate::{
    lab::{
        cli,
        cmd::{
            model,
            tools::settings::{Continuing, Drumming, Grooving, Tool},
        },
        tools::{
            continuation::Continuation, drumify::Drumify, drumming::Drummer, groove, input,
            variation::Variation,
        },
    },
    music::{
        midi::edit::{self, MidiFile},
        note::NoteSequence,
        part_map::{Role, Rule},
    },
    musicvae::net::music_vae::MusicVae,
};

/// An answer.
pub struct Answer {
    /// The bytes of a MIDI file.
    pub bytes: Vec<u8>,
    /// Its notes, for the synthesizer: those of drums are marked, whichever channel they are on.
    pub piece: NoteSequence,
}

/// The models that were opened.
#[derive(Default)]
pub struct Models(RefCell<HashMap<PathBuf, Rc<MusicVae>>>);

impl Models {
    fn open(&self, path: &Path) -> anyhow::Result<Rc<MusicVae>> {
        if let Some(model) = self.0.borrow().get(path) {
            return Ok(model.clone());
        }
        let model = Rc::new(model::open(path)?.0);
        self.0.borrow_mut().insert(path.to_owned(), model.clone());
        Ok(model)
    }
}

/// Checks that `bytes` are a MIDI file that a tool can read.
///
/// # Errors
/// They aren't.
pub fn check(bytes: &[u8], rules: &[Rule]) -> Result<(), input::Error> {
    let mended = edit::mended(bytes)?;
    input::read(&mended, rules).map(|_| ())
}

/// The answer of `tool` number `variation` to the MIDI file `bytes`.
///
/// # Errors
/// The file can't be read or answered, or a model can't be opened.
pub fn answer(
    tool: &Tool,
    models: &Models,
    bytes: &[u8],
    rules: &[Rule],
    variation: Variation,
) -> anyhow::Result<Answer> {
    let mended = edit::mended(bytes).map_err(input::Error::from)?;
    let mut file = input::read(&mended, rules)?;
    let takes_any = matches!(tool, Tool::Groove(settings) if settings.takes_any);
    if takes_any {
        input::take_for_drums(&mut file);
    }
    let bytes = match tool {
        Tool::Continue(settings) => continued(settings, models, file, variation)?,
        Tool::Groove(settings) => grooved(settings, models, file, variation)?,
        Tool::Drumify(settings) => drumified(settings, models, &file, variation)?,
    };
    let piece = {
        let mut answer = MidiFile::read(&bytes, rules)?;
        if takes_any {
            input::take_for_drums(&mut answer);
        }
        answer.sequence
    };
    Ok(Answer { bytes, piece })
}

fn continued(
    settings: &Continuing,
    models: &Models,
    file: MidiFile,
    variation: Variation,
) -> anyhow::Result<Vec<u8>> {
    let is_pitched = |role: Role| matches!(role, Role::Melody | Role::Bass);
    let has_lines = file.notes.iter().any(|note| is_pitched(note.role));
    let default = Path::new(if has_lines { cli::TRIO } else { cli::DRUMS });
    let model = models.open(settings.model.as_deref().unwrap_or(default))?;
    let groove = models.open(Path::new(cli::GROOVE))?;
    let continuation = Continuation {
        model: &model,
        drummer: Drummer::new(&groove, 1.0, variation)?,
        n_bars: settings.n_bars,
        is_far: settings.is_far,
        sampler: &|rng| settings.sampling.sampler(rng),
    };
    Ok(continuation.of(file)?.write())
}

fn grooved(
    settings: &Grooving,
    models: &Models,
    file: MidiFile,
    variation: Variation,
) -> anyhow::Result<Vec<u8>> {
    let model = models.open(&settings.model)?;
    let drummer = Drummer::new(&model, settings.temperature, variation)?;
    Ok(groove::groove(file, drummer, settings.amount)?.write())
}

fn drumified(
    settings: &Drumming,
    models: &Models,
    file: &MidiFile,
    variation: Variation,
) -> anyhow::Result<Vec<u8>> {
    let model = models.open(&settings.model)?;
    let groove = models.open(Path::new(cli::GROOVE))?;
    let drumify = Drumify {
        model: &model,
        style: settings.style,
        drummer: Drummer::new(&groove, 1.0, variation)?,
        temperature: settings.temperature,
    };
    Ok(drumify.of(file)?)
}
