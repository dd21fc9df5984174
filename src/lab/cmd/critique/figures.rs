//! Which figures are shown, what they are called, and what they should be.
//!
//! Goals are those that the project has set itself for an hour of music; figures without one are
//! there to be compared.

use crate::lab::{
    cmd::critique::{
        Critique,
        goal::{Goal, Unit},
        table::Row,
    },
    measure::{
        hearing::{spectrum::BANDS, tempo},
        score::{
            Role,
            figures::{LAGS, NoteFigures},
        },
        seams::Seams,
        statistics::quantile,
    },
};

const BARS: &str = "bars";
const LEAD: &str = "lead";
const FORM: &str = "form";
const RHYTHM: &str = "rhythm";
const DRUMS: &str = "drums as struck";
const SOUND: &str = "sound";
const SPECTRUM: &str = "spectrum";
const TEMPO: &str = "tempo by ear";
const SEAMS: &str = "seams";

/// Hits of a drum from which on its deviations say anything.
const FEW_HITS: usize = 30;

/// How much of drummers' deviation may be missing or too much.
const TOUCH_TOLERANCE: f64 = 0.3;

/// How far from the wanted loudness ten minutes may be, in LU.
const LOUDNESS_TOLERANCE: f64 = 1.0;

/// How far the tempo that is heard may be from the one that is meant.
const TEMPO_TOLERANCE: f64 = 0.01;

/// The share of bars that may begin rougher than their like by half, and by how much one may.
const CLEARLY_ROUGHER: f64 = 0.005;
const WORST_SEAM: f64 = 2.0;

/// Which figures there are of `critique`.
pub fn rows(critique: &Critique) -> Vec<Row> {
    let Critique { heard, notes, .. } = critique;
    let mut rows = Vec::new();
    if let Some(notes) = notes {
        let figures = &notes.figures;
        rows.extend(bars(figures));
        rows.extend(lead(figures));
        rows.extend(form(figures));
        rows.extend(rhythm(figures));
        rows.extend(drums(figures, critique.is_human));
    }
    rows.extend(sound(critique));
    let spectrum = &heard.spectrum;
    rows.push(Row::new(SPECTRUM, "centroid", Unit::Of("Hz", 0), spectrum.centroid));
    let bands = BANDS.into_iter().zip(spectrum.bands);
    rows.extend(bands.map(|((name, _), share)| Row::new(SPECTRUM, name, Unit::Share, share)));
    rows.extend(tempo_by_ear(critique));
    rows.extend(notes.iter().filter_map(|notes| notes.seams.as_ref()).flat_map(seams));
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
    rows.push(Row::new(BARS, "key changes a minute", Unit::Of("", 2), changes));
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
        number("notes a bar, where it plays", notes(0)).with_goal(Goal::Between(3.0, 8.0)),
        number("notes a bar, 10th percentile", notes(1)),
        number("notes a bar, 90th percentile", notes(2)),
        number("different pitches a bar", Some(figures.lead_pitches)),
        Row::new(LEAD, "pitch-class entropy", Unit::Of("bits", 2), whole),
        Row::new(LEAD, "pitch-class entropy of four bars", Unit::Of("bits", 2), four),
        Row::new(LEAD, "monotonous spans of eight bars", Unit::Share, figures.monotony),
        Row::new(LEAD, "longest run of equal bars", Unit::COUNT, figures.longest_lead_run as f64),
    ]
}

fn form(figures: &NoteFigures) -> Vec<Row> {
    let count = |name: &str, n: usize| Row::new(FORM, name, Unit::COUNT, n as f64);
    let share = |name: &str, value: f64| Row::new(FORM, name, Unit::Share, value);
    let [all, lead, drums] = figures.distinct;
    let mut rows = vec![
        count("eight bars again within ten minutes", figures.repeats.len())
            .with_goal(Goal::AtMost(0.0)),
        count("the same, drums alone", figures.drum_repeats),
        count("the same, lead alone", figures.lead_repeats),
        share("distinct bars", all),
        share("distinct bars of the lead", lead),
        share("distinct bars of the drums", drums),
    ];
    rows.extend(LAGS.into_iter().zip(figures.likeness).map(|(lag, likeness)| {
        let bars = if lag == 1 { "bar" } else { "bars" };
        Row::new(FORM, format!("likeness after {lag} {bars}"), Unit::Of("", 2), likeness)
    }));
    let form = Row::new(FORM, "likeness after 4 to 16 less 64 up", Unit::Of("", 3), figures.form());
    rows.push(form.with_goal(Goal::AtLeast(0.1)));
    rows
}

fn rhythm(figures: &NoteFigures) -> Vec<Row> {
    let number = |name: &str, value: f64| Row::new(RHYTHM, name, Unit::Of("", 2), value);
    vec![
        number("syncopation of a bar of kick and snare", figures.syncopation[0]),
        number("syncopation of a bar of the lead", figures.syncopation[1]),
        number("groove consistency, neighbouring bars", figures.groove_consistency),
        number("groove similarity, all bars", figures.groove_similarity),
        Row::new(RHYTHM, "bars with a fill", Unit::Share, figures.fills),
    ]
}

