use std::{collections::HashSet, fs, sync::Arc};

use super::*;
use crate::{
    compose::{
        composer::Composer,
        steering::Steering,
        testing::{self, stations},
    },
    config::Anchor,
    music::{
        arrange,
        bar::{Bar, Hit, Part},
        meter::STEPS_PER_BAR,
        midi::write,
        scale::Key,
        sequence::{TRIO_PARTS, from_trio},
        trio::Trio,
    },
    musicvae::net::{device_choice::DeviceChoice, precision::Precision, prior::Prior},
    patterns::{self, style::Style},
    station::{
        load::{self, anchors::Space, library::Library, waypoints::WaypointFiles},
        studio::{cue::Cues, dropped, looks::Looks},
    },
    units::Bpm,
};

/// Tools, the first built-in station, and a folder for its anchors.
struct Bench {
    tools: Tools,
    setting: Setting,
    progress: Progress,
    files: AnchorFiles,
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let library = Library::on(DeviceChoice::Cpu, Precision::default());
        let tools = Tools { library, looks: Looks::default(), cues: Cues::default() };
        let setting = testing::setting(&stations()[0], 1);
        let progress = Progress::start(&setting);
        let folder = tempfile::tempdir().unwrap();
        let files = AnchorFiles::in_state(Some(folder.path()));
        Self { tools, setting, progress, files, folder }
    }

    fn corner(&mut self, source: CornerSource) -> Result<String, LabError> {
        self.tools.corner_of(&self.files, &self.setting, source)
    }

    fn tune(&mut self, bytes: &[u8]) -> Result<DroppedTune, LabError> {
        self.tools.anchor_of_midi(&self.files, &self.setting, bytes)
    }

    fn n_files(&self) -> usize {
        fs::read_dir(self.folder.path().join("studio")).map_or(0, Iterator::count)
    }
}

/// A MIDI file of a pattern, whose parts `change` may leave out.
fn midi_file(style: Style, number: u64, change: impl FnOnce(&mut Trio)) -> Vec<u8> {
    let mut trio = patterns::pattern(style, number).trio;
    change(&mut trio);
    let sequence = from_trio(&trio, Bpm::DEFAULT);
    write(&sequence, |note| TRIO_PARTS[usize::from(note.instrument)])
}

fn is_midi(text: &str) -> bool {
    Path::new(text).extension().is_some_and(|ending| ending == "mid")
}

fn kicks() -> Grid {
    Grid { steps: 16, rows: vec![("kick".into(), vec![0, 4, 8, 12])] }
}

#[test]
fn cells_become_a_midi_file_whose_beat_plays_in_the_corner() {
    let mut bench = Bench::new();
    let text = bench.corner(CornerSource::Grid(kicks())).unwrap();
    let encoder =
        bench.tools.library.encoder(&stations()[0].theme.drums_model, Family::Drums2Bar).unwrap();
    let (asset, prior) = (&stations()[0].theme.drums_model, &Prior::Standard(128));
    let space = Space { encoder: &encoder, asset, prior };
    let placed = space.place(&Anchor::Midi(text.into())).unwrap();

    assert_eq!(placed.original, Some(vec![kicks().line().unwrap()]));
    assert_eq!(placed.z.len(), 128);
}

#[test]
fn corners_are_made_from_texts_dreams_and_midi_files() {
    let mut bench = Bench::new();
    assert_eq!(bench.corner(CornerSource::Anchor("dub:3".into())).unwrap(), "dub:3");
    let dream = bench.corner(CornerSource::Dream).unwrap();
    assert!(dream.strip_prefix("dream:").unwrap().parse::<u64>().is_ok());
    assert_eq!(bench.n_files(), 0);

    let beat = midi_file(Style::House, 3, |trio| (trio.melody, trio.bass) = Default::default());
    let text = bench.corner(CornerSource::Midi(beat.clone())).unwrap();
    assert_eq!(fs::read(text).unwrap(), beat);
}

