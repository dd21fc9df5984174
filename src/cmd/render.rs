//! `electropunk render`: renders a station to a file, faster than real time.

use std::{fs, io, ops::Range, path::Path, sync::Arc};

use anyhow::{Context as _, anyhow};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    args::has_ending,
    cli,
    cmd::render_past,
    config, files,
    inserts::player::InsertPlayer,
    interrupt::{self, Interrupt},
    log,
    music::{
        bar::{Bar, Mix},
        meter::STEPS_PER_BAR,
        midi, sequence,
    },
    sound::{
        audio_file::{AudioFileWriter, Format},
        frame::{Block, FRAMES_PER_MP3_FRAME},
    },
    station::{
        ahead,
        load::{self, library::Library},
        renderer::Renderer,
    },
    units::{Bpm, Kbps, SAMPLE_RATE},
};

/// Runs the command.
///
/// # Errors
/// There is no such station, a file that it needs can't be opened, or the output can't be written.
pub fn run(args: &cli::Render) -> anyhow::Result<()> {
    let text = config::read(args.config.as_deref())?;
    let config = text.parse()?;
    let station = config.stations.iter().find(|station| station.name == args.station);
    let station = station.ok_or_else(|| {
        let names: Vec<&str> =
            config.stations.iter().map(|station| station.name.as_str()).collect();
        anyhow!("expected one of the stations {}, found {:?}", names.join(", "), args.station)
    })?;
    let seed = match &args.moves {
        Some(moves) => render_past::seed(args, &config, moves)?,
        None => args.seed.or(config.seed).unwrap_or_else(rand::random),
    };
    let open = || Library::on(args.device.unwrap_or(config.device), config.precision);
    let mut library = open();
    let mut music: Box<dyn Iterator<Item = Bar> + Send> = match &args.moves {
        Some(moves) => Box::new(render_past::bars(args, text, open(), seed, moves)?),
        None => Box::new(load::theme::composer(station, &mut library, seed)?),
    };
    let first: Vec<Bar> = music.by_ref().take(args.bars.unwrap_or(1) as usize).collect();
    let mix = first.first().context("expected a bar to render, found none")?.mix.clone();
    let minutes = match args.bars {
        Some(_) => first.iter().map(seconds_of).sum::<f64>() / 60.0,
        None => args.minutes,
    };
    let bars = first.into_iter().chain(music);
    let seconds = args.from..args.from + minutes * 60.0;
    let stop = interrupt::flag()?;
    let rendered = if has_ending(&args.out, &["mid"]) {
        anyhow::ensure!(
            args.stems.is_none(),
            "--stems needs audio output, found {}",
            args.out.display()
        );
        write_notes(bars, seconds, &args.out, &stop)?
    } else {
        let fonts = library.fonts(station)?;
        let inserts = InsertPlayer::without_thread(station, seed);
        let renderer = Renderer::new(&fonts, &mix)?.with_inserts(inserts, None);
        let files =
            Files::create(args, &renderer, station.main().coding.mp3().unwrap_or_default())?;
        write_sound(bars, renderer, seconds, files, &stop)?
    };
    let minutes = match stop.is_set() {
        true => format!("stopped after {:.1}", (rendered - args.from).max(0.0) / 60.0),
        false => minutes.to_string(),
    };
    let (out, name) = (args.out.display(), &station.name);
    log::say(format_args!("{out}: {minutes} minutes of {name}, seed {seed}"));
    Ok(())
}

/// Writes all bars that start within `seconds`, or as many as there are when `stop` is set. Returns the
/// seconds played.
fn write_notes(
    mut composed: impl Iterator<Item = Bar>,
    seconds: Range<f64>,
    out: &Path,
    stop: &Interrupt,
) -> anyhow::Result<f64> {
    let progress = progress(seconds.end)?;
    let (mut bars, mut start): (Vec<Bar>, f64) = (Vec::new(), 0.0);
    // Sums of lengths have rounding errors.
    while start + 1e-6 < seconds.end && !stop.is_set() {
        let bar = composed.next().context("the log can't be played on")?;
        let length = seconds_of(&bar);
        if seconds.start <= start {
            bars.push(bar);
        }
        start += length;
        progress.set_position(start as u64);
    }
    progress.finish_and_clear();
    let piece = sequence::from_bars(&bars);
    let bytes = midi::write(&piece, |note| sequence::part_name(note));
    files::write(out, &bytes)?;
    Ok(start)
}

