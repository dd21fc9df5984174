//! The target of a request, a NUL, and header lines. The request passes client addresses, routes, logins,
//! admin commands and pages as in the server.

#![no_main]

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use electropunk::{
    config::{Admin, Secret, Server},
    sound::font_file,
    station::{on_air::OnAir, state::StateSender, takes::memory::Takes},
    stream::{
        coding::Coding,
        mount::{About, Mount},
        ring::{RingLimits, ring},
    },
    web::{
        answer::answer,
        client::Ends,
        site::{ServedStation, Site},
    },
};
use libfuzzer_sys::fuzz_target;

const FONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../soundfonts/electropunk.sf2");

fn site() -> &'static Arc<Site> {
    static SITE: OnceLock<Arc<Site>> = OnceLock::new();
    SITE.get_or_init(|| {
        let (_, tap) = ring(RingLimits { burst: 8, keep: 16 });
        let about = About {
            path: "/a.mp3".into(),
            name: "A".into(),
            description: String::new(),
            genre: String::new(),
            coding: Coding::default(),
            public: false,
        };
        let on_air = tokio::sync::watch::channel(Arc::new(OnAir::default())).1;
        let mounts = vec![Arc::new(Mount::new(about, tap))];
        let server = Server {
            trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
            deny: vec!["6.6.6.0/24".parse().unwrap()],
            ..Server::default()
        };
        let admin = Admin {
            user: "a".into(),
            password: Secret::new("b").unwrap(),
            relay_user: "r".into(),
            relay_password: Some(Secret::new("s").unwrap()),
        };
        let font = font_file::load(FONT.as_ref()).expect("the shipped SoundFont is readable");
        let station = ServedStation {
            name: "a".into(),
            mounts,
            on_air,
            hls: Vec::new(),
            history: Arc::default(),
            takes: Arc::new(Takes::new(&(&font).into())),
            likes: Arc::default(),
            state_sender: StateSender::default(),
        };
        Arc::new(Site::new(vec![station], server, Some(admin)))
    })
}

fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    let (target, lines) = bytes.split_at(end);
    let mut request = hyper::Request::builder().uri(target);
    for line in lines.split(|&byte| byte == b'\n' || byte == 0) {
        let colon = line.iter().position(|&byte| byte == b':');
        if let Some((name, value)) = colon.map(|colon| (&line[..colon], &line[colon + 1..])) {
            request = request.header(name, value);
        }
    }
    // With the password, so that protected pages are reached.
    for authorization in [None, Some("Basic YTpi")] {
        let Ok(request) = request_of(&request, authorization) else { return };
        let local: SocketAddr = ([127, 0, 0, 1], 8000).into();
        let ends = Ends { local, remote: local, is_secure: false };
        let _ = answer(site(), &request, ends);
    }
});

fn request_of(
    builder: &hyper::http::request::Builder,
    authorization: Option<&str>,
) -> Result<hyper::Request<()>, ()> {
    let (uri, headers) = (builder.uri_ref().ok_or(())?, builder.headers_ref().ok_or(())?);
    let mut request = hyper::Request::new(());
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    if let Some(value) = authorization {
        request.headers_mut().insert("authorization", value.parse().map_err(drop)?);
    }
    Ok(request)
}