#[test]
fn what_makes_no_corner_is_refused_with_a_sentence() {
    let mut bench = Bench::new();
    let mut refused = |source| bench.corner(source).unwrap_err().to_string();

    let tune = midi_file(Style::House, 3, |trio| trio.drums.clear());
    let found = refused(CornerSource::Midi(tune));
    assert_eq!(found, "the MIDI file: expected 2 bars of 4/4 with drums, found melody, bass alone");
    let noise = refused(CornerSource::Midi(b"RIFF".to_vec()));
    assert!(noise.starts_with("the MIDI file: not a standard MIDI file"), "{noise}");
    let large = refused(CornerSource::Midi(vec![0; dropped::MOST_BYTES + 1]));
    assert!(large.ends_with("expected at most 1048576 bytes, found 1048577"), "{large}");
    assert!(refused(CornerSource::Grid(Grid { steps: 16, rows: vec![] })).ends_with("in bar 1"));
    assert_eq!(bench.n_files(), 0);
}

/// `setting` with the anchor at `text` beside the others, and bass and lead at its point.
fn at_anchor(bench: &mut Bench, tune: &DroppedTune) -> Setting {
    let mut station = bench.setting.station().clone();
    let theme = Arc::make_mut(&mut station.theme);
    theme.anchors.push(Anchor::Midi(tune.anchor.clone().into()));
    let waypoints = WaypointFiles::read(&[]);
    let loaded = load::theme::open(&station, &mut bench.tools.library, &waypoints).unwrap();
    let line = LinePlace::At { z: tune.z.clone() };
    let steering = Steering { line, ..Steering::default() };
    bench.setting.changed_to(station, loaded).steered(steering)
}

/// Part, step and pitch class of each note of bass and lead in a phrase.
fn onsets(bars: &[Bar]) -> HashSet<(Part, usize, u8)> {
    let of_bar = |(number, bar): (usize, &Bar)| {
        let first = number * STEPS_PER_BAR;
        let onset =
            move |part, hit: &Hit| (part, first + hit.start_step.round() as usize, hit.pitch % 12);
        let of_part = |part: Part| bar.parts[part as usize].iter().map(move |hit| onset(part, hit));
        [Part::Bass, Part::Lead].into_iter().flat_map(of_part).collect::<Vec<_>>()
    };
    bars.iter().enumerate().flat_map(of_bar).collect()
}

/// The onsets of the tune of `trio` in `key`.
fn tune_onsets(trio: &Trio, key: Key) -> HashSet<(Part, usize, u8)> {
    let semitones = arrange::transposition(key, &trio.bass, &trio.melody);
    let of_line = |(part, line): (Part, &Line)| {
        let moved = move |pitch: u8| (pitch + 12).saturating_add_signed(semitones) % 12;
        let notes = arrange::notes(line).into_iter();
        notes.map(move |note| (part, note.start_step, moved(note.pitch))).collect::<Vec<_>>()
    };
    [(Part::Bass, &trio.bass), (Part::Lead, &trio.melody)].into_iter().flat_map(of_line).collect()
}

/// The F1 scores of the onsets of `trio` in the phrases of a piece with bass and lead, from low to high.
fn f1_on_air(setting: &Setting, progress: &Progress, trio: &Trio) -> Vec<f64> {
    let bars: Vec<Bar> = Composer::from(setting.clone(), progress.clone()).take(96).collect();
    let plays = |bar: &Bar| {
        [Part::Bass, Part::Lead].iter().all(|&part| !bar.parts[part as usize].is_empty())
    };
    let phrases = bars.chunks(4).filter(|phrase| phrase.iter().all(plays));
    let f1 = |phrase: &[Bar]| {
        let (played, tune) = (onsets(phrase), tune_onsets(trio, phrase[0].key));
        2.0 * played.intersection(&tune).count() as f64 / (played.len() + tune.len()) as f64
    };
    let mut found: Vec<f64> = phrases.map(f1).collect();
    found.sort_by(f64::total_cmp);
    found
}

