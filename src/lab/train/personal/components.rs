//! A normal distribution over the principal components of songs: the first few are the dimensions of
//! the prior, the others its residuals.

use crate::{
    lab::train::personal::{
        Fitted, Layer,
        cloud::{Cloud, scaled},
    },
    musicvae::net::latent::Latent,
};

/// Share of the variance that components together explain; the rest is left out.
pub const SHARE: f64 = 0.9;

/// The components of `points` with `n_dims` dimensions; none if a number is not finite, or without
/// points.
pub fn fit(points: &[Latent], n_dims: usize) -> Option<Fitted> {
    let cloud = Cloud::of(points)?;
    let first = &cloud.axes[..n_dims.min(cloud.axes.len())];
    let n_all = cloud.strongest(SHARE).len().max(first.len());
    let explained = first.iter().map(|(variance, _)| variance).sum::<f64>();
    let kernel = first.iter().flat_map(scaled).collect();
    let bias = cloud.mean.iter().map(|x| *x as f32).collect();
    Some(Fitted {
        layers: vec![Layer { kernel, bias }],
        residuals: cloud.axes[first.len()..n_all].iter().map(scaled).collect(),
        kl_nats: Vec::new(),
        explained: explained / cloud.variance().max(f64::MIN_POSITIVE),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{musicvae::net::latent, rng};

    #[test]
    fn the_first_axes_are_dimensions_and_the_next_residuals() {
        let mut rng = rng::stream(1, "points");
        let scales = [3.0, 0.2, 1.5, 2.0];
        let point = |_| {
            let noise = latent::prior(4, &mut rng);
            noise.iter().zip(scales).map(|(x, scale)| 1.0 + x * scale).collect::<Latent>()
        };
        let points: Vec<Latent> = (0..2000).map(point).collect();

        let fitted = fit(&points, 2).unwrap();

        let [layer] = &fitted.layers[..] else { panic!("one layer") };
        assert!(layer.bias.iter().all(|x| (x - 1.0).abs() < 0.2), "{:?}", layer.bias);
        // Along the first axis, then the fourth.
        for (index, expected) in [(0, 3.0), (7, 2.0)] {
            assert!((layer.kernel[index].abs() - expected).abs() < 0.2, "{:?}", layer.kernel);
        }
        assert_eq!(fitted.residuals.len(), 1);
        assert!((fitted.residuals[0][2].abs() - 1.5).abs() < 0.1);
        assert!((fitted.explained - 13.0 / 15.29).abs() < 0.02, "{}", fitted.explained);
    }
}
