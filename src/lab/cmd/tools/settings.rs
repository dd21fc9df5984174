//! Settings of the tools.

use std::path::{Path, PathBuf};

use crate::{
    lab::{
        cli::{self, ToolName},
        cmd::sampling::Sampling,
    },
    patterns::style::Style,
};

/// Sampling temperature of drums and of plain sampling, as in Magenta.
const TEMPERATURE: f64 = 0.5;

/// A tool and its settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Tool {
    /// `continue`.
    Continue(Continuing),
    /// `groove`.
    Groove(Grooving),
    /// `drumify`.
    Drumify(Drumming),
}

/// Settings of `continue`.
#[derive(Debug, Clone, PartialEq)]
pub struct Continuing {
    /// Bars to add.
    pub n_bars: usize,
    /// Whether to move away from the file.
    pub is_far: bool,
    /// The model; none takes the one for the file's parts.
    pub model: Option<PathBuf>,
    /// How tokens are drawn.
    pub sampling: Sampling,
}

/// Settings of `groove`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grooving {
    /// Share of the drummer.
    pub amount: f64,
    /// Spread of drummers.
    pub temperature: f64,
    /// The model.
    pub model: PathBuf,
    /// Whether a file's only instrument counts as drums, on any channel.
    pub takes_any: bool,
}

/// Settings of `drumify`.
#[derive(Debug, Clone, PartialEq)]
pub struct Drumming {
    /// The model.
    pub model: PathBuf,
    /// Style of the beats that it starts from.
    pub style: Option<Style>,
    /// Randomness of the drums.
    pub temperature: f64,
}

impl Tool {
    /// Its name.
    pub fn name(&self) -> ToolName {
        match self {
            Self::Continue(_) => ToolName::Continue,
            Self::Groove(_) => ToolName::Groove,
            Self::Drumify(_) => ToolName::Drumify,
        }
    }

    /// The tool called `name` as `watch` runs it.
    pub fn watching(name: ToolName, args: &cli::Watch) -> Self {
        match name {
            ToolName::Continue => Self::Continue(Continuing {
                n_bars: args.bars as usize,
                is_far: args.far,
                model: None,
                sampling: Sampling::of(&cli::Sampling::default(), TEMPERATURE),
            }),
            ToolName::Groove => Self::Groove(Grooving {
                amount: args.amount,
                temperature: 1.0,
                model: Path::new(cli::GROOVE).to_owned(),
                // The file need not be one of drums.
                takes_any: false,
            }),
            ToolName::Drumify => Self::Drumify(Drumming {
                model: Path::new(cli::DRUMS).to_owned(),
                style: None,
                temperature: TEMPERATURE,
            }),
        }
    }
}

impl Continuing {
    /// From a command line.
    pub fn of(args: &cli::Continue) -> Self {
        Self {
            n_bars: args.bars as usize,
            is_far: args.far,
            model: args.model.clone(),
            sampling: Sampling::of(&args.sampling, TEMPERATURE),
        }
    }
}

impl Grooving {
    /// From a command line.
    pub fn of(args: &cli::Groove) -> Self {
        let cli::Groove { amount, temperature, model, .. } = args.clone();
        Self { amount, temperature, model, takes_any: true }
    }
}

impl Drumming {
    /// From a command line.
    pub fn of(args: &cli::Drumify) -> Self {
        let cli::Drumify { model, style, temperature, .. } = args.clone();
        Self { model, style, temperature }
    }
}
