//! Views of a station's pad and map, decoded once and kept until the theme changes.

use std::{collections::HashMap, sync::Arc};

use crate::{
    compose::{
        lines::Lines,
        loaded_theme::LoadedTheme,
        plane::Plane,
        progress::Progress,
        setting::Setting,
        sketch::{self, Way},
        steering::{BeatPlace, LinePlace},
    },
    config::{Anchor, Theme},
    music::{arrange::LineNote, trio::Line},
    musicvae::net::latent::Latent,
    station::studio::{
        grid::Grid,
        lab_error::LabError,
        look::{AnchorLook, AxesLook, CornerLook, MapLook, PadLook, TuneLook},
    },
};

/// Places of the heat map on each side of the pad.
pub const N_HEAT: usize = 11;

/// Resolution of places on each side of the pad, and on each half side of the map.
const GRAIN: f64 = 100.0;

/// Themes whose decoded music is kept.
const MOST_THEMES: usize = 8;

/// Decoded beats or tunes kept of a theme. Once there are more, all are dropped.
const MOST_KEPT: usize = 2000;

/// The velocity of a tune's notes: a model's tunes have none of their own.
const VELOCITY: u8 = 100;

/// Maximum coordinate of a place of the map. The points that span the map lie within 0.9.
const MAP_EDGE: f64 = 1.5;

/// Points of a path set by hand that the map shows ahead.
const N_AHEAD: u64 = 8;

/// The looks of the themes viewed last.
#[derive(Default)]
pub struct Looks {
    /// The newest last.
    themes: Vec<ThemeLooks>,
}

/// Decoded music of a theme.
struct ThemeLooks {
    key: Key,
    plane: Option<Plane>,
    beats: HashMap<[i32; 2], Line>,
    tunes: HashMap<([i32; 2], u64), Lines>,
}

/// The inputs of decoded music besides its place.
struct Key {
    loaded: LoadedTheme,
    theme: Arc<Theme>,
}

