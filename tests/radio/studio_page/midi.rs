//! MIDI in and out, with simulated ports.

use serde_json::json;

use super::Studio;

/// A controller, and an output that records its messages. Headless browsers have neither.
const PORTS: &str = "(() => {
    window.knobs = { id: 'knobs', name: 'Knobs' };
    window.sent = [];
    const box = { id: 'box', name: 'Box', send: (data, at) => window.sent.push([data[0], at]), clear() {} };
    const access = { inputs: new Map([['knobs', knobs]]), outputs: new Map([['box', box]]), addEventListener() {} };
    Object.defineProperty(navigator, 'requestMIDIAccess', { value: async () => access });
  })()";

#[test]
fn a_controller_moves_a_fader_and_a_clock_runs_along() {
    let Some(studio) = Studio::open() else { return };
    let browser = &studio.browser;
    browser.value_of(PORTS);
    browser.click("#midi-on");
    browser.until("window.knobs.onmidimessage");

    let turn = |value: u8| {
        browser.value_of(&format!("window.knobs.onmidimessage({{ data: [0xb0, 7, {value}] }})"));
    };
    browser.value_of(
        "document.querySelector('#desk-lead-level_db')
           .dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))",
    );
    turn(64);
    browser.until(
        "document.querySelector('#midi-learned').textContent.includes('controller 7 of channel 1')",
    );
    turn(0);
    studio.said("Lead: −60 dB");
    assert_eq!(studio.state("/desk/parts/2/level_db"), -60.0);

    browser.value_of(
        "(() => { const output = document.querySelector('#midi-output');
           output.value = 'box'; output.dispatchEvent(new Event('change')); })()",
    );
    browser.until("window.sent.filter(([status]) => status === 0xf8).length > 96");
    let first = browser.value_of("window.sent.find(([status]) => status >= 0xf8)[0]");
    assert_eq!(first, json!(0xfa));
    // A tick is a 24th of a quarter note: 15.6 ms at 160 beats a minute.
    let gaps = browser.value_of(
        "(() => { const at = window.sent.filter(([status]) => status === 0xf8).map(([, at]) => at);
           const gaps = at.slice(1).map((time, index) => time - at[index]);
           return gaps.toSorted((a, b) => a - b)[Math.floor(gaps.length / 2)]; })()",
    );
    assert!((gaps.as_f64().unwrap() - 15.625).abs() < 0.5, "{gaps}");
    browser.until("window.sent.some(([status]) => status >> 4 === 9)");
}
