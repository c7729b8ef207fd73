//! Who is at the other end of a connection.

use std::net::{IpAddr, Ipv4Addr};

/// Which listener a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The public one, or the operator's at an address: nobody is known by coming in.
    Address,
    /// The operator's socket: who can open that file is the operator.
    #[cfg_attr(not(unix), allow(dead_code, reason = "there are no such sockets"))]
    Socket,
}

/// Where a request came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// How it came in.
    pub door: Door,
    /// The address.
    pub address: IpAddr,
    /// Whether it speaks TLS, with us or with a proxy that is trusted.
    pub is_secure: bool,
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            door: Door::Address,
            address: Ipv4Addr::UNSPECIFIED.into(),
            is_secure: false,
        }
    }
}

#[cfg(unix)]
impl Peer {
    /// Returns the one at the operator's socket, which is a file of this machine.
    pub fn at_socket() -> Self {
        Self {
            door: Door::Socket,
            address: Ipv4Addr::LOCALHOST.into(),
            is_secure: true,
        }
    }
}
