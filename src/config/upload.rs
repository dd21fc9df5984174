//! `[hls.upload]`: HLS uploaded to an S3 bucket, for a CDN to serve.

use std::path::PathBuf;

use crate::config::{
    paths::read_ca_file,
    remote::Remote,
    secret::{Secret, SecretKeys},
    section::Section,
    text::{plain_name, quoted},
};

/// The keys of the secret access key.
const SECRET: SecretKeys = SecretKeys {
    text: "secret_access_key",
    env: "secret_access_key_env",
    file: "secret_access_key_file",
};

/// Storage with an S3 API, and the place of HLS in it.
///
/// Requests are path-style: the bucket is part of the path, not of the host name. Amazon, `MinIO`,
/// Cloudflare R2, Backblaze B2 and most others accept this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The storage's URL. Default Amazon S3 in the region.
    pub endpoint: Remote,
    /// The region that requests are signed for. Default `us-east-1`.
    pub region: String,
    /// The bucket, which must exist.
    pub bucket: String,
    /// The folder in the bucket, without slashes at its ends. Default the bucket's top.
    pub prefix: String,
    /// The ID of an access key that may write to the bucket.
    pub access_key_id: String,
    /// The secret of that key.
    pub secret_access_key: Secret,
    /// Certificate authorities (PEM) trusted in addition to the system's. Default none.
    pub ca_file: Option<PathBuf>,
}

impl Upload {
    /// `None` without a bucket.
    pub(super) fn read(section: &mut Section) -> Option<Self> {
        let keys = ["bucket", "endpoint", "access_key_id", SECRET.text, SECRET.env, SECRET.file];
        if keys.iter().any(|key| section.has(key)) {
            section.require("bucket", "the name of a bucket");
            section.require("access_key_id", "the ID of a key that may write to the bucket");
        }
        let has_secret = keys[3..].iter().any(|key| section.has(key));
        if section.has("bucket") && !has_secret {
            section.require(SECRET.text, "the secret of that key");
        }
        let bucket = section.text_as("bucket", bucket);
        let endpoint = section.text_as("endpoint", endpoint);
        let region = section.text_as("region", plain_name).unwrap_or_else(|| "us-east-1".into());
        let prefix = section.text_as("prefix", prefix).unwrap_or_default();
        let access_key_id = section.text_as("access_key_id", key_id);
        let secret_access_key = Secret::read(section, &SECRET);
        let ca_file = read_ca_file(section);
        Some(Self {
            endpoint: endpoint.unwrap_or_else(|| amazon(&region)),
            region,
            bucket: bucket?,
            prefix,
            access_key_id: access_key_id?,
            secret_access_key: secret_access_key?,
            ca_file,
        })
    }

    /// The folder of `station` in the bucket.
    pub fn folder(&self, station: &str) -> String {
        match self.prefix.as_str() {
            "" => station.to_owned(),
            prefix => format!("{prefix}/{station}"),
        }
    }
}

fn amazon(region: &str) -> Remote {
    let host = format!("s3.{region}.amazonaws.com");
    Remote { is_tls: true, host, port: 443, path: "/".to_owned() }
}

fn endpoint(text: &str) -> Result<Remote, String> {
    let expected = "expected a URL such as \"https://s3.example.org\" or \"http://10.0.0.2:9000\"";
    if text.contains('@') {
        return text.parse();
    }
    text.parse().map_err(|_| format!("{expected}, found {}", quoted(text)))
}

