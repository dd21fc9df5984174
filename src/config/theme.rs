//! `[defaults]` and `[themes.NAME]`: the moods that stations play.

use std::path::Path;

use crate::{
    config::{
        anchor::Anchor,
        assets::AssetRef,
        choice::{Shape, Strictness},
        chords::Chords,
        part::{PartLimits, Register, default_voice, read_limits, read_voice},
        section::Section,
        value::{one_line, set},
    },
    music::{
        bar::{N_PARTS, Part, Voice},
        scale::{Key, Mode},
    },
    patterns::style::Style,
    units::Bpm,
};

/// What a pattern of titles can leave open.
const TITLE_SLOTS: [&str; 5] = ["word", "quality", "number", "key", "tempo"];

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
    /// Noise on repeats: how far the Ornstein-Uhlenbeck walk strays from the path in each dimension
    /// of z, as a standard deviation, 0 to 0.8. Default 0.08.
    pub wander: f64,
    /// Divides the logits before tokens are drawn, 0.05 to 2. Default 0.5.
    pub temperature: f64,
    /// What bass and lead are moved to. Default A minor.
    pub key: Key,
    /// How fast it goes, 30 to 300 bpm. Default 120.
    pub tempo: Bpm,
    /// How far a piece's tempo may lie from that, up or down, 0 to 20 bpm. Default 0.
    pub tempo_spread: f64,
    /// How long pieces are, in minutes, 1 to 20: shortest and longest. Default 3 to 5.
    pub minutes: [f64; 2],
    /// How sections follow each other. Default club.
    pub shape: Shape,
    /// How strictly bass and lead keep to the chords. Default chords.
    pub harmony: Strictness,
    /// How late every second sixteenth comes, as a share of a sixteenth, 0 to 0.75; a third makes
    /// triplets. Default 0.
    pub swing: f64,
    /// How unevenly it is played: 0 as a machine, 1 as a loose band. Default 0.3.
    pub humanise: f64,
    /// How much of a drummer's velocities the drums get, 0 to 1. Default 0.9.
    pub groove: f64,
    /// How much of his timing, 0 to 1. Default 0.5.
    pub groove_time: f64,
    /// What knows a drummer's velocities and timing.
    pub groove_model: AssetRef,
    /// Where and how much the bass plays. Default pitches 28 to 52, 1 to 12 notes a bar.
    pub bass: PartLimits,
    /// Where and how much the lead plays. Default pitches 55 to 84, 3 to 8 notes a bar.
    pub lead: PartLimits,
    /// What everything sounds over.
    pub chords: Chords,
    /// How each part sounds, by `Part as usize`.
    pub voices: [Voice; N_PARTS],
    /// Programs that each piece chooses from, one or more for each part.
    pub programs: [Vec<u8>; N_PARTS],
    /// Steps from a sound to its echo, 0.5 to 16. Default 3, a dotted eighth.
    pub echo_steps: f64,
    /// What is left of an echo in the next one, 0 to 0.9. Default 0.4.
    pub echo_feedback: f64,
    /// What titles are made of: things, 2 to 200.
    pub words: Vec<String>,
    /// And what they are like, 1 to 200.
    pub qualities: Vec<String>,
    /// Patterns of titles, 1 to 50, with `{word}`, `{quality}`, `{number}`, `{key}` and `{tempo}` in
    /// them.
    pub titles: Vec<String>,
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
            wander: 0.08,
            temperature: 0.5,
            key: Key { root: 9, mode: Mode::Minor },
            tempo: Bpm::DEFAULT,
            tempo_spread: 0.0,
            minutes: [3.0, 5.0],
            shape: Shape::Club,
            harmony: Strictness::Chords,
            swing: 0.0,
            humanise: 0.3,
            groove: 0.9,
            groove_time: 0.5,
            groove_model: AssetRef::GROOVE_MODEL,
            bass: PartLimits {
                register: Register { low: 28, high: 52 },
                min_notes: 1,
                max_notes: 12,
                hold: 0.95,
            },
            lead: PartLimits {
                register: Register { low: 55, high: 84 },
                min_notes: 3,
                max_notes: 8,
                hold: 0.95,
            },
            chords: Chords::default(),
            voices: Part::ALL.map(default_voice),
            programs: Part::ALL.map(|part| vec![default_voice(part).program]),
            echo_steps: 3.0,
            echo_feedback: 0.4,
            words: ["night", "signal", "wire", "static", "glass", "tide"].map(str::to_owned).into(),
            qualities: ["slow", "pale", "electric", "hollow"].map(str::to_owned).into(),
            titles: ["{quality} {word}", "{word} and {word}", "{word} of {word}", "{word}"]
                .map(str::to_owned)
                .into(),
        }
    }
}

