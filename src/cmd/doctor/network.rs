//! Whether other servers can be reached.

use std::{path::Path, time::SystemTime};

use hyper::header::DATE;

use crate::{
    cmd::doctor::Finding,
    config::{Config, Remote},
    out::{client::ApiRequest, connect::connect},
    web::date,
};

/// Largest difference from another server's clock, in seconds.
const MOST_DRIFT: u64 = 60;

/// Checks the public URL, pushes and the bucket.
pub(super) async fn reachable(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(url) = &config.server.public_url {
        findings.extend(public_url(url).await);
    }
    for station in &config.stations {
        for push in &station.push {
            findings.push(server("push", &push.server, push.ca_file.as_deref()).await);
        }
    }
    if let Some(upload) = &config.hls.upload {
        findings.push(server("bucket", &upload.endpoint, upload.ca_file.as_deref()).await);
    }
    if let Some(webhook) = &config.alerts.webhook {
        findings.push(server("webhook", &webhook.server, config.alerts.ca_file.as_deref()).await);
    }
    findings
}

/// Whether `to` accepts a connection, with TLS for https.
async fn server(topic: &'static str, to: &Remote, ca_file: Option<&Path>) -> Finding {
    let scheme = if to.is_tls { "https" } else { "http" };
    let name = format!("{scheme}://{}", to.authority());
    match connect(to, ca_file).await {
        Ok(_) => Finding::ok(topic, format!("{name} accepts connections")),
        Err(error) => Finding::fault(topic, format!("{name}: {error}")),
    }
}

/// The response of the public URL, and whether its clock agrees.
async fn public_url(url: &str) -> Vec<Finding> {
    let Ok(to) = url.parse::<Remote>() else {
        return vec![Finding::warning("public_url", format!("{url}: can't be checked"))];
    };
    let target = format!("{}/healthz", to.path.trim_end_matches('/'));
    let request = ApiRequest { to: &to, ca_file: None, target, authorization: None, body: None };
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return vec![Finding::fault("public_url", format!("{url}: {error}"))],
    };
    let text = format!("{url}/healthz answers {}", response.status);
    let mut findings = vec![match response.status.is_success() {
        true => Finding::ok("public_url", text),
        false => Finding::fault("public_url", text),
    }];
    let date = response.headers.get(DATE).and_then(|date| date.to_str().ok());
    if let Some(drift) = date.and_then(date::from_http).and_then(drift)
        && MOST_DRIFT < drift
    {
        let text = format!("this clock and that of {url} are {drift} s apart");
        findings.push(Finding::warning("clock", text));
    }
    findings
}

/// Seconds between `other` and now.
fn drift(other: SystemTime) -> Option<u64> {
    let now = SystemTime::now();
    let apart = now.duration_since(other).or_else(|_| other.duration_since(now)).ok()?;
    Some(apart.as_secs())
}
