//! The desk, orders and values.

use serde_json::{Value, json};

use super::Studio;
use crate::common::{browser::Key, wait::until};

#[test]
fn the_desk_orders_and_values_change_what_is_on_air() {
    let Some(studio) = Studio::open() else { return };

    take_back_a_drag(&studio);
    move_the_faders(&studio);
    undo_and_redo_by_keys(&studio);
    give_orders(&studio);
    hold_the_section(&studio);
    set_the_tempo(&studio);
    refuse_a_value(&studio);
    show_a_title(&studio);
    keep_the_changes(&studio);
    drop_the_changes(&studio);
    tap_a_tempo(&studio);
}

fn fader(studio: &Studio, part: usize) -> Value {
    studio.state(&format!("/desk/parts/{part}"))
}

/// A drag makes many moves and one undo step.
fn take_back_a_drag(studio: &Studio) {
    let places: Vec<[f64; 2]> = (0..40).map(|n| [0.8 - 0.015 * f64::from(n), 0.5]).collect();
    studio.browser.drag("#desk-lead-level_db", &places);
    studio.said("Lead: ");
    let level = fader(studio, 2)["level_db"].clone();
    assert!(level.as_f64().unwrap() < 0.0, "{level}");
    assert_eq!(studio.state("/n_undo"), 1);
    studio.browser.click("#undo");
    studio.said("Undone");
    assert_eq!(fader(studio, 2)["level_db"], 0.0);
}

fn move_the_faders(studio: &Studio) {
    studio.browser.click("#desk-bass-mute");
    assert_eq!(studio.said("Bass: muted"), None);
    assert_eq!(fader(studio, 1)["mute"], true);
    assert!(studio.is_pressed("#desk-bass-mute"));

    studio.focus("#desk-lead-level_db");
    studio.browser.press(&[Key::Down; 6]);
    studio.said("Lead: −3 dB");
    assert_eq!(fader(studio, 2)["level_db"], -3.0);

    studio.browser.click("#desk-drums-solo");
    studio.said("Drums: solo");
    assert_eq!(fader(studio, 0)["solo"], true);
    for field in ["filter", "reverb", "echo", "chorus"] {
        studio.focus(&format!("#desk-chords-{field}"));
        studio.browser.press(&[Key::Home]);
        studio.said("Chords: ");
    }
    let chords = fader(studio, 3);
    let fields = ["filter", "reverb", "echo", "chorus"].map(|field| chords[field].to_string());
    assert_eq!(fields, ["0.0", "-1.0", "-1.0", "-1.0"]);
}

fn undo_and_redo_by_keys(studio: &Studio) {
    studio.browser.click("#desk-reset");
    until("the desk is neutral", || {
        fader(studio, 3)["filter"] == 1.0 && fader(studio, 0)["solo"] == false
    });
    studio.browser.click("#desk-bass-mute");
    studio.said("Bass: muted");
    let strike = |shift: bool| {
        studio.browser.value_of(&format!(
            "document.body.dispatchEvent(new KeyboardEvent('keydown',
               {{ key: 'z', ctrlKey: true, shiftKey: {shift}, bubbles: true }}))"
        ));
    };
    studio.browser.value_of("document.activeElement.blur()");
    strike(false);
    studio.said("Undone");
    assert_eq!(fader(studio, 1)["mute"], false);
    studio.browser.until("document.querySelector('#desk-bass-mute').ariaPressed === 'false'");
    strike(true);
    studio.said("Redone");
    assert_eq!(fader(studio, 1)["mute"], true);
}

fn give_orders(studio: &Studio) {
    studio.browser.click("[data-order=fill]");
    assert!(studio.said("Fill now").is_some());

    studio.browser.click("[data-order=drop]");
    let bar = studio.said("Drop now").unwrap();
    studio.reaches(bar, "section", &"drop".into());
}

fn hold_the_section(studio: &Studio) {
    studio.browser.click("#hold");
    let bar = studio.said("Hold this section").unwrap();
    assert_eq!(studio.state("/steering/hold"), true);
    assert!(studio.is_pressed("#hold"));
    studio.bar(bar);

    studio.browser.click("#hold");
    studio.said("Sections go on");
    assert_eq!(studio.state("/steering/hold"), false);
    studio.browser.click("[data-order=next-piece]");
    let bar = studio.said("Next piece").unwrap();
    studio.reaches(bar, "section", &"outro".into());
}

fn set_the_tempo(studio: &Studio) {
    studio.focus("#value-tempo");
    studio.browser.press(&[Key::Right, Key::Right]);
    let bar = studio.said("Tempo 162").unwrap();
    studio.reaches(bar, "tempo_bpm", &162.0.into());
    studio
        .browser
        .until("document.querySelector('#difference').textContent.includes('+tempo = 162')");
}

/// The page returns to the value of the radio.
fn refuse_a_value(studio: &Studio) {
    studio.browser.value_of(
        "(() => { const tempo = document.querySelector('#value-tempo');
           tempo.max = 1000; tempo.value = 900;
           for (const name of ['input', 'change']) tempo.dispatchEvent(new Event(name)); })()",
    );
    let sentence =
        studio.browser.until("document.querySelector('#error:not([hidden]) span')?.textContent");
    assert!(sentence.as_str().unwrap().contains("tempo"), "{sentence}");
    studio.browser.until("document.querySelector('#value-tempo').value === '162'");
    studio.browser.value_of("document.querySelector('#value-tempo').max = 300");
}

fn show_a_title(studio: &Studio) {
    studio.browser.write("#title-text", "Live from the Roof");
    studio.browser.click("#title-form [type=submit]");
    studio.said("Title “Live from the Roof”");
    until("the title is on air", || {
        studio.radio.get("/api/stations").text().contains("Live from the Roof")
    });
    studio.browser.click("#title-clear");
    studio.said("Titles from the radio");
}

fn keep_the_changes(studio: &Studio) {
    studio.browser.until("!document.querySelector('#keep').disabled");
    studio.browser.click("#keep");
    studio.said("Changes written into radio.toml");
    let text = std::fs::read_to_string(studio.radio.folder().join("radio.toml")).unwrap();
    assert!(text.contains("tempo = 162"), "{text}");
    assert_eq!(studio.state("/overlay"), json!({}));
    studio.browser.until("document.querySelector('#keep').disabled");
}

fn drop_the_changes(studio: &Studio) {
    studio.focus("#value-swing");
    studio.browser.press(&[Key::End]);
    studio.said("Swing").unwrap();
    studio.browser.until("!document.querySelector('#drop').disabled");
    studio.browser.click("#drop");
    studio.said("Changes dropped");
    assert_eq!(studio.state("/overlay"), json!({}));
}

fn tap_a_tempo(studio: &Studio) {
    studio.browser.wait_for(
        "const [done] = arguments;
         let taps = 0;
         const timer = setInterval(() => {
           document.querySelector('#tap-tempo').click();
           taps += 1;
           if (taps === 5) { clearInterval(timer); done(); }
         }, 400);",
    );
    let bar = studio.said("Tempo 1").unwrap();
    let tempo = studio.bar(bar)["tempo_bpm"].as_f64().unwrap();
    assert!((100.0..=170.0).contains(&tempo), "{tempo}");
}
