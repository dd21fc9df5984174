//! `electropunk chorale sample`: composes chorales.

use rand::RngExt as _;
use serde_json::json;

use crate::{
    chorale::{
        compose::{Manner, compose},
        notes::{notes, track_name},
        plan,
    },
    lab::{
        cli::{ChoraleSample, Touch},
        cmd::{chorale::model, output::OutputFolder},
        picture::chorale::draw,
    },
    music::scale::{Key, Mode},
    rng::{self, Rng},
};

/// Prefix of the file names.
const KIND: &str = "chorale";

/// Beat of the bar that a chorale begins on, counted from 0: most begin with an upbeat.
const FIRST_BEAT: usize = 3;

/// Runs the command.
///
/// # Errors
/// The model can't be read, or a file can't be written.
pub fn run(args: &ChoraleSample) -> anyhow::Result<()> {
    let network = model::open(&args.model)?;
    let fermatas = plan::regular(args.lines as usize, args.line_beats as usize);
    let mut folder = OutputFolder::open(&args.output.output(args.seed), Touch::Plain)?;
    let (seed, first) = (folder.seed(), folder.first_free(KIND));
    let manner = Manner {
        temperature: args.temperature,
        rhythm_temperature: args.rhythm_temperature,
        strictness: args.strictness,
    };
    let mut keys = Vec::new();
    for number in 0..args.n {
        let mut rng = rng::stream(seed, &format!("chorale {number}"));
        // Always drawn, so that a given key doesn't change other draws.
        let drawn = draw_key(&mut rng);
        let key = args.key.unwrap_or(drawn);
        let chorale = compose(&network, key, &fermatas, manner, &mut rng);
        let piece = notes(&chorale, folder.tempo(), FIRST_BEAT);
        let name = folder.numbered(KIND, first + number);
        folder.write_piece(&name, &piece, track_name)?;
        if args.output.picture {
            let picture = draw(&chorale, FIRST_BEAT, &key.to_string()).to_png()?;
            folder.write_file(&name, "png", &picture)?;
        }
        keys.push(key.to_string());
    }
    let facts = json!({
        "model": args.model,
        "seed": seed,
        "temperature": args.temperature,
        "rhythm_temperature": args.rhythm_temperature,
        "strictness": args.strictness,
        "keys": keys,
    });
    folder.report(args.output.json, facts);
    Ok(())
}

/// Draws a key, major or minor.
fn draw_key(rng: &mut Rng) -> Key {
    let mode = if rng.random_bool(0.5) { Mode::Major } else { Mode::Minor };
    Key { root: rng.random_range(0..12), mode }
}
