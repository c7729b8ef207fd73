//! Where a request truly comes from: what a proxy says of it counts where the proxy is one that is
//! trusted, and is nothing but words where anybody else says it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

use super::peer::Peer;

const FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Returns where a request comes from. Each proxy adds to the end of the list whom it was asked by: from
/// there it is read back, up to the first that is not trusted.
pub fn client(connected: Peer, headers: &HeaderMap, trusted: &[IpAddr]) -> Peer {
    let is_trusted = |address: IpAddr| trusted.contains(&address.to_canonical());
    if !is_trusted(connected.address) {
        return connected;
    }
    let mut address = connected.address;
    let lines: Vec<_> = headers.get_all(FOR).iter().collect();
    let hops = lines.iter().rev().flat_map(|line| {
        let words = line.to_str().unwrap_or_default().rsplit(',');
        words.map(|word| word.trim().parse::<IpAddr>())
    });
    for hop in hops {
        let Ok(hop) = hop else { break };
        address = hop.to_canonical();
        if !is_trusted(address) {
            break;
        }
    }
    let last = headers.get_all(PROTO).iter().next_back();
    let proto = last.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    Peer {
        door: connected.door,
        address,
        is_secure: connected.is_secure
            || proto.is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn asked(from: &str, said: &[&str], proto: Option<&str>) -> (String, bool) {
        let mut headers = HeaderMap::new();
        for said in said {
            headers.append(FOR, said.parse().expect("a header"));
        }
        if let Some(proto) = proto {
            headers.insert(PROTO, proto.parse().expect("a header"));
        }
        let connected = Peer {
            address: ip(from),
            ..Peer::default()
        };
        let trusted = [ip("127.0.0.1"), ip("10.0.0.2")];
        let found = client(connected, &headers, &trusted);
        (found.address.to_string(), found.is_secure)
    }

    #[test]
    fn what_strangers_say_counts_for_nothing() {
        let said = asked("192.0.2.9", &["198.51.100.1"], Some("https"));
        assert_eq!(said, ("192.0.2.9".to_owned(), false));
    }

    #[test]
    fn what_a_trusted_proxy_adds_counts_and_what_came_before_it_does_not() {
        for (said, found) in [
            (&["198.51.100.1"][..], "198.51.100.1"),
            // The client wrote the first one itself.
            (&["203.0.113.7, 198.51.100.1"], "198.51.100.1"),
            (&["203.0.113.7", "198.51.100.1"], "198.51.100.1"),
            (&["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            (&["127.0.0.1"], "127.0.0.1"),
            (&["nonsense"], "127.0.0.1"),
            (&["198.51.100.1, nonsense"], "127.0.0.1"),
            (&["::ffff:198.51.100.1"], "198.51.100.1"),
            (&[], "127.0.0.1"),
        ] {
            let (address, _) = asked("127.0.0.1", said, None);
            assert_eq!(address, found, "{said:?}");
        }
        assert!(asked("::ffff:127.0.0.1", &[], Some("https")).1);
        assert!(asked("127.0.0.1", &[], Some("http, https")).1);
        assert!(!asked("127.0.0.1", &[], Some("https, http")).1);
    }
}
