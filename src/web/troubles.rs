//! What is wrong with the radio now: for `/healthz` and for alerts.

use std::time::Instant;

use crate::{
    out::{
        alerts::{Kind, Trouble},
        status::{RegisteredTarget, State, TargetKind},
    },
    station::audible::Fault,
    web::{
        api,
        site::{ServedStation, Site},
    },
};

/// A composer with less music ready than this is late, in seconds.
const LATE_SECONDS: f64 = 1.0;

/// Time limit for the first sound of a station, in s.
const FIRST_SOUND: u64 = 30;

/// The fault of the sound of `station`, if it lasts longer than radio.toml allows.
pub fn sound_fault(site: &Site, station: &ServedStation) -> Option<Fault> {
    let limit = f64::from(site.alerts.silence_seconds);
    let reading = station.on_air.borrow().sound;
    Fault::of(&reading, limit).filter(|_| 0.0 < limit)
}

/// All troubles of stations, targets and radio.toml. `begun` is when the radio started.
pub fn of(site: &Site, begun: Instant) -> Vec<Trouble> {
    let is_new = begun.elapsed().as_secs() < FIRST_SOUND;
    let stations = site.stations.iter().filter(|_| !is_new);
    let stations = stations.flat_map(|station| of_station(site, station));
    let targets = site.current_targets().filter_map(of_target);
    let refused = site.refused.as_ref().map(|refused| Trouble {
        kind: Kind::Config,
        subject: "radio.toml".to_owned(),
        text: refused.to_string(),
    });
    stations.chain(targets).chain(refused).collect()
}

fn of_station(site: &Site, station: &ServedStation) -> Vec<Trouble> {
    let name = &station.name;
    let trouble = |kind, what: &str| Trouble {
        kind,
        subject: name.clone(),
        text: format!("station {name}: {what}"),
    };
    let mut troubles = Vec::new();
    if api::is_silent(station.main()) {
        troubles.push(trouble(Kind::Silence, "sends nothing"));
    } else if let Some(fault) = sound_fault(site, station) {
        troubles.push(trouble(Kind::Silence, &fault.to_string()));
    }
    if station.on_air.borrow().ready_seconds < LATE_SECONDS {
        troubles.push(trouble(Kind::LateComposer, "the composer is late; variations play"));
    }
    troubles
}

fn of_target(target: &RegisteredTarget) -> Option<Trouble> {
    let status = target.status.borrow();
    let RegisteredTarget { station, server, .. } = target;
    let (kind, what) = match target.kind {
        TargetKind::Push => (Kind::Push, "the push to"),
        TargetKind::Upload => (Kind::Upload, "the upload to"),
    };
    let why = match &status.state {
        State::OnAir { .. } => return None,
        State::Connecting => "is not connected".to_owned(),
        State::Waiting { why, .. } => format!("failed: {why}"),
    };
    let text = format!("station {station}: {what} {server} {why}");
    Some(Trouble { kind, subject: format!("{station} {server}"), text })
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use super::*;
    use crate::{
        sound::sound_check::Reading,
        stream::ring::Chunk,
        web::site::{
            RefusedChange,
            tests::{site, station},
        },
    };

    #[test]
    fn silence_a_late_composer_and_a_mistake_are_troubles() {
        let (station, mut writer, on_air) = station("a");
        writer.push(Chunk::mp3(vec![0; 4], ""));
        let mut site = site(vec![station]);
        let begun = Instant::now().checked_sub(Duration::from_mins(1)).unwrap();
        let set = |ready_seconds, silent_seconds, stuck_seconds| {
            on_air.send_modify(|now| {
                let now = Arc::make_mut(now);
                now.ready_seconds = ready_seconds;
                now.sound = Reading { loudness: -16.0, silent_seconds, stuck_seconds };
            });
        };
        let texts = |site: &Site| {
            of(site, begun).into_iter().map(|trouble| trouble.text).collect::<Vec<_>>()
        };

        set(30.0, 29.0, 0.0);
        assert_eq!(texts(&site), [""; 0]);
        set(30.0, 31.0, 0.0);
        assert_eq!(texts(&site), ["station a: silent for 31 s"]);
        assert!(of(&site, Instant::now()).is_empty());
        set(0.5, 0.0, 40.0);
        assert_eq!(texts(&site)[0], "station a: the same sound for 40 s");
        assert_eq!(texts(&site)[1], "station a: the composer is late; variations play");
        site.alerts.silence_seconds = 0;
        set(30.0, 1e6, 0.0);
        site.refused = Some(RefusedChange { n_mistakes: 2, text: "secret".to_owned() });
        assert_eq!(texts(&site), ["radio.toml has 2 mistakes; the previous settings are kept"]);
    }
}
