//! The figures of a critique with their names and goals.
//!
//! Goals are the project's own targets for an hour of music. Figures without a goal are for
//! comparison.

use crate::lab::{
    cmd::critique::{
        analysis::Analysis,
        chords, drums,
        goal::{Goal, Unit},
        lead,
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
const BASS: &str = "bass";
const FORM: &str = "form";
const RHYTHM: &str = "rhythm";
const SOUND: &str = "sound";
const SPECTRUM: &str = "spectrum";
const TEMPO: &str = "detected tempo";
const BAR_STARTS: &str = "bar starts";

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
        let character = analysis.character.as_ref();
        rows.extend(lead::rows(figures, character.map(|character| character.lead)));
        rows.extend(figures.comping.iter().flat_map(|comping| chords::rows(comping, character)));
        rows.push(bass(figures));
        rows.extend(form(figures));
        rows.extend(rhythm(figures));
        let drumming = character.map(|character| character.drums);
        rows.extend(drums::rows(figures, drumming, analysis.is_human));
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
        share("empty bars", figures.empty).with_goal(Goal::AtMost(0.02)).when_above(
            "nobody plays; raise `min_notes` of bass and lead, or the station's `energy`",
        ),
    ];
    rows.extend(Role::ALL.map(|role| {
        share(&format!("bars without {}", role.name()), figures.absent[role as usize])
    }));
    let in_key = Row::new(BARS, "notes in the key", Unit::Share, figures.in_key);
    rows.push(
        in_key.with_goal(Goal::AtLeast(0.97)).when_below("notes lie outside the key; see `key`"),
    );
    let changes = figures.key_changes_a_minute;
    rows.push(Row::new(BARS, "key changes per minute", Unit::Of("", 2), changes));
    let outside =
        Row::new(BARS, "strong beats outside the chord", Unit::Share, figures.outside_chord);
    rows.push(outside.with_goal(Goal::AtMost(0.0)).when_above(
        "strong beats leave the chord; set `harmony` to \"chords\" unless that is intended",
    ));
    rows
}

fn bass(figures: &NoteFigures) -> Row {
    let name = "distance of the bass's phrases from songs (FD)";
    Row::new(BASS, name, Unit::Of("", 1), figures.from_real[1])
}

fn form(figures: &NoteFigures) -> Vec<Row> {
    let count = |name: &str, n: usize| Row::new(FORM, name, Unit::COUNT, n as f64);
    let share = |name: &str, value: f64| Row::new(FORM, name, Unit::Share, value);
    let [all, lead, drums] = figures.distinct;
    let mut rows = vec![
        count("repeats of eight bars within ten minutes", figures.repeats.len())
            .with_goal(Goal::AtMost(0.0))
            .when_above("eight bars come again note for note; raise `wander`"),
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
    rows.push(form.with_goal(Goal::AtLeast(0.1)).when_below(
        "bars nearby are no more alike than bars far apart: there is no form; lower `wander`, or \
         lengthen pieces by `minutes`",
    ));
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
