//! `electropunk attributes`: computes attribute vectors of a model: directions in its latent space
//! that lead to more notes, more syncopation or higher notes.

use anyhow::ensure;
use candle_core::{DType, Device, Tensor};

use crate::{
    lab::{
        cli,
        cmd::model,
        dataset::packed::Dataset,
        measure::{attribute::Attribute, tokens::Kind},
    },
    musicvae::{
        convert::{
            voices::voices,
            window::{Window, is_whole},
        },
        net::{attributes::PREFIX, latent::Latent, music_vae::MusicVae},
    },
};

/// Share of the windows with the lowest, and with the highest, values of an attribute: its vector is
/// the difference of their mean z.
const SHARE: f64 = 0.25;

/// Runs the command.
///
/// # Errors
/// The model or the data set can't be read, they don't match, or the model can't be written.
pub fn run(args: &cli::Attributes) -> anyhow::Result<()> {
    let (network, _) = model::open(&args.model)?;
    let set = Dataset::load(&args.data)?;
    set.require(network.config(), &args.data)?;
    let mut windows: Vec<Window> = set.all().filter(is_whole).collect();
    let stride = windows.len().div_ceil(args.windows.max(1)).max(1);
    windows = windows.into_iter().step_by(stride).collect();
    ensure!(
        8 <= windows.len(),
        "{}: expected at least 8 windows with all parts, found {}",
        args.data.display(),
        windows.len()
    );
    let mut encoded = Vec::new();
    for window in &windows {
        encoded.push(network.encode(window)?.mu);
    }
    let mut found = Vec::new();
    for attribute in Attribute::ALL {
        if let Some((vector, span)) = vector(&network, attribute, &windows, &encoded) {
            let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            println!(
                "{:<12} from {:.2} to {:.2}, vector length {length:.2}",
                attribute.name(),
                span.0,
                span.1
            );
            found.push((attribute, vector));
        }
    }
    write(args, &found)?;
    println!("{}: {} windows", model::file(&args.model, "safetensors").display(), windows.len());
    Ok(())
}

/// The attribute's vector, and the attribute's means at both ends; none without enough windows.
fn vector(
    network: &MusicVae,
    attribute: Attribute,
    windows: &[Window],
    encoded: &[Latent],
) -> Option<(Latent, (f64, f64))> {
    let amount = |window: &Window| {
        let lines = voices(network.config(), window);
        let kinds = lines.iter().map(|(name, line)| (Kind::of_part(name), &line[..]));
        attribute.of(&kinds.collect::<Vec<_>>())
    };
    let amounts = windows.iter().zip(encoded).filter_map(|(window, z)| Some((amount(window)?, z)));
    let mut sorted: Vec<(f64, &Latent)> = amounts.collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = (SHARE * sorted.len() as f64) as usize;
    if n == 0 {
        return None;
    }
    let (least, most) = (&sorted[..n], &sorted[sorted.len() - n..]);
    let mean =
        |part: &[(f64, &Latent)]| part.iter().map(|(amount, _)| amount).sum::<f64>() / n as f64;
    let at = |part: &[(f64, &Latent)], dim: usize| {
        part.iter().map(|(_, z)| z[dim]).sum::<f32>() / n as f32
    };
    let vector = (0..encoded[0].len()).map(|dim| at(most, dim) - at(least, dim)).collect();
    Some((vector, (mean(least), mean(most))))
}

/// Writes the vectors into the model's file, replacing those that it has.
fn write(args: &cli::Attributes, found: &[(Attribute, Latent)]) -> anyhow::Result<()> {
    let tensor = |(attribute, vector): &(Attribute, Latent)| {
        let tensor = Tensor::new(&vector[..], &Device::Cpu)?.to_dtype(DType::F16)?;
        Ok((format!("{PREFIX}{}", attribute.name()), tensor))
    };
    let tensors = found.iter().map(tensor).collect::<anyhow::Result<_>>()?;
    model::replace(&args.model, &[PREFIX], tensors)
}