/// Amazon's rules for bucket names, the strictest of the common storages.
fn bucket(text: &str) -> Result<String, String> {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let is_bucket = (3..=63).contains(&text.len())
        && text.bytes().all(is_plain)
        && text.starts_with(|first: char| first.is_ascii_alphanumeric());
    let expected = "expected a bucket of 3 to 63 lower-case letters, digits, hyphens and dots";
    is_bucket.then(|| text.to_owned()).ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// A prefix. It is put into URLs unescaped.
fn prefix(text: &str) -> Result<String, String> {
    let inner = text.trim_matches('/');
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let is_prefix = inner.is_empty() || inner.split('/').all(is_plain);
    let expected = "expected a folder such as \"radio/live\": letters, digits, '-', '_', '.', '/'";
    (is_prefix && inner.len() <= 200)
        .then(|| inner.to_owned())
        .ok_or_else(|| format!("{expected}, found {}", quoted(text)))
}

/// A key ID for a header. Errors don't quote it: users sometimes paste the secret here.
fn key_id(text: &str) -> Result<String, String> {
    let is_id = (1..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"/,=".contains(&byte));
    let sentence = "expected 1 to 128 printable characters without '/', ',' and '='";
    is_id.then(|| text.to_owned()).ok_or_else(|| sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;

    /// What `[hls.upload]` with `lines`, which begin at line 8, is read as.
    fn read(lines: &str) -> Result<Option<Upload>, String> {
        let text = format!(
            "[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n[hls]\nenabled = true\n\
             [hls.upload]\n{lines}"
        );
        let config = parse(&text, "radio.toml", Path::new("/nowhere"));
        config.map(|config| config.hls.upload).map_err(|problems| problems.to_string())
    }

    const LEAST: &str =
        "bucket = \"my-radio\"\naccess_key_id = \"AKIA\"\nsecret_access_key = \"hackme\"\n";

    #[test]
    fn a_bucket_and_a_key_are_enough() {
        let upload = read(LEAST).unwrap().unwrap();
        assert_eq!(upload.endpoint.to_string(), "https://s3.us-east-1.amazonaws.com/");
        assert_eq!((upload.folder("x").as_str(), &upload.ca_file), ("x", &None));
        assert_eq!(upload.secret_access_key.expose(), "hackme");
        assert!(!format!("{upload:?}").contains("hackme"));

        let more = "endpoint = \"http://10.0.0.2:9000\"\nregion = \"auto\"\nprefix = \"/a/b/\"\n";
        let upload = read(&format!("{LEAST}{more}")).unwrap().unwrap();
        assert_eq!(upload.endpoint.to_string(), "http://10.0.0.2:9000/");
        assert_eq!((upload.region.as_str(), upload.folder("x").as_str()), ("auto", "a/b/x"));

        assert_eq!(read("region = \"eu-central-1\"\n"), Ok(None));
    }

    #[test]
    fn mistakes_have_sentences_and_none_quotes_a_secret() {
        let wrong = "bucket = \"My Radio\"\nendpoint = \"s3.example.org\"\nregion = \"EU\"\n\
                     prefix = \"a//b\"\naccess_key_id = \"hack me\"\nsecret_access_key = 123456\n";
        assert_eq!(
            read(wrong).unwrap_err(),
            "radio.toml:8: bucket: expected a bucket of 3 to 63 lower-case letters, digits, hyphens \
             and dots, found \"My Radio\"\n\
             radio.toml:9: endpoint: expected a URL such as \"https://s3.example.org\" or \
             \"http://10.0.0.2:9000\", found \"s3.example.org\"\n\
             radio.toml:10: region: expected a name of 1 to 40 lower-case letters, digits and \
             hyphens, found \"EU\"\n\
             radio.toml:11: prefix: expected a folder such as \"radio/live\": letters, digits, '-', \
             '_', '.', '/', found \"a//b\"\n\
             radio.toml:12: access_key_id: expected 1 to 128 printable characters without '/', \
             ',' and '='\n\
             radio.toml:13: secret_access_key: expected a text in quotes"
        );
        assert_eq!(
            read("endpoint = \"https://me:hackme@s3.example.org\"\n").unwrap_err(),
            "radio.toml:7: [hls.upload]: missing key bucket, expected the name of a bucket\n\
             radio.toml:7: [hls.upload]: missing key access_key_id, expected the ID of a key that \
             may write to the bucket\n\
             radio.toml:8: endpoint: expected a URL without user and password: they have \
             their own keys"
        );
        assert_eq!(
            read("bucket = \"my-radio\"\naccess_key_id = \"AKIA\"\n").unwrap_err(),
            "radio.toml:7: [hls.upload]: missing key secret_access_key, expected the secret of that \
             key"
        );
    }

    #[test]
    fn an_upload_needs_hls() {
        let text =
            format!("[hls.upload]\n{LEAST}[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n");
        let problems = parse(&text, "radio.toml", Path::new("")).unwrap_err().to_string();

        assert_eq!(
            problems,
            "radio.toml:1: upload: expected enabled = true in [hls] as well: its segments are uploaded"
        );
    }
}
