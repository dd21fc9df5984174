//! `electropunk render`: a station into a file, without waiting for the clock.

use std::{
    fs::{self, File},
    io::{self, BufWriter},
    path::Path,
    sync::{Arc, mpsc},
    thread,
};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    cli,
    config::{self, Station},
    music::{bar::Bar, meter::STEPS_PER_BAR, midi, sequence},
    sound::{frame::FRAMES_PER_MP3_FRAME, wav::Wav},
    station::{composer::Composer, library::Library, renderer::Renderer},
    train::checkpoint::write_whole,
    units::SAMPLE_RATE,
};

/// Bars composed ahead of the sound: a phrase.
const BARS_AHEAD: usize = 4;

/// Runs the command.
///
/// # Errors
/// There is no such station, something that it names can't be used, or the file not be written.
pub fn run(args: &cli::Render) -> anyhow::Result<()> {
    let config = config::load(args.config.as_deref())?;
    let station = config.stations.iter().find(|station| station.name == args.station);
    let station = station.ok_or_else(|| {
        let names: Vec<&str> =
            config.stations.iter().map(|station| station.name.as_str()).collect();
        anyhow!("expected one of the stations {}, found {:?}", names.join(", "), args.station)
    })?;
    let seed = args.seed.or(config.seed).unwrap_or_else(rand::random);
    let mut library = Library::on(args.device.unwrap_or(config.device), config.precision);
    let composer = Composer::new(station, &mut library, seed)?;
    let seconds = args.minutes * 60.0;
    if args.out.extension().is_some_and(|ending| ending == "mid") {
        write_notes(composer, station, seconds, &args.out)?;
    } else {
        let font = library.font(&station.soundfont)?;
        let renderer = Renderer::new(&font, &station.theme.voices, station.bitrate)?;
        write_sound(composer, renderer, seconds, &args.out)?;
    }
    println!("{}: {} minutes of {}, seed {seed}", args.out.display(), args.minutes, station.name);
    Ok(())
}

/// Writes all bars that begin within `seconds`.
fn write_notes(
    mut composer: Composer,
    station: &Station,
    seconds: f64,
    out: &Path,
) -> anyhow::Result<()> {
    let progress = progress(seconds)?;
    let (mut bars, mut start): (Vec<Bar>, f64) = (Vec::new(), 0.0);
    while start < seconds {
        let bar = composer.next().expect("a composer has no end");
        start += bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64;
        bars.push(bar);
        progress.set_position(start as u64);
    }
    progress.finish_and_clear();
    let piece = sequence::from_bars(&bars, &station.theme.voices);
    let bytes = midi::write(&piece, |note| sequence::part_name(note));
    write_whole(out, |partial| fs::write(partial, &bytes).map_err(|error| error.to_string()))?;
    Ok(())
}

/// Writes what goes to the encoder while the station is on air, in blocks of an MP3 frame.
fn write_sound(
    composer: Composer,
    mut renderer: Renderer,
    seconds: f64,
    out: &Path,
) -> anyhow::Result<()> {
    let n_frames = seconds * f64::from(SAMPLE_RATE);
    let n_blocks = (n_frames / FRAMES_PER_MP3_FRAME as f64).ceil() as u64;
    let progress = progress(seconds)?;
    let (sender, bars) = mpsc::sync_channel(BARS_AHEAD);
    let composing = thread::Builder::new().name("compose".into());
    // Ends when the other end of the channel is dropped.
    let composing = composing.spawn(move || {
        for bar in composer {
            if sender.send(Arc::new(bar)).is_err() {
                return;
            }
        }
    });
    composing.context("can't start a thread")?;
    let mut write = |partial: &Path| -> io::Result<()> {
        let mut wav = Wav::new(BufWriter::new(File::create(partial)?))?;
        for _ in 0..n_blocks {
            wav.push(renderer.render(&mut || bars.recv().expect("a composer has no end")))?;
            progress.set_position(renderer.rendered_seconds() as u64);
        }
        wav.finish().map(drop)
    };
    write_whole(out, |partial| write(partial).map_err(|error| error.to_string()))?;
    progress.finish_and_clear();
    Ok(())
}

fn progress(seconds: f64) -> anyhow::Result<ProgressBar> {
    let template = "{bar:24} {pos} of {len} s, {per_sec}, {eta} left";
    Ok(ProgressBar::new(seconds as u64).with_style(ProgressStyle::with_template(template)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(folder: &Path, name: &str, seed: u64) -> anyhow::Result<Vec<u8>> {
        let out = folder.join(name);
        let config = folder.join("radio.toml");
        let (station, minutes) = ("techno".to_owned(), 0.05);
        fs::write(&config, config::BUILT_IN)?;
        let seed = Some(seed);
        run(&cli::Render {
            config: Some(config),
            station,
            minutes,
            seed,
            device: None,
            out: out.clone(),
        })?;
        Ok(fs::read(out)?)
    }

    #[test]
    fn one_seed_gives_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let render = |name, seed| render(folder.path(), name, seed).unwrap();

        assert_eq!(render("a.mid", 1), render("b.mid", 1));
        assert_ne!(render("a.mid", 1), render("c.mid", 2));
        let sound = render("a.wav", 1);
        assert!(sound == render("b.wav", 1));
        let n_blocks = (3.0 * 44_100.0_f64 / 1152.0).ceil() as usize;
        assert_eq!(sound.len(), 58 + 8 * 1152 * n_blocks);
    }

    #[test]
    fn an_unknown_station_is_told_with_those_that_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("radio.toml");
        fs::write(&config, config::BUILT_IN).unwrap();
        let out = folder.path().join("a.mid");
        let station = "polka".to_owned();
        let args = cli::Render {
            config: Some(config),
            station,
            minutes: 1.0,
            seed: None,
            device: None,
            out,
        };

        let error = run(&args).unwrap_err().to_string();

        assert!(error.contains("techno, dub, punk, ambient") && error.contains("polka"), "{error}");
    }
}
