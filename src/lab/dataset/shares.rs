//! Shares of sources among the examples of songs.

use std::str::FromStr;

/// A share that a user gives a source or a data set, such as `lieder=0.2`.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Name of a source, or of a data set's file without its ending.
    pub name: String,
    /// Share among the examples of songs, 0 to 1.
    pub share: f64,
}

/// Windows of one source in one data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Name of the data set's file without its ending.
    pub set: String,
    /// Name of the source.
    pub source: String,
    /// Number of windows.
    pub n_windows: usize,
}

/// Why shares are invalid.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Text that isn't a share.
    #[error("expected SOURCE=SHARE with a share from 0 to 1, found {0:?}")]
    NotAShare(String),
    /// No data set has the source.
    #[error("expected one of {known}, found {name:?}")]
    UnknownSource {
        /// The name that was given.
        name: String,
        /// Names of all sources and data sets.
        known: String,
    },
    /// The shares add up to more than 1.
    #[error("expected shares that add up to at most 1, found {0}")]
    TooMuch(f64),
}

/// Tolerance for rounding in a sum of shares.
const TOLERANCE: f64 = 1e-6;

impl FromStr for Share {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parse = || {
            let (name, share) = text.rsplit_once('=')?;
            let share = share.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share))?;
            Some(Self { name: name.trim().to_owned(), share })
        };
        parse().ok_or_else(|| Error::NotAShare(text.to_owned()))
    }
}

/// The share of each group among the examples of songs. A share is split among the groups of its
/// name, and the rest among all other groups, in proportion to their windows.
///
/// # Errors
/// A share names no group, or the shares add up to more than 1.
pub fn weights(groups: &[Group], shares: &[Share]) -> Result<Vec<f64>, Error> {
    let total: f64 = shares.iter().map(|share| share.share).sum();
    if 1.0 + TOLERANCE < total {
        return Err(Error::TooMuch(total));
    }
    let mut weights: Vec<Option<f64>> = vec![None; groups.len()];
    let names: [fn(&Group) -> &str; 2] = [|group| &group.source, |group| &group.set];
    // A source's own share comes before that of its data set.
    for name in names {
        for share in shares {
            let is_of = |number: &usize| name(&groups[*number]) == share.name;
            let free = |number: &usize| weights[*number].is_none();
            let members: Vec<usize> = (0..groups.len()).filter(is_of).filter(free).collect();
            split(share.share, &members, groups, &mut weights);
        }
    }
    let is_known = |share: &Share| {
        groups.iter().any(|group| [&group.source, &group.set].contains(&&share.name))
    };
    if let Some(unknown) = shares.iter().find(|share| !is_known(share)) {
        return Err(Error::UnknownSource { name: unknown.name.clone(), known: known(groups) });
    }
    let others: Vec<usize> = (0..groups.len()).filter(|&n| weights[n].is_none()).collect();
    split((1.0 - total).max(0.0), &others, groups, &mut weights);
    Ok(weights.into_iter().map(Option::unwrap_or_default).collect())
}

fn split(share: f64, members: &[usize], groups: &[Group], weights: &mut [Option<f64>]) {
    let n_all: usize = members.iter().map(|&number| groups[number].n_windows).sum();
    for &number in members {
        weights[number] = Some(share * groups[number].n_windows as f64 / n_all.max(1) as f64);
    }
}

fn known(groups: &[Group]) -> String {
    let mut names: Vec<&str> =
        groups.iter().flat_map(|group| [group.set.as_str(), &group.source]).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !name.is_empty());
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups() -> Vec<Group> {
        let group = |(set, source, n_windows): (&str, &str, usize)| Group {
            set: set.into(),
            source: source.into(),
            n_windows,
        };
        [("game", "doom", 300), ("game", "trains", 100), ("clean", "lieder", 50), ("old", "", 150)]
            .map(group)
            .to_vec()
    }

    fn found(shares: &[&str]) -> Result<Vec<f64>, Error> {
        let shares: Result<Vec<Share>, Error> = shares.iter().map(|share| share.parse()).collect();
        weights(&groups(), &shares?)
    }

    /// The weights in thousandths.
    fn thousandths(shares: &[&str]) -> Vec<f64> {
        found(shares).unwrap().into_iter().map(|weight| (1000.0 * weight).round()).collect()
    }

    #[test]
    fn shares_are_split_by_windows() {
        assert_eq!(thousandths(&[]), [500.0, 167.0, 83.0, 250.0]);
        assert_eq!(thousandths(&["game=0.4"]), [300.0, 100.0, 150.0, 450.0]);
        assert_eq!(thousandths(&["game=0.5", "clean=0.5"]), [375.0, 125.0, 500.0, 0.0]);
    }

    #[test]
    fn a_sources_share_comes_before_its_sets() {
        assert_eq!(thousandths(&["game=0.2", "doom=0.5"])[..2], [500.0, 200.0]);
    }

    #[test]
    fn mistakes_are_named() {
        let error = |shares: &[&str]| found(shares).unwrap_err().to_string();

        assert_eq!(
            error(&["doom"]),
            "expected SOURCE=SHARE with a share from 0 to 1, found \"doom\""
        );
        assert_eq!(
            error(&["dune=0.1"]),
            "expected one of clean, doom, game, lieder, old, trains, found \"dune\""
        );
        assert!(error(&["doom=0.7", "clean=0.7"]).starts_with("expected shares that add up"));
    }
}
