//! `electropunk check`: opens everything that the stations of radio.toml need, and prints what they
//! would play.

use std::{
    fmt::Write as _,
    io::{Write as _, stdout},
};

use rustysynth::SoundFont;

use crate::{
    cli,
    cmd::playlists::{self, Inspection},
    config::{self, Fault, Problem, Problems, Station},
    music::bar::{Part, Voice},
    sound::preset::{self, Preset},
    station::{
        Error,
        load::{self, library::Library},
        renderer::Renderer,
    },
};

/// Runs the command.
///
/// # Errors
/// All errors, as [`Problems`].
pub fn run(args: &cli::Check) -> anyhow::Result<()> {
    let path = args.config.as_deref();
    let config = config::load(path)?;
    let mut library = Library::on(config.device, config.precision);
    let (mut reports, mut problems) = (Vec::new(), Vec::new());
    for station in &config.stations {
        match inspect(station, &mut library) {
            Ok(report) => reports.push(report),
            Err(error) => {
                let (station, reason) = (station.name.clone(), error.to_string());
                problems.push(Problem { line: 0, fault: Fault::Station { station, reason } });
            }
        }
    }
    let file = config::source(path);
    if !problems.is_empty() {
        return Err(Problems { file, problems }.into());
    }
    let seed =
        config.seed.map_or_else(|| "random at each start".to_owned(), |seed| seed.to_string());
    let mut out = stdout().lock();
    writeln!(out, "{file}: ok; listens on {}, seed {seed}", config.server.bind)?;
    for report in &reports {
        write!(out, "\n{report}")?;
    }
    Ok(out.flush()?)
}

/// Opens all that `station` needs, as starting it does, and describes what it would play.
fn inspect(station: &Station, library: &mut Library) -> Result<String, Error> {
    let fonts = library.fonts(station)?;
    let composer = load::theme::composer(station, library, 0)?;
    Renderer::new(&fonts, composer.mix())?;
    let theme = &station.theme;
    let mut report = format!(
        "{}: {:?} at {}, {}\n  theme {}: {}, {}, {} anchors\n",
        station.name,
        station.title,
        station.main().path,
        station.main().coding,
        theme.name,
        theme.tempo,
        theme.key,
        theme.anchors.len(),
    );
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        writeln!(report, "  {name:<10} {value}").expect("writing to a String can't fail");
    };
    for mount in &station.mounts[1..] {
        line("also at", &format!("{}, {}", mount.path, mount.coding));
    }
    line("drum model", &theme.drums_model);
    line("trio model", &theme.trio_model);
    if let Some(prior) = &theme.prior {
        line("prior", &prior.display());
    }
    line("soundfont", &station.soundfont);
    for (part, voice) in Part::ALL.into_iter().zip(&theme.voices) {
        let played = describe(fonts.of(part), voice);
        match &theme.fonts[part as usize] {
            Some(own) => line(part.name(), &format!("{played}, of {own}")),
            None => line(part.name(), &played),
        }
    }
    for playlist in &station.playlists {
        let Inspection { holds, faults } = playlists::inspect(playlist);
        line("playlist", &holds);
        for fault in &faults {
            line("warning", fault);
        }
    }
    Ok(report)
}

/// The preset that plays `voice`, and the missing one that it replaces, if any.
fn describe(font: &SoundFont, voice: &Voice) -> String {
    let wanted = Preset::of(voice);
    let found = preset::nearest(font, wanted);
    let name = found.name(font).unwrap_or("unnamed");
    let played = format!("program {} of bank {}, {name}", found.program, found.bank);
    if found == wanted {
        return played;
    }
    format!("{played} (the SoundFont has no program {} of bank {})", wanted.program, wanted.bank)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_corrupt_model_is_reported_for_each_station() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("broken.safetensors"), "no weights").unwrap();
        let path = folder.path().join("radio.toml");
        let stations = "[[stations]]\nname = \"a\"\ntheme = \"t\"\n[[stations]]\nname = \"b\"\ntheme = \"t\"\n";
        fs::write(&path, format!("[themes.t]\ndrums_model = \"broken\"\n{stations}")).unwrap();

        let error = run(&cli::Check { config: Some(path) }).unwrap_err();

        let report = error.downcast_ref::<Problems>().unwrap().to_string();
        assert_eq!(report.lines().count(), 2, "{report}");
        assert!(report.contains("station a: ") && report.contains("station b: "), "{report}");
        assert!(report.contains("broken.safetensors"), "{report}");
    }

    #[cfg(feature = "lab")]
    #[test]
    fn a_missing_preset_is_reported_with_its_replacement() {
        let font = crate::sound::font_file::parse(&crate::lab::soundfont::build(), "own").unwrap();
        let voice = config::BUILT_IN;
        let config = config::parse(voice, "radio.toml", std::path::Path::new("")).unwrap();
        let mut voice = config.stations[0].theme.voices[0];

        assert!(!describe(&font, &voice).contains("has no"));
        voice.program = 127;
        assert!(describe(&font, &voice).contains("has no program 127 of bank 128"));
    }
}
