//! Macros of the theme.

use serde_json::{Value, json};

use super::Studio;
use crate::common::{browser::Key, wait::until};

/// Waits for a bar of this tempo; bars that play while the composer is late may come before it.
fn await_tempo(studio: &Studio, from: u64, tempo: f64) {
    let has_tempo = |(_, bar): (&u64, &Value)| bar["tempo_bpm"] == tempo;
    until("the macro is heard", || studio.radio.bars("a").range(from..).any(has_tempo));
}

#[test]
fn a_slider_of_a_macro_moves_values_and_faders_together() {
    let Some(studio) = Studio::open() else { return };
    let browser = &studio.browser;
    let text = |selector: &str| {
        browser.value_of(&format!("document.querySelector('{selector}').textContent"))
    };
    let slider = "document.querySelector('#macro-lift')";
    assert_eq!(browser.value_of(&format!("{slider}.labels[0].textContent")), "Lift");
    assert_eq!(browser.value_of(&format!("{slider}.ariaValueText")), "not moved");
    let words = text("#macro-lift-moves");
    assert!(words.as_str().unwrap().contains("Tempo 140 to 180"), "{words}");

    browser.drag("#macro-lift", &[[0.5, 0.5], [0.7, 0.5], [1.1, 0.5]]);
    studio.said("Lift 100 %").unwrap();
    assert_eq!(studio.state("/n_undo"), 1, "a drag is one step");
    browser.until("document.querySelector('#value-tempo').value === '180'");
    browser.until("document.querySelector('#desk-bass-filter').value === '0.5'");

    studio.focus("#macro-lift");
    browser.press(&[Key::Home]);
    let bar = studio.said("Lift 0 %").unwrap();
    await_tempo(&studio, bar, 140.0);
    // Moves of one slider that follow within two seconds are one step.
    browser.click("#desk-drums-mute");
    studio.said("Drums: muted");
    studio.focus("#macro-lift");
    browser.press(&[Key::Right]);
    let bar = studio.said("Lift 1 %").unwrap();
    await_tempo(&studio, bar, 140.4);
    assert_eq!(studio.state("/overlay"), json!({ "tempo": 140.4, "energy": 0.208 }));
    assert_eq!(studio.state("/desk/parts/1/filter"), 0.995);

    studio.focus("#value-tempo");
    browser.press(&[Key::Right]);
    studio.said("Tempo 141").unwrap();
    browser.click("#undo");
    studio.said("Undone");
    browser.click("#undo");
    studio.said("Undone");
    browser.until(&format!("{slider}.ariaValueText === '0 %'"));
    assert_eq!(studio.state("/macros/0/value"), 0.0);
}
