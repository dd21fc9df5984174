//! Query parameters, as browsers and source clients write them.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// The parameters of a query; the first of a name counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Query<'a>(Option<&'a str>);

impl<'a> Query<'a> {
    /// The query of a request.
    pub fn of<B>(request: &'a hyper::Request<B>) -> Self {
        Self(request.uri().query())
    }

    /// The query `text`, without the question mark.
    pub fn new(text: &'a str) -> Self {
        Self(Some(text))
    }

    /// The value of `name`; invalid UTF-8 is replaced.
    pub fn get(self, name: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.bytes(name)?).into_owned())
    }

    /// The value of `name`, encoded in `charset`: ISO-8859-1 or, for anything else, UTF-8.
    pub fn text(self, name: &str, charset: Option<&str>) -> Option<String> {
        let is_latin = charset.is_some_and(|charset| {
            ["iso-8859-1", "latin1", "iso8859-1"].contains(&charset.to_ascii_lowercase().as_str())
        });
        if is_latin {
            return Some(self.bytes(name)?.iter().map(|&byte| char::from(byte)).collect());
        }
        self.get(name)
    }

    fn bytes(self, name: &str) -> Option<Vec<u8>> {
        let pairs = self.0?.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.into_iter().find(|(key, _)| *key == name)?.1;
        // Forms encode a space as a plus.
        let value: Cow<str> =
            if value.contains('+') { value.replace('+', " ").into() } else { value.into() };
        Some(percent_decode_str(&value).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_value_is_decoded() {
        let query = Query::new("x=1&mount=%2fa.mp3&bad=%2&worse=%zz%ff&mount=2&flag&song=a+b%2Bc");

        assert_eq!(query.get("mount").unwrap(), "/a.mp3");
        assert_eq!(query.get("bad").unwrap(), "%2");
        assert_eq!(query.get("worse").unwrap(), "%zz\u{fffd}");
        assert_eq!(query.get("song").unwrap(), "a b+c");
        assert_eq!(query.get("flag"), None);
        assert_eq!(Query(None).get("mount"), None);
    }

    #[test]
    fn iso_8859_1_is_decoded() {
        let query = Query::new("song=caf%e9");

        assert_eq!(query.text("song", Some("ISO-8859-1")).unwrap(), "caf\u{e9}");
        assert_eq!(query.text("song", Some("UTF-8")).unwrap(), "caf\u{fffd}");
        assert_eq!(query.text("song", None).unwrap(), "caf\u{fffd}");
    }
}
