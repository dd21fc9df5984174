//! Fingerprints of a setting: whether a piece can continue after radio.toml or a MIDI file has changed.

use serde::{Deserialize, Serialize};

use crate::{
    compose::walk::Anchors,
    config::{
        Anchor, AssetRef, Beat, Chords, Decoding, Drums, Form, PartLimits, Role, Shape, Station,
        Strictness, Theme,
    },
    music::{
        bar::{N_PARTS, Voice},
        room::Room,
    },
    patterns::style::Style,
    rng,
    units::{Bpm, Lufs},
};

/// Hashes of the inputs of a station's music, grouped by the effect of a change.
///
/// Each hashes values as JSON, so other builds and renamed types don't change it. Renamed fields and variants
/// do: saved stations then change as after an edit of radio.toml.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// A change ends the piece: models, chords, form.
    pub piece: u64,
    /// A change keeps the piece, in another key.
    #[serde(default)]
    pub key: u64,
    /// A change keeps the piece and its lines, in another tempo or over other drums.
    #[serde(default)]
    pub beat: u64,
    /// A change keeps the piece, in another sound: voices, feel, ranges, names.
    pub sound: u64,
    /// A change keeps the piece, on another path: the anchors' points.
    pub path: u64,
}

/// Inputs of a piece: a change starts another piece.
#[derive(Serialize)]
struct PieceInputs<'a> {
    form: Form,
    drums_model: String,
    trio_model: String,
    groove_model: String,
    // Skipped if absent, so that older hashes stay valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    chorale_model: Option<String>,
    minutes: [f64; 2],
    shape: Shape,
    arrangement: Option<&'static str>,
    harmony: Strictness,
    chords: &'a Chords,
}

/// Tempo and drums, which may change under the same lines.
#[derive(Serialize)]
struct BeatInputs {
    pad: [String; 4],
    beat: Beat,
    bars_per_round: usize,
    tempo: Bpm,
    tempo_spread: f64,
}

/// Inputs of the sound that may change during a piece.
#[derive(Serialize)]
struct SoundInputs<'a> {
    station_title: &'a str,
    energy: f64,
    loudness: Lufs,
    dreams: Vec<&'a str>,
    /// Skipped if absent, so that older checkpoints keep their hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    prior: Option<String>,
    wander: f64,
    temperature: f64,
    decoding: Decoding,
    swing: f64,
    humanise: f64,
    groove: f64,
    groove_time: f64,
    drums: &'a Drums,
    bass: PartLimits,
    lead: PartLimits,
    lead_role: Role,
    voices: [Voice; N_PARTS],
    programs: &'a [Vec<u8>; N_PARTS],
    echo_steps: f64,
    echo_feedback: f64,
    room: Room,
    throws: f64,
    words: &'a [String],
    qualities: &'a [String],
    titles: &'a [String],
}

impl Fingerprint {
    /// The fingerprint of `station`, whose walk visits `anchors`.
    pub fn of(station: &Station, anchors: &Anchors) -> Self {
        let (piece, beat, sound) = inputs(station);
        Self {
            piece: hash(&piece),
            key: hash(&station.theme.key),
            beat: hash(&beat),
            sound: hash(&sound),
            path: hash(anchors),
        }
    }
}

/// Sorts all values of `station`, except the key, into inputs of the piece, of its beat and of its sound
/// alone.
///
/// Patterns without `..`: a new key of radio.toml does not compile until it is sorted here.
#[allow(clippy::too_many_lines)] // One line for each key.
fn inputs(station: &Station) -> (PieceInputs<'_>, BeatInputs, SoundInputs<'_>) {
    let Station {
        name: _,
        title,
        description: _,
        genre: _,
        mounts: _,
        soundfont: _,
        theme,
        form,
        energy,
        loudness,
        record: _,
        playlists: _, // Their MIDI files are in the anchors' points.
        public: _,
        push: _,
    } = station;
    let Theme {
        name: _,
        drums_model,
        trio_model,
        chorale_model,
        pad,
        beat,
        bars_per_round,
        anchors: _, // Their points are the path.
        dreams,
        prior,
        personal: _, // It moves the anchors' points.
        wander,
        likes: _, // Only legs that are drawn later depend on it.
        temperature,
        decoding,
        key: _, // Hashed separately.
        tempo,
        tempo_spread,
        minutes,
        shape,
        arrangement,
        harmony,
        swing,
        humanise,
        groove,
        groove_time,
        groove_model,
        drums,
        bass,
        lead,
        lead_role,
        chords,
        voices,
        programs,
        fonts: _, // Like `soundfont`: no note changes.
        echo_steps,
        echo_feedback,
        room,
        throws,
        words,
        qualities,
        titles,
        macros: _, // No effect until they are moved.
    } = &**theme;
    let piece = PieceInputs {
        form: *form,
        drums_model: asset(drums_model),
        trio_model: asset(trio_model),
        groove_model: asset(groove_model),
        chorale_model: chorale_model.as_ref().map(asset),
        minutes: *minutes,
        shape: *shape,
        arrangement: arrangement.map(Style::name),
        harmony: *harmony,
        chords,
    };
    let beat = BeatInputs {
        pad: pad.each_ref().map(anchor),
        beat: *beat,
        bars_per_round: *bars_per_round,
        tempo: *tempo,
        tempo_spread: *tempo_spread,
    };
    let sound = SoundInputs {
        station_title: title,
        energy: *energy,
        loudness: *loudness,
        dreams: dreams.iter().map(|dream| dream.name()).collect(),
        prior: prior.as_ref().map(|path| path.display().to_string()),
        wander: *wander,
        temperature: *temperature,
        decoding: *decoding,
        swing: *swing,
        humanise: *humanise,
        groove: *groove,
        groove_time: *groove_time,
        drums,
        bass: *bass,
        lead: *lead,
        lead_role: *lead_role,
        voices: *voices,
        programs,
        echo_steps: *echo_steps,
        echo_feedback: *echo_feedback,
        room: *room,
        throws: *throws,
        words,
        qualities,
        titles,
    };
    (piece, beat, sound)
}

