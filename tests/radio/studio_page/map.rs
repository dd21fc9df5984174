//! The map of bass and lead, the cue, and takes.

use serde_json::Value;

use super::Studio;
use crate::common::{browser::Key, midi::ode_to_joy};

#[test]
fn the_map_the_cue_and_takes_work_by_hand() {
    let Some(studio) = Studio::open() else { return };
    studio.browser.until("document.querySelector('#anchor-3')");
    go_to_a_place(&studio);
    draw_a_way(&studio);
    change_anchors(&studio);
    drop_a_tune(&studio);
    take_a_cue(&studio);
    collect_moves_in_a_cue(&studio);
    take_the_last_bars(&studio);
}

fn line(studio: &Studio) -> Value {
    studio.state("/steering/line")
}

fn go_to_a_place(studio: &Studio) {
    studio.browser.drag("#map", &[[0.5, 0.5], [0.7, 0.3]]);
    studio.browser.until(
        "/bass \\d+ notes, lead \\d+ notes/.test(document.querySelector('#tune').ariaLabel)",
    );
    studio.browser.click("#map-go");
    studio.said("Bass and lead go there by the next section").unwrap();
    assert_eq!(line(studio)["by"], "at");

    studio.browser.click("#map-walk");
    studio.said("Bass and lead back to the walk").unwrap();
    assert_eq!(line(studio)["by"], "walk");
    studio.browser.click("#map-stay");
    studio.said("Bass and lead stay here").unwrap();
    assert_eq!(line(studio)["by"], "at");
}

fn draw_a_way(studio: &Studio) {
    studio.browser.click("#map-way");
    studio.browser.drag("#map", &[[0.2, 0.2], [0.4, 0.4], [0.6, 0.4], [0.8, 0.6]]);
    studio.said("Bass and lead along a way of 16 bars").unwrap();
    let line = line(studio);
    assert_eq!((&line["by"], &line["bars"]), (&"path".into(), &16.into()));
    assert!(2 <= line["points"].as_array().unwrap().len());

    studio.browser.drag("#map", &[[0.4, 0.6], [0.3, 0.7]]);
    studio.browser.click("#map-go-slowly");
    studio.said("Bass and lead go there in 16 bars").unwrap();
}

fn n_anchors(studio: &Studio) -> usize {
    studio.state("/overlay/anchors").as_array().map_or(4, Vec::len)
}

fn change_anchors(studio: &Studio) {
    studio.browser.drag("#map", &[[0.5, 0.5], [0.12, 0.9]]);
    studio.browser.click("#map-add");
    studio.said("Anchor added").unwrap();
    assert_eq!(n_anchors(studio), 5);

    studio.browser.until("document.querySelector('#anchor-4')");
    let before = studio.state("/overlay/anchors/4");
    studio.focus("#anchor-4");
    studio.browser.press(&[Key::Up, Key::Up]);
    studio.said("Anchor ").unwrap();
    assert_ne!(studio.state("/overlay/anchors/4"), before);

    let label = "document.querySelector('#anchor-4')";
    studio.browser.until(label);
    studio.focus("#anchor-4");
    studio.browser.press(&[Key::Delete]);
    studio.said("Anchor ").unwrap();
    assert_eq!(n_anchors(studio), 4);
}

fn drop_a_tune(studio: &Studio) {
    let before = line(studio);
    studio.drop_midi(&ode_to_joy(), "#map");
    studio.said("Bass and lead go to tune.mid in 16 bars").unwrap();
    assert_eq!(n_anchors(studio), 5);
    let to_tune = line(studio);
    assert_eq!(to_tune["by"], "path");
    assert_ne!(to_tune, before);

    studio.browser.click("#undo");
    studio.said("Undone");
    assert_eq!((n_anchors(studio), line(studio)), (4, before));
    studio.browser.until("!document.querySelector('#redo').disabled");
    studio.browser.click("#redo");
    studio.said("Redone");
    assert_eq!((n_anchors(studio), line(studio)), (5, to_tune));
}

/// The cue plays moves before they are put on air.
fn take_a_cue(studio: &Studio) {
    studio.browser.click("#map-walk");
    studio.said("Bass and lead back to the walk").unwrap();
    studio.browser.drag("#map", &[[0.5, 0.5], [0.6, 0.8]]);
    studio.browser.click("#map-cue");
    studio.browser.until("document.querySelector('#cue-audio').currentTime > 0.3");
    assert_eq!(line(studio)["by"], "walk");

    studio.browser.click("#cue-take");
    studio.said("Cue taken").unwrap();
    assert_eq!(line(studio)["by"], "at");
    assert_eq!(studio.browser.value_of("document.querySelector('#cue-bar').hidden"), true);
}

fn collect_moves_in_a_cue(studio: &Studio) {
    studio.browser.click("#cue-collect");
    studio.browser.click("#desk-drums-mute");
    studio.browser.until("document.querySelector('#cue-audio').currentTime > 0.3");
    assert_eq!(studio.state("/desk/parts/0/mute"), false);
    studio.browser.click("[data-order=drop]");
    studio.browser.until("document.querySelector('#cue-words').textContent.includes('Drop now')");
    studio.browser.until("document.querySelector('#cue-state').textContent.startsWith('Only')");

    studio.browser.click("#cue-stop");
    studio.browser.until("document.querySelector('#cue-bar').hidden");
    assert!(!studio.is_pressed("#desk-drums-mute"));
}

fn take_the_last_bars(studio: &Studio) {
    studio.browser.value_of("document.querySelector('[name=take-bars][value=\"8\"]').click()");
    for (ending, magic) in
        [("mid", "MThd"), ("wav", "RIFF"), ("flac", "fLaC"), ("zip", "PK\u{3}\u{4}")]
    {
        assert_eq!(studio.first_bytes(&format!("#take-{ending}"), 4), magic, "{ending}");
    }
}
