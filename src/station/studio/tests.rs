//! Moves on a composer that fills its queue as on air.

use std::{
    path::Path,
    rc::Rc,
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use rand::RngExt as _;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::{
    controls::Threads,
    log::Version,
    moves::{Move, Receipt},
    replay::Replay,
    *,
};
use crate::{
    compose::{
        change::Change,
        composer::Composer,
        steering::{BeatPlace, LinePlace, Order, When},
        testing::{loaded, stations},
    },
    config::{BUILT_IN, Station, Text, overlay},
    music::{bar::Bar, bar::Part, section::Section},
    musicvae::net::latent,
    rng::{self, Rng},
    sound::desk::Fader,
    station::{
        bar_queue::BarQueue,
        changes::LiveComposer,
        composing::compose_until_closed,
        playout_orders::{self, OrderReceiver, PlayoutOrder},
        position::Position,
        shift::Shift,
        state::{BarOnAir, State, StateSender},
    },
    threads::Supervisor,
};

const NAME: &str = "techno";
const SEED: u64 = 5;

/// A station without sound: a composer, its queue, and a thread `config` that sets values.
struct Stage {
    studio: Arc<Studio>,
    bars: Arc<BarQueue>,
    state_sender: StateSender,
    desk: Rc<OrderReceiver>,
    composing: Option<JoinHandle<()>>,
    state: Option<State>,
    played: Vec<Bar>,
}

fn text() -> Text {
    Text { text: BUILT_IN.to_owned(), name: "radio.toml".to_owned(), base_dir: PathBuf::new() }
}

fn with(values: &BTreeMap<String, Value>) -> Result<Station, MoveError> {
    let config = overlay(&text(), NAME, values, None);
    let config = config.map_err(|error| MoveError::Refused(error.to_string()))?;
    Ok(config.stations.into_iter().find(|station| station.name == NAME).unwrap())
}

fn setting(version: &Version) -> Result<Setting, MoveError> {
    Ok(Setting::new(&with(&version.overlay)?, loaded(), SEED))
}

/// Mocks the thread `config`.
fn config(orders: &mpsc::Receiver<ConfigOrder>, studio: &Studio) {
    while let Ok(order) = orders.recv() {
        match order {
            ConfigOrder::Values { station, overlay, mut request } => match with(&overlay) {
                Ok(changed) => {
                    request.changes.insert(0, Change::Station(Box::new((changed, loaded()))));
                    request.version = Some(Version { settings: "x".into(), overlay });
                    studio.controls(&station).unwrap().send(*request).unwrap();
                }
                Err(error) => request.answer.unwrap().send(Err(error)).unwrap(),
            },
            ConfigOrder::Open { version, answer, .. } => {
                answer.send(setting(&version)).unwrap();
            }
            _ => {}
        }
    }
}

impl Stage {
    fn new(folder: &Path) -> Self {
        let state = State::in_folder(folder, &Supervisor::default()).unwrap();
        let (sender, orders) = mpsc::channel();
        let studio = Arc::new(Studio::new(Some(folder.to_owned()), Some(sender)));
        let controls = studio.enter(NAME, || state.hand(NAME));
        let state_sender = state.sender(NAME, SEED);
        let bars = Arc::new(BarQueue::new(Duration::from_secs(32)));
        let (sender, desk) = playout_orders::orders();
        let on_air = watch::channel(Arc::default()).1;
        let hand = controls.hand();
        controls.set_macros(&with(&BTreeMap::new()).unwrap().theme.macros);
        controls.set_version(Version { settings: "x".into(), overlay: hand.overlay.clone() });
        controls.connect(Threads {
            bars: bars.clone(),
            orders: sender,
            on_air,
            state_sender: state_sender.clone(),
        });
        let setting = setting(&controls.version()).unwrap().steered(hand.steering);
        let composer = match state.station(NAME, SEED) {
            Some(saved) => {
                Composer::resume(setting, saved.progress, saved.place.map(BarOnAir::composed))
            }
            None => Composer::start(setting),
        };
        let mut live = LiveComposer::new(composer, controls, Arc::default(), state_sender.clone());
        let queue = bars.clone();
        let composing = thread::spawn(move || compose_until_closed(NAME, &mut live, &queue));
        let shared = studio.clone();
        thread::spawn(move || config(&orders, &shared));
        let (composing, state, desk) = (Some(composing), Some(state), Rc::new(desk));
        Self { studio, bars, state_sender, desk, composing, state, played: Vec::new() }
    }

    fn play(&mut self, n: usize) {
        for _ in 0..n {
            let bar = self.bars.take(Duration::from_mins(5)).unwrap();
            self.state_sender.bar(BarOnAir { bar: bar.number, shift: Shift(0) });
            self.played.push((*bar).clone());
        }
    }

    fn make(&self, what: Move, when: When) -> Result<u64, MoveError> {
        let receipt = self.studio.make(NAME, "test", what, when)?;
        Ok(receipt.bar.unwrap())
    }

    /// Ends the threads; all is written then.
    fn end(mut self) -> Vec<Bar> {
        self.bars.close();
        self.composing.take().unwrap().join().unwrap();
        drop(self.state.take());
        std::mem::take(&mut self.played)
    }
}

fn any_move(rng: &mut Rng) -> Move {
    let mut place = || f64::from(rng.random_range(0..=100)) / 100.0;
    let points = vec![[place(), place()], [place(), place()], [place(), place()]];
    let [x, y] = [place(), place()];
    let set = |key: &str, value: Value| Move::Set { key: key.to_owned(), value };
    let turn = Move::Macro { name: "lift".to_owned(), value: x, numbers: BTreeMap::new() };
    match rng.random_range(0..14) {
        0 | 1 => Move::Beat { place: BeatPlace::At { x, y } },
        2 => {
            let repeats = rng.random();
            Move::Beat { place: BeatPlace::Path { points, bars: 6, repeats, from_bar: 0 } }
        }
        3 => Move::Line {
            place: LinePlace::At { z: latent::prior(loaded().trio.config().n_latent, rng) },
        },
        4 => Move::Line { place: LinePlace::Walk },
        5 => Move::Hold { on: rng.random() },
        6 => Move::Order { order: Order::Fill },
        7 => Move::Order { order: Order::Drop },
        8 => set("tempo", rng.random_range(90..150).into()),
        9 => set("energy", (f64::from(rng.random_range(0..8)) / 8.0).into()),
        10 => turn,
        11 => Move::Undo,
        12 => a_tune(rng),
        _ => Move::Redo,
    }
}

/// One more anchor, and a path to it.
fn a_tune(rng: &mut Rng) -> Move {
    let anchors = ["techno:1", "techno:2", "house:3"].map(str::to_owned).into();
    let mut z = || latent::prior(loaded().trio.config().n_latent, rng);
    Move::Tune { anchors, place: LinePlace::Path { points: vec![z(), z()], bars: 6, from_bar: 0 } }
}

fn any_when(rng: &mut Rng) -> When {
    [When::Bar, When::Phrase, When::Section][rng.random_range(0..3)]
}

fn replay(folder: &Path, bar: u64) -> Replay<'static> {
    Replay::from_bar(folder, NAME, bar, Box::new(setting)).unwrap()
}

