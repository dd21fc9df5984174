//! All measurements of a subject.

use crate::lab::{
    cmd::critique::{character::Character, subject::Subject},
    measure::{
        audio::{
            analyser::AudioFigures,
            tempo::{self, TempoAt},
        },
        bar_starts::{self, BarStarts},
        notes::{figures::NoteFigures, score::Score},
    },
};

/// The analysis of a subject.
pub struct Analysis {
    /// One line that names the subject.
    pub title: String,
    /// The seed of a station.
    pub seed: Option<u64>,
    /// Target loudness in LUFS.
    pub target: Option<f64>,
    /// Whether the drums are meant to sound as if played by a drummer; none if unknown.
    pub is_human: Option<bool>,
    /// The character of the parts; none if unknown.
    pub character: Option<Character>,
    /// Figures of the sound.
    pub audio: AudioFigures,
    /// Tempo estimates over time.
    pub tempos: Vec<TempoAt>,
    /// Figures of the notes; none for a recording.
    pub notes: Option<NoteAnalysis>,
}

/// The analysis of a subject's notes.
pub struct NoteAnalysis {
    /// The notes.
    pub score: Score,
    /// Figures of the notes.
    pub figures: NoteFigures,
    /// Start of each bar in the sound, in seconds.
    pub starts: Vec<f64>,
    /// Clicks at bar lines; none if there is nothing to compare.
    pub bar_starts: Option<BarStarts>,
}

impl Analysis {
    /// Analyses `subject`.
    pub fn of(subject: Subject) -> Self {
        let Subject { title, seed, target, is_human, character, audio, score } = subject;
        let tempos = tempo::tempos(&audio.flux);
        let notes = score.map(|(score, starts)| {
            let onsets = bar_starts::onsets(&score, &starts);
            NoteAnalysis {
                figures: NoteFigures::of(&score),
                bar_starts: BarStarts::measure(&audio.clicks, &onsets),
                score,
                starts,
            }
        });
        Self { title, seed, target, is_human, character, audio, tempos, notes }
    }
}

impl NoteAnalysis {
    /// The score's tempo in bpm at `second` of the sound.
    pub fn tempo_at(&self, second: f64) -> Option<f64> {
        let bar = self.starts.partition_point(|start| *start <= second).saturating_sub(1);
        Some(self.score.bars.get(bar)?.tempo.get())
    }
}
