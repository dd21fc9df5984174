//! `[defaults]` and `[themes.NAME]`: the themes that stations play.

use std::path::{Path, PathBuf};

use crate::{
    config::{
        anchor::Anchor,
        assets::AssetRef,
        choice::{Beat, Role, Shape, Strictness},
        chords::Chords,
        decoding::{Decoding, PLAIN_TEMPERATURE},
        dream::Dream,
        drums::Drums,
        macros::Macro,
        part::{PartLimits, Register, default_voice},
    },
    music::{
        bar::{N_PARTS, Part, Voice},
        room::Room,
        scale::{Key, Mode},
    },
    musicvae::net::{decode_rule::DecodeRule, personal::Place},
    patterns::style::Style,
    units::Bpm,
};

/// A theme: models and anchors, tempo, key and feel, and the sound of the parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// The NAME of `[themes.NAME]`.
    pub name: String,
    /// The model of the drums, two bars at a time. Default `models/drums-2bar`.
    pub drums_model: AssetRef,
    /// The model of bass and lead, four bars at a time. Default `models/trio-4bar`.
    pub trio_model: AssetRef,
    /// The model of chorales that writes all notes, in four voices, instead of the other models. Default
    /// none.
    pub chorale_model: Option<AssetRef>,
    /// Anchors at the corners of the drum pad: top left, top right, bottom left, bottom right. Default
    /// `techno:0` to `techno:3`.
    pub pad: [Anchor; 4],
    /// The source of the drums' beat. Default the pad.
    pub beat: Beat,
    /// Bars per round over the drum pad, 8 to 512. Default 64.
    pub bars_per_round: usize,
    /// Anchors that bass and lead move between, 2 to 16. Default `techno:0` to `techno:3`.
    pub anchors: Vec<Anchor>,
    /// The priors that `dream:NUMBER` and new ideas are drawn from, at most 2. Default empty: the
    /// styles of the anchors, as far as the model has priors for them, else N(0, 1).
    pub dreams: Vec<Dream>,
    /// The file of a personal prior of the trio model, which existed when radio.toml was read: what bass
    /// and lead walk to instead of the anchors, and what new ideas are drawn from. Default none.
    pub prior: Option<PathBuf>,
    /// Where the personal prior is drawn from. Default all of it.
    pub personal: Place,
    /// Amount of noise n added to the latent vector z of a variation: `sqrt(1 - e^2) z + e n`. For bass
    /// and lead e is this value times the number of earlier visits of the motif, at most 3; for drums
    /// it is 3 times this value. 0 to 0.8. Default 0.08.
    pub wander: f64,
    /// Share of the walk's legs that lead back to a place that listeners liked, 0 to 1. Default 0.
    pub likes: f64,
    /// Sampling temperature of drums, and scale of those in `decoding`: 0.05 to 2. Default 0.5.
    pub temperature: f64,
    /// How bass and lead are drawn.
    pub decoding: Decoding,
    /// The key that bass and lead are transposed to. Default A minor.
    pub key: Key,
    /// Tempo, 30 to 300 bpm. Default 120.
    pub tempo: Bpm,
    /// Largest deviation of a piece's tempo from it, up or down, 0 to 20 bpm. Default 0.
    pub tempo_spread: f64,
    /// Shortest and longest piece in minutes, 1 to 20. Default 3 to 5.
    pub minutes: [f64; 2],
    /// The order of a piece's sections. Default club.
    pub shape: Shape,
    /// The style of the arrangement book, which sets the sections of a piece and the parts of each
    /// phrase. Default none: the general book of the shape.
    pub arrangement: Option<Style>,
    /// What bass and lead must fit: chords or scale. Default chords.
    pub harmony: Strictness,
    /// Delay of every second sixteenth as a share of a sixteenth, 0 to 0.75; 0.33 is triplet swing.
    /// Default 0.
    pub swing: f64,
    /// Random variation of timing and velocity: 0 none, 1 a loose band. Default 0.3.
    pub humanise: f64,
    /// Share of the groove model's velocities in a drummer's hits, 0 to 1. Default 0.9.
    pub groove: f64,
    /// Share of the groove model's timing in a drummer's hits, 0 to 1. Default 0.5.
    pub groove_time: f64,
    /// The model of a drummer's velocities and timing. Default `models/groove-2bar`.
    pub groove_model: AssetRef,
    /// Whether a machine or a drummer plays the drums, and the percussion.
    pub drums: Drums,
    /// Limits of the bass. Default pitches 28 to 52, 1 to 12 notes a bar.
    pub bass: PartLimits,
    /// Limits of the lead. Default pitches 55 to 84, 3 to 8 notes a bar.
    pub lead: PartLimits,
    /// The role of the lead. Default hook.
    pub lead_role: Role,
    /// Chord loops and the chord part.
    pub chords: Chords,
    /// The sound of each part, by `Part as usize`.
    pub voices: [Voice; N_PARTS],
    /// MIDI programs that each piece chooses from, at least one for each part.
    pub programs: [Vec<u8>; N_PARTS],
    /// The SoundFont of each part, where it is not the station's. Default the station's.
    pub fonts: [Option<AssetRef>; N_PARTS],
    /// Delay of the echo in steps, 0.5 to 16. Default 3, a dotted eighth.
    pub echo_steps: f64,
    /// Level of each echo relative to the one before, 0 to 0.9. Default 0.4.
    pub echo_feedback: f64,
    /// The room that parts are sent to.
    pub room: Room,
    /// How often single hits and words are thrown into echo and room, 0 to 1. Default 0.
    pub throws: f64,
    /// Nouns for titles, 2 to 200.
    pub words: Vec<String>,
    /// Adjectives for titles, 1 to 200.
    pub qualities: Vec<String>,
    /// Title patterns, 1 to 50, with the placeholders `{word}`, `{quality}`, `{number}`, `{key}` and
    /// `{tempo}`.
    pub titles: Vec<String>,
    /// Knobs of the studio, at most 8. Default empty.
    pub macros: Vec<Macro>,
}

