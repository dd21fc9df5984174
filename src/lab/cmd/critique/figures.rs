//! The figures of a critique with their names and goals.
//!
//! Goals are the project's own targets for an hour of music. Figures without a goal are for
//! comparison.

use crate::lab::{
    cmd::critique::{
        analysis::Analysis,
        goal::{Goal, Unit},
        table::Row,
    },
    measure::{
        audio::{spectrum::BANDS, tempo},
        bar_starts::BarStarts,
        notes::{
            figures::{LAGS, NoteFigures},
            score::Role,
        },
        statistics::quantile,
    },
};

const BARS: &str = "bars";
const LEAD: &str = "lead";
const FORM: &str = "form";
const RHYTHM: &str = "rhythm";
const DRUMS: &str = "drum expression";
const SOUND: &str = "sound";
const SPECTRUM: &str = "spectrum";
const TEMPO: &str = "detected tempo";
const BAR_STARTS: &str = "bar starts";

/// Fewest hits of a drum class for which its deviations have a goal.
const FEW_HITS: usize = 30;

/// Tolerance of velocity deviations, relative to the drummers'.
const DRUMMER_TOLERANCE: f64 = 0.3;

/// Tolerance of the loudness around its target, in LU.
const LOUDNESS_TOLERANCE: f64 = 1.0;

/// Tolerance of the detected tempo, relative to the score's.
const TEMPO_TOLERANCE: f64 = 0.01;

/// Greatest share of clearly rougher bar starts, and greatest relative roughness of one.
const CLEARLY_ROUGHER: f64 = 0.005;
const WORST_START: f64 = 2.0;

/// The figures of `analysis`.
pub fn rows(analysis: &Analysis) -> Vec<Row> {
    let Analysis { audio, notes, .. } = analysis;
    let mut rows = Vec::new();
    if let Some(notes) = notes {
        let figures = &notes.figures;
        rows.extend(bars(figures));
        rows.extend(lead(figures));
        rows.extend(form(figures));
        rows.extend(rhythm(figures));
        rows.extend(drums(figures, analysis.is_human));
    }
    rows.extend(sound(analysis));
    let spectrum = &audio.spectrum;
    rows.push(Row::new(SPECTRUM, "centroid", Unit::Of("Hz", 0), spectrum.centroid));
    let bands = BANDS.into_iter().zip(spectrum.bands);
    rows.extend(bands.map(|((name, _), share)| Row::new(SPECTRUM, name, Unit::Share, share)));
    rows.extend(detected_tempo(analysis));
    rows.extend(notes.iter().filter_map(|notes| notes.bar_starts.as_ref()).flat_map(bar_starts));
    rows
}

fn bars(figures: &NoteFigures) -> Vec<Row> {
    let share = |name: &str, value: f64| Row::new(BARS, name, Unit::Share, value);
    let mut rows = vec![
        Row::new(BARS, "bars", Unit::COUNT, figures.bars as f64),
        Row::new(BARS, "tempo", Unit::Of("bpm", 1), figures.tempo),
        share("empty bars", figures.empty).with_goal(Goal::AtMost(0.02)),
    ];
    rows.extend(Role::ALL.map(|role| {
        share(&format!("bars without {}", role.name()), figures.absent[role as usize])
    }));
    let in_key = Row::new(BARS, "notes in the key", Unit::Share, figures.in_key);
    rows.push(in_key.with_goal(Goal::AtLeast(0.97)));
    let changes = figures.key_changes_a_minute;
    rows.push(Row::new(BARS, "key changes per minute", Unit::Of("", 2), changes));
    let outside =
        Row::new(BARS, "strong beats outside the chord", Unit::Share, figures.outside_chord);
    rows.push(outside.with_goal(Goal::AtMost(0.0)));
    rows
}

fn lead(figures: &NoteFigures) -> Vec<Row> {
    let number = |name: &str, value: Option<f64>| Row::new(LEAD, name, Unit::Of("", 1), value);
    let notes = |n: usize| figures.lead_notes.map(|spread| spread[n]);
    let [whole, four] = figures.lead_entropy;
    vec![
        number("notes per bar while playing", notes(0)).with_goal(Goal::Between(3.0, 8.0)),
        number("notes per bar, 10th percentile", notes(1)),
        number("notes per bar, 90th percentile", notes(2)),
        number("distinct pitches per bar", Some(figures.lead_pitches)),
        Row::new(LEAD, "pitch-class entropy", Unit::Of("bits", 2), whole),
        Row::new(LEAD, "pitch-class entropy of four bars", Unit::Of("bits", 2), four),
        Row::new(LEAD, "monotonous spans of eight bars", Unit::Share, figures.monotony),
        Row::new(
            LEAD,
            "longest run of identical bars",
            Unit::COUNT,
            figures.longest_lead_run as f64,
        ),
    ]
}

fn form(figures: &NoteFigures) -> Vec<Row> {
    let count = |name: &str, n: usize| Row::new(FORM, name, Unit::COUNT, n as f64);
    let share = |name: &str, value: f64| Row::new(FORM, name, Unit::Share, value);
    let [all, lead, drums] = figures.distinct;
    let mut rows = vec![
        count("repeats of eight bars within ten minutes", figures.repeats.len())
            .with_goal(Goal::AtMost(0.0)),
        count("repeats of the drums alone", figures.drum_repeats),
        count("repeats of the lead alone", figures.lead_repeats),
        share("distinct bars", all),
        share("distinct bars of the lead", lead),
        share("distinct bars of the drums", drums),
    ];
    rows.extend(LAGS.into_iter().zip(figures.similarity).map(|(lag, similarity)| {
        let bars = if lag == 1 { "bar" } else { "bars" };
        Row::new(FORM, format!("similarity after {lag} {bars}"), Unit::Of("", 2), similarity)
    }));
    let form =
        Row::new(FORM, "similarity, 4-16 bars minus 64+ bars", Unit::Of("", 3), figures.form());
    rows.push(form.with_goal(Goal::AtLeast(0.1)));
    rows
}

