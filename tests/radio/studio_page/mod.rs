//! The studio's page in a browser: clicks on it change the state and the bars.

mod desk;
mod macros;
mod map;
mod midi;
mod pad;
#[cfg(feature = "lab")]
mod tools;
mod tour;

use serde_json::{Value, json};

use crate::common::{browser::Browser, http::Answer, radio::Radio, wait::until_some};

/// A radio with short bars, so that moves are heard soon.
const TOML: &str = "state = \"state\"\n[admin]\npassword = \"hackme\"\n\
    [studio]\nviewer_password = \"seeme\"\n[themes.a]\ntempo = 160\n\
    macros = { lift = { tempo = [140, 180], energy = [0.2, 1], desk.bass.filter = [1, 0.5] } }\n\
    [[stations]]\nname = \"a\"\ntheme = \"a\"\ntitle = \"Test Tone\"\n";

/// An operator at the studio's page.
struct Studio {
    browser: Browser,
    radio: Radio,
}

impl Studio {
    /// Opens the page with the key that the radio printed; none without a browser.
    fn open() -> Option<Self> {
        let browser = Browser::start()?;
        let radio = Radio::start_with(TOML, &[]);
        browser.open(&radio.url(&format!("/studio?key={}", radio.studio_key())));
        let studio = Self { browser, radio };
        studio.await_page();
        Some(studio)
    }

    fn await_page(&self) {
        // A station accepts moves once it plays.
        self.browser.until("/^bar [0-9]/.test(document.querySelector('#air-bar').textContent)");
        self.browser.until(
            "document.querySelector('#corner-3')?.ariaLabel && document.querySelector('#anchor-0')",
        );
    }

    /// The answer of the studio's API at `path`.
    fn ask(&self, path: &str) -> Answer {
        let key = format!("Authorization: Bearer {}\nConnection: close", self.radio.studio_key());
        let answer = self.radio.ask("GET", &format!("/studio/api/{path}"), &key);
        assert_eq!(answer.status(), 200, "{path}");
        answer
    }

    /// The JSON at `path`.
    fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.ask(path).text()).unwrap()
    }

    /// A part of the station's state, by JSON pointer; null if there is none.
    fn state(&self, pointer: &str) -> Value {
        self.get("state?station=a").pointer(pointer).cloned().unwrap_or_default()
    }

    /// Waits until the page lists a move that starts with `words`; returns the bar from which it is heard.
    fn said(&self, words: &str) -> Option<u64> {
        let find = format!(
            "[...document.querySelectorAll('#log .what')].map((what) => what.textContent)
              .find((what) => what.startsWith({}))",
            json!(words)
        );
        let sentence = self.browser.until(&find);
        self.browser.value_of("document.querySelector('#log').replaceChildren()");
        let sentence = sentence.as_str().unwrap();
        sentence.rsplit_once("from bar ").map(|(_, bar)| bar.parse().unwrap())
    }

    /// Waits for the bar `number` on air.
    fn bar(&self, number: u64) -> Value {
        until_some("the bar is on air", || self.radio.bars("a").remove(&number))
    }

    /// Waits for `value` as `field` of the bar on air that was promised for a change. On a busy machine a late
    /// composer puts phrases of four bars before that bar.
    fn reaches(&self, promised: u64, field: &str, value: &Value) {
        until_some(&format!("{field} {value} at bar {promised}"), || {
            let bars = self.radio.bars("a");
            let mut bars = (promised..promised + 16).step_by(4).map(|number| bars.get(&number));
            bars.any(|bar| bar.is_some_and(|bar| bar[field] == *value)).then_some(())
        });
    }

    /// Drops a MIDI file on an element.
    fn drop_midi(&self, bytes: &[u8], selector: &str) {
        self.browser.value_of(&format!(
            "(() => {{
               const dataTransfer = new DataTransfer();
               const bytes = new Uint8Array({});
               dataTransfer.items.add(new File([bytes], 'tune.mid', {{ type: 'audio/midi' }}));
               const event = new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer }});
               document.querySelector('{selector}').dispatchEvent(event);
             }})()",
            json!(bytes)
        ));
    }

    /// The first bytes of the target of a link.
    fn first_bytes(&self, selector: &str, n_bytes: usize) -> String {
        let script = format!(
            "const [done] = arguments;
             fetch(document.querySelector('{selector}').href)
               .then((answer) => answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status))
               .then((bytes) => done(String.fromCharCode(...new Uint8Array(bytes).slice(0, {n_bytes}))),
                     (error) => done(String(error)));"
        );
        self.browser.wait_for(&script).as_str().unwrap().to_owned()
    }

    fn focus(&self, selector: &str) {
        self.browser.value_of(&format!("document.querySelector({}).focus()", json!(selector)));
    }

    /// Whether a button is pressed, as the page shows it.
    fn is_pressed(&self, selector: &str) -> bool {
        self.browser.value_of(&format!("document.querySelector('{selector}').ariaPressed"))
            == "true"
    }
}

#[test]
fn a_viewer_sees_everything_and_changes_nothing() {
    let Some(browser) = Browser::start() else { return };
    let radio = Radio::start_with(TOML, &[]);
    browser.open(&radio.url("/studio/"));
    browser.value_of("document.querySelector('#user').value = 'viewer'");
    browser.write("#password", "seeme");
    browser.click("button");
    browser.until("document.querySelector('#corner-3')?.ariaLabel");

    let enabled = "[...document.querySelectorAll('.needs-operator:enabled')].length";
    assert_eq!(browser.value_of(enabled), 0);
    let role = browser.value_of("document.querySelector('#role').textContent");
    assert!(role.as_str().unwrap().starts_with("Viewer"), "{role}");
    browser.drag("#pad", &[[0.5, 0.5], [0.9, 0.1]]);
    assert_eq!(browser.value_of("document.querySelectorAll('#log li').length"), 0);
}
