//! A minute of the past, as MP3.

use std::sync::Arc;

use bytes::Bytes;

use crate::{
    music::{bar::Bar, meter::STEPS_PER_BAR},
    sound::mp3_file::Mp3File,
    station::{
        Error,
        takes::{file::TakeError, memory::Takes, take::Take},
    },
    units::Kbps,
};

/// Length of a moment in seconds; it ends with a bar.
pub const SECONDS: f64 = 60.0;

/// The bars of a moment, without end.
pub type PastBars = Box<dyn Iterator<Item = Arc<Bar>>>;

/// Recomposes the bars of the station with this name from this bar on. The error is a sentence.
pub type Recompose = dyn Fn(&str, u64) -> Result<PastBars, String> + Send + Sync;

/// Why a moment can't be played again.
#[derive(Debug, thiserror::Error)]
pub enum MomentError {
    /// The bar was never on air, or is too old.
    #[error("expected a bar that is remembered, found {bar}: {reason}")]
    Forgotten {
        /// The bar.
        bar: u64,
        /// Why it can't be composed again.
        reason: String,
    },
    /// It can't be rendered.
    #[error(transparent)]
    Take(#[from] TakeError),
}

/// Renders the minute from bar `bar` on: from memory, or as `recompose` composes it.
///
/// # Errors
/// The bar is neither remembered nor can be recomposed, or rendering failed.
pub fn moment(
    takes: &Takes,
    bar: u64,
    recompose: &dyn Fn(u64) -> Result<PastBars, String>,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Bytes, MomentError> {
    if let Some(known) = takes.moments.known(bar) {
        return Ok(known);
    }
    let (take, is_whole) = match takes.from(bar, SECONDS) {
        Some(remembered) => remembered,
        None => (recomposed(takes, bar, recompose)?, true),
    };
    let mp3 = Bytes::from(mp3(&take, is_wanted)?);
    // One that reaches the live edge is incomplete.
    if is_whole {
        takes.moments.keep(bar, &mp3);
    }
    Ok(mp3)
}

fn recomposed(
    takes: &Takes,
    bar: u64,
    recompose: &dyn Fn(u64) -> Result<PastBars, String>,
) -> Result<Take, MomentError> {
    let forgotten = |reason: String| MomentError::Forgotten { bar, reason };
    let mut seconds = 0.0;
    let begins_in_time = |bar: &Arc<Bar>| {
        let start = seconds;
        seconds += bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64;
        start < SECONDS
    };
    let bars: Vec<_> = recompose(bar).map_err(forgotten)?.take_while(begins_in_time).collect();
    if bars.is_empty() {
        return Err(forgotten("it has no bars".to_owned()));
    }
    Ok(Take::of(&takes.fonts, bars, takes.gain()))
}

fn mp3(take: &Take, is_wanted: &dyn Fn() -> bool) -> Result<Vec<u8>, TakeError> {
    let file = Mp3File::new(Vec::new(), Kbps::DEFAULT);
    let mut file = file.map_err(Error::from)?;
    take.render(|block| {
        if !is_wanted() {
            return Err(TakeError::Unwanted);
        }
        file.push(block.mix)?;
        Ok(true)
    })?;
    Ok(file.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        music::bar::Mix,
        sound::testing::{decode, tiny_font},
        station::on_air::{AiredBar, OnAir},
        units::{Bpm, Decibels},
    };

    /// A bar of two seconds.
    fn bar(number: u64) -> Arc<Bar> {
        Arc::new(Bar { number, ..Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())) })
    }

    fn on_air(numbers: std::ops::Range<u64>) -> OnAir {
        let rendered_seconds = 2.0 * numbers.end as f64;
        let aired = |number| AiredBar { start_second: 2.0 * number as f64, bar: bar(number) };
        OnAir { rendered_seconds, bars: numbers.map(aired).collect(), ..OnAir::default() }
    }

    fn nothing(_: u64) -> Result<PastBars, String> {
        Err("nothing is".to_owned())
    }

    #[test]
    fn a_moment_of_the_last_minutes_is_a_minute_and_is_kept() {
        let takes = Takes::new(&(&tiny_font()).into());
        takes.note(&on_air(0..40), Decibels(0.0));
        let whole = moment(&takes, 5, &nothing, &|| true).unwrap();
        let seconds = decode(&whole).len() as f64 * 1152.0 / 44_100.0;
        assert!((seconds - SECONDS).abs() < 0.11, "{seconds}");
        assert_eq!(moment(&takes, 5, &nothing, &|| false).unwrap(), whole);

        let short = moment(&takes, 38, &nothing, &|| true).unwrap();
        assert!(8 * short.len() < whole.len());
        takes.note(&on_air(30..50), Decibels(0.0));
        assert!(short.len() < moment(&takes, 38, &nothing, &|| true).unwrap().len());
    }

    #[test]
    fn an_older_one_is_composed_again() {
        let takes = Takes::new(&(&tiny_font()).into());
        takes.note(&on_air(100..110), Decibels(0.0));
        let recompose = |first| -> Result<PastBars, String> { Ok(Box::new((first..).map(bar))) };
        let past = moment(&takes, 7, &recompose, &|| true).unwrap();
        // A minute, and what the encoder adds.
        let n_blocks = (60.0_f64 * 44_100.0 / 1152.0).ceil() as usize;
        assert!((n_blocks..n_blocks + 3).contains(&decode(&past).len()));

        let error = moment(&takes, 8, &nothing, &|| true).unwrap_err();
        assert_eq!(error.to_string(), "expected a bar that is remembered, found 8: nothing is");
        let unwanted = moment(&takes, 101, &nothing, &|| false);
        assert!(matches!(unwanted, Err(MomentError::Take(TakeError::Unwanted))));
    }
}