#[test]
fn random_moves_are_composed_again_note_for_note() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = rng::stream(1, "moves");
    let mut stage = Stage::new(folder.path());
    let mut n_made = 0;
    while n_made < 20 {
        let n = rng.random_range(1..6);
        stage.play(n);
        let last = stage.played.last().unwrap().number;
        match stage.make(any_move(&mut rng), any_when(&mut rng)) {
            Ok(bar) => {
                assert!(last < bar, "{bar} after {last}");
                n_made += 1;
            }
            Err(error) => assert!(matches!(error, MoveError::Nothing(_)), "{error}"),
        }
    }
    stage.play(16);
    // A restart in the middle of a phrase.
    stage.play(1);
    let hand = stage.studio.hand(NAME);
    let first = stage.end();
    let mut stage = Stage::new(folder.path());
    assert_eq!(stage.studio.hand(NAME), hand);
    stage.play(9);
    let played: Vec<Bar> = first.into_iter().chain(stage.end()).collect();

    let numbers: Vec<u64> = played.iter().map(|bar| bar.number).collect();
    assert_eq!(numbers, (0..played.len() as u64).collect::<Vec<_>>());
    for (again, bar) in replay(folder.path(), 0).zip(&played) {
        assert_eq!(again, *bar, "bar {}", bar.number);
    }
    let middle = played.len() / 2;
    let again: Vec<Bar> = replay(folder.path(), middle as u64).take(12).collect();
    assert_eq!(again, played[middle..middle + 12]);
}

