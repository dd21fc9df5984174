//! What listeners hear when a station's threads fail.

use std::{
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    time::{Duration, Instant},
};

use super::*;
use crate::{
    inserts::{
        local_time::LocalTime,
        player::{InsertPlayer, NotStarted},
    },
    music::bar::{Bar, Hit, Mix},
    sound::{
        desk::Desk,
        frame::Block,
        testing::{decode, tiny_font},
    },
    station::{
        Error,
        composing::Source,
        on_air::AiredBar,
        playout_orders::{PlayoutOrder, Refused},
        renderer_setup::RendererSetup,
    },
    stream::{coding::Coding, mp3::frames, ring::Reader},
    units::{Bpm, Lufs},
};

/// 0.8 seconds a bar.
const FAST: f64 = 300.0;

/// The burst is a second of sound at 128 kbit/s.
const BUFFERING: Buffering = Buffering { burst_bytes: 16_000, lag_seconds: 20 };

/// A bar is late after a second, and machines are slow.
const MAX_GAP: Duration = Duration::from_secs(2);

/// A kick on each beat, and a lead whose pitch encodes the bar number. Panics `n_left` times before bar
/// `fails_at`.
struct Drummer {
    next: u64,
    fails_at: u64,
    n_left: u32,
    mix: Arc<Mix>,
}

impl Drummer {
    fn new(fails_at: u64, n_left: u32) -> Self {
        Self { next: 0, fails_at, n_left, mix: Arc::new(Mix::plain()) }
    }
}

impl Source for Drummer {
    fn next_bar(&mut self) -> Bar {
        if self.next == self.fails_at && 0 < self.n_left {
            self.n_left -= 1;
            panic!("failure at bar {}", self.next);
        }
        let number = self.next;
        self.next += 1;
        let hit = |step: u8, pitch: u8| Hit {
            start_step: f32::from(step),
            n_steps: 2.0,
            pitch,
            velocity: 100,
        };
        let kicks = [0, 4, 8, 12].map(|step| hit(step, 36)).into();
        let lead = vec![hit(0, (40 + number % 60) as u8)];
        let plain = Bar::plain(Bpm::try_from(FAST).unwrap(), self.mix.clone());
        Bar { number, title: "test".into(), parts: [kicks, vec![], lead, vec![]], ..plain }
    }
}

fn place(path: &str) -> (About, Rules) {
    let text = String::new;
    let (name, path) = ("Test".to_owned(), path.to_owned());
    let about = About {
        path,
        name,
        description: text(),
        genre: text(),
        coding: Coding::default(),
        public: false,
    };
    (about, Rules::default())
}

/// What a listener receives within `seconds`, and the longest gap between two chunks.
async fn listen(mut reader: Reader, seconds: u64) -> (Vec<u8>, Duration) {
    let (mut audio, mut longest) = (Vec::new(), Duration::ZERO);
    // The first chunk may have to wait for the first bar.
    audio.extend_from_slice(&reader.next().await.unwrap().audio);
    let until = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < until {
        let asked = Instant::now();
        audio.extend_from_slice(&reader.next().await.unwrap().audio);
        longest = longest.max(asked.elapsed());
    }
    (audio, longest)
}

/// Adds the bars that have started to `known`, each once.
fn follow(on_air: &watch::Receiver<Arc<OnAir>>, known: &mut Vec<AiredBar>) {
    let on_air = on_air.borrow();
    for aired in on_air.bars.iter().filter(|bar| bar.start_second < on_air.rendered_seconds) {
        if known.last().is_none_or(|last| last.bar.number < aired.bar.number) {
            known.push(aired.clone());
        }
    }
}

async fn hear_and_follow(
    station: &LiveStation,
    seconds: u64,
) -> (Vec<u8>, Duration, Vec<AiredBar>) {
    let reader = station.mounts[0].tap.reader();
    let hearing = tokio::spawn(listen(reader, seconds));
    let mut known = Vec::new();
    let mut on_air = station.on_air.clone();
    while !hearing.is_finished() {
        let _ = tokio::time::timeout(Duration::from_millis(100), on_air.changed()).await;
        follow(&on_air, &mut known);
    }
    let (audio, longest) = hearing.await.unwrap();
    (audio, longest, known)
}