/// Who is meant to be a machine, or has not said, has no goal for being on the grid.
fn drums(figures: &NoteFigures, is_human: Option<bool>) -> Vec<Row> {
    let mut rows = Vec::new();
    for touch in &figures.touch {
        let name = touch.class.name();
        let drummers = touch.drummers_velocity_deviation;
        let [least, most] = [1.0 - TOUCH_TOLERANCE, 1.0 + TOUCH_TOLERANCE].map(|x| x * drummers);
        let goal = Goal::Between(least, most);
        let goal = (FEW_HITS <= touch.hits).then_some(goal);
        let title = format!("{name}: deviation of velocity");
        let row = Row::new(DRUMS, title, Unit::Of("", 1), touch.velocity_deviation);
        rows.push(row.with_goal(goal).beside_drummers(drummers));
    }
    rows.extend(figures.touch.iter().map(|touch| {
        let title = format!("{}: deviation of time", touch.class.name());
        let row = Row::new(DRUMS, title, Unit::Of("ms", 1), touch.late_deviation_ms);
        row.beside_drummers(touch.drummers_late_deviation_ms)
    }));
    let goal = (is_human == Some(true)).then_some(Goal::AtMost(0.4));
    rows.push(Row::new(DRUMS, "hits on the grid", Unit::Share, figures.on_grid).with_goal(goal));
    rows
}

fn sound(critique: &Critique) -> Vec<Row> {
    let (loudness, level) = (&critique.heard.loudness, &critique.heard.level);
    let wanted = critique
        .target
        .map(|target| Goal::Between(target - LOUDNESS_TOLERANCE, target + LOUDNESS_TOLERANCE));
    let lufs = |name: &str, value: f64| Row::new(SOUND, name, Unit::Of("LUFS", 1), value);
    let (least, greatest) = loudness.ten_minutes;
    vec![
        Row::new(SOUND, "length", Unit::Of("min", 1), critique.heard.seconds / 60.0),
        lufs("loudness", loudness.integrated).with_goal(wanted),
        lufs("loudness of the quietest ten minutes", least).with_goal(wanted),
        lufs("loudness of the loudest ten minutes", greatest).with_goal(wanted),
        lufs("loudest three seconds", loudness.greatest_short_term),
        Row::new(SOUND, "loudness range", Unit::Of("LU", 1), loudness.range),
        Row::new(SOUND, "true peak", Unit::Of("dBTP", 1), loudness.true_peak.0)
            .with_goal(Goal::AtMost(-1.0)),
        Row::new(SOUND, "clipped samples", Unit::COUNT, level.n_clipped as f64)
            .with_goal(Goal::AtMost(0.0)),
        Row::new(SOUND, "silences above a second", Unit::COUNT, level.silences.len() as f64)
            .with_goal(Goal::AtMost(0.0)),
        Row::new(SOUND, "correlation of left and right", Unit::Of("", 2), level.correlation),
        Row::new(SOUND, "energy at the sides", Unit::Share, level.side_share),
    ]
}

fn tempo_by_ear(critique: &Critique) -> Vec<Row> {
    let Critique { tempos, notes, .. } = critique;
    let bpm =
        |found: &[f64]| Row::new(TEMPO, "tempo found", Unit::Of("bpm", 1), quantile(found, 0.5));
    let Some(notes) = notes else {
        return vec![bpm(&tempos.iter().map(|tempo| tempo.bpm).collect::<Vec<_>>())];
    };
    let pairs = tempos.iter().filter_map(|tempo| Some((tempo.bpm, notes.tempo_at(tempo.second)?)));
    let (found, errors): (Vec<f64>, Vec<f64>) = pairs
        .map(|(found, meant)| (tempo::in_octave_of(found, meant), tempo::error(found, meant)))
        .unzip();
    let n_close = errors.iter().filter(|error| **error <= TEMPO_TOLERANCE).count();
    let close = (!errors.is_empty()).then(|| n_close as f64 / errors.len() as f64);
    vec![
        bpm(&found),
        Row::new(TEMPO, "difference from the score's", Unit::Share, quantile(&errors, 0.5))
            .with_goal(Goal::AtMost(TEMPO_TOLERANCE)),
        Row::new(TEMPO, "half minutes within 1 %", Unit::Share, close),
    ]
}

fn seams(seams: &Seams) -> Vec<Row> {
    let share = |name: &str, value: f64| Row::new(SEAMS, name, Unit::Share, value);
    vec![
        share("bars rougher than 99 % of their like", seams.rougher),
        share("bars rougher by half", seams.clearly_rougher)
            .with_goal(Goal::AtMost(CLEARLY_ROUGHER)),
        Row::new(SEAMS, "roughest bar beside its like", Unit::Of("", 2), seams.worst)
            .with_goal(Goal::AtMost(WORST_SEAM)),
    ]
}
