//! Tools that answer MIDI clips: their requests and answers. The tools themselves are passed to the site,
//! since their room is above `web`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::music::note::NoteSequence;

/// The most bars that a tool may be asked for.
pub const MAX_BARS: u64 = 64;

/// Runs a tool; may take seconds. An error is one sentence for the user.
pub type RunTool = dyn Fn(&ToolRequest) -> Result<ToolAnswer, String> + Send + Sync;

/// A tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Adds bars to a clip.
    Continue,
    /// Draws a new clip.
    Generate,
    /// Interpolates between two clips.
    Interpolate,
    /// Writes drums for the rhythm of a clip.
    Drumify,
    /// Gives the drums of a clip a drummer's velocities and timing.
    Groove,
}

impl Tool {
    /// All tools.
    pub const ALL: [Self; 5] =
        [Self::Continue, Self::Generate, Self::Interpolate, Self::Drumify, Self::Groove];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Generate => "generate",
            Self::Interpolate => "interpolate",
            Self::Drumify => "drumify",
            Self::Groove => "groove",
        }
    }

    /// How many clips it takes.
    pub fn n_clips(self) -> usize {
        match self {
            Self::Generate => 0,
            Self::Continue | Self::Drumify | Self::Groove => 1,
            Self::Interpolate => 2,
        }
    }
}

/// The parts of a new clip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClipParts {
    /// Drums.
    Drums,
    /// Melody, bass and drums.
    Trio,
}

/// A MIDI file, sent in base 64.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    /// The file's name.
    pub name: String,
    /// Its bytes.
    #[serde(deserialize_with = "from_base64")]
    pub midi: Vec<u8>,
}

/// A request to a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolRequest {
    /// The tool.
    pub tool: Tool,
    /// As many clips as the tool takes.
    pub clips: Vec<Clip>,
    /// Its settings.
    pub settings: ToolSettings,
}

/// Settings of all tools; each uses its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ToolSettings {
    /// Bars that are added or drawn, 1 to [`MAX_BARS`].
    pub bars: u64,
    /// Whether added bars move away from the clip.
    pub far: bool,
    /// Parts of a new clip.
    pub parts: ClipParts,
    /// Clips from one to the other, both included, 2 to 16.
    pub steps: u64,
    /// Share of the drummer, 0 to 1.
    pub amount: f64,
    /// Sampling temperature, 0 to 2; none for the tool's default.
    pub temperature: Option<f64>,
    /// Seed of all draws.
    pub seed: u64,
    /// Number of the answer: the same seed with another number gives another answer.
    pub number: u64,
}

impl Default for ToolSettings {
    fn default() -> Self {
        Self {
            bars: 4,
            far: false,
            parts: ClipParts::Trio,
            steps: 4,
            amount: 1.0,
            temperature: None,
            seed: 0,
            number: 0,
        }
    }
}

/// The answer of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolAnswer {
    /// The bytes of a MIDI file.
    pub midi: Vec<u8>,
    /// Its notes, for the synthesizer.
    pub piece: NoteSequence,
}

/// A request that no tool accepts.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{what}: expected {expected}, found {found}")]
pub struct OutOfRange {
    what: &'static str,
    expected: String,
    found: String,
}

impl ToolRequest {
    /// Checks the number of clips and the ranges of the settings.
    ///
    /// # Errors
    /// One of them is out of range.
    pub fn check(&self) -> Result<(), OutOfRange> {
        let ToolSettings { bars, steps, amount, temperature, .. } = self.settings;
        let n = self.tool.n_clips();
        let name = |n| if n == 1 { "1 clip".to_owned() } else { format!("{n} clips") };
        require("clips", self.clips.len() == n, name(n), name(self.clips.len()))?;
        let range = |low: f64, high: f64| format!("{low} to {high}");
        let most = MAX_BARS as f64;
        require("bars", (1..=MAX_BARS).contains(&bars), range(1.0, most), bars.to_string())?;
        require("steps", (2..=16).contains(&steps), range(2.0, 16.0), steps.to_string())?;
        let is_share = (0.0..=1.0).contains(&amount);
        require("amount", is_share, range(0.0, 1.0), amount.to_string())?;
        let is_warm = temperature.is_none_or(|found| (0.0..=2.0).contains(&found));
        let found = temperature.unwrap_or_default().to_string();
        require("temperature", is_warm, range(0.0, 2.0), found)
    }
}

fn require(
    what: &'static str,
    is_met: bool,
    expected: String,
    found: String,
) -> Result<(), OutOfRange> {
    if is_met { Ok(()) } else { Err(OutOfRange { what, expected, found }) }
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = |error| D::Error::custom(format!("expected a MIDI file in base 64: {error}"));
    BASE64_STANDARD.decode(text).map_err(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(tool: Tool, n_clips: usize, settings: ToolSettings) -> ToolRequest {
        let clip = Clip { name: "a.mid".to_owned(), midi: vec![] };
        ToolRequest { tool, clips: vec![clip; n_clips], settings }
    }

    #[test]
    fn each_tool_takes_its_number_of_clips() {
        for tool in Tool::ALL {
            for n_clips in 0..4 {
                let checked = request(tool, n_clips, ToolSettings::default()).check();
                assert_eq!(checked.is_ok(), n_clips == tool.n_clips(), "{tool:?}, {n_clips}");
            }
        }
        let error = request(Tool::Groove, 2, ToolSettings::default()).check().unwrap_err();
        assert_eq!(error.to_string(), "clips: expected 1 clip, found 2 clips");
    }

    #[test]
    fn settings_have_ranges() {
        let some = ToolSettings::default();
        for (settings, sentence) in [
            (ToolSettings { bars: 65, ..some.clone() }, "bars: expected 1 to 64, found 65"),
            (ToolSettings { steps: 1, ..some.clone() }, "steps: expected 2 to 16, found 1"),
            (ToolSettings { amount: 1.5, ..some.clone() }, "amount: expected 0 to 1, found 1.5"),
            (
                ToolSettings { temperature: Some(-1.0), ..some },
                "temperature: expected 0 to 2, found -1",
            ),
        ] {
            let error = request(Tool::Generate, 0, settings).check().unwrap_err();
            assert_eq!(error.to_string(), sentence);
        }
    }

    #[test]
    fn a_clip_travels_in_base_64() {
        let clip: Clip = serde_json::from_str(r#"{"name": "a.mid", "midi": "TVRoZA=="}"#).unwrap();
        assert_eq!(clip.midi, b"MThd");
        let error = serde_json::from_str::<Clip>(r#"{"name": "a", "midi": "?"}"#).unwrap_err();
        assert!(error.to_string().contains("expected a MIDI file in base 64"), "{error}");
    }
}
