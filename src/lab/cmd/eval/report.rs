//! The report of `eval` as text.

use std::fmt::Write as _;

use crate::{
    lab::{
        cmd::eval::figures::{Figures, TrackFigures},
        measure::{expression::Expression, health::Health, interpolation::Interpolation},
        train::evaluation::Scores,
    },
    music::drums::Drum,
};

/// Reconstruction scores of the windows called `name`.
pub fn scores(name: &str, scores: &Scores) -> String {
    let row = |title: &str, shares: &[f64]| {
        let shares =
            shares.iter().map(|share| format!("{share:>9.4}")).collect::<Vec<_>>().concat();
        format!("  {title:<14}{shares}\n")
    };
    let heads = scores.parts.iter().map(|part| format!("{part:>9}")).collect::<Vec<_>>().concat();
    let melodic = scores.melodic.iter().flat_map(|part| {
        [
            ("rhythm", part.rhythm_teacher_forced, part.rhythm_sampled),
            ("pitch", part.pitch_teacher_forced, part.pitch_sampled),
        ]
        .map(|(what, forced, sampled)| {
            let title = format!("{} {what}", part.part);
            format!("  {title:<14}{forced:>9.4} teacher-forced {sampled:>9.4} sampled\n")
        })
    });
    [
        format!("{name}: {} windows\n", scores.windows),
        format!("  {:<14}{heads}\n", "accuracy"),
        row("teacher-forced", &scores.teacher_forced),
        row("sampled", &scores.sampled),
        row("always a rest", &scores.always_rest),
        melodic.collect(),
        format!("  KL {:.1} bits, ", scores.kl_bits),
        format!("{} of {} latent units active\n", scores.active_units, scores.latent_units),
    ]
    .concat()
}

/// Figures of the model's samples.
pub fn samples(figures: &Figures) -> String {
    let mut text = format!(
        "{} samples (vs held-out music; overlaps vs training music, ! if too low)\n",
        figures.samples
    );
    for (part, samples) in &figures.health {
        let reference = figures.held_out_health.get(part);
        let held_out = |figure: fn(&Health) -> f64| reference.map_or(f64::NAN, figure);
        let mut row = |name, value, held_out| line(&mut text, part, name, value, held_out);
        row("empty bars", samples.empty_bar_rate, held_out(|h| h.empty_bar_rate));
        row("notes per bar", samples.notes_per_bar, held_out(|h| h.notes_per_bar));
        if let Some(pitches) = &samples.pitches {
            let in_scale = held_out(|h| h.pitches.as_ref().map_or(f64::NAN, |p| p.in_scale_rate));
            row("notes in a key", pitches.in_scale_rate, in_scale);
        }
    }
    let distances = [
        ("distance from songs (FD)", &figures.from_songs),
        ("distance from songs on legs (FD)", &figures.legs_from_songs),
    ];
    for (name, parts) in distances {
        for (part, distance) in parts {
            // Writing to a String can't fail.
            let _ = writeln!(text, "  {part:<8}{name:<42}{distance:>8.3}");
        }
    }
    for (part, verdicts) in &figures.overlap {
        for verdict in verdicts {
            let mark = if verdict.passes { ' ' } else { '!' };
            let name = format!("{mark} overlap of {}", verdict.feature);
            line(&mut text, part, &name, verdict.generated, verdict.train);
        }
    }
    if let Some(novelty) = &figures.novelty {
        let _ = writeln!(
            text,
            "  copies: {:.4} of the samples (distance from a training window below {:.4}); \
             median distance {:.4}, held-out {:.4}",
            novelty.copy_rate, novelty.copy_below, novelty.median, novelty.held_out_median
        );
    }
    for (name, found) in [("slerp", &figures.slerp), ("data space", &figures.data_space)] {
        if let Some(found) = found {
            text += &interpolation(name, found);
        }
    }
    if let Some(TrackFigures { samples, held_out, program_distance }) = &figures.tracks {
        let mut row = |name, value, of_songs| line(&mut text, "tracks", name, value, of_songs);
        row("silent bars", samples.silent_rate, held_out.silent_rate);
        row("tracks a bar", samples.tracks_per_bar, held_out.tracks_per_bar);
        row("notes a track", samples.notes_per_track, held_out.notes_per_track);
        row("programs that would have to change", *program_distance, 0.0);
    }
    if let Some(found) = &figures.expression {
        text += &expression("model", &found.model);
        text += &expression("drummers", &found.drummers);
    }
    text
}

fn line(text: &mut String, part: &str, name: &str, value: f64, reference: f64) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "  {part:<8}{name:<42}{value:>8.3} vs {reference:.3}");
}

fn interpolation(name: &str, found: &Interpolation) -> String {
    format!(
        "  {name}: {:.3} of {} paths monotonic, mean step {:.3}, middle costs {:.3} of the ends\n",
        found.monotonic_rate, found.paths, found.step_mean, found.middle_over_ends
    )
}

fn expression(who: &str, found: &Expression) -> String {
    let mut text = format!(
        "  {who}: on the grid {:.3}, correlation of velocity with metre {:.3}\n",
        found.on_grid_rate, found.velocity_with_metre
    );
    for class in &found.classes {
        let name = format!("{:?}", Drum::ALL[class.class]);
        let _ = writeln!(
            text,
            "    {name:<10}{:>7} hits, velocity {:>5.1} +- {:>4.1}, {:>+5.1} +- {:>4.1} ms",
            class.hits,
            class.velocity,
            class.velocity_deviation,
            class.offset_ms,
            class.offset_deviation_ms
        );
    }
    text
}
