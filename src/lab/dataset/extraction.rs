//! The windows of one MIDI file, or why it has none.

use std::{collections::BTreeSet, path::Path};

use rand::seq::SliceRandom as _;

use crate::{
    lab::dataset::{
        reading::{Contents, SongFile},
        reason::Reason,
        recordings::{OfRecording, Recordings},
    },
    lab::transcription::score::Score,
    music::{
        midi,
        part_map::{self, Rule},
        segments::changes_meter,
    },
    musicvae::{
        convert::{
            extract::Unfit,
            window::{Window, is_whole, windows},
        },
        net::{config::Config, domain::Domain},
    },
    rng,
};

/// Most windows of a song, as Magenta's `max_tensors_per_notesequence` (musicvae `data.py`; for
/// grooves `configs.py`).
const MAX_PER_FILE: usize = 5;
const MAX_PER_GROOVE: usize = 20;

/// The windows to extract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowSpec {
    /// Sizes of the networks that the set is for.
    pub config: Config,
    /// Whether to include windows with missing parts.
    pub with_absent: bool,
    /// Most windows of a file: a random choice, of windows with all parts first.
    pub max_per_file: usize,
    /// Whether songs are split at changes of the time signature; if not, those with changes are left out.
    pub presplit: bool,
    /// Which instruments play which part, where programs and channels don't determine it.
    pub rules: Vec<Rule>,
}

impl WindowSpec {
    /// Windows with all parts, as many as Magenta takes.
    pub fn new(config: Config) -> Self {
        let max_per_file = match config.family.domain() {
            Domain::Groove(_) => MAX_PER_GROOVE,
            _ => MAX_PER_FILE,
        };
        Self { config, with_absent: false, max_per_file, presplit: true, rules: vec![] }
    }
}

/// The windows of a file, with its faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Its distinct windows, at least one.
    pub windows: Result<Vec<Window>, Reason>,
    /// Faults of a MIDI file.
    pub faults: Vec<String>,
    /// Figures of a recording.
    pub recording: Option<OfRecording>,
}

/// The windows of `file`; a recording needs `recordings`.
pub fn extract(file: &SongFile, spec: &WindowSpec, recordings: Option<&Recordings>) -> Extracted {
    match (&file.contents, recordings) {
        (Contents::Midi(Ok(bytes)), _) => of_midi(&file.name, bytes, spec),
        (Contents::Midi(Err(error)), _) => Extracted::failed(Reason::plain(error.to_string())),
        (Contents::Recording(path), Some(recordings)) => {
            of_recording(&file.name, path, spec, recordings)
        }
        (Contents::Recording(_), None) => {
            Extracted::failed(Reason::plain("a recording, which is not to be read"))
        }
    }
}

impl Extracted {
    fn failed(reason: Reason) -> Self {
        Self { windows: Err(reason), faults: vec![], recording: None }
    }
}

/// The windows of the bars of a recording whose onsets fit the beats.
fn of_recording(name: &str, path: &Path, spec: &WindowSpec, recordings: &Recordings) -> Extracted {
    let score = match recordings.score(path) {
        Ok(score) => score,
        Err(reason) => return Extracted::failed(reason),
    };
    let least = recordings.least_confidence;
    let recording = OfRecording::of(&score, least);
    let pieces = score.trusted(least);
    let found = pieces.iter().map(|piece| windows(piece, &spec.config, spec.with_absent));
    let found: BTreeSet<Window> = found.filter_map(Result::ok).flatten().collect();
    let windows = if !found.is_empty() {
        Ok(at_most(spec.max_per_file, found, name))
    } else if recording.n_used == 0 {
        Err(Reason::plain(recording.to_string()))
    } else {
        let bytes = midi::write(&score.piece(), Score::part_name);
        let song = midi::read_song(&bytes);
        Err(song.map_or_else(
            |error| Reason::plain(error.to_string()),
            |song| Reason::of(&song, &spec.config, spec.with_absent),
        ))
    };
    Extracted { windows, faults: vec![], recording: Some(recording) }
}

