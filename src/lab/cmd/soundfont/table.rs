//! The figures of a font as a table in Markdown.

use std::{fmt::Write as _, sync::Arc};

use rustysynth::{SoundFont, SynthesizerError};

use crate::lab::soundfont::figures::{Figures, Goals};

/// A row for each preset of bank 0, each figure beside its goal.
///
/// # Errors
/// The synthesizer can't start.
pub fn table(font: &Arc<SoundFont>) -> Result<String, SynthesizerError> {
    let mut table =
        "| program | name | movement, dB (goal) | opening (goal) | tuning, cents (2) | \
                     sides to middle, dB |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for preset in font.get_presets().iter().filter(|preset| preset.get_bank_number() == 0) {
        let program = preset.get_patch_number();
        let figures = Figures::of(font, program)?;
        let goals = Goals::of(program);
        let goal = |goal: Option<f64>| goal.map_or(String::new(), |goal| format!(" ({goal})"));
        let width = if figures.width_db < -60.0 {
            "mono".to_owned()
        } else {
            format!("{:.0}", figures.width_db)
        };
        // Writing to a string never fails.
        let _ = writeln!(
            table,
            "| {program} | {} | {:.1}{} | {:.2}{} | {:+.1} | {width} |",
            preset.get_name().trim(),
            figures.movement_db,
            goal(goals.movement_db),
            figures.opening,
            goal(goals.opening),
            figures.cents,
        );
    }
    Ok(table)
}
