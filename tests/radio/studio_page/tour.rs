//! A new user starts the program and changes the beat.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use crate::common::{browser::Browser, radio::Radio, wait::until_some};

/// What the program plays in a folder without radio.toml.
const BUILT_IN: &str = include_str!("../../../radio.toml");

/// The station that the studio shows first.
const FIRST_STATION: &str = "techno";

/// Most actions that a new user may need once the page is open.
const MOST_ACTIONS: usize = 3;

/// A new user of the page, whose clicks and drags are counted.
struct Stranger {
    browser: Browser,
    n_actions: usize,
}

impl Stranger {
    fn drag(&mut self, selector: &str, places: &[[f64; 2]]) {
        self.n_actions += 1;
        self.browser.drag(selector, places);
    }
}

#[test]
fn a_stranger_has_another_beat_on_air_with_three_clicks_or_fewer() {
    let Some(browser) = Browser::start() else { return };
    let mut stranger = Stranger { browser, n_actions: 0 };
    let radio = Radio::start();
    stranger.browser.open(&radio.studio_address());
    stranger.browser.until("/^bar [0-9]/.test(document.querySelector('#air-bar').textContent)");
    let key = format!("Authorization: Bearer {}", radio.studio_key());
    let mut events = radio.ask("GET", &format!("/studio/events?station={FIRST_STATION}"), &key);

    stranger.drag("#pad", &[[0.5, 0.5], [0.6, 0.4], [0.98, 0.02]]);
    let first = events.event("moved")["bar"].as_u64().unwrap();
    let heard = until_some("the changed bar", || {
        events.event("bar")["bar"].as_u64().filter(|bar| first <= *bar)
    });
    let seconds = radio.started.elapsed().as_secs_f64();

    eprintln!("{} action, {seconds:.1} s from the start to bar {heard}", stranger.n_actions);
    assert!(stranger.n_actions <= MOST_ACTIONS);
    let changed = first_other_beat(&radio, &untouched(&radio));
    let log = radio.stop();
    // Fallback bars, which play while a busy machine composes too late, are another beat, too.
    assert!(first <= changed || log.contains("composer late"), "bar {changed}, moved in {first}");
}

/// A radio with the first station of `radio` and the same seed, but without moves.
fn untouched(radio: &Radio) -> Radio {
    let saved = fs::read(radio.folder().join("state/radio.seed.json")).unwrap();
    let saved: Value = serde_json::from_slice(&saved).unwrap();
    let second = BUILT_IN.rfind("\n[[stations]]\nname = \"dub\"").unwrap();
    Radio::start_with(&BUILT_IN[..second], &["--seed", &saved["seed"].to_string()])
}

/// The first bar whose drums differ between two radios.
fn first_other_beat(radio: &Radio, other: &Radio) -> u64 {
    let [mut bars, mut others] = [(); 2].map(|()| BTreeMap::<u64, Value>::new());
    until_some("another beat", || {
        bars.extend(radio.bars(FIRST_STATION));
        others.extend(other.bars(FIRST_STATION));
        let differs = |(number, bar): (&u64, &Value)| {
            let is_other = others.get(number)?["drums"] != bar["drums"];
            is_other.then_some(*number)
        };
        bars.iter().find_map(differs)
    })
}