#[test]
fn a_drop_is_heard_at_the_promised_bar_and_an_undo_takes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(2);

    let bar = stage.make(Move::Order { order: Order::Drop }, When::Bar).unwrap();
    let tempo = Move::Set { key: "tempo".to_owned(), value: json!(140) };
    let faster = stage.make(tempo, When::Phrase).unwrap();
    let hand = stage.studio.hand(NAME);
    assert_eq!((hand.overlay["tempo"].clone(), stage.studio.steps(NAME)), (json!(140), [1, 0]));
    stage.play(10);
    let back = stage.make(Move::Undo, When::Phrase).unwrap();
    stage.play(12);

    assert_eq!(bar % 4, 0);
    let at = |bar: u64| &stage.played[bar as usize];
    assert_ne!(at(bar - 1).section, at(bar).section);
    assert!(matches!(at(bar).section, Section::Drop | Section::Main));
    let (before, after) = (at(faster - 1), at(faster));
    assert!((after.tempo.get() - 140.0).abs() <= 3.0 && before.tempo != after.tempo);
    // The piece continues.
    assert_eq!((&before.title, before.piece), (&after.title, after.piece));
    assert!((at(back).tempo.get() - 128.0).abs() <= 3.0);
    assert!(stage.studio.hand(NAME).overlay.is_empty());
    assert_eq!(stage.studio.steps(NAME), [0, 1]);
    stage.end();
}

#[test]
fn a_tune_and_the_way_to_it_are_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(2);
    let plain = stage.studio.hand(NAME);

    let bar = stage.make(a_tune(&mut rng::stream(1, "tune")), When::Phrase).unwrap();
    let hand = stage.studio.hand(NAME);
    assert_eq!(hand.overlay["anchors"].as_array().unwrap().len(), 3);
    let LinePlace::Path { from_bar, .. } = hand.steering.line else { panic!("{hand:?}") };
    assert_eq!((from_bar, stage.studio.steps(NAME)), (bar, [1, 0]));
    stage.play(10);
    stage.make(Move::Undo, When::Phrase).unwrap();
    assert_eq!((stage.studio.hand(NAME), stage.studio.steps(NAME)), (plain, [0, 1]));
    stage.play(8);
    let played = stage.end();
    let again: Vec<Bar> = replay(folder.path(), 0).take(played.len()).collect();
    assert_eq!(again, played);
}