fn seconds_of(bar: &Bar) -> f64 {
    bar.tempo.seconds_per_step() * STEPS_PER_BAR as f64
}

/// The output files: the mastered sound as listeners get it and, on request, the stems.
struct Files {
    whole: AudioFileWriter,
    stems: Vec<AudioFileWriter>, // in the renderer's order
}

impl Files {
    fn create(args: &cli::Render, renderer: &Renderer, kbps: Kbps) -> anyhow::Result<Self> {
        let create = |path: &Path, format| {
            AudioFileWriter::create(path, format)
                .with_context(|| format!("{}: creating the file failed", path.display()))
        };
        let format = Format::of(&args.out, kbps).context("expected .wav, .flac or .mp3")?;
        let whole = create(&args.out, format)?;
        let mut stems = Vec::new();
        if let Some(folder) = &args.stems {
            fs::create_dir_all(folder)
                .with_context(|| format!("{}: creating the folder failed", folder.display()))?;
            for (name, _) in renderer.stems() {
                stems.push(create(&folder.join(format!("{name}.wav")), Format::Wav)?);
            }
        }
        Ok(Self { whole, stems })
    }

    fn push(&mut self, whole: &Block, renderer: &Renderer) -> io::Result<()> {
        self.whole.push(whole)?;
        self.stems
            .iter_mut()
            .zip(renderer.stems())
            .try_for_each(|(file, (_, stem))| file.push(stem))
    }

    fn finish(self) -> io::Result<()> {
        self.stems.into_iter().try_for_each(AudioFileWriter::finish)?;
        self.whole.finish()
    }
}

/// Renders from the beginning and writes the blocks within `seconds`, or as many as there are when `stop`
/// is set; a block is an MP3 frame. Returns the seconds rendered.
fn write_sound(
    composed: impl Iterator<Item = Bar> + Send + 'static,
    mut renderer: Renderer,
    seconds: Range<f64>,
    mut files: Files,
    stop: &Interrupt,
) -> anyhow::Result<f64> {
    let blocks = |seconds: f64| seconds * f64::from(SAMPLE_RATE) / FRAMES_PER_MP3_FRAME as f64;
    let (first, end) = (blocks(seconds.start) as u64, blocks(seconds.end).ceil() as u64);
    let progress = progress(seconds.end)?;
    let bars = ahead::bars(composed)?;
    for number in 0..end {
        if stop.is_set() {
            break;
        }
        let mut is_over = false;
        let next = &mut || {
            bars.recv().unwrap_or_else(|_| {
                is_over = true;
                Arc::new(Bar::plain(Bpm::DEFAULT, Arc::new(Mix::plain())))
            })
        };
        let block = renderer.render(next).clone();
        anyhow::ensure!(!is_over, "the log can't be played on");
        if first <= number {
            files.push(&block, &renderer).context("writing the audio failed")?;
        }
        progress.set_position(renderer.rendered_seconds() as u64);
    }
    files.finish().context("writing the audio failed")?;
    progress.finish_and_clear();
    Ok(renderer.rendered_seconds())
}

