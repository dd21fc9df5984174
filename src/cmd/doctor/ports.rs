//! Which processes hold the ports of radio.toml.

use std::{
    fs,
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use crate::{cmd::doctor::Finding, config::Config};

/// The state of a listening socket in /proc/net/tcp.
const LISTENING: &str = "0A";

/// Whether the radio can listen, or which process already does. If `radio_answers` at the plain port, its
/// process is no fault, whatever its name.
pub(super) fn held(config: &Config, radio_answers: bool) -> Vec<Finding> {
    let plain = config.server.bind;
    let tls = config.server.tls.as_ref().map(|tls| tls.bind);
    let radio = radio_answers.then(|| holder(plain.port())).flatten();
    let of = |address: SocketAddr| {
        let is_radio = |holder: Option<&Holder>| match holder {
            Some(holder) => radio.as_ref() == Some(holder),
            // /proc does not show another user's process.
            None => radio_answers && address == plain,
        };
        of(address, is_radio)
    };
    [Some(plain), tls].into_iter().flatten().map(of).collect()
}

fn of(address: SocketAddr, is_radio: impl FnOnce(Option<&Holder>) -> bool) -> Finding {
    let Err(error) = TcpListener::bind(address) else {
        return Finding::ok("ports", format!("{address} is free"));
    };
    if error.kind() != ErrorKind::AddrInUse {
        return Finding::fault("ports", format!("{address}: {error}"));
    }
    let holder = holder(address.port());
    let by = match &holder {
        Some(Holder { name, process }) => format!("{name} (process {process})"),
        None => "another process".to_owned(),
    };
    match is_radio(holder.as_ref()) {
        true => Finding::ok("ports", format!("{address} is held by the running radio, {by}")),
        false if holder.is_none() => {
            Finding::warning("ports", format!("{address} is held by {by}"))
        }
        false => Finding::fault("ports", format!("{address} is held by {by}")),
    }
}

/// A process that listens.
#[derive(Debug, PartialEq, Eq)]
struct Holder {
    name: String,
    /// The process ID.
    process: String,
}

/// The process that listens on `port`, if /proc shows it.
fn holder(port: u16) -> Option<Holder> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    // /proc also has `self` and other entries.
    let is_process = |entry: &fs::DirEntry| {
        entry.file_name().to_string_lossy().bytes().all(|letter| letter.is_ascii_digit())
    };
    let processes = fs::read_dir("/proc").ok()?.flatten().filter(is_process);
    let holds = |process: &fs::DirEntry| {
        let files = fs::read_dir(process.path().join("fd")).ok();
        files.into_iter().flatten().flatten().any(|file| {
            let target = fs::read_link(file.path()).unwrap_or_default();
            inodes.iter().any(|inode| target.as_os_str() == inode.as_str())
        })
    };
    let process = { processes }.find(holds)?;
    let name = fs::read_to_string(process.path().join("comm")).ok()?;
    let process = process.file_name().to_string_lossy().into_owned();
    Some(Holder { name: name.trim().to_owned(), process })
}

/// The inodes of the sockets that listen on `port`, from the lines of /proc/net/tcp, see `proc_net_tcp(5)`.
fn listening(table: &str, port: u16) -> Vec<String> {
    let inode = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (_, local) = fields.get(1)?.rsplit_once(':')?;
        let is_it = u16::from_str_radix(local, 16) == Ok(port) && *fields.get(3)? == LISTENING;
        is_it.then(|| fields.get(9).map(|inode| (*inode).to_owned()))?
    };
    table.lines().skip(1).filter_map(inode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cmd::doctor::Level;

    #[test]
    fn a_held_port_is_found_with_its_process() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();

        let finding = of(address, |_| false);

        assert!(finding.text.contains("is held by"), "{finding:?}");
        if cfg!(target_os = "linux") {
            let process = format!("(process {})", std::process::id());
            assert!(finding.text.ends_with(&process), "{finding:?}");
            assert_eq!(finding.level, Level::Fault);
        }
        let radio = of(address, |_| true);
        assert!(radio.text.contains("held by the running radio, "), "{radio:?}");
        assert_eq!(radio.level, Level::Ok);
        drop(listener);
        assert!(of(address, |_| false).text.ends_with("is free"));
    }
}