#[test]
fn a_macro_is_one_step_and_is_composed_again_note_for_note() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(2);
    let turn =
        |name: &str| Move::Macro { name: name.to_owned(), value: 0.5, numbers: BTreeMap::new() };

    let bar = stage.make(turn("loosen"), When::Phrase).unwrap();
    let hand = stage.studio.hand(NAME);
    assert_eq!((hand.overlay["swing"].clone(), stage.studio.steps(NAME)), (json!(0.1), [1, 0]));
    stage.play(bar as usize + 4 - stage.played.len());
    let back = stage.make(Move::Undo, When::Phrase).unwrap();
    assert_eq!(stage.studio.hand(NAME), Hand::default());
    stage.play(back as usize + 4 - stage.played.len());
    let unknown = stage.make(turn("polka"), When::Bar).unwrap_err();
    assert_eq!(unknown.to_string(), "macro: expected one of lift, loosen, wash, found polka");

    let played = stage.end();
    let plain = Composer::with(&with(&BTreeMap::new()).unwrap(), loaded(), SEED);
    let plain: Vec<Bar> = plain.take(played.len()).collect();
    assert_eq!(played[..bar as usize], plain[..bar as usize]);
    assert_ne!(played[bar as usize].parts, plain[bar as usize].parts);
    let again: Vec<Bar> = replay(folder.path(), 0).take(played.len()).collect();
    assert_eq!(again, played);
}

#[test]
fn a_move_within_the_first_phrase_is_composed_again_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(1);
    let beat = Move::Beat { place: BeatPlace::At { x: 0.9, y: 0.9 } };
    for what in [Move::Order { order: Order::Fill }, beat] {
        let bar = stage.make(what, When::Bar).unwrap();
        assert!((1..4).contains(&bar), "{bar}");
    }
    stage.play(12);

    let played = stage.end();
    let again: Vec<Bar> = replay(folder.path(), 0).take(played.len()).collect();
    assert_eq!(again, played);
}

#[test]
fn a_later_move_stays_although_an_earlier_one_waits_for_its_section() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(1);
    let turn =
        |value: f64| Move::Macro { name: "loosen".to_owned(), value, numbers: BTreeMap::new() };
    let beat = |x: f64| Move::Beat { place: BeatPlace::At { x, y: 0.0 } };

    let section = stage.make(turn(0.2), When::Section).unwrap();
    assert!(4 < section, "{section}");
    assert_eq!(stage.make(turn(0.4), When::Bar).unwrap(), section);
    assert_eq!(stage.make(beat(0.2), When::Section).unwrap(), section);
    assert_eq!(stage.make(beat(0.4), When::Bar).unwrap(), section);
    assert_eq!(stage.make(Move::Undo, When::Bar).unwrap(), section);
    // Both places of the puck are one drag.
    assert_eq!(stage.studio.hand(NAME).steering.beat, BeatPlace::Walk);

    stage.play(section as usize + 5);
    let now = stage.studio.recent(NAME).unwrap().pop().unwrap().setting;
    assert_eq!(
        (now.station().theme.swing, now.steering().clone()),
        (0.08, stage.studio.hand(NAME).steering)
    );
    let played = stage.end();
    let again: Vec<Bar> = replay(folder.path(), 0).take(played.len()).collect();
    assert_eq!(again, played);
}

#[test]
fn impossible_moves_are_refused_with_a_sentence_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(1);
    let refused = |what: Move| stage.make(what, When::Bar).unwrap_err().to_string();
    let set = |key: &str, value: Value| Move::Set { key: key.to_owned(), value };
    let many = vec![[0.5; 2]; 1_000_000];

    assert!(refused(set("tempo", json!(1e9))).contains("30 to 300"));
    assert!(refused(set("mounts", json!(1))).contains("a key of a theme"));
    let place = BeatPlace::At { x: f64::NAN, y: 0.0 };
    assert!(refused(Move::Beat { place }).contains("found [NaN, 0.0]"));
    let place = BeatPlace::Path { points: many, bars: 4, repeats: true, from_bar: 0 };
    assert!(refused(Move::Beat { place }).contains("found 1000000"));
    let place = LinePlace::At { z: vec![0.0; 3] };
    assert!(refused(Move::Line { place }).contains("dimensions of a point"));
    let fader = Fader { level_db: f64::INFINITY, ..Fader::NEUTRAL };
    assert!(refused(Move::Desk { part: Part::Bass, fader }).contains("-60 to 12 dB"));
    assert!(refused(Move::Title { text: Some("a\nb".to_owned()) }).contains("on one line"));
    assert!(refused(Move::Jingle { list: "x".to_owned() }).contains("an insert list"));
    assert_eq!(refused(Move::Undo), "expected a move to take back, found none");
    let unknown = stage.studio.make("polka", "test", Move::Undo, When::Bar).unwrap_err();
    assert_eq!(unknown.to_string(), "station: expected one of techno, found \"polka\"");
    assert_eq!(stage.studio.hand(NAME), Hand::default());
    stage.end();
}