fn of_midi(name: &str, bytes: &[u8], spec: &WindowSpec) -> Extracted {
    let mut song = match midi::read_song(bytes) {
        Ok(song) => song,
        Err(error) => return Extracted::failed(Reason::plain(error.to_string())),
    };
    part_map::assign(&mut song, &spec.rules);
    let faults = song.faults.iter().map(ToString::to_string).collect();
    if !spec.presplit && changes_meter(&song.sequence) {
        let reason = "the time signature changes: --presplit-on-time-changes true splits there";
        return Extracted { windows: Err(Reason::plain(reason)), faults, recording: None };
    }
    let windows = match windows(&song.sequence, &spec.config, spec.with_absent) {
        Ok(found) if !found.is_empty() => Ok(at_most(spec.max_per_file, found, name)),
        Ok(_) | Err(Unfit::Meter | Unfit::Empty) => {
            Err(Reason::of(&song, &spec.config, spec.with_absent))
        }
    };
    Extracted { windows, faults, recording: None }
}

/// `windows`, or a random choice of `n`, seeded by their number and the file's name without folders;
/// windows that lack a part are chosen only where too few have all.
fn at_most(n: usize, windows: impl IntoIterator<Item = Window>, file: &str) -> Vec<Window> {
    let mut windows: Vec<Window> = windows.into_iter().collect();
    if windows.len() <= n {
        return windows;
    }
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let mut rng = rng::stream(windows.len() as u64, &format!("windows of {name}"));
    let (mut whole, mut partial): (Vec<usize>, Vec<usize>) =
        (0..windows.len()).partition(|&number| is_whole(&windows[number]));
    let n_whole = n.min(whole.len());
    let mut chosen = whole.partial_shuffle(&mut rng, n_whole).0.to_vec();
    chosen.extend(&*partial.partial_shuffle(&mut rng, n - n_whole).0);
    chosen.sort_unstable();
    chosen.iter().map(|&number| std::mem::take(&mut windows[number])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::note::{Note, NoteSequence, TimeSignature},
        musicvae::{convert::window::ABSENT, net::family::Family},
    };

    /// A file of instruments (name, program, whether drums, pitch), each with a note a bar.
    fn file(n_bars: u8, instruments: &[(&'static str, u8, bool, u8)]) -> NoteSequence {
        let mut notes = Vec::new();
        for (instrument, &(_, program, is_drum, pitch)) in instruments.iter().enumerate() {
            notes.extend((0..n_bars).map(|bar| Note {
                pitch: pitch + bar % 3,
                velocity: 90,
                start: 4.0 * f64::from(bar),
                end: 4.0 * f64::from(bar) + 1.0,
                program,
                is_drum,
                instrument: instrument as u16,
            }));
        }
        NoteSequence { notes, tempos: vec![], meters: vec![] }
    }

    fn file_of(bytes: Vec<u8>) -> SongFile {
        SongFile { name: "a/song.mid".into(), source: 0, contents: Contents::Midi(Ok(bytes)) }
    }

    fn found(
        piece: &NoteSequence,
        instruments: &[(&'static str, u8, bool, u8)],
        rules: &[&str],
    ) -> Extracted {
        let bytes = midi::write(piece, |note| instruments[usize::from(note.instrument)].0);
        let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        let spec = WindowSpec { rules, ..WindowSpec::new(Config::official(Family::Trio4Bar)) };
        extract(&file_of(bytes), &spec, None)
    }

    fn reason(n_bars: u8, instruments: &[(&'static str, u8, bool, u8)]) -> String {
        found(&file(n_bars, instruments), instruments, &[]).windows.unwrap_err().to_string()
    }

    #[test]
    fn what_is_missing_is_said_with_what_is_there() {
        assert_eq!(
            reason(8, &[("Gtr", 27, false, 60), ("", 0, false, 70), ("", 0, true, 36)]),
            "no bass: programs 27 (\"Gtr\") and 0; --partial keeps windows that lack a part"
        );
        assert_eq!(
            reason(8, &[("", 33, false, 30), ("", 0, false, 70), ("x", 5, false, 36)]),
            "no drums: programs 33, 0 and 5 (\"x\"); drums on channel 3? --map drums=channel:3"
        );
        assert_eq!(
            reason(8, &[("Left Hand", 0, false, 40), ("", 1, false, 70), ("", 0, true, 36)]),
            "no bass: programs 0 (\"Left Hand\") and 1; bass on \"Left Hand\"? --map \
             'bass=track:Left Hand'"
        );
        let drums_only =
            "no melody and no bass: drums only; --partial keeps windows that lack a part";
        assert_eq!(reason(8, &[("", 0, true, 36)]), drums_only);
        let trio = [("", 33, false, 30), ("", 0, false, 70), ("", 0, true, 36)];
        let short = "fewer than 4 bars of 4/4 in a row: 3 bars; 4/4";
        assert!(reason(3, &trio).starts_with(short), "{}", reason(3, &trio));
        assert_eq!(reason(0, &trio), "no notes");
    }

    #[test]
    fn another_meter_is_named() {
        let trio = [("", 33, false, 30), ("", 0, false, 70), ("", 0, true, 36)];
        let mut waltz = file(8, &trio);
        waltz.meters = vec![(0.0, TimeSignature { numerator: 3, denominator: 4 })];

        let reason = found(&waltz, &trio, &[]).windows.unwrap_err();

        assert_eq!((&reason.reason[..], &reason.detail[..]), ("no bars of 4/4", "3/4"));
    }

    #[test]
    fn names_of_tracks_and_rules_find_the_parts() {
        let named = [("Drums", 0, false, 36), ("Bass", 0, false, 40), ("Keys", 0, false, 60)];
        assert_eq!(found(&file(4, &named), &named, &[]).windows.unwrap().len(), 1);

        let unnamed = [("a", 0, false, 36), ("b", 27, false, 40), ("c", 0, false, 60)];
        let rules = ["drums=track:a", "bass=program:27"];
        assert_eq!(found(&file(4, &unnamed), &unnamed, &rules).windows.unwrap().len(), 1);
    }

    #[test]
    fn a_file_has_at_most_so_many_windows() {
        let all: Vec<Window> = (0..100).map(|n| vec![vec![n; 16]]).collect();

        let chosen = at_most(10, all.clone(), "a/song.mid");

        assert_eq!((chosen.len(), &chosen), (10, &at_most(10, all.clone(), "b/song.mid")));
        assert!(chosen.is_sorted() && chosen.iter().all(|window| all.contains(window)));
        assert_eq!(at_most(100, all.clone(), "a"), all);
        let partial = |n: u16| vec![if n.is_multiple_of(10) { n } else { ABSENT }; 16];
        let mixed: Vec<Window> = (0..100).map(|n| vec![partial(n), vec![n; 16]]).collect();
        let chosen = at_most(12, mixed, "a");
        assert_eq!(chosen.iter().filter(|window| is_whole(window)).count(), 10);
    }

    #[test]
    fn songs_with_changes_count_only_if_they_are_split() {
        let trio = [("", 33, false, 30), ("", 0, false, 70), ("", 0, true, 36)];
        let mut changing = file(9, &trio);
        let meter = |at, numerator| (at, TimeSignature { numerator, denominator: 4 });
        changing.meters = vec![meter(0.0, 4), meter(16.0, 3)];
        let bytes = midi::write(&changing, |_| "");
        let file = file_of(bytes);
        let spec = WindowSpec::new(Config::official(Family::Trio4Bar));

        assert!(extract(&file, &spec, None).windows.is_ok());
        let whole = WindowSpec { presplit: false, ..spec };
        let reason = extract(&file, &whole, None).windows.unwrap_err().reason;
        assert!(reason.starts_with("the time signature changes"), "{reason}");
    }
}
