use std::{fs, sync::Arc};

use super::*;
use crate::{
    compose::testing::{self, stations},
    config::Anchor,
    music::{
        midi::write,
        sequence::{TRIO_PARTS, from_trio},
        trio::Trio,
    },
    musicvae::net::{device_choice::DeviceChoice, precision::Precision, prior::Prior},
    patterns::{self, style::Style},
    station::{
        load::{anchors::Space, library::Library},
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

#[test]
fn a_dropped_tune_is_played_where_it_lies() {
    let mut bench = Bench::new();
    let styles = [Style::Techno, Style::House, Style::Dub, Style::Punk];
    let tunes = styles.map(|style| bench.tune(&midi_file(style, 5, |_| {})).unwrap());
    let likeness = tunes.each_ref().map(|tune| tune.likeness);

    // Without temperature the shipped model rests where the tune has its rarer notes. Two tunes of
    // different styles have hardly a note in common.
    let mean = likeness.iter().sum::<f64>() / likeness.len() as f64;
    assert!(0.1 < mean, "{likeness:?}");
    assert!(tunes.iter().all(|tune| is_midi(&tune.anchor) && tune.z.len() == 256));
}

#[test]
fn a_tune_without_drums_is_kept_as_a_point() {
    let mut bench = Bench::new();
    let tune = bench.tune(&midi_file(Style::House, 3, |trio| trio.drums.clear())).unwrap();

    let point = PointFile::read(Path::new(&tune.anchor)).unwrap();
    assert_eq!((point.model.as_str(), &point.z), ("trio-4bar", &tune.z));
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
