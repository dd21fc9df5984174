//! Detects the sockets closed by their peers, at no cost for those that are open.

use std::{io, net::TcpStream};

/// Watches sockets for a close by the peer. Linux only: on other systems the next write, within about a
/// second, detects it.
///
/// A half-closed client counts as gone, as in most servers: it looks closed until a write fails.
pub struct Closings {
    #[cfg(target_os = "linux")]
    epoll: rustix::fd::OwnedFd,
    closed: Vec<u64>,
}

#[cfg(target_os = "linux")]
impl Closings {
    /// Most sockets per call of `look`; others are found by the next one.
    const MOST: usize = 64;

    /// Watches nothing yet.
    ///
    /// # Errors
    /// The process is out of file descriptors.
    pub fn new() -> io::Result<Self> {
        use rustix::event::epoll::{CreateFlags, create};
        let epoll = create(CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, closed: Vec::with_capacity(Self::MOST) })
    }

    /// Watches `socket`, called `id`, until it is dropped.
    pub fn watch(&self, socket: &TcpStream, id: u64) {
        use rustix::event::epoll::{EventData, EventFlags, add};
        // Fails without memory: then the next write detects the close.
        let _ = add(&self.epoll, socket, EventData::new_u64(id), EventFlags::RDHUP);
    }

    /// The sockets that are closed now, by their ids.
    pub fn look(&mut self) -> &[u64] {
        use rustix::{
            buffer::spare_capacity,
            event::{Timespec, epoll::wait},
        };
        self.closed.clear();
        let mut events = Vec::with_capacity(Self::MOST);
        if wait(&self.epoll, spare_capacity(&mut events), Some(&Timespec::default())).is_ok() {
            self.closed.extend(events.iter().map(|event| event.data.u64()));
        }
        &self.closed
    }
}

#[cfg(not(target_os = "linux"))]
impl Closings {
    /// Watches nothing.
    ///
    /// # Errors
    /// None on this system.
    pub fn new() -> io::Result<Self> {
        Ok(Self { closed: Vec::new() })
    }

    /// Does nothing on this system.
    pub fn watch(&self, _: &TcpStream, _: u64) {}

    /// None on this system.
    pub fn look(&mut self) -> &[u64] {
        &self.closed
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_socket_is_named_once_its_peer_is_gone() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let connect = || {
            let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            (client, listener.accept().unwrap().0)
        };
        let ((client, socket), (_stays, other)) = (connect(), connect());
        let mut closings = Closings::new().unwrap();
        closings.watch(&socket, 7);
        closings.watch(&other, 8);
        assert!(closings.look().is_empty());

        drop(client);
        while closings.look() != [7] {
            std::thread::yield_now();
        }

        drop(socket);
        assert!(closings.look().is_empty());
    }
}