impl Theme {
    /// The default theme with the files of `base_dir` that stand in for embedded assets.
    pub(super) fn default_in(base_dir: &Path) -> Self {
        Self {
            drums_model: AssetRef::DRUMS_MODEL.or_file_in(base_dir),
            trio_model: AssetRef::TRIO_MODEL.or_file_in(base_dir),
            groove_model: AssetRef::GROOVE_MODEL.or_file_in(base_dir),
            ..Self::default()
        }
    }

    /// Reads what `section` says; what it leaves out stays as in `self`.
    pub(super) fn overridden(mut self, name: &str, section: &mut Section) -> Self {
        name.clone_into(&mut self.name);
        self.read_walk(section);
        self.read_playing(section);
        let [drums, bass, lead, chords] = &mut self.voices;
        let [drum_kits, basses, leads, pads] = &mut self.programs;
        section.table("drums", |section| read_voice(section, drums, drum_kits));
        section.table("bass", |section| {
            read_voice(section, bass, basses);
            read_limits(section, &mut self.bass);
        });
        section.table("lead", |section| {
            read_voice(section, lead, leads);
            read_limits(section, &mut self.lead);
        });
        section.table("chords", |section| self.chords.read(section, chords, pads));
        self
    }

    /// Where the music comes from.
    fn read_walk(&mut self, section: &mut Section) {
        let base_dir = section.reading.base_dir;
        let model = |text: &str| AssetRef::model(text, base_dir);
        let anchor = |text: &str| Anchor::read(text, base_dir);
        set(&mut self.drums_model, section.text_as("drums_model", model));
        set(&mut self.trio_model, section.text_as("trio_model", model));
        set(&mut self.groove_model, section.text_as("groove_model", model));
        let pad = section.list("pad", 4..=4, anchor);
        set(&mut self.pad, pad.and_then(|pad| pad.try_into().ok()));
        set(&mut self.bars_per_round, section.whole("bars_per_round", 8..=512));
        set(&mut self.anchors, section.list("anchors", 2..=16, anchor));
        set(&mut self.wander, section.number("wander", 0.0..=0.8));
        set(&mut self.temperature, section.number("temperature", 0.05..=2.0));
    }

    /// How it is played.
    fn read_playing(&mut self, section: &mut Section) {
        set(&mut self.key, section.parsed("key"));
        set(&mut self.tempo, section.number_as("tempo"));
        set(&mut self.tempo_spread, section.number("tempo_spread", 0.0..=20.0));
        set(&mut self.minutes, section.span("minutes", 1.0..=20.0));
        set(&mut self.shape, section.parsed("shape"));
        set(&mut self.harmony, section.parsed("harmony"));
        set(&mut self.swing, section.number("swing", 0.0..=0.75));
        set(&mut self.humanise, section.number("humanise", 0.0..=1.0));
        set(&mut self.groove, section.number("groove", 0.0..=1.0));
        set(&mut self.groove_time, section.number("groove_time", 0.0..=1.0));
        set(&mut self.echo_steps, section.number("echo_steps", 0.5..=16.0));
        set(&mut self.echo_feedback, section.number("echo_feedback", 0.0..=0.9));
        set(&mut self.words, section.list("words", 2..=200, |text| one_line(text, 40)));
        set(&mut self.qualities, section.list("qualities", 1..=200, |text| one_line(text, 40)));
        set(&mut self.titles, section.list("titles", 1..=50, title_pattern));
    }
}

/// A pattern of titles, if every slot in it is one that there is.
fn title_pattern(text: &str) -> Result<String, String> {
    let pattern = one_line(text, 80)?;
    let mut rest = pattern.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let (slot, after) = after.split_once('}').unwrap_or((after, ""));
        if !TITLE_SLOTS.contains(&slot) {
            let known = TITLE_SLOTS.map(|slot| format!("{{{slot}}}")).join(", ");
            return Err(format!(
                "expected one of {known} in a pattern of titles, found {{{slot}}}"
            ));
        }
        rest = after;
    }
    Ok(pattern)
}