fn progress(seconds: f64) -> anyhow::Result<ProgressBar> {
    let template = "{bar:24} {pos} of {len} s, {per_sec}, {eta} left";
    Ok(ProgressBar::new(seconds as u64).with_style(ProgressStyle::with_template(template)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        sound::{master::Master, wav},
        units::Lufs,
    };

    fn args(folder: &Path, name: &str, seed: u64) -> cli::Render {
        let config = folder.join("radio.toml");
        fs::write(&config, config::BUILT_IN).unwrap();
        cli::Render {
            config: Some(config),
            station: "techno".to_owned(),
            minutes: 0.05,
            seed: Some(seed),
            device: None,
            from: 0.0,
            out: folder.join(name),
            stems: None,
            moves: None,
            from_bar: 0,
            bars: None,
        }
    }

    fn render(args: &cli::Render) -> Vec<u8> {
        run(args).unwrap();
        fs::read(&args.out).unwrap()
    }

    /// The interleaved samples of a WAV file written by this program.
    fn samples(wav: &[u8]) -> Vec<f32> {
        let bytes = wav[wav::HEAD as usize..].chunks_exact(4);
        bytes.map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    #[test]
    fn one_seed_gives_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let render = |name, seed| render(&args(folder.path(), name, seed));

        assert_eq!(render("a.mid", 1), render("b.mid", 1));
        assert_ne!(render("a.mid", 1), render("c.mid", 2));
        let sound = render("a.wav", 1);
        assert!(sound == render("b.wav", 1));
        let n_blocks = (3.0 * 44_100.0_f64 / 1152.0).ceil() as usize;
        assert_eq!(sound.len(), wav::HEAD as usize + 8 * 1152 * n_blocks);
        assert!(render("a.flac", 1).starts_with(b"fLaC"));
        assert!(render("a.mp3", 1).starts_with(&[0xff, 0xfb]));
    }

    #[test]
    fn a_later_start_gives_the_end_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let whole = samples(&render(&args(folder.path(), "a.wav", 3)));
        let later =
            cli::Render { from: 2.0, minutes: 1.0 / 60.0, ..args(folder.path(), "b.wav", 3) };

        let later = samples(&render(&later));

        // From the block that contains second 2.
        let start = (2.0_f64 * 44_100.0 / 1152.0) as usize * 1152 * 2;
        assert!(whole[start..] == later);
    }

    #[test]
    fn stems_sum_to_the_input_of_the_master() {
        let folder = tempfile::tempdir().unwrap();
        let stems = folder.path().join("stems");
        let args = cli::Render { stems: Some(stems.clone()), ..args(folder.path(), "a.wav", 5) };
        let whole = samples(&render(&args));

        let mut sum = vec![0.0; whole.len()];
        let names: Vec<_> =
            fs::read_dir(&stems).unwrap().map(|file| file.unwrap().path()).collect();
        for path in &names {
            let stem = samples(&fs::read(path).unwrap());
            assert_eq!(stem.len(), sum.len());
            sum.iter_mut().zip(stem).for_each(|(sum, x)| *sum += x);
        }

        assert!(names.iter().any(|path| path.ends_with("drums.wav")));
        assert!(names.iter().any(|path| path.ends_with("effects.wav")));
        let mut master = Master::new(Lufs::DEFAULT).unwrap();
        let mut worst = 0.0f32;
        for (sum, whole) in sum.chunks_exact(2304).zip(whole.chunks_exact(2304)) {
            let plane = |side: usize| std::array::from_fn(|n| sum[2 * n + side]);
            let mut block = Block { left: plane(0), right: plane(1) };
            master.process(&mut block, |_| ());
            let mixed = block.left.iter().zip(&block.right).flat_map(|(l, r)| [*l, *r]);
            worst = mixed.zip(whole).map(|(a, b)| (a - b).abs()).fold(worst, f32::max);
        }
        assert!(20.0 * worst.log10() < -90.0, "{worst}");
    }

    #[test]
    fn notes_have_no_stems() {
        let folder = tempfile::tempdir().unwrap();
        let stems = Some(folder.path().join("stems"));
        let args = cli::Render { stems, ..args(folder.path(), "a.mid", 1) };

        assert!(run(&args).unwrap_err().to_string().starts_with("--stems needs audio"));
    }

    #[test]
    fn an_unknown_station_is_an_error_that_lists_the_stations() {
        let folder = tempfile::tempdir().unwrap();
        let station = "polka".to_owned();

        let args = cli::Render { station, ..args(folder.path(), "a.mid", 1) };
        let error = run(&args).unwrap_err().to_string();

        assert!(error.contains("techno, dub, punk, ambient") && error.contains("polka"), "{error}");
    }
}