fn assert_whole(audio: &[u8]) {
    let n_whole: usize = frames(audio).map(<[u8]>::len).sum();
    assert_eq!(n_whole, audio.len());
    let blocks = decode(audio);
    assert_eq!(blocks.len(), frames(audio).count());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fallback_plays_until_a_panicked_composer_is_back() {
    let font = tiny_font();
    let setup = || RendererSetup::new(&font, &Arc::new(Mix::plain()));
    let play = |name: &str, source: Drummer| {
        let path = format!("/{name}.mp3");
        LiveStation::play(name, source, setup(), vec![place(&path)], BUFFERING).unwrap()
    };
    // Retried at once, then after one, two and four seconds.
    let station = play("panics", Drummer::new(6, 4));
    let other = play("sound", Drummer::new(0, 0));
    let listening = tokio::spawn(listen(other.mounts[0].tap.reader(), 12));

    let (audio, longest, bars) = hear_and_follow(&station, 12).await;

    let numbers: Vec<u64> = bars.iter().map(|aired| aired.bar.number).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
    let is_composed = |aired: &&AiredBar| {
        let Bar { number, parts, .. } = &*aired.bar;
        parts[2].first().is_some_and(|hit| u64::from(hit.pitch) - 40 == *number)
    };
    assert_eq!(bars.iter().take(6).filter(is_composed).count(), 6);
    let n_fallback = bars.iter().skip(6).take(4).filter(|bar| !is_composed(bar)).count();
    assert_eq!(n_fallback, 4);
    // The composer's bar 6, renumbered by the number of fallback bars.
    let back = bars
        .iter()
        .skip(6)
        .find(|aired| aired.bar.parts[2].first().is_some_and(|hit| hit.pitch == 46));
    let back = back.unwrap().bar.number;
    assert!((10..=18).contains(&back) && (back - 6).is_multiple_of(4), "{back}");
    eprintln!("bar 6 was played as bar {back}, longest gap {longest:?}");
    let (of_other, other_longest) = listening.await.unwrap();
    assert!(longest.max(other_longest) < MAX_GAP, "{longest:?} {other_longest:?}");
    assert_whole(&audio);
    assert_whole(&of_other);
}

/// Beats at which the renderer has read the clock.
static N_BEATS: AtomicU32 = AtomicU32::new(0);

/// A clock that panics at beat 12 and at beats 40, 41 and 42.
fn broken_clock() -> LocalTime {
    let n = N_BEATS.fetch_add(1, Relaxed);
    assert!(n != 12 && !(40..43).contains(&n), "clock failure at beat {n}");
    LocalTime(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renderer_that_panics_is_replaced_and_no_listener_is_lost() {
    let font = tiny_font();
    let inserts = InsertPlayer::new(&[], Prefetch::new(&[], Lufs::DEFAULT, 1));
    let setup =
        RendererSetup::new(&font, &Arc::new(Mix::plain())).with_inserts(inserts, broken_clock);
    let source = Drummer::new(0, 0);
    let station =
        LiveStation::play("breaks", source, setup, vec![place("/breaks.mp3")], BUFFERING).unwrap();

    let (audio, longest, bars) = hear_and_follow(&station, 18).await;

    assert!(N_BEATS.load(Relaxed) > 50, "{N_BEATS:?}");
    let numbers: Vec<u64> = bars.iter().map(|aired| aired.bar.number).collect();
    let n_lost = numbers.windows(2).map(|pair| pair[1] - pair[0] - 1).sum::<u64>();
    let starts: Vec<f64> = bars.iter().map(|aired| aired.start_second).collect();
    assert!(starts.is_sorted(), "{starts:?}");
    eprintln!("{n_lost} bars lost, longest gap {longest:?}");
    // Each of four failures costs at most the bar being rendered and one queued bar.
    assert!((1..=8).contains(&n_lost), "{n_lost} of {numbers:?}");
    assert!(longest < MAX_GAP, "{longest:?}");
    assert_whole(&audio);
    let seconds = audio.len() as f64 / 16_000.0;
    assert!((17.0..21.5).contains(&seconds), "{seconds} s of sound in 18");
}

/// Blocks in the fourth bar until the sender is dropped.
struct Blocking(Drummer, mpsc::Receiver<()>);

impl Source for Blocking {
    fn next_bar(&mut self) -> Bar {
        if self.0.next == 3 {
            let _ = self.1.recv();
        }
        self.0.next_bar()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_a_station_does_not_wait_for_the_composer() {
    let setup = RendererSetup::new(&tiny_font(), &Arc::new(Mix::plain()));
    let (blocking, until) = mpsc::channel();
    let source = Blocking(Drummer::new(0, 0), until);
    let station =
        LiveStation::play("blocks", source, setup, vec![place("/blocks.mp3")], BUFFERING).unwrap();
    let mut reader = station.mounts[0].tap.reader();
    let mut audio = reader.next().await.unwrap().audio.to_vec();

    let ending = tokio::task::spawn_blocking(move || drop(station));

    tokio::time::timeout(Duration::from_secs(30), ending).await.unwrap().unwrap();
    while let Ok(chunk) = reader.next().await {
        audio.extend_from_slice(&chunk.audio);
    }
    assert_whole(&audio);
    drop(blocking);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_silences_all_is_heard_and_remembered() {
    let setup = RendererSetup::new(&tiny_font(), &Arc::new(Mix::plain()));
    let source = Drummer::new(0, 0);
    let station =
        LiveStation::play("desk", source, setup, vec![place("/desk.mp3")], BUFFERING).unwrap();
    let listening = tokio::spawn(listen(station.mounts[0].tap.reader(), 6));
    let mut muted = Desk::NEUTRAL;
    muted.parts.iter_mut().for_each(|fader| fader.mute = true);
    let mut on_air = station.on_air.clone();
    on_air.wait_for(|on_air| 1.5 < on_air.rendered_seconds).await.unwrap();

    let sent = station.orders.send(PlayoutOrder::Desk(muted)).unwrap();
    let answer = tokio::task::spawn_blocking(move || sent.wait(Duration::from_secs(10)));
    let position = answer.await.unwrap().unwrap();

    let blocks = decode(&listening.await.unwrap().0);
    // Bars of 0.8 s from the first block on; the master and MP3 delay the sound by a few blocks.
    let second = 0.05 * (16.0 * position.bar as f64 + position.step);
    let first = (second * 44_100.0 / 1152.0) as usize;
    let loudest = |blocks: &[Block]| blocks.iter().map(Block::peak).fold(0.0, f32::max);
    assert!(0.05 < loudest(&blocks[first - 10..first]));
    // Within 200 ms only the room rings.
    let after = first + 8;
    assert!(loudest(&blocks[after..]) < 0.2 * loudest(&blocks[..first]), "{position:?}");
    assert!(loudest(&blocks[after + 60..]) < 1e-3);

    let title = station.orders.send(PlayoutOrder::Title(Some("by hand".into()))).unwrap();
    let jingle = station.orders.send(PlayoutOrder::Jingle(0)).unwrap();
    let wait = move || [title, jingle].map(|sent| sent.wait(Duration::from_secs(10)));
    let [title, jingle] = tokio::task::spawn_blocking(wait).await.unwrap();
    assert!(position < title.unwrap());
    assert_eq!(jingle, Err(Refused::Insert(NotStarted::NotOpen)));
    let tap = &station.mounts[0].tap;
    while tap.title().is_none_or(|title| &*title != "by hand") {
        on_air.changed().await.unwrap();
    }
    let take = station.takes.last(64, on_air.borrow().rendered_seconds).unwrap();
    let mut energy = 0.0;
    let render = take.render(|block| {
        energy += crate::sound::testing::energy(&block.stems[0].1);
        Ok::<_, Error>(true)
    });
    render.unwrap();
    assert!(0.1 < energy, "the take begins before the mute");
}
