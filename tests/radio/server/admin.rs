//! Commands of the operator, and who may send them.

use super::{ADMIN, AS_ADMIN, AS_GUESSER, AS_RELAY, GET, check, check_ended, radio};
use crate::common::{
    http::ask,
    radio::{ONE_STATION, Radio},
    recorder::Recorder,
    wait::until,
};

#[test]
fn t14_each_command_needs_its_role() {
    let radio = radio(ADMIN);
    ask(radio.address, GET, "").read(1);
    let ask_as = |who: &str, method: &str, path: &str| {
        radio.ask(method, path, &format!("{who}\nConnection: close"))
    };
    let nobody = "X-Nobody: 1";
    let metadata = "/admin/metadata?mount=/a.mp3&mode=updinfo&song=x";
    for (path, anonymous, relay, admin) in [
        ("/admin/", 401, 401, 200),
        ("/admin/stats", 401, 401, 200),
        ("/admin/stats?mount=/a.mp3", 401, 401, 200),
        ("/admin/stats?mount=/b.mp3", 401, 401, 400),
        ("/admin/listmounts", 401, 401, 200),
        ("/admin/listclients?mount=/a.mp3", 401, 401, 200),
        ("/admin/listclients", 401, 401, 400),
        ("/admin/killclient?mount=/a.mp3&id=99999", 401, 401, 200),
        ("/admin/killclient?mount=/a.mp3&id=x", 401, 401, 400),
        ("/admin/moveclients?mount=/a.mp3&destination=/b.mp3", 401, 401, 400),
        ("/admin/killsource?mount=/a.mp3", 401, 401, 200),
        (metadata, 401, 401, 200),
        ("/admin/metadata?mount=/a.mp3&song=x", 401, 401, 400),
        ("/admin/streamlist.txt", 401, 200, 200),
        ("/admin/nothing", 404, 404, 404),
    ] {
        assert_eq!(ask_as(nobody, "GET", path).status(), anonymous, "{path}");
        assert_eq!(ask_as(AS_RELAY, "GET", path).status(), relay, "{path}");
        assert_eq!(ask_as(AS_ADMIN, "GET", path).status(), admin, "{path}");
    }
    assert_eq!(ask_as(AS_RELAY, "GET", "/admin/streamlist.txt").text(), "/a.mp3\r\n");
    assert!(ask_as(nobody, "GET", "/admin/stats").header("www-authenticate").is_some());
    assert_eq!(ask_as(nobody, "GET", "/admin/stats").header("access-control-allow-origin"), None);

    // As when a foreign page makes the operator's browser send the request.
    let browser = format!("{AS_ADMIN}\nAccept-Language: de");
    assert_eq!(ask_as(&browser, "GET", metadata).status(), 403);
    let foreign = format!("{browser}\nOrigin: http://evil.example");
    assert_eq!(ask_as(&foreign, "POST", metadata).status(), 403);
    let own = format!("{browser}\nOrigin: http://{}", radio.address);
    assert_eq!(ask_as(&own, "POST", metadata).status(), 200);

    let guesses = (0..6).map(|_| ask_as(AS_GUESSER, "GET", "/admin/stats").status());
    assert_eq!(guesses.collect::<Vec<_>>(), [401, 401, 401, 401, 401, 429]);
    assert_eq!(ask_as(AS_ADMIN, "GET", "/admin/stats").status(), 429);

    let log = radio.stop();
    assert!(log.contains("failed login from 127.0.0.1"), "{log}");
    for secret in ["hackme", "relayme", "guess", "YWRtaW46"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

#[test]
fn an_operator_lists_removes_and_moves_listeners() {
    let two = format!("{ONE_STATION}[[stations]]\nname = \"b\"\ntheme = \"a\"\n");
    let radio = Radio::start_with(&format!("{two}{ADMIN}"), &[]);
    let mut stays = Recorder::join_as(&radio, "/a.mp3", "User-Agent: <VLC> & co");
    let mut goes = Recorder::join_as(&radio, "/a.mp3", "User-Agent: other");
    stays.hear_seconds(1);
    goes.hear_seconds(1);
    let admin = |path: &str| {
        let answer = radio.ask("GET", path, &format!("{AS_ADMIN}\nConnection: close"));
        assert_eq!(answer.status(), 200, "{path}");
        answer.text()
    };

    let clients = admin("/admin/listclients?mount=/a.mp3");
    assert!(clients.contains("<UserAgent>&lt;VLC&gt; &amp; co</UserAgent>"), "{clients}");
    assert!(clients.contains("<Listeners>2</Listeners>"), "{clients}");
    let (before, _) =
        clients.split_once("</ID>").and_then(|(_, rest)| rest.split_once("</ID>")).unwrap();
    let (_, id) = before.rsplit_once("<ID>").unwrap();
    let killed = admin(&format!("/admin/killclient?mount=/a.mp3&id={id}"));
    assert!(killed.contains(&format!("<message>Client {id} removed</message>")), "{killed}");
    check_ended(goes);

    let moved = admin("/admin/moveclients?mount=/a.mp3&destination=/b.mp3");
    assert!(
        moved.contains("1 Clients moved from &quot;/a.mp3&quot; to &quot;/b.mp3&quot;"),
        "{moved}"
    );
    until("the listener has moved", || {
        admin("/admin/listclients?mount=/b.mp3").contains("<Listeners>1</Listeners>")
    });
    stays.hear_seconds(8);
    check(&stays);
}
