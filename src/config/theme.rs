//! `[defaults]` and `[themes.NAME]`: the moods that stations play.

use std::path::Path;

use super::{
    anchor::Anchor,
    assets::AssetRef,
    part::{PartLimits, default_voice, read_limits, read_voice},
    section::Section,
    value::{one_line, set},
};
use crate::{
    music::{
        bar::{Part, Voice},
        scale::{Key, Mode},
        style::Style,
    },
    units::Bpm,
};

/// A mood: where the walk goes, how it is played and how it sounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// As in `[themes.NAME]`.
    pub name: String,
    /// Dreams the drums, two bars at a time. Default `models/drums-2bar`.
    pub drums_model: AssetRef,
    /// Dreams bass and lead, four bars at a time. Default `models/trio-4bar`.
    pub trio_model: AssetRef,
    /// Corners of the drum pad: top left, top right, bottom left, bottom right. Default `techno:0`
    /// to `techno:3`.
    pub pad: [Anchor; 4],
    /// Bars that one round over the drum pad takes, 8 to 512. Default 64.
    pub bars_per_round: usize,
    /// What bass and lead walk between, 2 to 16. Default `techno:0` to `techno:3`.
    pub anchors: Vec<Anchor>,
    /// Bars that a leg from one anchor to the next takes, 8 to 256, a multiple of 4. Default 32.
    pub bars_per_leg: usize,
    /// Noise on repeats: how far the Ornstein-Uhlenbeck walk strays from the path in each dimension
    /// of z, as a standard deviation, 0 to 0.8. Default 0.08.
    pub wander: f64,
    /// Divides the logits before tokens are drawn, 0.05 to 2. Default 0.5.
    pub temperature: f64,
    /// What bass and lead are moved to. Default A minor.
    pub key: Key,
    /// How fast it goes, 30 to 300 bpm. Default 120.
    pub tempo: Bpm,
    /// How late every second sixteenth comes, as a share of a sixteenth, 0 to 0.75; a third makes
    /// triplets. Default 0.
    pub swing: f64,
    /// How unevenly it is played: 0 as a machine, 1 as a loose band. Default 0.3.
    pub humanise: f64,
    /// Where and how much the bass plays. Default pitches 28 to 52, 12 notes a bar.
    pub bass: PartLimits,
    /// Where and how much the lead plays. Default pitches 55 to 84, 10 notes a bar.
    pub lead: PartLimits,
    /// How each part sounds, by `Part as usize`.
    pub voices: [Voice; 3],
    /// What titles are made of, 2 to 200 words.
    pub words: Vec<String>,
}

impl Default for Theme {
    fn default() -> Self {
        let patterns = [0, 1, 2, 3].map(|number| Anchor::Pattern { style: Style::Techno, number });
        Self {
            name: "defaults".to_owned(),
            drums_model: AssetRef::DRUMS_MODEL,
            trio_model: AssetRef::TRIO_MODEL,
            pad: patterns.clone(),
            bars_per_round: 64,
            anchors: patterns.into(),
            bars_per_leg: 32,
            wander: 0.08,
            temperature: 0.5,
            key: Key { root: 9, mode: Mode::Minor },
            tempo: Bpm::DEFAULT,
            swing: 0.0,
            humanise: 0.3,
            bass: PartLimits { low: 28, high: 52, max_notes: 12 },
            lead: PartLimits { low: 55, high: 84, max_notes: 10 },
            voices: Part::ALL.map(default_voice),
            words: ["night", "signal", "wire", "static", "glass", "tide"].map(str::to_owned).into(),
        }
    }
}

impl Theme {
    /// The default theme with the files of `base_dir` that stand in for embedded assets.
    pub(super) fn default_in(base_dir: &Path) -> Self {
        Self {
            drums_model: AssetRef::DRUMS_MODEL.or_file_in(base_dir),
            trio_model: AssetRef::TRIO_MODEL.or_file_in(base_dir),
            ..Self::default()
        }
    }

    /// Reads what `section` says; what it leaves out stays as in `self`.
    pub(super) fn overridden(mut self, name: &str, section: &mut Section) -> Self {
        name.clone_into(&mut self.name);
        self.read_walk(section);
        self.read_playing(section);
        let [drums, bass, lead] = &mut self.voices;
        section.table("drums", |section| read_voice(section, drums));
        section.table("bass", |section| {
            read_voice(section, bass);
            read_limits(section, &mut self.bass);
        });
        section.table("lead", |section| {
            read_voice(section, lead);
            read_limits(section, &mut self.lead);
        });
        self
    }

    /// Where the music comes from.
    fn read_walk(&mut self, section: &mut Section) {
        let base_dir = section.reading.base_dir;
        let model = |text: &str| AssetRef::model(text, base_dir);
        let anchor = |text: &str| Anchor::read(text, base_dir);
        set(&mut self.drums_model, section.text_as("drums_model", model));
        set(&mut self.trio_model, section.text_as("trio_model", model));
        let pad = section.list("pad", 4..=4, anchor);
        set(&mut self.pad, pad.and_then(|pad| pad.try_into().ok()));
        set(&mut self.bars_per_round, section.whole("bars_per_round", 8..=512));
        set(&mut self.anchors, section.list("anchors", 2..=16, anchor));
        set(&mut self.bars_per_leg, section.multiple("bars_per_leg", 4, 8..=256));
        set(&mut self.wander, section.number("wander", 0.0..=0.8));
        set(&mut self.temperature, section.number("temperature", 0.05..=2.0));
    }

    /// How it is played.
    fn read_playing(&mut self, section: &mut Section) {
        set(&mut self.key, section.parsed("key"));
        set(&mut self.tempo, section.number_as("tempo"));
        set(&mut self.swing, section.number("swing", 0.0..=0.75));
        set(&mut self.humanise, section.number("humanise", 0.0..=1.0));
        set(&mut self.words, section.list("words", 2..=200, |text| one_line(text, 40)));
    }
}
