//! The drums of a file with a drummer's velocities and timing: no hits are added or lost.

use std::collections::BTreeMap;

use crate::{
    lab::tools::{
        drumming::{self, Drummer},
        input::{self, Error},
    },
    music::midi::edit::MidiFile,
};

/// `file` with its drums as `drummer` plays them; `amount`, 0 to 1, mixes the file's own velocities and
/// timing with the drummer's.
///
/// Each hit stays nearest to its sixteenth. Of several hits of a class at a sixteenth, such as a flam, the
/// loudest is moved; the others keep their distance to it. Keys without a class, such as shakers, and all
/// other instruments stay as they are.
///
/// # Errors
/// The file has no drums.
pub fn groove<'a>(
    mut file: MidiFile<'a>,
    drummer: Drummer,
    amount: f64,
) -> Result<MidiFile<'a>, Error> {
    input::require_drums(&file)?;
    let touches = drummer.touches(&drumming::tokens(&file, file.n_bars()));
    let mut hits: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
    for (number, note) in file.notes.iter().enumerate() {
        if let Some(drum) = drumming::class(note) {
            hits.entry((file.step(note.start), drum as usize)).or_default().push(number);
        }
    }
    for ((step, class), numbers) in hits {
        let Some(touch) = touches.get(step).map(|touches| touches[class]) else { continue };
        let loudest = numbers.iter().max_by_key(|&&number| file.notes[number].velocity);
        let Some(main) = loudest.map(|&number| file.notes[number]) else { continue };
        let (first, last) = file.ticks_of(step);
        let mix = |own: f64, drummers: f64| own + amount * (drummers - own);
        let steps = mix(main.start as f64 / file.ticks_per_step(), step as f64 + touch.late_steps);
        let start = file.tick(steps).clamp(first, last);
        let velocity = mix(f64::from(main.velocity), touch.velocity);
        for number in numbers {
            let note = file.notes[number];
            let moved = (start + note.start).saturating_sub(main.start).clamp(first, last);
            let own = f64::from(note.velocity) / f64::from(main.velocity);
            file.play(number, moved, (velocity * own).round().clamp(1.0, 127.0) as u8);
        }
    }
    Ok(file.replayed())
}