#[test]
fn a_dropped_tune_is_played_where_it_lies() {
    let mut bench = Bench::new();
    for (style, with_drums) in [(Style::House, true), (Style::Dub, false), (Style::Punk, true)] {
        let pattern = patterns::pattern(style, 5).trio;
        let file = midi_file(style, 5, |trio| {
            if !with_drums {
                trio.drums.clear();
            }
        });
        let tune = bench.tune(&file).unwrap();
        assert!(is_midi(&tune.anchor) && tune.z.len() == 256);
        let setting = at_anchor(&mut bench, &tune);
        let found = f1_on_air(&setting, &bench.progress, &pattern);
        // A stop or a mute of the arrangement leaves notes out of some phrases.
        assert!(0.8 < found[found.len() / 2], "{style:?}: {found:?}");
    }
}

#[test]
fn a_tune_without_melody_is_refused() {
    let mut bench = Bench::new();
    let found = bench.tune(&midi_file(Style::House, 3, |trio| trio.melody.clear()));
    let found = found.unwrap_err().to_string();
    let expected =
        "the MIDI file: expected 4 bars of 4/4 with melody and bass, found bass, drums alone";
    assert_eq!(found, expected);
}

#[test]
fn a_transition_leads_from_here_to_the_dropped_tune() {
    let mut bench = Bench::new();
    let tune = bench.tune(&midi_file(Style::Dub, 2, |_| {})).unwrap();
    let place = transition(&bench.setting, &bench.progress, tune.z.clone(), 16);

    assert!(place.check(256).is_ok());
    let here = sketch::way(&bench.setting, &bench.progress).here;
    assert_eq!(place.at(0), Some(here));
    assert_eq!(place.at(16), Some(tune.z.clone()));
    let at = |z: &Latent| sketch::tune(&bench.setting, &bench.progress, z);
    assert_eq!(at(&place.at(40).unwrap()), at(&tune.z));
}

#[test]
fn anchors_are_added_moved_and_removed() {
    let mut bench = Bench::new();
    let mut changed = |change| {
        bench
            .tools
            .changed_anchors(&bench.files, &bench.setting, &change)
            .map_err(|e| e.to_string())
    };
    let theme = &stations()[0].theme;
    let n = theme.anchors.len();

    let added = changed(AnchorChange::Add { x: 0.1, y: 0.2 }).unwrap();
    assert_eq!(added.len(), n + 1);
    assert_eq!(added[0], theme.anchors[0].to_string());
    let moved = changed(AnchorChange::Move { index: 0, x: 0.1, y: 0.2 }).unwrap();
    assert_eq!((moved.len(), &moved[0], &moved[1..]), (n, &added[n], &added[1..n]));
    assert_eq!(changed(AnchorChange::Remove { index: 1 }).unwrap().len(), n - 1);
    let missing = changed(AnchorChange::Remove { index: n }).unwrap_err();
    assert_eq!(missing, format!("index: expected 0 to {}, found {n}", n - 1));
    assert!(changed(AnchorChange::Add { x: 2.0, y: 0.0 }).is_err());
}

#[test]
fn waypoints_of_playlists_are_no_anchors_to_change() {
    let bench = Bench::new();
    let mut loaded = bench.setting.loaded().clone();
    loaded.anchors.in_turn = true;
    let setting = bench.setting.changed_to(bench.setting.station().clone(), loaded);
    assert!(anchor_texts(&setting).unwrap_err().to_string().contains("playlists"));
}

#[test]
fn a_point_of_the_map_is_read_back_as_an_anchor() {
    let mut bench = Bench::new();
    let text = bench.tools.anchor_at(&bench.files, &bench.setting, [0.3, -0.4]).unwrap();
    let z = bench.tools.looks.point(&bench.setting, [0.3, -0.4]).unwrap();
    let asset = &bench.setting.station().theme.trio_model;

    assert_eq!(PointFile::read_for(Path::new(&text), asset, 256).unwrap(), z);
    let place = bench.tools.line_at(&bench.setting, [0.3, -0.4]).unwrap();
    assert_eq!(place, LinePlace::At { z });
    let (tools, setting) = (&mut bench.tools, Arc::new(bench.setting.clone()));
    let places = [[0.0, 0.0], [0.3, -0.4]];
    let along = tools.line_along(&setting, &bench.progress, &places, 8).unwrap();
    assert!(along.check(256).is_ok());
}
