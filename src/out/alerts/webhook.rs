//! Sends notices to the operator's webhook, one at a time, each as a POST of JSON.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, watch},
    time::sleep,
};
use tracing::{debug, warn};

use crate::{
    config::Alerts,
    out::{
        alerts::Notice,
        client::{ApiRequest, Body},
        push::backoff::Backoff,
    },
};

/// Most queued notices. Further ones are dropped.
pub const QUEUE: usize = 100;

/// A notice that could not be sent for this long is dropped.
const TOO_OLD: Duration = Duration::from_hours(1);

/// Most notices within [`PERIOD`]; further ones wait.
const MAX_NOTICES: usize = 20;
const PERIOD: Duration = Duration::from_mins(10);

/// Sends each of the `notices` to the webhook of `settings`, until their sender is dropped.
pub async fn run(notices: &mut mpsc::Receiver<Notice>, settings: &watch::Receiver<Alerts>) {
    let mut sent: VecDeque<Instant> = VecDeque::new();
    while let Some(notice) = notices.recv().await {
        if MAX_NOTICES <= sent.len()
            && let Some(first) = sent.pop_front()
        {
            sleep(PERIOD.saturating_sub(first.elapsed())).await;
        }
        deliver(&notice, settings).await;
        sent.push_back(Instant::now());
    }
}

/// Sends `notice`, with retries.
async fn deliver(notice: &Notice, settings: &watch::Receiver<Alerts>) {
    let (begun, mut backoff, mut is_warned) = (Instant::now(), Backoff::default(), false);
    loop {
        let alerts = settings.borrow().clone();
        let Some(webhook) = &alerts.webhook else { return };
        let Err(why) = post(notice, &alerts).await else {
            return debug!("{webhook}: sent {}", notice.text);
        };
        if TOO_OLD < begun.elapsed() {
            return warn!("{webhook}: gave up sending \"{}\": {why}", notice.text);
        }
        if !std::mem::replace(&mut is_warned, true) {
            warn!("{webhook}: can't tell \"{}\": {why}; retrying", notice.text);
        }
        sleep(backoff.next(rand::random())).await;
    }
}

async fn post(notice: &Notice, alerts: &Alerts) -> Result<(), String> {
    let Some(webhook) = &alerts.webhook else { return Ok(()) };
    let request = ApiRequest {
        to: &webhook.server,
        ca_file: alerts.ca_file.as_deref(),
        target: webhook.target.clone(),
        authorization: None,
        body: Some(Body::json(notice)),
    };
    let response = request.send().await.map_err(|error| error.to_string())?;
    let status = response.status;
    status.is_success().then_some(()).ok_or_else(|| format!("the webhook answers {status}"))
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;
    use crate::out::alerts::{Kind, NoticeState};

    fn notice(text: &str) -> Notice {
        Notice {
            state: NoticeState::Raised,
            kind: Kind::Push,
            subject: "a".to_owned(),
            text: text.to_owned(),
            since: "2026-11-29T06:00:00Z".to_owned(),
            radio: "http://radio.example".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_notice_is_posted_until_the_webhook_accepts_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?token=x", listener.local_addr().unwrap());
        let text = format!(
            "[alerts]\nurl = \"{url}\"\n[themes.x]\n[[stations]]\nname = \"x\"\ntheme = \"x\"\n"
        );
        let config = crate::config::parse(&text, "radio.toml", std::path::Path::new("")).unwrap();
        let (sender, mut notices) = mpsc::channel(QUEUE);
        let settings = watch::channel(config.alerts).1;
        let running = tokio::spawn(async move { run(&mut notices, &settings).await });

        sender.send(notice("first")).await.unwrap();
        let mut heads = Vec::new();
        for answer in ["500 No", "204 No Content"] {
            let mut socket = listener.accept().await.unwrap().0;
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                request.push(socket.read_u8().await.unwrap());
            }
            socket.write_all(format!("HTTP/1.1 {answer}\r\n\r\n").as_bytes()).await.unwrap();
            heads.push(String::from_utf8(request).unwrap());
        }

        for request in heads {
            assert!(request.starts_with("POST /hook?token=x HTTP/1.1\r\n"), "{request}");
            assert!(request.contains("content-type: application/json\r\n"), "{request}");
            assert!(
                request.contains("\"kind\":\"push\"") && request.contains("\"text\":\"first\"")
            );
        }
        drop(sender);
        running.await.unwrap();
    }
}
