//! Lines of tokens as a network's input: checked, and cut into the encoder's segments.

use crate::{
    music::{key_finding::key_of_lines, normalise::normalise, trio::Line},
    musicvae::{
        convert::performance,
        net::{Error, config::Config, domain::Sparse, family::Wiring},
    },
};

impl Config {
    /// Checks that `lines` have this network's columns, length and ranges.
    ///
    /// # Errors
    /// `lines` differ in one of these.
    pub fn check(&self, lines: &[Line]) -> Result<(), Error> {
        let (columns, n_steps) = (self.columns(), self.n_steps());
        let fits = lines.len() == columns.len()
            && lines.iter().zip(&columns).all(|(line, column)| {
                line.len() == n_steps && line.iter().all(|&n| u32::from(n) < column.n_values)
            });
        let expected = columns.len();
        if fits { Ok(()) } else { Err(Error::Lines { expected, n_steps, family: self.family }) }
    }

    /// `lines` as the encoder reads them: in a normalised family, melody and bass are transposed to
    /// the common key and registers ([`normalise`]); otherwise unchanged.
    pub fn normalised(&self, mut lines: Vec<Line>) -> Vec<Line> {
        if self.family.is_normalised()
            && let [melody, bass, ..] = &mut lines[..]
        {
            let key = key_of_lines([&melody[..], bass]);
            normalise(melody, bass, key);
        }
        lines
    }

    /// Number of segments that the encoder reads, and steps in each: one segment unless the encoder
    /// is hierarchical.
    pub fn encoder_segments(&self) -> (usize, usize) {
        match self.family.wiring() {
            Wiring::Hier => (self.n_segments, self.n_segment_steps),
            Wiring::Flat | Wiring::Hierdec => (1, self.n_steps()),
        }
    }

    /// The encoder's inputs for `lines`, by segment and step; a track stops after its first end
    /// token.
    pub fn segments(&self, lines: &[Line]) -> Vec<Vec<Sparse>> {
        let domain = self.family.domain();
        let row = |step: usize| lines.iter().map(|line| line[step]).collect::<Vec<u16>>();
        let (_, n_steps) = self.encoder_segments();
        let segment = |first: usize| {
            let mut is_sounding = true;
            let steps = (first..first + n_steps).map(row).take_while(|row| {
                let was_sounding = is_sounding;
                is_sounding &= !domain.is_multitrack() || row[0] != performance::END;
                was_sounding
            });
            steps.map(|row| domain.encoder_inputs(&row, self.n_classes)).collect()
        };
        (0..self.n_steps()).step_by(n_steps).map(segment).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::musicvae::net::family::Family;

    #[test]
    fn lines_of_another_length_or_range_are_an_error() {
        let config = Config::official(Family::Drums2Bar);

        assert!(config.check(&[vec![511; 32]]).is_ok());
        for wrong in [vec![vec![512; 32]], vec![vec![0; 31]], vec![vec![0; 32]; 2]] {
            let error = config.check(&wrong).unwrap_err().to_string();
            assert!(error.starts_with("expected 1 line(s) of 32 "), "{error}");
        }
    }

    #[test]
    fn a_normalised_family_reads_a_tune_alike_in_all_keys() {
        let config = Config::official(Family::ElectropunkTrio4Bar);
        let tune = |up: u16| {
            let melody = (0..64).map(|step| 41 + up + [0, 4, 7, 5, 4, 2, 0, 0][step % 8]).collect();
            vec![melody, vec![17 + up; 64], vec![3; 64]]
        };

        let normal = config.normalised(tune(0));

        assert!((1..18).all(|up| config.normalised(tune(up)) == normal));
        assert_eq!(config.normalised(normal.clone()), normal);
        assert_eq!(Config::official(Family::Trio4Bar).normalised(tune(5)), tune(5));
    }

    #[test]
    fn only_a_hierarchical_encoder_reads_segments() {
        let segments = |family| Config::official(family).encoder_segments();
        assert_eq!(segments(Family::Trio4Bar), (4, 16));
        assert_eq!(segments(Family::HierdecTrio16Bar), (1, 256));
    }
}
