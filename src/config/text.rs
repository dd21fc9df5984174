//! Texts in radio.toml, and the error sentences about values: `expected X, found Y`.

use toml::de::DeValue;

/// `expected WHAT, found VALUE`.
pub(super) fn expected(what: &str, value: &DeValue) -> String {
    let found = match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(claim) => claim.to_string(),
        DeValue::Datetime(date) => format!("the date {date}"),
        DeValue::Array(items) => format!("a list of {}", items.len()),
        DeValue::Table(_) => "a table".to_owned(),
    };
    format!("expected {what}, found {found}")
}

/// `text` if it is one line of 1 to `most` characters. It is written into headers and playlists,
/// where a line break would start another entry.
pub(super) fn one_line(text: &str, most: usize) -> Result<String, String> {
    let is_line = (1..=most).contains(&text.chars().count()) && !text.contains(char::is_control);
    let expected = format!("expected 1 to {most} characters on one line");
    is_line.then(|| text.to_owned()).ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// `text` if it can be a name in URLs, headers and messages.
pub(super) fn plain_name(text: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let expected = "expected a name of 1 to 40 lower-case letters, digits and hyphens";
    ((1..=40).contains(&text.len()) && text.bytes().all(is_plain))
        .then(|| text.to_owned())
        .ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// `text` in quotes, control characters escaped, cut to 60 characters.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
