//! Themes as radio.toml writes them.

use std::{fs, path::Path, sync::Arc};

use crate::{
    config::{
        Anchor, AssetRef, Beat, Config, Dream, Player, Station, Theme,
        load::load,
        tests::{LEAST, config, problems},
    },
    music::{
        bar::Part,
        chain::{Amp, Chain, Filter},
        percussion::Percussion,
        room::{Room, RoomKind},
    },
    musicvae::net::{device_choice::DeviceChoice, precision::Precision},
    patterns::style::Style,
    units::{Bpm, Decibels},
};

/// The mistake in a theme with the given `line`, without file and line number.
fn theme_problem(line: &str) -> String {
    let shown = problems(&format!("{LEAST}[themes.y]\n{line}\n"));
    shown.strip_prefix("radio.toml:6: ").unwrap_or_else(|| panic!("{shown}")).to_owned()
}

#[test]
fn keys_override_the_defaults() {
    let text = r#"
        seed = 7
        state = "kept"
        device = "cuda:1"
        precision = "f32"
        [server]
        bind = "127.0.0.1:9000"
        public_url = "https://radio.example.org/"
        max_listeners = 1
        burst_bytes = 4096
        [themes.x]
        pad = ["punk:1", "dream:2", "dub:3", "house:4"]
        anchors = ["dream:0", "dream:1"]
        dreams = ["dub", "songs"]
        minutes = [2, 3.5]
        tempo = 93.5
        beat = "trio"
        throws = 0.5
        room = { kind = "spring", t60_seconds = 3, damping = 0.2 }
        drums = { player = "machine", percussion = ["clap", "conga"] }
        lead = { program = 89, gain_db = -1.5, pan = -1, low = 40, high = 60, max_notes = 3 }
        [[stations]]
        name = "x"
        theme = "x"
        bitrate_kbps = 320
    "#;
    let Config { server, seed, state, device, precision, stations, .. } = config(text);
    assert_eq!(state.as_deref(), Some(Path::new("/nowhere/kept")));
    assert_eq!(precision, Precision::F32);
    assert_eq!(device, DeviceChoice::Cuda(1));
    let theme = &stations[0].theme;

    assert_eq!((server.max_listeners, server.burst_bytes, seed), (1, 4096, Some(7)));
    assert_eq!(server.bind.to_string(), "127.0.0.1:9000");
    assert_eq!(server.public_url.as_deref(), Some("https://radio.example.org"));
    assert_eq!(theme.pad[0], Anchor::Pattern { style: Style::Punk, number: 1 });
    assert_eq!(theme.anchors, [Anchor::Dream(0), Anchor::Dream(1)]);
    assert_eq!((theme.beat, theme.drums.player), (Beat::Trio, Player::Machine));
    let room = Room { kind: RoomKind::Spring, t60_seconds: 3.0, damping: 0.2, ..Room::DEFAULT };
    assert_eq!((theme.throws, theme.room), (0.5, room));
    assert_eq!(theme.drums.percussion, [Percussion::Clap, Percussion::Conga]);
    assert_eq!(theme.dreams, [Dream::Style(Style::Dub), Dream::Songs]);
    assert_eq!((theme.minutes, theme.tempo), ([2.0, 3.5], Bpm::try_from(93.5).unwrap()));
    let voice = theme.voices[Part::Lead as usize];
    assert_eq!((voice.program, voice.gain, voice.pan), (89, Decibels(-1.5), -1.0));
    assert_eq!((theme.lead.register.span(), theme.lead.max_notes), ((40, 60), 3));
    assert_eq!(stations[0].main().coding.kbps(), 320);
}

#[test]
fn a_theme_inherits_from_defaults_that_come_later_in_the_file() {
    let text = format!(
        "{LEAST}[themes.x.bass]\npan = 0.5\n\
         [defaults]\ntempo = 99\nswing = 0.25\n[defaults.bass]\npan = -1\nprogram = 34\n"
    );
    let text = text.replace("[themes.x]\n", "[themes.x]\nswing = 0.5\n");
    let theme = config(&text).stations.remove(0).theme;
    let bass = theme.voices[Part::Bass as usize];

    assert_eq!((theme.tempo.get(), theme.swing), (99.0, 0.5));
    assert_eq!((bass.program, bass.pan, bass.gain), (34, 0.5, Decibels(-3.0)));
}

