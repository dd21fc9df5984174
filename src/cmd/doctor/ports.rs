//! Who holds the ports that radio.toml names.

use std::{
    fs,
    io::ErrorKind,
    net::{SocketAddr, TcpListener},
};

use crate::{cmd::doctor::Finding, config::Config};

/// The state of a listening socket in /proc/net/tcp.
const LISTENING: &str = "0A";

/// Whether the radio can listen, or which process already does.
pub(super) fn held(config: &Config) -> Vec<Finding> {
    let tls = config.server.tls.as_ref().map(|tls| tls.bind);
    [Some(config.server.bind), tls].into_iter().flatten().map(of).collect()
}

fn of(address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok("ports", format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => match holder(address.port()) {
            Some(name) if name.starts_with("electropunk") => {
                Finding::ok("ports", format!("{address} is held by {name}"))
            }
            Some(name) => Finding::fault("ports", format!("{address} is held by {name}")),
            None => Finding::warning("ports", format!("{address} is held by another process")),
        },
        Err(error) => Finding::fault("ports", format!("{address}: {error}")),
    }
}

/// Name and number of the process that listens on `port`, if /proc shows it.
fn holder(port: u16) -> Option<String> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| listening(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    // Beside the processes by number there are `self` and others.
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
    Some(format!("{} (process {})", name.trim(), process.file_name().to_string_lossy()))
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

    #[test]
    fn a_held_port_is_found_with_its_process() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();

        let finding = of(address);

        assert!(finding.text.contains("is held by"), "{finding:?}");
        if cfg!(target_os = "linux") {
            let process = format!("(process {})", std::process::id());
            assert!(finding.text.ends_with(&process), "{finding:?}");
        }
        drop(listener);
        assert!(of(address).text.ends_with("is free"));
    }
}