#[test]
fn moves_of_the_desk_are_told_and_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(1);
    let mut events = stage.studio.subscribe();
    let (desk, studio) = (stage.desk.clone(), stage.studio.clone());
    let fader = Fader { mute: true, ..Fader::NEUTRAL };
    let making = thread::spawn(move || {
        let mute = Move::Desk { part: Part::Lead, fader };
        let muted = studio.make(NAME, "ann", mute, When::Bar).unwrap();
        (muted, studio.make(NAME, "ann", Move::Undo, When::Bar).unwrap())
    });
    let mut followed = Vec::new();
    while !making.is_finished() {
        desk.follow(|order| {
            followed.push(order);
            Ok(Position { bar: 0, step: 2.5 })
        });
        thread::yield_now();
    }
    let at_once = Receipt { bar: None };
    assert_eq!(making.join().unwrap(), (at_once, at_once));

    let mut muted = crate::sound::desk::Desk::NEUTRAL;
    muted.parts[Part::Lead as usize] = fader;
    let desks = [crate::sound::desk::Desk::NEUTRAL, muted, crate::sound::desk::Desk::NEUTRAL];
    assert_eq!(followed, desks.map(PlayoutOrder::Desk));
    let Event::Moved { by, bar, .. } = (*events.try_recv().unwrap()).clone() else {
        panic!("a move first")
    };
    assert_eq!((by.as_str(), bar), ("ann", None));
    stage.end();
}

#[test]
fn a_cue_is_taken_over_with_its_notes() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(6);
    let before = stage.studio.recent(NAME).unwrap().pop().unwrap();
    let mut hand = stage.studio.hand(NAME);
    hand.steering.beat = BeatPlace::At { x: 1.0, y: 0.0 };
    hand.overlay.insert("tempo".to_owned(), json!(111));
    let setting = stage.studio.setting(NAME, &hand).unwrap();
    let cue: Vec<Bar> = Composer::from(setting, (*before.progress).clone()).take(8).collect();
    stage.play(6);

    let progress = &before.progress;
    let receipt = stage.studio.adopt(NAME, "test", hand.clone(), progress, When::Phrase).unwrap();
    stage.play(16);

    let bar = receipt.bar.unwrap() as usize;
    assert_eq!(stage.studio.hand(NAME), hand);
    for (number, cued) in cue.iter().enumerate() {
        let heard = &stage.played[bar + number];
        assert_eq!((&heard.parts, heard.tempo), (&cued.parts, cued.tempo), "bar {number}");
    }
    let folder_of_all = folder.path();
    let played = stage.end();
    let again: Vec<Bar> = replay(folder_of_all, 0).take(played.len()).collect();
    assert_eq!(again, played);
}

#[test]
fn a_moment_is_composed_again_while_the_station_plays_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::new(folder.path());
    stage.play(5);
    let place = BeatPlace::At { x: 0.5, y: 1.0 };
    let bar = stage.make(Move::Beat { place }, When::Bar).unwrap();
    stage.play(8);

    let again: Vec<Bar> = stage.studio.moment(NAME, bar - 2).unwrap().take(6).collect();

    let first = bar as usize - 2;
    assert_eq!(again, stage.played[first..first + 6]);
    assert!(stations().iter().any(|station| station.name == NAME));
    stage.end();
}
