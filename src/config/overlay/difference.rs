//! What an edit changes in a text.

/// The lines that differ between two texts, with `-` and `+`.
pub fn difference(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // Edits are few and keep the lines around them: it is enough to skip equal lines at both ends and to
    // pair the others by position.
    let n_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - n_start;
    let ends = old.iter().rev().zip(new.iter().rev());
    let n_end = ends.take(rest).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[n_start..old.len() - n_end], &new[n_start..new.len() - n_end]);
    let mut lines = Vec::new();
    if old.len() == new.len() {
        for (old, new) in old.iter().zip(new).filter(|(old, new)| old != new) {
            lines.extend([format!("-{old}"), format!("+{new}")]);
        }
    } else {
        let is_in = |line: &&&str, others: &[&str]| others.contains(*line);
        lines.extend(old.iter().filter(|line| !is_in(line, new)).map(|line| format!("-{line}")));
        lines.extend(new.iter().filter(|line| !is_in(line, old)).map(|line| format!("+{line}")));
    }
    lines.iter().flat_map(|line| [line, "\n"]).collect()
}
