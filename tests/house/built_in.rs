//! The built-in radio.toml, with parts uncommented.

use electropunk::config::BUILT_IN;

/// Key and value of a line that shows a default: `#key = value`, without a space after the `#`.
pub fn shown_default(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.strip_prefix('#')?.split_once(" = ")?;
    key.starts_with(|first: char| first.is_ascii_lowercase()).then_some((key, value))
}

/// The file with all lines that show a default uncommented.
pub fn with_defaults_on() -> String {
    let lines = BUILT_IN.lines().map(|line| shown_default(line).map_or(line, |_| &line[1..]));
    lines.collect::<Vec<_>>().join("\n")
}

/// The file with all stations uncommented: paragraphs `# [[stations]]`, each line of which begins with
/// `# `.
pub fn with_stations_on() -> String {
    let switched_on = |paragraph: &str| match paragraph.starts_with("# [[stations]]\n") {
        true => paragraph.replace("\n# ", "\n").split_off(2),
        false => paragraph.to_owned(),
    };
    BUILT_IN.split("\n\n").map(switched_on).collect::<Vec<_>>().join("\n\n")
}
