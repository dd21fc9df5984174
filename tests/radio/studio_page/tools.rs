//! The panel of the tools: a clip is dropped, its answers are heard, saved and dragged.

use super::Studio;
use crate::common::midi::ode_to_joy;

/// Drags the newest answer to `selector`, with the data that the page itself offers.
fn drag_answer(studio: &Studio, selector: &str) {
    studio.browser.value_of(&format!(
        "(() => {{
           const dataTransfer = new DataTransfer();
           const send = (element, name) => element.dispatchEvent(
             new DragEvent(name, {{ bubbles: true, cancelable: true, dataTransfer }}));
           send(document.querySelector('#answers a'), 'dragstart');
           window.offered = dataTransfer.getData('DownloadURL');
           send(document.querySelector('{selector}'), 'drop');
         }})()"
    ));
}

#[test]
fn a_dropped_clip_is_answered_heard_and_dragged_on() {
    let Some(studio) = Studio::open() else { return };
    let browser = &studio.browser;
    assert_eq!(browser.value_of("document.querySelector('#tool-run').disabled"), true);

    studio.drop_midi(&ode_to_joy(), "#clip-0");
    browser.until("!document.querySelector('#tool-run').disabled");
    browser.click("label:has([value=drumify])");
    browser.click("#tool-run");
    browser.until("document.querySelectorAll('#answers li').length === 4");
    browser.until("!document.querySelector('#tool-run').disabled");

    assert_eq!(studio.first_bytes("#answers a", 4), "MThd");
    let name = browser.value_of("document.querySelector('#answers a').download");
    assert!(name.as_str().unwrap().starts_with("tune.drumify-"), "{name}");
    browser.click("#answers button");
    browser.until("document.querySelector('#answer-audio').currentTime > 0.3");
    browser.click("#answers button");
    browser.until("document.querySelector('#answer-audio').paused");

    drag_answer(&studio, "#corner-1");
    studio.said("Corner top right from tune.drumify-").unwrap();
    assert!(studio.state("/overlay/pad.1").is_string());
    let offered = browser.value_of("window.offered");
    let offered = offered.as_str().unwrap();
    assert!(offered.starts_with("audio/midi:tune.drumify-"), "{offered}");
    assert!(offered.contains(&studio.radio.url("/studio/api/answers/")), "{offered}");
}

#[test]
fn generate_needs_no_clip_and_interpolate_two() {
    let Some(studio) = Studio::open() else { return };
    let browser = &studio.browser;
    browser.click("label:has([value=generate])");
    browser.click("#tool-run");
    browser.until("document.querySelectorAll('#answers li').length === 4");
    browser.until("!document.querySelector('#tool-run').disabled");
    browser.click("label:has([value=interpolate])");
    for clip in ["#clip-0", "#clip-1"] {
        assert_eq!(browser.value_of("document.querySelector('#tool-run').disabled"), true);
        drag_answer(&studio, clip);
        let words = format!("document.querySelector('{clip}').textContent.includes('generate-')");
        browser.until(&words);
    }
    browser.click("#tool-run");
    browser.until("document.querySelectorAll('#answers li').length === 8");
}