fn rhythm(figures: &NoteFigures) -> Vec<Row> {
    let number = |name: &str, value: f64| Row::new(RHYTHM, name, Unit::Of("", 2), value);
    vec![
        number("syncopation per bar, kick and snare", figures.syncopation[0]),
        number("syncopation per bar, lead", figures.syncopation[1]),
        number("groove consistency, neighbouring bars", figures.groove_consistency),
        number("groove similarity, all bars", figures.groove_similarity),
        Row::new(RHYTHM, "bars with a fill", Unit::Share, figures.fills),
    ]
}

/// Hits on the grid have a goal only if the drums are meant to sound like a drummer's.
fn drums(figures: &NoteFigures, is_human: Option<bool>) -> Vec<Row> {
    let mut rows = Vec::new();
    for spread in &figures.drum_spreads {
        let name = spread.class.name();
        let drummers = spread.drummers_velocity_deviation;
        let [least, most] =
            [1.0 - DRUMMER_TOLERANCE, 1.0 + DRUMMER_TOLERANCE].map(|x| x * drummers);
        let goal = Goal::Between(least, most);
        let goal = (FEW_HITS <= spread.hits).then_some(goal);
        let title = format!("{name}: velocity deviation");
        let row = Row::new(DRUMS, title, Unit::Of("", 1), spread.velocity_deviation);
        rows.push(row.with_goal(goal).with_drummers(drummers));
    }
    rows.extend(figures.drum_spreads.iter().map(|spread| {
        let title = format!("{}: timing deviation", spread.class.name());
        let row = Row::new(DRUMS, title, Unit::Of("ms", 1), spread.late_deviation_ms);
        row.with_drummers(spread.drummers_late_deviation_ms)
    }));
    let goal = (is_human == Some(true)).then_some(Goal::AtMost(0.4));
    rows.push(Row::new(DRUMS, "hits on the grid", Unit::Share, figures.on_grid).with_goal(goal));
    rows
}

fn sound(analysis: &Analysis) -> Vec<Row> {
    let (loudness, level) = (&analysis.audio.loudness, &analysis.audio.level);
    let wanted = analysis
        .target
        .map(|target| Goal::Between(target - LOUDNESS_TOLERANCE, target + LOUDNESS_TOLERANCE));
    let lufs = |name: &str, value: f64| Row::new(SOUND, name, Unit::Of("LUFS", 1), value);
    let (least, greatest) = loudness.ten_minutes;
    vec![
        Row::new(SOUND, "length", Unit::Of("min", 1), analysis.audio.seconds / 60.0),
        lufs("loudness", loudness.integrated).with_goal(wanted),
        lufs("loudness of the quietest ten minutes", least).with_goal(wanted),
        lufs("loudness of the loudest ten minutes", greatest).with_goal(wanted),
        lufs("greatest short-term loudness (3 s)", loudness.greatest_short_term),
        Row::new(SOUND, "loudness range", Unit::Of("LU", 1), loudness.range),
        Row::new(SOUND, "true peak", Unit::Of("dBTP", 1), loudness.true_peak.0)
            .with_goal(Goal::AtMost(-1.0)),
        Row::new(SOUND, "clipped samples", Unit::COUNT, level.n_clipped as f64)
            .with_goal(Goal::AtMost(0.0)),
        Row::new(SOUND, "silences above a second", Unit::COUNT, level.silences.len() as f64)
            .with_goal(Goal::AtMost(0.0)),
        Row::new(SOUND, "stereo correlation", Unit::Of("", 2), level.correlation),
        Row::new(SOUND, "energy in the side signal", Unit::Share, level.side_share),
    ]
}

fn detected_tempo(analysis: &Analysis) -> Vec<Row> {
    let Analysis { tempos, notes, .. } = analysis;
    let bpm =
        |found: &[f64]| Row::new(TEMPO, "detected tempo", Unit::Of("bpm", 1), quantile(found, 0.5));
    let Some(notes) = notes else {
        return vec![bpm(&tempos.iter().map(|tempo| tempo.bpm).collect::<Vec<_>>())];
    };
    let pairs = tempos.iter().filter_map(|tempo| Some((tempo.bpm, notes.tempo_at(tempo.second)?)));
    let (found, errors): (Vec<f64>, Vec<f64>) = pairs
        .map(|(found, score)| (tempo::in_octave_of(found, score), tempo::error(found, score)))
        .unzip();
    let n_close = errors.iter().filter(|error| **error <= TEMPO_TOLERANCE).count();
    let close = (!errors.is_empty()).then(|| n_close as f64 / errors.len() as f64);
    vec![
        bpm(&found),
        Row::new(TEMPO, "difference from the score's tempo", Unit::Share, quantile(&errors, 0.5))
            .with_goal(Goal::AtMost(TEMPO_TOLERANCE)),
        Row::new(TEMPO, "estimates within 1 %", Unit::Share, close),
    ]
}

fn bar_starts(found: &BarStarts) -> Vec<Row> {
    let share = |name: &str, value: f64| Row::new(BAR_STARTS, name, Unit::Share, value);
    vec![
        share("rougher than 99 % of similar onsets", found.rougher),
        share("rougher by half or more", found.clearly_rougher)
            .with_goal(Goal::AtMost(CLEARLY_ROUGHER)),
        Row::new(BAR_STARTS, "greatest relative roughness", Unit::Of("", 2), found.worst)
            .with_goal(Goal::AtMost(WORST_START)),
    ]
}
