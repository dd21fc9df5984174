//! `/metrics`: metrics in Prometheus' text format, version 0.0.4.

use std::fmt::Write as _;

use crate::{
    log,
    out::status::{State, Status, TargetKind},
    station::on_air::OnAir,
    stream::mount::Mount,
    web::site::{ServedStation, Site},
};

/// A metric of a mount.
type MountMetric = fn(&ServedStation, &Mount) -> f64;

/// A metric of the sound that a station sends.
type SoundMetric = fn(&OnAir) -> f64;

/// A metric of a push or upload.
type TargetMetric = fn(&Status) -> u64;

/// All metrics.
pub fn text(site: &Site) -> String {
    let mut out = String::new();
    let of_mounts: [(&str, &str, &str, MountMetric); 6] = [
        ("listeners", "gauge", "Listeners connected now.", |_, mount| mount.listeners() as f64),
        (
            "listeners_peak",
            "gauge",
            "Most listeners connected at once since the start.",
            |_, mount| mount.peak() as f64,
        ),
        (
            "listeners_total",
            "counter",
            "Listeners that have connected since the start.",
            |_, mount| mount.total() as f64,
        ),
        ("sent_bytes_total", "counter", "Bytes sent to listeners.", |_, mount| {
            mount.bytes_sent() as f64
        }),
        ("silent_seconds", "gauge", "Seconds since the mount last received sound.", |_, mount| {
            mount.tap.pushed_at().map_or(f64::INFINITY, |at| at.elapsed().as_secs_f64())
        }),
        (
            "ahead_seconds",
            "gauge",
            "Seconds of music composed and not yet rendered.",
            |station, _| station.on_air.borrow().ready_seconds,
        ),
    ];
    for (name, kind, help, figure) in of_mounts {
        describe(&mut out, name, kind, help);
        for (station, mount) in site.mounts() {
            let figure = number(figure(station, mount));
            let (station, path) = (label(&station.name), label(&mount.about.path));
            let _ = writeln!(
                out,
                "electropunk_{name}{{station=\"{station}\",mount=\"{path}\"}} {figure}"
            );
        }
    }
    describe(&mut out, "hls_listeners", "gauge", "Clients that request HLS playlists now.");
    for station in &site.stations {
        let (station, n) = (label(&station.name), station.hls_listeners());
        let _ = writeln!(out, "electropunk_hls_listeners{{station=\"{station}\"}} {n}");
    }
    sound_metrics(&mut out, site);
    target_metrics(&mut out, site);
    let problem = f64::from(u8::from(site.refused.is_some()));
    for (name, kind, help, figure) in [
        (
            "config_problem",
            "gauge",
            "1 if the last change of radio.toml was refused, else 0.",
            problem,
        ),
        (
            "listeners_all",
            "gauge",
            "Listeners connected now, on all mounts.",
            site.audience.len() as f64,
        ),
        (
            "failed_logins_total",
            "counter",
            "Failed logins at /admin/.",
            site.logins.n_failed() as f64,
        ),
        ("uptime_seconds", "gauge", "Seconds since the start.", uptime(site)),
        (
            "log_lost_lines_total",
            "counter",
            "Lines of the log that could not be written.",
            log::n_lost() as f64,
        ),
        (
            "threads_down",
            "gauge",
            "Threads that have failed and are being started again.",
            site.supervisor.down().len() as f64,
        ),
        (
            "threads_stuck",
            "gauge",
            "Threads that have waited for a disk for more than 20 seconds.",
            site.supervisor.stuck().len() as f64,
        ),
        (
            "thread_restarts_total",
            "counter",
            "Threads that were started again after a failure.",
            site.supervisor.n_restarts() as f64,
        ),
    ] {
        describe(&mut out, name, kind, help);
        let _ = writeln!(out, "electropunk_{name} {}", number(figure));
    }
    out
}

/// The metrics of the sound that each station sends.
fn sound_metrics(out: &mut String, site: &Site) {
    let of_stations: [(&str, &str, &str, SoundMetric); 4] = [
        ("loudness_lufs", "gauge", "Loudness of the last 10 s that were sent.", |on_air| {
            on_air.sound.loudness
        }),
        ("quiet_seconds", "gauge", "Seconds that the sound has been silent.", |on_air| {
            on_air.sound.silent_seconds
        }),
        ("stuck_seconds", "gauge", "Seconds that the same sound has been sent.", |on_air| {
            on_air.sound.stuck_seconds
        }),
        (
            "sound_restarts_total",
            "counter",
            "Restarts of the renderer for silence or a stuck sound.",
            |on_air| on_air.n_sound_restarts as f64,
        ),
    ];
    for (name, kind, help, figure) in of_stations {
        describe(out, name, kind, help);
        for station in &site.stations {
            let (of, figure) = (label(&station.name), number(figure(&station.on_air.borrow())));
            let _ = writeln!(out, "electropunk_{name}{{station=\"{of}\"}} {figure}");
        }
    }
}

/// The metrics of pushes and uploads.
fn target_metrics(out: &mut String, site: &Site) {
    let is_up: TargetMetric = |status| u64::from(matches!(status.state, State::OnAir { .. }));
    let times: TargetMetric = |status| status.times_on_air;
    let n_missed: TargetMetric = |status| status.n_missed;
    let figures = [
        (TargetKind::Push, "push_up", "gauge", "1 while the push is connected, else 0.", is_up),
        (
            TargetKind::Push,
            "push_times_total",
            "counter",
            "Times that the push has connected.",
            times,
        ),
        (
            TargetKind::Upload,
            "upload_up",
            "gauge",
            "1 while the upload of HLS succeeds, else 0.",
            is_up,
        ),
        (
            TargetKind::Upload,
            "upload_times_total",
            "counter",
            "Times that the upload has started to succeed.",
            times,
        ),
        (
            TargetKind::Upload,
            "upload_missed_total",
            "counter",
            "Segments that could not be uploaded.",
            n_missed,
        ),
    ];
    for (target_kind, name, kind, help, figure) in figures {
        describe(out, name, kind, help);
        for (n, target) in
            site.current_targets().filter(|target| target.kind == target_kind).enumerate()
        {
            let (station, figure) = (label(&target.station), figure(&target.status.borrow()));
            let push = match target_kind {
                // A number, since metrics are public. The address is shown at `/admin/`.
                TargetKind::Push => format!(",push=\"{}\"", n + 1),
                // A station has at most one upload.
                TargetKind::Upload => String::new(),
            };
            let _ = writeln!(out, "electropunk_{name}{{station=\"{station}\"{push}}} {figure}");
        }
    }
}

fn describe(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP electropunk_{name} {help}\n# TYPE electropunk_{name} {kind}");
}

fn uptime(site: &Site) -> f64 {
    site.started.elapsed().unwrap_or_default().as_secs_f64()
}

fn number(figure: f64) -> String {
    match figure {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        _ => format!("{figure}"),
    }
}

fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::site::tests::{site, station};

    #[test]
    fn every_line_is_a_comment_or_a_name_and_a_number() {
        let site = site(vec![station("a").0, station("b").0]);

        let text = text(&site);

        assert!(text.contains("electropunk_listeners{station=\"b\",mount=\"/b.mp3\"} 0\n"));
        assert!(text.contains("electropunk_silent_seconds{station=\"a\",mount=\"/a.mp3\"} +Inf\n"));
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, figure) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("electropunk_") && figure.parse::<f64>().is_ok(), "{line}");
        }
    }
}
