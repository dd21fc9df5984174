//! The beat pad.

use serde_json::json;

use super::Studio;
use crate::common::browser::Key;

#[test]
fn the_pad_and_its_corners_change_the_beat() {
    let Some(studio) = Studio::open() else { return };
    studio.browser.until("document.querySelector('#corner-3').ariaLabel");
    drag_the_puck(&studio);
    move_the_puck_by_keys(&studio);
    draw_a_path(&studio);
    use_another_pattern(&studio);
    edit_cells(&studio);
    drop_files(&studio);
    undo_and_redo(&studio);
    take_files_along(&studio);
    bring_the_pad_back_by_its_link(&studio);
}

fn drag_the_puck(studio: &Studio) {
    studio.browser.drag("#pad", &[[0.5, 0.5], [0.6, 0.4], [0.8, 0.2]]);
    let bar = studio.said("Beat at 80 %, 20 %").unwrap();

    let place = studio.state("/steering/beat");
    assert_eq!(place["by"], "at");
    for (axis, wanted) in [("x", 0.8), ("y", 0.2)] {
        assert!((place[axis].as_f64().unwrap() - wanted).abs() < 0.01, "{place}");
    }
    studio.bar(bar);
    assert_eq!(studio.get("a/pad")["puck"], json!([place["x"], place["y"]]));
}

fn move_the_puck_by_keys(studio: &Studio) {
    let before = studio.state("/steering/beat/x").as_f64().unwrap();
    studio.focus("#puck");
    studio.browser.press(&[Key::Left; 5]);
    studio.said("Beat at 70 %").unwrap();
    let after = studio.state("/steering/beat/x").as_f64().unwrap();
    assert!((before - after - 0.1).abs() < 0.001, "{before} {after}");
}

fn draw_a_path(studio: &Studio) {
    studio.browser.click("#pad-path");
    studio.browser.drag("#pad", &[[0.1, 0.1], [0.5, 0.1], [0.9, 0.5], [0.9, 0.9]]);
    studio.said("Beat along a path of 8 bars").unwrap();
    let path = studio.state("/steering/beat");
    assert_eq!(
        (&path["by"], &path["bars"], &path["repeats"]),
        (&json!("path"), &json!(8), &json!(true))
    );
    assert_eq!(path["points"].as_array().unwrap().len(), 4);
    follow_the_puck(studio);

    studio.browser.click("#pad-walk");
    studio.said("Beat back to the walk");
    assert_eq!(studio.state("/steering/beat/by"), "walk");
}

/// Bar events move the puck; the pad is not fetched again.
fn follow_the_puck(studio: &Studio) {
    studio.browser.value_of("performance.clearResourceTimings()");
    let puck = "document.querySelector('#puck').ariaValueText";
    for _ in 0..3 {
        let place = studio.browser.value_of(puck);
        studio.browser.until(&format!("{puck} !== {place}"));
    }
    let fetched = "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/a/pad'))";
    assert_eq!(studio.browser.value_of(&format!("{fetched}.length")), 0);
}

fn use_another_pattern(studio: &Studio) {
    studio.browser.click("#corner-0");
    studio.browser.value_of("document.querySelector('#editor-style').value = 'house'");
    studio.browser.value_of("document.querySelector('#editor-number').value = 12");
    studio.browser.click("#editor-pattern");
    studio.said("Corner top left: house:12").unwrap();
    assert_eq!(studio.state("/overlay/pad.0"), "house:12");
    assert_eq!(studio.get("a/pad")["corners"][0]["name"], "house:12");
}

/// Cells are switched on and off, by mouse and by key.
fn edit_cells(studio: &Studio) {
    studio.browser.click("#corner-1");
    studio.browser.click("#editor-clear");
    for step in [0, 8, 13, 16, 24] {
        studio.browser.click(&format!("[data-row='0'][data-step='{step}']"));
    }
    studio.focus("[data-row='1'][data-step='4']");
    studio.browser.press(&[Key::Enter, Key::Right, Key::Enter, Key::Enter]);
    studio.browser.click("#editor-use");
    studio.said("Corner top right: the edited beat").unwrap();

    assert!(studio.state("/overlay/pad.1").is_string());
    let rows = studio.get("a/pad")["corners"][1]["grid"]["rows"].clone();
    assert_eq!(
        (&rows[0], &rows[1]),
        (&json!(["kick", [0, 8, 13, 16, 24]]), &json!(["snare", [4]]))
    );
}

fn drop_files(studio: &Studio) {
    studio.drop_midi(&studio.ask("a/beat.mid?x=0&y=0").rest(), "#corner-2");
    studio.said("Corner bottom left from tune.mid").unwrap();
    assert!(studio.state("/overlay/pad.2").is_string());

    let file = studio.radio.folder().join("mine.mid");
    std::fs::write(&file, studio.ask("a/beat.mid?x=1&y=1").rest()).unwrap();
    studio.browser.click("#corner-3");
    studio.browser.write("#editor-file", file.to_str().unwrap());
    studio.said("Corner bottom right: mine.mid").unwrap();
    assert!(studio.state("/overlay/pad.3").is_string());

    studio.browser.click("#corner-3");
    studio.browser.until("document.querySelector('#editor-bar').options.length > 3");
    studio.browser.value_of("document.querySelector('#editor-bar').selectedIndex = 3");
    studio.browser.click("#editor-use-bar");
    studio.said("Corner bottom right: the beat of bar").unwrap();
}

fn undo_and_redo(studio: &Studio) {
    let corner = studio.state("/overlay/pad.3");
    studio.browser.click("#undo");
    studio.said("Undone");
    assert_ne!(studio.state("/overlay/pad.3"), corner);
    studio.browser.until("!document.querySelector('#redo').disabled");
    studio.browser.click("#redo");
    studio.said("Redone");
    assert_eq!(studio.state("/overlay/pad.3"), corner);
}

fn take_files_along(studio: &Studio) {
    assert_eq!(studio.first_bytes("#beat-mid", 4), "MThd");
    assert_eq!(studio.first_bytes("#pad-mid", 4), "MThd");
}

fn bring_the_pad_back_by_its_link(studio: &Studio) {
    studio.browser.click("#pad-link");
    let link = studio.browser.until("location.hash.includes('pad=') && location.href");
    studio.browser.click("#corner-0");
    studio.browser.click("#editor-dream");
    studio.said("Corner top left: a dream").unwrap();
    assert_ne!(studio.state("/overlay/pad.0"), "house:12");

    studio.browser.open("about:blank");
    studio.browser.open(link.as_str().unwrap());
    studio.await_page();
    studio.browser.until("!document.querySelector('#linked').hidden");
    studio.browser.click("#linked-use");
    studio.said("Beat at").unwrap();
    assert_eq!(studio.state("/overlay/pad.0"), "house:12");
}
