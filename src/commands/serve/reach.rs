//! Where a server is reached, by whom, and what is said of it once it answers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use serde::Serialize;

use crate::domain::rest::links::PublicUrl;

/// Whom the way to an address is asked for; nothing is sent there. The addresses of documentation lead
/// wherever everything leads, the others into the networks of homes and offices.
const TOWARDS: [IpAddr; 6] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V4(Ipv4Addr::new(192, 168, 255, 254)),
    IpAddr::V4(Ipv4Addr::new(172, 31, 255, 254)),
    IpAddr::V4(Ipv4Addr::new(10, 255, 255, 254)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)),
];

/// What this machine is called.
#[derive(Debug, Default)]
pub struct Machine {
    /// Its addresses, as other machines see them.
    pub addresses: Vec<IpAddr>,
    /// Its name, which some networks know.
    pub name: Option<String>,
}

impl Machine {
    /// Asks the system.
    pub fn ask() -> Self {
        let mut addresses = Vec::new();
        for address in TOWARDS.into_iter().filter_map(own_address) {
            if is_typed(address) && !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        let name = gethostname::gethostname().into_string().ok();
        Self {
            addresses,
            name: name.filter(|name| is_name(name)),
        }
    }
}

/// Returns the address of this machine that it would send from.
fn own_address(to: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match to {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    // Only chooses a way: the port of "discard" gets nothing.
    socket.connect((to, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Returns whether others can type it: addresses of one cable need more than themselves.
fn is_typed(address: IpAddr) -> bool {
    !address.is_loopback()
        && !address.is_unspecified()
        && match address {
            IpAddr::V4(_) => true,
            IpAddr::V6(address) => !address.is_unicast_link_local(),
        }
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    !name.is_empty() && !name.starts_with("localhost") && name.chars().all(is_plain)
}

/// Who reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// This machine alone.
    ThisMachine,
    /// Whoever reaches the machine.
    Others,
}

/// Where a server is reached.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// What people type, and what links begin with.
    pub url: String,
    /// What leads there too.
    pub also: Vec<String>,
    /// Where it listens.
    pub listening: String,
    /// Who reaches it.
    #[serde(skip)]
    pub who: Who,
}

impl Reach {
    /// Returns where a server is reached that listens there, on this machine.
    pub fn of(
        scheme: &str,
        address: SocketAddr,
        public: Option<&PublicUrl>,
        machine: &Machine,
    ) -> Self {
        let listening = format!("{scheme}://{address}");
        let found = |url, also, who| Self {
            url,
            also,
            listening: listening.clone(),
            who,
        };
        if let Some(public) = public {
            return found(public.as_str().to_owned(), Vec::new(), Who::Others);
        }
        let ip = address.ip().to_canonical();
        if !ip.is_unspecified() {
            let who = if ip.is_loopback() {
                Who::ThisMachine
            } else {
                Who::Others
            };
            return found(listening.clone(), Vec::new(), who);
        }
        // Where a system takes the older addresses in too.
        let takes = |own: &IpAddr| own.is_ipv4() == address.is_ipv4() || own.is_ipv4() && BOTH;
        let typed = |ip: IpAddr| format!("{scheme}://{}", SocketAddr::new(ip, address.port()));
        let by_number = machine.addresses.iter().copied().filter(takes).map(typed);
        let by_name = machine.name.as_ref();
        let by_name = by_name.map(|name| format!("{scheme}://{name}:{}", address.port()));
        let mut all = by_number.chain(by_name);
        if let Some(first) = all.next() {
            return found(first, all.collect(), Who::Others);
        }
        // Nobody else does as long as there is no network.
        let here: IpAddr = match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        found(typed(here), Vec::new(), Who::ThisMachine)
    }

    /// Returns what is said of it beside the address, each on a line.
    pub fn notes(&self, port: u16, has_proxy: bool, is_secure: bool) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.also.is_empty() {
            let all = self.also.join(", ");
            notes.push(format!(
                "The same server, where a network knows the way: {all}"
            ));
        }
        if self.who == Who::ThisMachine {
            notes.push(if has_proxy {
                "Only this machine reaches that address, and so its proxy. --public-url=https://NAME says what others type".to_owned()
            } else {
                format!(
                    "Only this machine reaches that address. For others: --listen=0.0.0.0:{port}, or a proxy that speaks TLS and --public-url=https://NAME"
                )
            });
        } else if self.url != self.listening {
            notes.push(format!("Listening on {}", self.listening));
        }
        if is_secure && self.who == Who::Others && !self.also.is_empty() {
            notes.push(
                "Over TLS others type a name that is in the certificate; --public-url=https://NAME says which".to_owned(),
            );
        }
        notes
    }
}

/// Whether a socket for all newer addresses takes in the older ones.
const BOTH: bool = !cfg!(any(windows, target_os = "openbsd"));

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(listen: &str, public: Option<&str>, machine: &Machine) -> Reach {
        let public = public.map(|text| text.parse().expect("an address"));
        let listen = listen.parse().expect("an address");
        Reach::of("http", listen, public.as_ref(), machine)
    }

    fn machine() -> Machine {
        Machine {
            addresses: vec![
                "192.168.1.7".parse().expect("an address"),
                "10.0.0.7".parse().expect("an address"),
                "2001:db8::7".parse().expect("an address"),
            ],
            name: Some("nas".to_owned()),
        }
    }

    #[test]
    fn what_is_printed_can_be_typed_by_those_who_reach_it() {
        let reach = |listen, public| reach(listen, public, &machine());
        let all = reach("0.0.0.0:8000", None);
        assert_eq!(all.url, "http://192.168.1.7:8000");
        assert_eq!(all.also, ["http://10.0.0.7:8000", "http://nas:8000"]);
        assert_eq!(all.who, Who::Others);
        let all = reach("[::]:8000", None);
        let newer = "http://[2001:db8::7]:8000".to_owned();
        assert!(all.also.contains(&newer) || all.url == newer);
        assert_eq!(all.also.len(), if BOTH { 3 } else { 1 });
        for listen in ["127.0.0.1:8000", "127.9.9.9:1", "[::1]:8000"] {
            let here = reach(listen, None);
            assert_eq!(here.url, format!("http://{listen}"));
            assert_eq!((here.who, here.also.len()), (Who::ThisMachine, 0));
        }
        let one = reach("192.168.1.7:80", None);
        assert_eq!(
            (&one.url[..], one.who),
            ("http://192.168.1.7:80", Who::Others)
        );
        // What an operator says counts, whatever it listens on.
        for listen in ["127.0.0.1:8000", "0.0.0.0:8000", "[::]:1"] {
            let public = reach(listen, Some("https://saves.example.org/"));
            assert_eq!(public.url, "https://saves.example.org");
            assert_eq!(public.listening, format!("http://{listen}"));
            assert_eq!((public.who, public.also.len()), (Who::Others, 0));
        }
    }

    #[test]
    fn without_a_network_it_is_this_machine_alone() {
        let alone = Machine::default();
        let here = reach("0.0.0.0:8000", None, &alone);
        assert_eq!(here.url, "http://127.0.0.1:8000");
        assert_eq!(here.who, Who::ThisMachine);
        let here = reach("[::]:8000", None, &alone);
        assert_eq!(here.url, "http://[::1]:8000");
    }

    #[test]
    fn how_to_open_it_is_said_where_nobody_else_reaches_it() {
        let here = reach("127.0.0.1:8000", None, &machine());
        let notes = here.notes(8000, false, false);
        assert!(notes[0].contains("--listen=0.0.0.0:8000"), "{notes:?}");
        let notes = here.notes(8000, true, false);
        assert!(notes[0].contains("--public-url"), "{notes:?}");
        let public = Some("https://saves.example.org");
        let public = reach("127.0.0.1:8000", public, &machine());
        let notes = public.notes(8000, true, false);
        assert_eq!(notes, ["Listening on http://127.0.0.1:8000"]);
        let one = reach("192.168.1.7:80", None, &machine());
        assert!(one.notes(80, false, true).is_empty());
        let all = reach("0.0.0.0:8000", None, &machine());
        assert_eq!(all.notes(8000, false, false).len(), 2);
        assert_eq!(all.notes(8000, false, true).len(), 3);
    }

    #[test]
    fn nothing_that_others_cannot_type_is_an_address_of_this_machine() {
        let own = Machine::ask();
        for address in &own.addresses {
            assert!(is_typed(*address), "{address}");
        }
        for (address, expected) in [
            ("127.0.0.1", false),
            ("0.0.0.0", false),
            ("::1", false),
            ("fe80::1", false),
            ("192.168.1.7", true),
            ("fd12::7", true),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(is_typed(address), expected, "{address}");
        }
        for (name, expected) in [
            ("nas", true),
            ("a.b-c", true),
            ("localhost", false),
            ("", false),
            ("a b", false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }
}