impl Looks {
    /// The pad of a station, whose next phrase follows `progress`.
    pub fn pad(&mut self, setting: &Setting, progress: &Progress) -> PadLook {
        let names = setting.station().theme.pad.each_ref().map(short_name);
        let corners = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]];
        let corner = |(name, at)| CornerLook { name, grid: Grid::of_line(&self.line(setting, at)) };
        let corners = std::iter::zip(names, corners).map(corner).collect();
        let side = |n: usize| n as f64 / (N_HEAT - 1) as f64;
        let places = (0..N_HEAT * N_HEAT).map(|n| [side(n % N_HEAT), side(n / N_HEAT)]);
        let heat = places.map(|at| hits_a_step(&self.line(setting, at))).collect();
        let place = &setting.steering().beat;
        let puck = place.at(progress.bar);
        PadLook {
            corners,
            heat,
            puck: puck.unwrap_or_else(|| sketch::round_place(setting, progress)),
            path: match place {
                BeatPlace::Path { points, .. } => points.clone(),
                BeatPlace::Walk | BeatPlace::At { .. } => Vec::new(),
            },
        }
    }

    /// The beat at `place` of the pad, two bars.
    ///
    /// # Errors
    /// A coordinate is not within 0 to 1.
    pub fn beat(&mut self, setting: &Setting, place: [f64; 2]) -> Result<Line, LabError> {
        check_place(place, 0.0, 1.0)?;
        Ok(self.line(setting, place))
    }

    /// The beats at all places of the heat map in a row, for a MIDI file.
    pub fn all_beats(&mut self, setting: &Setting) -> Line {
        let side = |n: usize| n as f64 / (N_HEAT - 1) as f64;
        let places = (0..N_HEAT * N_HEAT).map(|n| [side(n % N_HEAT), side(n / N_HEAT)]);
        places.flat_map(|at| self.line(setting, at)).collect()
    }

    /// The map of a station, whose next phrase follows `progress`.
    pub fn map(&mut self, setting: &Setting, progress: &Progress) -> MapLook {
        let plane = self.plane(setting).clone();
        let on_map = |z: &Latent| plane.place(z);
        let line = &setting.steering().line;
        let (Way { here, ahead }, path) = match line {
            LinePlace::Walk => (sketch::way(setting, progress), Vec::new()),
            LinePlace::At { z } => (Way { here: z.clone(), ahead: Vec::new() }, Vec::new()),
            LinePlace::Path { points, .. } => {
                let of_walk = || sketch::way(setting, progress).here;
                let here = line.at(progress.bar).unwrap_or_else(of_walk);
                (Way { here, ahead: ahead_of(line, progress.bar) }, points.clone())
            }
        };
        let names = anchor_names(setting);
        let anchors = std::iter::zip(names, plane.anchors());
        let [x, y] = plane.rising().map(axis_word);
        MapLook {
            axes: AxesLook { x, y },
            anchors: anchors.map(|(name, [x, y])| AnchorLook { name, x, y }).collect(),
            here: on_map(&here),
            ahead: ahead.iter().map(on_map).collect(),
            path: path.iter().map(on_map).collect(),
        }
    }

    /// The tune at `place` of the map, as the current piece would draw it.
    ///
    /// # Errors
    /// A coordinate is not within -1.5 to 1.5.
    pub fn tune(
        &mut self,
        setting: &Setting,
        progress: &Progress,
        place: [f64; 2],
    ) -> Result<TuneLook, LabError> {
        let z = self.point(setting, place)?;
        let of_theme = self.of_theme(setting);
        let key = (grain(place), sketch::piece_seed(progress));
        if MOST_KEPT < of_theme.tunes.len() {
            of_theme.tunes.clear();
        }
        let draw = || sketch::tune(setting, progress, &z);
        let Lines { bass, lead } = of_theme.tunes.entry(key).or_insert_with(draw);
        let notes = |notes: &[LineNote]| {
            let note = |note: &LineNote| (note.start_step, note.n_steps, note.pitch, VELOCITY);
            notes.iter().map(note).collect()
        };
        Ok(TuneLook { bars: 4, bass: notes(bass), lead: notes(lead) })
    }

    /// The point of latent space at `place` of the map.
    ///
    /// # Errors
    /// A coordinate is not within -1.5 to 1.5.
    pub fn point(&mut self, setting: &Setting, place: [f64; 2]) -> Result<Latent, LabError> {
        check_place(place, -MAP_EDGE, MAP_EDGE)?;
        Ok(self.plane(setting).point(place))
    }

    /// The plane of the map.
    pub fn plane(&mut self, setting: &Setting) -> &Plane {
        let LoadedTheme { anchors, prior, trio, .. } = setting.loaded();
        let lay = || Plane::through(anchors, prior, trio.attributes());
        self.of_theme(setting).plane.get_or_insert_with(lay)
    }

    fn line(&mut self, setting: &Setting, place: [f64; 2]) -> Line {
        let of_theme = self.of_theme(setting);
        if MOST_KEPT < of_theme.beats.len() {
            of_theme.beats.clear();
        }
        let place = grain(place);
        let draw = || sketch::beat(setting, place.map(|x| f64::from(x) / GRAIN));
        of_theme.beats.entry(place).or_insert_with(draw).clone()
    }

    /// The looks of the theme of `setting`, moved to the newest place.
    fn of_theme(&mut self, setting: &Setting) -> &mut ThemeLooks {
        let known = self.themes.iter().position(|known| known.key.is_of(setting));
        let looks = if let Some(index) = known {
            self.themes.remove(index)
        } else {
            let mut looks = ThemeLooks::of(setting);
            // Beats are slow to decode, and most changes of a theme leave them as they are.
            let with_beats = self.themes.iter().rev().find(|old| old.key.has_beats_of(setting));
            looks.beats = with_beats.map(|old| old.beats.clone()).unwrap_or_default();
            looks
        };
        if self.themes.len() == MOST_THEMES {
            self.themes.remove(0);
        }
        self.themes.push(looks);
        self.themes.last_mut().expect("one was pushed")
    }
}

