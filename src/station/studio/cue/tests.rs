use super::*;
use crate::{
    compose::{
        change::Change,
        steering::{BeatPlace, LinePlace, Steering},
        testing::{setting, stations},
    },
    music::section::Section,
    sound::testing::tiny_font,
};

/// A station's setting, the same with other steering, and the progress before bar 8 of the first.
fn on_air() -> (Setting, Setting, Arc<Progress>) {
    let plain = setting(&stations()[0], 1);
    let mut start = composer(&plain, &Progress::start(&plain));
    start.by_ref().take(8).for_each(drop);
    let beat = BeatPlace::At { x: 0.9, y: 0.1 };
    let line = LinePlace::At { z: plain.loaded().anchors.points[2].clone() };
    let steered = plain.clone().steered(Steering { beat, line, hold: false });
    (plain, steered, start.after().clone())
}

#[test]
fn the_station_on_air_plays_the_notes_of_the_cue_that_it_takes() {
    let (plain, steered, progress) = on_air();
    let phrases: Arc<Mutex<VecDeque<Arc<Progress>>>> = Arc::default();
    let mut source =
        CueSource { composer: composer(&steered, &progress), phrases: phrases.clone() };
    let cue: Vec<Bar> = (0..12).map(|_| source.next_bar()).collect();
    let kept: Vec<_> = phrases.lock().iter().cloned().collect();
    let untouched: Vec<Bar> = composer(&plain, &progress).take(12).collect();
    assert_eq!([cue[0].number, untouched[0].number], [8; 2]);
    assert_ne!(cue, untouched);

    for (from, bar) in [(8, 8), (9, 12), (12, 12), (13, 16)] {
        let taken = before(&steered, &kept, from, false).unwrap();
        assert_eq!(taken.bar, bar);
        let after: Vec<Bar> = composer(&steered, &taken).take(4).collect();
        assert_eq!(after, cue[(bar - 8) as usize..][..4], "from bar {from}");
    }
    assert_eq!(before(&steered, &kept, 18, false).unwrap().bar, 20);
    let section = before(&steered, &kept, 9, true).unwrap();
    assert!(section.starts_section() && 9 <= section.bar);
    assert!(before(&steered, &kept, 4, false).is_err());
}

#[test]
fn orders_to_a_cue_are_obeyed_in_it_and_taken_with_it() {
    let (_, setting, progress) = on_air();
    let mut cues = Cues::default();
    let (station, hand) = ("techno".to_owned(), Hand::default());
    let (orders, fonts) = (vec![Order::Drop, Order::Fill], PartFonts::from(&tiny_font()));
    let start = CueStart {
        station: station.clone(),
        setting: setting.clone(),
        hand,
        progress: progress.clone(),
        orders: orders.clone(),
        fonts,
    };
    cues.start(start).unwrap();
    let play = |progress: &Progress, n| composer(&setting, progress).take(n).collect::<Vec<Bar>>();
    let cue = play(&ordered(&setting, &progress, &orders), 12);
    let taken = |from| cues.take(&station, from, false).unwrap().progress;

    assert!(play(&progress, 4).iter().all(|bar| bar.section != Section::Drop));
    assert!(cue.iter().all(|bar| bar.section == Section::Drop), "{:?}", cue[0].section);
    let without_fill = play(&ordered(&setting, &progress, &[Order::Drop]), 4);
    assert_ne!(cue[0].parts, without_fill[0].parts);
    assert_eq!(cue[1..4], without_fill[1..4]);
    assert_eq!(play(&taken(8), 12), cue);
    // Taken later, and put on air with other numbers.
    let mut air = composer(&setting, &progress);
    air.change(Change::Progress(Box::new((*taken(12)).clone())), 16);
    let heard: Vec<Bar> = air.skip(8).take(4).collect();
    let parts = |bars: &[Bar]| bars.iter().map(|bar| bar.parts.clone()).collect::<Vec<_>>();
    assert_eq!(parts(&heard[1..]), parts(&cue[5..8]));
    assert_ne!(heard[0].parts, cue[4].parts, "the fill");
}

#[test]
fn a_cue_has_a_mount_of_its_own_and_ends_unheard() {
    let (_, setting, progress) = on_air();
    let mut cues = Cues::default();
    let mount = cues.mount();
    let start = |cues: &mut Cues| {
        let fonts = PartFonts::from(&tiny_font());
        let (setting, progress) = (setting.clone(), progress.clone());
        let station = "techno".to_owned();
        let (hand, orders) = (Hand::default(), Vec::new());
        cues.start(CueStart { station, setting, hand, progress, orders, fonts }).unwrap()
    };
    let first = start(&mut cues);
    let second = start(&mut cues);

    assert!(first != second && second.len() == "/studio/cue/.mp3".len() + 32);
    assert!(mount.at(&first).is_none() && mount.at(&second).is_some());
    let now = Instant::now();
    cues.end_unheard(now + UNHEARD / 2);
    let listener = mount.at(&second).unwrap().try_join().unwrap();
    cues.end_unheard(now + 2 * UNHEARD);
    assert!(!cues.is_empty(), "it is heard");
    assert!(cues.take("dub", 8, false).is_err());
    drop(listener);
    cues.end_unheard(now + 4 * UNHEARD);
    assert!(cues.is_empty() && mount.at(&second).is_none());
    assert!(matches!(cues.take("techno", 8, false), Err(LabError::NoCue)));
    assert!(matches!(cues.stop(), Err(LabError::NoCue)));

    start(&mut cues);
    let path = mount.0.lock().clone().unwrap();
    let _listener = path.join();
    cues.end_unheard(Instant::now() + LONGEST + UNHEARD);
    assert!(cues.is_empty(), "ten minutes are over");
}