/// A model by its location. Not `Display`, whose text may change.
fn asset(asset: &AssetRef) -> String {
    match asset {
        AssetRef::File(path) => format!("file:{}", path.display()),
        AssetRef::Embedded(name) => format!("embedded:{name}"),
    }
}

fn anchor(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Pattern { style, number } => format!("{}:{number}", style.name()),
        Anchor::Dream(seed) => format!("dream:{seed}"),
        Anchor::Midi(path) | Anchor::Point(path) => format!("file:{}", path.display()),
    }
}

fn hash(inputs: &impl Serialize) -> u64 {
    rng::fnv1a(serde_json::to_string(inputs).expect("numbers and strings can be JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{BUILT_IN, parse};

    fn anchors() -> Anchors {
        Anchors { points: vec![vec![0.5, -1.0]], in_turn: false, drawn: None }
    }

    /// Which hashes a change of the first built-in station affects: piece, key, beat, sound, path.
    fn moved(change: impl FnOnce(&mut Station, &mut Theme)) -> [bool; 5] {
        let config = parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap();
        let before = config.stations[0].clone();
        let (mut station, mut theme) = (before.clone(), (*before.theme).clone());
        change(&mut station, &mut theme);
        station.theme = theme.into();
        let [a, b] = [&before, &station].map(|station| Fingerprint::of(station, &anchors()));
        let pairs = [(a.piece, b.piece), (a.key, b.key), (a.beat, b.beat), (a.sound, b.sound)];
        let [piece, key, beat, sound] = pairs.map(|(a, b)| a != b);
        [piece, key, beat, sound, a.path != b.path]
    }

    #[test]
    fn a_piece_survives_another_sound_key_and_beat_but_not_other_chords() {
        assert_eq!(
            moved(|_, theme| theme.key = "C# lydian".parse().unwrap()),
            [false, true, false, false, false]
        );
        let beat = [false, false, true, false, false];
        assert_eq!(moved(|_, theme| theme.tempo = Bpm::try_from(99.0).unwrap()), beat);
        assert_eq!(moved(|_, theme| theme.pad[1] = Anchor::Dream(7)), beat);
        assert_eq!(moved(|_, theme| theme.bars_per_round = 8), beat);
        let sound = [false, false, false, true, false];
        assert_eq!(moved(|_, theme| theme.voices[1].gain.0 += 1.0), sound);
        assert_eq!(moved(|station, _| station.energy = 0.9), sound);
        let piece = [true, false, false, false, false];
        assert_eq!(moved(|_, theme| theme.chorale_model = Some(AssetRef::TRIO_MODEL)), piece);
        assert_eq!(moved(|_, theme| theme.chords.n_voices += 1), piece);
    }

    #[test]
    fn names_and_mounts_move_no_note() {
        let change = |station: &mut Station, theme: &mut Theme| {
            theme.name = "other".to_owned();
            station.description = "other".to_owned();
            station.mounts.clear();
            station.public = !station.public;
            station.record = !station.record;
        };
        assert_eq!(moved(change), [false; 5]);
    }

    #[test]
    fn other_points_are_another_path() {
        let config = parse(BUILT_IN, "radio.toml", std::path::Path::new("")).unwrap();
        let of = |anchors: &Anchors| Fingerprint::of(&config.stations[0], anchors);
        let turned = Anchors { in_turn: true, ..anchors() };

        assert_ne!(of(&anchors()), of(&turned));
        assert_eq!(of(&anchors()), Fingerprint { path: of(&anchors()).path, ..of(&turned) });
    }
}
