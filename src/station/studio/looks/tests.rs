use std::time::Instant;

use super::*;
use crate::{
    compose::{
        pad::Pad,
        steering::Steering,
        testing::{loaded, setting, stations},
    },
    musicvae::net::attributes::Attributes,
};

fn start() -> (Setting, Progress, Looks) {
    let setting = setting(&stations()[0], 1);
    let progress = Progress::start(&setting);
    (setting, progress, Looks::default())
}

fn steered(setting: &Setting, beat: BeatPlace, line: LinePlace) -> Setting {
    setting.clone().steered(Steering { beat, line, hold: false })
}

#[test]
fn a_pad_is_drawn_as_corners_heat_and_puck() {
    let (setting, progress, mut looks) = start();
    let pad = looks.pad(&setting, &progress);

    assert_eq!(pad.corners.len(), 4);
    assert_eq!(pad.corners[0].name, setting.station().theme.pad[0].to_string());
    assert!(pad.corners.iter().all(|corner| corner.grid.line().is_ok()));
    assert_eq!(pad.heat.len(), 121);
    assert!(pad.heat.iter().all(|hits| (0.0..=1.0).contains(hits)));
    let (least, most) =
        pad.heat.iter().fold((1.0, 0.0), |(a, b): (f64, f64), &x| (a.min(x), b.max(x)));
    assert!(least + 0.05 < most, "{least} {most}");
    assert_eq!((pad.puck, pad.path.len()), ([0.0; 2], 0));
    assert_eq!(looks.pad(&setting, &progress), pad);
}

#[test]
fn an_original_is_shown_in_its_corner_and_played_in_its_heat() {
    let (setting, progress, mut looks) = start();
    let mut own = loaded();
    let line = vec![1; 32];
    own.pad = own.pad.with_originals([None, Some(line.clone()), None, None]);
    let other = setting.changed_to(setting.station().clone(), own);

    let before = looks.pad(&setting, &progress);
    let pad = looks.pad(&other, &progress);

    assert_eq!(pad.corners[1].grid, Grid::of_line(&line));
    assert_eq!((pad.heat[10], pad.corners[0] == before.corners[0]), (1.0, true));
    assert_eq!(looks.beat(&other, [0.99, 0.01]).unwrap(), line);
    assert_ne!(looks.beat(&other, [0.97, 0.0]).unwrap(), line);
}

#[test]
fn decoded_beats_are_kept_until_the_theme_changes() {
    let (setting, progress, mut looks) = start();
    let begin = Instant::now();
    looks.pad(&setting, &progress);
    let drawn = begin.elapsed();
    let n = |looks: &Looks| looks.themes.iter().map(|theme| theme.beats.len()).collect::<Vec<_>>();
    assert_eq!(n(&looks), [121], "decoded in {drawn:?}");
    looks.beat(&setting, [0.25, 0.25]).unwrap();
    assert_eq!(n(&looks), [122]);

    let z = vec![0.1; 128];
    let pad = Pad::new([z.clone(), z.clone(), z.clone(), z], 64);
    let other = setting.changed_to(setting.station().clone(), LoadedTheme { pad, ..loaded() });
    looks.beat(&other, [0.25, 0.25]).unwrap();
    assert_eq!(n(&looks), [122, 1]);
    looks.beat(&setting, [0.25, 0.25]).unwrap();
    assert_eq!(n(&looks), [1, 122]);
}

#[test]
fn the_puck_is_where_the_hand_has_put_it() {
    let (setting, mut progress, mut looks) = start();
    let at = steered(&setting, BeatPlace::At { x: 0.3, y: 0.6 }, LinePlace::Walk);
    assert_eq!(looks.pad(&at, &progress).puck, [0.3, 0.6]);

    let points = vec![[0.0, 0.0], [1.0, 1.0]];
    let path = BeatPlace::Path { points: points.clone(), bars: 8, repeats: false, from_bar: 0 };
    progress.bar = 4;
    let pad = looks.pad(&steered(&setting, path, LinePlace::Walk), &progress);
    assert_eq!((pad.puck, pad.path), ([0.5; 2], points));
}

#[test]
fn a_map_shows_anchors_and_the_way() {
    let (setting, progress, mut looks) = start();
    let map = looks.map(&setting, &progress);

    let theme = &setting.station().theme;
    let names: Vec<_> = map.anchors.iter().map(|anchor| anchor.name.clone()).collect();
    assert_eq!(names[0], theme.anchors[0].to_string());
    assert_eq!((map.ahead.len(), map.path.len()), (10, 0));
    assert!(map.ahead.iter().chain([&map.here]).flatten().all(|x| x.abs() < 2.0));
    assert_ne!(map.axes.x, map.axes.y);
    let words = ["denser", "higher", "more syncopated"];
    assert!(words.contains(&map.axes.x.as_str()) && words.contains(&map.axes.y.as_str()));
}

#[test]
fn a_place_of_the_map_is_where_the_hand_goes() {
    let (setting, mut progress, mut looks) = start();
    let (a, b) = ([-0.5, 0.25], [0.5, 0.5]);
    let [from, to] = [a, b].map(|place| looks.point(&setting, place).unwrap());
    let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-3;
    let at = steered(&setting, BeatPlace::Walk, LinePlace::At { z: from.clone() });
    let map = looks.map(&at, &progress);
    assert!(near(map.here, a) && map.ahead.is_empty());

    let path = LinePlace::Path { points: vec![from, to], bars: 16, from_bar: 0 };
    let steered = steered(&setting, BeatPlace::Walk, path);
    let map = looks.map(&steered, &progress);
    assert!(near(map.here, a) && near(map.ahead[7], b) && near(map.path[1], b));
    progress.bar = 16;
    let map = looks.map(&steered, &progress);
    assert!(near(map.here, b) && map.ahead.is_empty());
}

#[test]
fn a_tune_has_four_bars_and_a_place_outside_the_map_none() {
    let (setting, progress, mut looks) = start();
    let tune = looks.tune(&setting, &progress, [0.2, -0.3]).unwrap();

    assert!(!tune.bass.is_empty() && !tune.lead.is_empty());
    assert!(tune.bass.iter().chain(&tune.lead).all(|(start, n, ..)| start + n <= 64));
    assert_ne!(looks.tune(&setting, &progress, [-0.9, 0.9]).unwrap(), tune);
    for place in [[1.6, 0.0], [0.0, f64::NAN]] {
        assert!(looks.tune(&setting, &progress, place).is_err());
    }
    let error = looks.beat(&setting, [0.5, 1.01]).unwrap_err().to_string();
    assert_eq!(error, "x, y: expected 0 to 1, found 1.01");
}

#[test]
fn a_model_without_attributes_has_words_for_its_axes_all_the_same() {
    let loaded = loaded();
    let plane = Plane::through(&loaded.anchors, &loaded.prior, &Attributes::default());
    assert_eq!(plane.rising().map(axis_word), ["farther", "farther"]);
    assert_eq!(axis_word(Some("brightness")), "more brightness");
}