#[test]
fn each_wrong_value_of_a_theme_has_its_sentence() {
    for (line, sentence) in [
        ("tempo = 9000", "tempo: expected a tempo from 30 to 300 bpm, found 9000"),
        ("tempo = \"fast\"", "tempo: expected a number, found \"fast\""),
        ("swing = nan", "swing: expected a number from 0 to 0.75, found nan"),
        ("temperature = 0", "temperature: expected a number from 0.05 to 2, found 0"),
        ("humanise = true", "humanise: expected a number from 0 to 1, found true"),
        (
            "minutes = [5, 3]",
            "minutes: expected a list of two numbers, the smaller first, from 1 to 20, found a \
             list of 2",
        ),
        ("shape = \"rave\"", "shape: expected one of \"club\", \"song\", \"flow\", found \"rave\""),
        (
            "titles = [\"{noun}\"]",
            "titles: expected one of {word}, {quality}, {number}, {key}, {tempo} in a title pattern, \
             found {noun}",
        ),
        (
            "bars_per_round = 8.0",
            "bars_per_round: expected a whole number from 8 to 512, found 8.0",
        ),
        (
            "key = \"H minor\"",
            "key: expected a key such as \"A minor\" or \"F# dorian\", found \"H minor\"",
        ),
        ("key = 1979-05-27", "key: expected a text in quotes, found the date 1979-05-27"),
        ("words = [\"one\"]", "words: expected a list of 2 to 200 texts, found a list of 1"),
        ("words = [\"a\", 2]", "words: expected a text in quotes, found 2"),
        (
            "words = [\"a\", \"b\\n\"]",
            "words: expected 1 to 40 characters on one line, found \"b\\n\"",
        ),
        ("anchors = \"techno:1\"", "anchors: expected a list of 2 to 16 texts, found \"techno:1\""),
        ("drums = 1", "drums: expected a table, found 1"),
        (
            "drums = { low = 30 }",
            "[themes.y.drums] has no key \"low\", expected one of soundfont, program, programs, gain_db, pan, reverb, chorus, echo, duck_db, sweep, amp, drive_db, saturation_db, crush_bits, crush_hz, tape, phaser, phaser_hz, width, filter, cutoff_hz, resonance, envelope_octaves, decay_seconds, accent, slide_seconds, player, percussion",
        ),
        (
            "drums = { player = \"robot\" }",
            "player: expected one of \"machine\", \"drummer\", found \"robot\"",
        ),
        (
            "drums = { percussion = [\"spoons\"] }",
            "percussion: expected one of \"clap\", \"rim\", \"shaker\", \"conga\", \"cowbell\", found \
             \"spoons\"",
        ),
        ("beat = \"loop\"", "beat: expected one of \"pad\", \"trio\", found \"loop\""),
        (
            "bass = { low = 50 }",
            "low: expected high at least 12 above low, found low 50 and high 52",
        ),
        ("lead = { program = 128 }", "program: expected a whole number from 0 to 127, found 128"),
        (
            "lead = { soundfont = \"mine.sf2\" }",
            "soundfont: expected a file, found none at \"/nowhere/mine.sf2\"",
        ),
        (
            "chords = { amp = \"wall\" }",
            "amp: expected one of \"none\", \"stack\", \"combo\", found \"wall\"",
        ),
        (
            "bass = { filter = \"303\" }",
            "filter: expected one of \"none\", \"acid\", found \"303\"",
        ),
        ("bass = { resonance = 1.5 }", "resonance: expected a number from 0 to 1, found 1.5"),
        ("drums = { crush_bits = 1 }", "crush_bits: expected a number from 4 to 16, found 1"),
        ("lead = { gain_db = -1e9 }", "gain_db: expected a number from -40 to 12, found -1e9"),
        (
            "trio_model = \"models/mine\"",
            "trio_model: expected a file, found none at \"/nowhere/models/mine.safetensors\"",
        ),
    ] {
        assert_eq!(theme_problem(line), sentence);
    }
}

#[test]
fn a_part_may_have_its_own_soundfont_and_effects() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("radio.toml");
    fs::write(folder.path().join("horns.sf2"), "").unwrap();
    let theme = "lead = { soundfont = \"horns.sf2\", amp = \"combo\", drive_db = -3, width = 0 }\n\
                 bass = { filter = \"acid\", cutoff_hz = 300, slide_seconds = 0.1 }\n\
                 [defaults.drums]\nsaturation_db = 3\n";
    fs::write(&file, LEAST.replace("[themes.x]\n", &format!("[themes.x]\n{theme}"))).unwrap();

    let station = load(Some(&file)).unwrap().stations.remove(0);

    assert_eq!(*station.part_font(Part::Lead), AssetRef::File(folder.path().join("horns.sf2")));
    assert_eq!(*station.part_font(Part::Bass), station.soundfont);
    let [drums, bass, lead, chords] = station.theme.voices.map(|voice| voice.chain);
    assert_eq!((lead.amp, lead.drive, lead.width), (Amp::Combo, Decibels(-3.0), 0.0));
    assert_eq!(
        (bass.filter, bass.acid.cutoff_hz, bass.acid.slide_seconds),
        (Filter::Acid, 300.0, 0.1)
    );
    assert_eq!((drums.saturation, chords), (Decibels(3.0), Chain::default()));
    let other = Station { theme: Arc::new(Theme::default()), ..station.clone() };
    assert!(!station.has_fonts_of(&other) && station.has_fonts_of(&station));
}

#[test]
fn what_a_model_of_chorales_does_not_read_is_refused() {
    const CHORALE: &str = "chorale_model = \"models/chorale\"\n";
    let theme = |lines: &str| format!("{LEAST}[themes.y]\n{CHORALE}{lines}\n");
    let themes = config(&theme("key = \"G major\"\ntemperature = 0.8\nlead = { program = 19 }"));
    assert_eq!(themes.stations[0].theme.chorale_model, None);

    let pad = problems(&theme("wander = 0.2\npad = [\"dub:1\", \"dub:2\", \"dub:3\", \"dub:4\"]"));
    for key in ["radio.toml:7: wander", "radio.toml:8: pad"] {
        assert!(
            pad.contains(&format!("{key}: expected no such key in a theme with chorale_model"))
        );
    }
    assert_eq!(pad.lines().count(), 2, "{pad}");
    let key = problems(&theme("key = \"D dorian\""));
    let sentence = "key: expected a major or minor key with chorale_model, found \"D dorian\"";
    assert!(key.contains(sentence), "{key}");
}
