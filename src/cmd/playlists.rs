//! Inspection of playlists for `electropunk check`.

use rayon::prelude::*;

use crate::{
    config::{Order, Place, Playlist},
    inserts::{list::Contents, prefetch},
    sound::clip::Clip,
};

/// The contents of a playlist, every recording decoded to its end.
pub struct Inspection {
    /// A summary in one line.
    pub holds: String,
    /// One sentence for each entry that can't be played.
    pub faults: Vec<String>,
}

/// Reads `playlist` and all that it lists.
pub fn inspect(playlist: &Playlist) -> Inspection {
    let file = playlist.file.display();
    let contents = match Contents::read(&playlist.file) {
        Ok(contents) => contents,
        Err(error) => {
            return Inspection { holds: file.to_string(), faults: vec![error.to_string()] };
        }
    };
    let measured: Vec<Result<Clip, String>> = contents
        .recordings
        .par_iter()
        .map(|recording| prefetch::measure(contents.find(recording)))
        .collect();
    let good: Vec<f64> = measured.iter().flatten().map(Clip::seconds).collect();
    let damaged = measured.iter().flatten().filter(|clip| clip.damage.is_some());
    let damaged = damaged.map(|clip| format!("{}: {}", clip.path.display(), clip.damage));
    let damaged: Vec<String> = damaged.collect();
    let n_waypoints = contents.waypoints.len();
    let holds = format!(
        "{file}: {}, {}, {}, {}",
        recordings(&good),
        counted(n_waypoints, "waypoint"),
        rule(playlist),
        order(playlist.order),
    );
    let mut faults = contents.faults;
    faults.extend(measured.into_iter().filter_map(Result::err));
    faults.extend(damaged);
    let missing = contents.waypoints.iter().filter(|waypoint| !waypoint.is_file());
    faults.extend(
        missing.map(|path| format!("{}: expected a MIDI file, found none", path.display())),
    );
    if playlist.when.is_none() && !good.is_empty() {
        faults.push("expected every_minutes, every_tracks or at, found none".to_owned());
    }
    if good.is_empty() && n_waypoints == 0 {
        faults.push("expected recordings or MIDI files, found none".to_owned());
    }
    Inspection { holds, faults }
}

fn recordings(seconds: &[f64]) -> String {
    let lengths = seconds.iter().copied();
    let number = counted(seconds.len(), "recording");
    let range = lengths.clone().reduce(f64::min).zip(lengths.reduce(f64::max));
    range.map_or(number.clone(), |(least, most)| {
        format!("{number} of {} to {}", clock(least), clock(most))
    })
}

fn rule(playlist: &Playlist) -> String {
    let place = match playlist.place {
        Place::Over => "over the music",
        Place::Between => "between the music",
    };
    playlist
        .when
        .as_ref()
        .map_or_else(|| format!("by hand only, {place}"), |when| format!("{when} {place}"))
}

fn order(order: Order) -> &'static str {
    match order {
        Order::InTurn => "in turn",
        Order::Shuffled => "shuffled",
    }
}

fn counted(n: usize, what: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{n} {what}{ending}")
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.ceil() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::BufWriter,
    };

    use super::*;
    use crate::{
        config::When,
        sound::{frame::Block, wav::Wav},
    };

    #[test]
    fn contents_and_faults_of_a_playlist_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        let mut wav = Wav::new(BufWriter::new(File::create(here.join("a.wav")).unwrap())).unwrap();
        let block = Block { left: [0.25; 1152], right: [-0.25; 1152] };
        (0..100).for_each(|_| wav.push(&block).unwrap());
        wav.finish().unwrap();
        fs::write(here.join("tune.mid"), "").unwrap();
        let file = here.join("list.m3u8");
        fs::write(&file, "a.wav\ngone.mp3\nhttp://x/y\ntune.mid\nlost.mid\n").unwrap();
        let playlist = Playlist { when: Some(When::EveryTracks(3)), ..Playlist::new(file) };

        let Inspection { holds, faults } = inspect(&playlist);

        let holds = holds.replace(&here.display().to_string(), "");
        let expected =
            "1 recording of 0:03 to 0:03, 2 waypoints, every 3 tracks over the music, in turn";
        assert_eq!(holds, format!("/list.m3u8: {expected}"));
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("http://x/y") && faults[1].contains("gone.mp3: No such file"));
        assert!(faults[2].ends_with("lost.mid: expected a MIDI file, found none"));
    }

    #[test]
    fn an_empty_playlist_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list.m3u8");
        fs::write(&file, "# nothing\n").unwrap();

        let Inspection { holds, faults } = inspect(&Playlist::new(file));

        assert!(
            holds.ends_with("0 recordings, 0 waypoints, by hand only, over the music, in turn"),
            "{holds}"
        );
        assert_eq!(faults, ["expected recordings or MIDI files, found none"]);
    }
}
