//! Passwords: in radio.toml, or better in an environment variable or a file that it names.

use std::{env, fmt, path::Path, sync::Arc};

use serde_json::json;

use crate::{config::section::Section, files};

/// Longest password in bytes.
const MOST: usize = 256;

/// The largest file of a password in bytes: notes may follow the first line.
const MOST_FILE_BYTES: u64 = 64 << 10;

/// A password. Only [`Secret::expose`] gives the text; `Display` and `Debug` hide it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

/// The three keys of one password: the text, the name of an environment variable, a file.
pub(super) struct SecretKeys {
    pub text: &'static str,
    pub env: &'static str,
    pub file: &'static str,
}

/// The keys `password`, `password_env` and `password_file`.
pub(super) const PASSWORD: SecretKeys =
    SecretKeys { text: "password", env: "password_env", file: "password_file" };

impl Secret {
    /// A password of 1 to 256 bytes without control characters, which an HTTP header can't carry.
    ///
    /// # Errors
    /// The text is not such a password; the error does not quote it.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_fit = (1..=MOST).contains(&text.len()) && !text.contains(char::is_control);
        let sentence = || format!("expected 1 to {MOST} bytes on one line, found something else");
        is_fit.then(|| Self(text.into())).ok_or_else(sentence)
    }

    /// The password itself. It must not get into logs, messages or pages.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The password under one of `keys`, if any.
    pub(super) fn read(section: &mut Section, keys: &SecretKeys) -> Option<Self> {
        let base_dir = section.reading.base_dir;
        let given = [keys.text, keys.env, keys.file].into_iter().filter(|key| section.has(key));
        if let [_, second, ..] = given.collect::<Vec<_>>()[..] {
            let SecretKeys { text, env, file } = keys;
            section.note(second, format!("expected only one of {text}, {env} and {file}"));
        }
        let text = read_text(section, keys.text, Self::new);
        let env = read_text(section, keys.env, from_env);
        let file = read_text(section, keys.file, |path| from_file(&base_dir.join(path)));
        text.or(env).or(file)
    }
}

/// Like [`Section::text_as`], but errors don't quote the value, which may be the password.
fn read_text<T>(
    section: &mut Section,
    key: &'static str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    section.declare(key, || json!({ "type": "string" }));
    section.value(key, |value| read(value.as_str().ok_or("expected a text in quotes")?))
}

fn from_env(name: &str) -> Result<Secret, String> {
    let expected = "expected the name of an environment variable that holds a password";
    let text = env::var(name).map_err(|_| format!("{expected}, found no such variable"))?;
    Secret::new(&text)
}

/// The first line of the file: editors add a line break at the end.
fn from_file(path: &Path) -> Result<Secret, String> {
    let text = files::read_small_text(path, MOST_FILE_BYTES)
        .map_err(|error| format!("expected a file that holds a password at {error}"))?;
    Secret::new(text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default())
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use toml::de::DeTable;

    use super::*;
    use crate::config::section::Reading;

    /// The password in `text`, and the mistakes.
    fn read(text: &str, base_dir: &Path) -> (Option<Secret>, String) {
        let reading = Reading::of(text, base_dir);
        let table = DeTable::parse(text).unwrap();
        let read = |section: &mut Section| Secret::read(section, &PASSWORD);
        let secret = Section::root(&reading, table.get_ref(), read);
        let problems = reading.problems.into_inner();
        (secret, problems.iter().map(|problem| problem.fault.to_string()).collect())
    }

    #[test]
    fn a_password_is_read_from_text_a_variable_or_a_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pw"), "from a file\n").unwrap();
        let here = folder.path();

        for (text, password) in [
            ("password = \"hackme\"", "hackme"),
            ("password_file = \"pw\"", "from a file"),
            // Cargo sets it for its tests.
            ("password_env = \"CARGO_PKG_NAME\"", "electropunk"),
        ] {
            let (secret, problems) = read(text, here);
            assert_eq!(secret.unwrap().expose(), password);
            assert_eq!(problems, "");
        }
        assert_eq!(read("", here), (None, String::new()));
    }

    #[test]
    fn no_sentence_about_a_password_quotes_it() {
        let folder = tempfile::tempdir().unwrap();
        for (text, sentence) in [
            ("password = 123456", "password: expected a text in quotes"),
            (
                "password = \"123456\\n\"",
                "password: expected 1 to 256 bytes on one line, found something else",
            ),
            (
                "password = \"123456\"\npassword_env = \"HOME\"",
                "password_env: expected only one of password, password_env and password_file",
            ),
            (
                "password_env = \"123456\"",
                "password_env: expected the name of an environment variable that holds a password, \
                 found no such variable",
            ),
        ] {
            assert_eq!(read(text, folder.path()).1, sentence);
        }
        let (_, problem) = read("password_file = \"gone\"", folder.path());
        assert!(problem.contains("gone: No such file"), "{problem}");
    }

    #[test]
    fn display_and_debug_hide_it() {
        let secret = Secret::new("hackme").unwrap();

        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** Secret Some(Secret)");
    }
}
