//! What `eval` found, in words.

use std::fmt::Write as _;

use crate::{
    lab::{
        cmd::eval::figures::Figures,
        measure::{feel::Feel, interpolation::Interpolation},
        train::evaluation::Scores,
    },
    music::drums::Drum,
};

/// How well windows called `name` are rebuilt.
pub fn scores(name: &str, scores: &Scores) -> String {
    let row = |title: &str, shares: &[f64]| {
        let shares =
            shares.iter().map(|share| format!("{share:>9.4}")).collect::<Vec<_>>().concat();
        format!("  {title:<14}{shares}\n")
    };
    let heads = scores.parts.iter().map(|part| format!("{part:>9}")).collect::<Vec<_>>().concat();
    [
        format!("{name}: {} windows\n", scores.windows),
        format!("  {:<14}{heads}\n", "right tokens"),
        row("teacher-forced", &scores.teacher_forced),
        row("sampled", &scores.sampled),
        row("always rest", &scores.always_rest),
        format!("  KL {:.1} bits, ", scores.kl_bits),
        format!("{} of {} units active\n", scores.active_units, scores.latent_units),
    ]
    .concat()
}

/// What the model invents.
pub fn inventions(figures: &Figures) -> String {
    let mut text = format!("inventions: {} samples of the prior\n", figures.samples);
    for (part, ours) in &figures.health {
        let theirs = figures.held_out_health.get(part);
        let beside = |figure: fn(&crate::lab::measure::health::Health) -> f64| {
            theirs.map_or(f64::NAN, figure)
        };
        line(&mut text, part, "empty bars", ours.empty_bar_rate, beside(|h| h.empty_bar_rate));
        line(&mut text, part, "notes a bar", ours.notes_per_bar, beside(|h| h.notes_per_bar));
        if let Some(pitches) = &ours.pitches {
            let theirs = beside(|h| h.pitches.as_ref().map_or(f64::NAN, |p| p.in_scale_rate));
            line(&mut text, part, "in a key", pitches.in_scale_rate, theirs);
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
            "  copies {:.4} of the samples (nearer than {:.4} to a training window); \
             median distance {:.4}, of held-out music {:.4}",
            novelty.copy_rate, novelty.copy_below, novelty.median, novelty.held_out_median
        );
    }
    for (name, way) in [("slerp", &figures.slerp), ("data space", &figures.data_space)] {
        if let Some(way) = way {
            text += &interpolation(name, way);
        }
    }
    if let Some(found) = &figures.feel {
        text += &feel("model", &found.model);
        text += &feel("drummers", &found.drummers);
    }
    text
}

fn line(text: &mut String, part: &str, name: &str, ours: f64, theirs: f64) {
    // Writing to a String can't fail.
    let _ = writeln!(text, "  {part:<8}{name:<42}{ours:>8.3} beside {theirs:.3}");
}

fn interpolation(name: &str, way: &Interpolation) -> String {
    format!(
        "  {name}: {:.3} of {} ways rise steadily, steps of {:.3}, middle costs {:.3} of the ends\n",
        way.monotonic_rate, way.paths, way.step_mean, way.middle_over_ends
    )
}

fn feel(who: &str, feel: &Feel) -> String {
    let mut text = format!(
        "  {who}: on the grid {:.3}, velocity with metre {:.3}\n",
        feel.on_grid_rate, feel.velocity_with_metre
    );
    for class in &feel.classes {
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
