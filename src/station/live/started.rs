//! The start of a station: its threads, and what connects them.

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use tokio::sync::watch;

use super::{LiveStation, Ways, model_of};
use crate::{
    compose::{composer::Composer, loaded_theme::LoadedTheme, setting::Setting},
    config::Station,
    inserts::{local_time::LocalTime, player::InsertPlayer, prefetch::Prefetch},
    sound::part_fonts::PartFonts,
    station::{
        Error,
        audible::Audible,
        bar_queue::BarQueue,
        changes::LiveComposer,
        composing::{Source, compose_until_closed},
        encoders::Encoders,
        history::History,
        likes::Likes,
        live_desk::LiveDesk,
        mounts::{Buffering, open_mounts, places},
        on_air::OnAir,
        playout::{InsertChange, Playout},
        playout_orders,
        prefetch::PrefetchThread,
        renderer_setup::RendererSetup,
        shift::Shift,
        state::{BarOnAir, State, StateSender},
        studio::controls::{Controls, Threads},
        takes::memory::Takes,
    },
    stream::mount::{About, Rules},
    threads::Supervisor,
};

/// How far the composer works ahead of playout.
const AHEAD: Duration = Duration::from_secs(32);

/// Least time to wait for a bar before the fallback plays, however short the burst: a slow machine should
/// play the same bars for the same seed, too.
const MIN_BAR_TIMEOUT: Duration = Duration::from_secs(1);

/// Longest time to wait for a bar, however long the burst. It stays below the delay at which the pacer
/// restarts.
const MAX_BAR_TIMEOUT: Duration = Duration::from_secs(4);

/// What a station starts from besides its bars.
struct Start {
    setup: RendererSetup,
    history: History,
    likes: Arc<Likes>,
    state_sender: StateSender,
    shift: Shift,
    ways: Option<Ways>,
    insert_changes: mpsc::Receiver<InsertChange>,
    supervisor: Supervisor,
}

impl LiveStation {
    /// Plays `station` through `fonts`, composed from `seed` and steered by `controls`. Continues from
    /// `kept`, else starts at the first bar.
    ///
    /// # Errors
    /// The synthesizer can't be built, or spawning a thread failed.
    pub fn start(
        station: &Station,
        fonts: &PartFonts,
        loaded: LoadedTheme,
        seed: u64,
        buffering: Buffering,
        (kept, controls): (&State, Arc<Controls>),
        supervisor: &Supervisor,
    ) -> Result<Self, Error> {
        let saved = kept.station(&station.name, seed);
        let place = saved.as_ref().and_then(|saved| saved.place);
        let likes = Arc::new(kept.likes(&station.name, &model_of(station), seed));
        let setting = Setting::new(station, loaded, seed)
            .with_liked(&likes.points())
            .steered(controls.hand().steering);
        let composer = match saved {
            Some(saved) => {
                let last = place.map(BarOnAir::composed);
                Composer::resume(setting, saved.progress, last)
            }
            None => Composer::start(setting),
        };
        controls.set_lists(&station.playlists);
        controls.set_macros(&station.theme.macros);
        let prefetch = Prefetch::for_station(station, seed);
        let prefetch = PrefetchThread::spawn(prefetch, &station.name, supervisor)?;
        let inserts = InsertPlayer::new(&station.playlists, prefetch);
        let setup = RendererSetup::new(fonts, composer.mix()).with_inserts(inserts, LocalTime::now);
        let state_sender = kept.sender(&station.name, seed);
        let source =
            LiveComposer::new(composer, controls.clone(), likes.clone(), state_sender.clone());
        let (sender, insert_changes) = mpsc::channel();
        let start = Start {
            setup,
            history: kept.history(&station.name),
            likes,
            state_sender,
            shift: place.map_or(Shift::default(), |place| place.shift),
            ways: Some(Ways { controls, insert_changes: sender, seed }),
            insert_changes,
            supervisor: supervisor.clone(),
        };
        Self::spawn(&station.name, source, places(station), buffering, start)
    }

    /// Plays the bars of `source` under `name` on mounts at `places`.
    ///
    /// # Errors
    /// The synthesizer can't be built, or spawning a thread failed.
    pub fn play(
        name: &str,
        source: impl Source,
        setup: RendererSetup,
        places: Vec<(About, Rules)>,
        buffering: Buffering,
    ) -> Result<Self, Error> {
        let start = Start {
            setup,
            history: History::default(),
            likes: Arc::default(),
            state_sender: StateSender::default(),
            shift: Shift::default(),
            ways: None,
            insert_changes: mpsc::channel().1,
            supervisor: Supervisor::default(),
        };
        Self::spawn(name, source, places, buffering, start)
    }

    fn spawn(
        name: &str,
        source: impl Source,
        places: Vec<(About, Rules)>,
        buffering: Buffering,
        start: Start,
    ) -> Result<Self, Error> {
        let Start { mut setup, history, likes, state_sender, shift, ways, .. } = start;
        let (insert_changes, supervisor) = (start.insert_changes, start.supervisor);
        let (publisher, on_air) = watch::channel(Arc::new(OnAir::default()));
        let (stop, stopped) = mpsc::channel();
        let (encoder_changes, changes) = mpsc::channel();
        let (orders, received) = playout_orders::orders();
        let takes = Arc::new(Takes::new(setup.fonts()));
        let bars = Arc::new(BarQueue::new(AHEAD));
        let bursts = places.iter().map(|(about, _)| buffering.burst(about.coding));
        let (shortest, longest) = (bursts.clone().min(), bursts.max());
        let (mounts, specs) = open_mounts(&[], places, buffering);
        // The receiver is above: this can't fail.
        let _ = encoder_changes.send(specs);
        let history = Arc::new(history);
        let mut playout = Playout {
            station: name.to_owned(),
            has_pictures: ways.is_some(),
            renderer: setup.renderer()?,
            setup,
            bars: bars.clone(),
            bar_timeout: (shortest.unwrap_or_default() / 2).clamp(MIN_BAR_TIMEOUT, MAX_BAR_TIMEOUT),
            audible: Audible::new()?,
            encoders: Encoders::new(name, changes),
            desk: LiveDesk::default(),
            orders: received,
            takes: takes.clone(),
            insert_changes,
            stopped,
            supervisor: supervisor.clone(),
            on_air: publisher,
            history: history.clone(),
            state_sender: state_sender.clone(),
            shift,
            // A whole burst is due at once, so that the first listener need not wait for it.
            lead: longest.unwrap_or_default(),
            pace: None,
        };
        // If the second thread can't be spawned, dropping `stop` ends the first.
        let playout = supervisor.spawn(format!("render-{name}"), move || playout.run())?;
        if let Some(ways) = &ways {
            let (bars, orders) = (bars.clone(), orders.clone());
            let (on_air, state_sender) = (on_air.clone(), state_sender.clone());
            ways.controls.connect(Threads { bars, orders, on_air, state_sender });
        }
        let (station, queue, mut source) = (name.to_owned(), bars.clone(), source);
        supervisor.spawn(format!("compose-{name}"), move || {
            compose_until_closed(&station, &mut source, &queue);
        })?;
        Ok(Self {
            name: name.to_owned(),
            mounts,
            on_air,
            history,
            takes,
            orders,
            likes,
            buffering,
            encoder_changes,
            bars,
            ways,
            state_sender,
            supervisor,
            stop: Some(stop),
            playout: Some(playout),
        })
    }
}
