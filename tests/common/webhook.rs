//! A webhook for alerts.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{self, Receiver},
    thread,
};

use serde_json::Value;

/// The address of a webhook, and the objects that are posted to it.
pub fn webhook() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?token=x", listener.local_addr().unwrap());
    let (sender, posted) = mpsc::channel();
    thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut request = String::new();
            let mut byte = [0];
            while !request.ends_with('}') && socket.read(&mut byte).is_ok_and(|n| n == 1) {
                request.push(char::from(byte[0]));
            }
            let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
            let body = request.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
            if let Ok(object) = serde_json::from_str(body)
                && sender.send(object).is_err()
            {
                return;
            }
        }
    });
    (url, posted)
}
