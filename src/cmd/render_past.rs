//! Replays what a station has played, from its log of moves.

use std::path::Path;

use anyhow::Context as _;

use crate::{
    cli,
    compose::setting::Setting,
    config::{self, Config, Text},
    station::{
        load::{self, library::Library, waypoints::WaypointFiles},
        state::{self, moves::read_moments, settings},
        studio::{error::MoveError, log::Version, log_file::LogFile, replay::Replay},
    },
};

/// The seed of a log's radio: the given one, radio.toml's, or the one saved beside the log.
///
/// # Errors
/// There is none.
pub fn seed(args: &cli::Render, config: &Config, moves: &Path) -> anyhow::Result<u64> {
    let known = args.seed.or(config.seed).or_else(|| state::saved_seed(folder(moves)));
    known.context("the seed of what was on air is not known: give it with --seed")
}

/// The station's bars from `args.from_bar` on, opened with `library`. Uses the old radio.toml in the folder
/// of the log at `moves` or, where none is kept, `text`.
///
/// # Errors
/// The log is refused or lacks the first bar, or the station can't be opened as it was.
pub fn bars(
    args: &cli::Render,
    text: Text,
    mut library: Library,
    seed: u64,
    moves: &Path,
) -> anyhow::Result<Replay<'static>> {
    let (name, past) = (args.station.clone(), folder(moves).to_owned());
    let (log, moments) = (LogFile::read(moves)?, read_moments(&past, &name));
    log.check_seed(&name, seed)?;
    log.check_bar(args.from_bar, &moments)?;
    let open = move |version: &Version| {
        let kept = settings::read(&past, &version.settings);
        let text = kept.map_or_else(|| text.clone(), |kept| Text { text: kept, ..text.clone() });
        let made = past.join("studio");
        setting(&text, &name, version, &made, &mut library, seed)
    };
    Ok(Replay::of(log.into_lines(), moments, args.from_bar, Box::new(open))?)
}

fn setting(
    text: &Text,
    name: &str,
    version: &Version,
    made: &Path,
    library: &mut Library,
    seed: u64,
) -> Result<Setting, MoveError> {
    let refused = |error: &dyn std::fmt::Display| MoveError::Refused(error.to_string());
    let config = config::overlay(text, name, &version.overlay, Some(made));
    let stations = config.map_err(|error| refused(&error))?.stations;
    let station = stations.iter().find(|station| station.name == name);
    let station = station.ok_or_else(|| refused(&format!("no station {name:?} at that time")))?;
    let files = WaypointFiles::read_in_time(name, &station.playlists);
    let loaded = load::theme::open(station, library, &files).map_err(|error| refused(&error))?;
    Ok(Setting::new(station, loaded, seed))
}

fn folder(moves: &Path) -> &Path {
    moves.parent().unwrap_or(Path::new(""))
}