impl Default for Theme {
    fn default() -> Self {
        let patterns = [0, 1, 2, 3].map(|number| Anchor::Pattern { style: Style::Techno, number });
        Self {
            name: "defaults".to_owned(),
            drums_model: AssetRef::DRUMS_MODEL,
            trio_model: AssetRef::TRIO_MODEL,
            chorale_model: None,
            pad: patterns.clone(),
            beat: Beat::default(),
            bars_per_round: 64,
            anchors: patterns.into(),
            dreams: Vec::new(),
            prior: None,
            personal: Place::default(),
            wander: 0.08,
            likes: 0.0,
            temperature: PLAIN_TEMPERATURE,
            decoding: Decoding::default(),
            key: Key { root: 9, mode: Mode::Minor },
            tempo: Bpm::DEFAULT,
            tempo_spread: 0.0,
            minutes: [3.0, 5.0],
            shape: Shape::Club,
            arrangement: None,
            harmony: Strictness::Chords,
            swing: 0.0,
            humanise: 0.3,
            groove: 0.9,
            groove_time: 0.5,
            groove_model: AssetRef::GROOVE_MODEL,
            drums: Drums::default(),
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
            lead_role: Role::default(),
            chords: Chords::default(),
            voices: Part::ALL.map(default_voice),
            programs: Part::ALL.map(|part| vec![default_voice(part).program]),
            fonts: Default::default(),
            echo_steps: 3.0,
            echo_feedback: 0.4,
            room: Room::DEFAULT,
            throws: 0.0,
            words: ["night", "signal", "wire", "static", "glass", "tide"].map(str::to_owned).into(),
            qualities: ["slow", "pale", "electric", "hollow"].map(str::to_owned).into(),
            titles: ["{quality} {word}", "{word} and {word}", "{word} of {word}", "{word}"]
                .map(str::to_owned)
                .into(),
            macros: Vec::new(),
        }
    }
}

impl Theme {
    /// The default theme; models in `base_dir` replace the embedded ones.
    pub(super) fn default_in(base_dir: &Path) -> Self {
        Self {
            drums_model: AssetRef::DRUMS_MODEL.or_file_in(base_dir),
            trio_model: AssetRef::TRIO_MODEL.or_file_in(base_dir),
            groove_model: AssetRef::GROOVE_MODEL.or_file_in(base_dir),
            ..Self::default()
        }
    }

    /// How the models' tokens are drawn.
    pub fn decode_rule(&self) -> DecodeRule {
        self.decoding.rule(self.temperature)
    }
}