impl ThemeLooks {
    fn of(setting: &Setting) -> Self {
        let key = Key { loaded: setting.loaded().clone(), theme: setting.station().theme.clone() };
        Self { key, plane: None, beats: HashMap::new(), tunes: HashMap::new() }
    }
}

impl Key {
    /// Whether the beats of `setting` are the same.
    fn has_beats_of(&self, setting: &Setting) -> bool {
        let (old, new) = (&self.theme, &setting.station().theme);
        Arc::ptr_eq(&self.loaded.drums, &setting.loaded().drums)
            && Arc::ptr_eq(&self.loaded.trio, &setting.loaded().trio)
            && self.loaded.pad == setting.loaded().pad
            && old.temperature.total_cmp(&new.temperature).is_eq()
            && old.beat == new.beat
    }

    fn is_of(&self, setting: &Setting) -> bool {
        let (old, new) = (&self.loaded, setting.loaded());
        let theme = &setting.station().theme;
        Arc::ptr_eq(&old.drums, &new.drums)
            && Arc::ptr_eq(&old.trio, &new.trio)
            && old.pad == new.pad
            && old.anchors == new.anchors
            && old.prior == new.prior
            && (Arc::ptr_eq(&self.theme, theme) || self.theme == *theme)
    }
}

/// Hits a step of `line`; more than one count as one.
fn hits_a_step(line: &[u16]) -> f64 {
    let n: u32 = line.iter().map(|token| token.count_ones()).sum();
    (f64::from(n) / line.len().max(1) as f64).min(1.0)
}

/// The nearest place at the resolution.
fn grain(place: [f64; 2]) -> [i32; 2] {
    place.map(|x| (x * GRAIN).round() as i32)
}

fn check_place(place: [f64; 2], low: f64, high: f64) -> Result<(), LabError> {
    let outside = place.iter().find(|x| !(low..=high).contains(*x));
    let expected = format!("{low} to {high}");
    outside.map_or(Ok(()), |x| Err(LabError::value("x, y", &expected, x)))
}

/// The points of a path from `bar` to its end.
fn ahead_of(path: &LinePlace, bar: u64) -> Vec<Latent> {
    let LinePlace::Path { bars, from_bar, .. } = path else { return Vec::new() };
    let left = (from_bar + u64::from(*bars)).saturating_sub(bar);
    if left == 0 {
        return Vec::new();
    }
    (1..=N_AHEAD).filter_map(|n| path.at(bar + (n * left).div_ceil(N_AHEAD))).collect()
}

/// The name of an axis.
fn axis_word(attribute: Option<&str>) -> String {
    match attribute {
        Some("density") => "denser",
        Some("register") => "higher",
        Some("syncopation") => "more syncopated",
        Some(other) => return format!("more {other}"),
        None => "farther",
    }
    .to_owned()
}

/// Names of the points that bass and lead walk between.
fn anchor_names(setting: &Setting) -> Vec<String> {
    match &setting.loaded().anchors {
        waypoints if waypoints.in_turn => {
            (1..=waypoints.points.len()).map(|n| format!("waypoint {n}")).collect()
        }
        draws if draws.drawn.is_some() => {
            (1..=draws.points.len()).map(|n| format!("draw {n}")).collect()
        }
        _ => setting.station().theme.anchors.iter().map(short_name).collect(),
    }
}

/// The text of an anchor; of a file, its name alone.
fn short_name(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Midi(path) | Anchor::Point(path) => {
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
        }
        Anchor::Pattern { .. } | Anchor::Dream(_) => anchor.to_string(),
    }
}

#[cfg(test)]
mod tests;
