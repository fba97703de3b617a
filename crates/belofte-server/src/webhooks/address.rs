//! Which addresses are on the public internet: the only ones that a webhook may be sent to.
//!
//! Pure. What is not known to be public is not: IPv6 is taken from one range, minus its exceptions.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Networks of IPv4 that are nobody's on the internet (IANA's special-purpose registry), by first address and length.
const NOT_PUBLIC_V4: [([u8; 4], u32); 17] = [
    ([0, 0, 0, 0], 8),        // this network
    ([10, 0, 0, 0], 8),       // private
    ([100, 64, 0, 0], 10),    // shared by a provider's customers
    ([127, 0, 0, 0], 8),      // this computer
    ([168, 63, 129, 16], 32), // a public number that one cloud answers on inside
    ([169, 254, 0, 0], 16),   // this cable; metadata of clouds
    ([172, 16, 0, 0], 12),    // private
    ([192, 0, 0, 0], 24),     // protocols
    ([192, 0, 2, 0], 24),     // documentation
    ([192, 31, 196, 0], 24),  // reverse names of private networks
    ([192, 88, 99, 0], 24),   // relays to IPv6
    ([192, 168, 0, 0], 16),   // private
    ([198, 18, 0, 0], 15),    // measuring
    ([198, 51, 100, 0], 24),  // documentation
    ([203, 0, 113, 0], 24),   // documentation
    ([224, 0, 0, 0], 4),      // many at once
    ([240, 0, 0, 0], 4),      // reserved; everybody
];

/// Where IPv6 gives addresses to hosts, and what of it is for something else.
const PUBLIC_V6: (u128, u32) = (0x2000 << 112, 3);
const NOT_PUBLIC_V6: [(u128, u32); 4] = [
    (0x2001 << 112, 23),     // protocols: tunnels (Teredo), measuring, hashes in place of addresses
    (0x2001_0db8 << 96, 32), // documentation
    (0x2002 << 112, 16),     // tunnels (6to4), which carry any IPv4 address
    (0x3fff << 112, 20),     // documentation
];
/// Names that have IPv4 alone get such an address where the network speaks IPv6 alone (NAT64).
const IPV4_BEHIND_V6: (u128, u32) = (0x0064_ff9b << 96, 96);

pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    let within =
        |(first, length): &([u8; 4], u32)| bits >> (32 - length) == u32::from_be_bytes(*first) >> (32 - length);
    !NOT_PUBLIC_V4.iter().any(within)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = address.to_bits();
    let within = |(first, length): (u128, u32)| bits >> (128 - length) == first >> (128 - length);
    if within(IPV4_BEHIND_V6) {
        return is_public_v4(Ipv4Addr::from_bits((bits & u128::from(u32::MAX)) as u32));
    }
    within(PUBLIC_V6) && !NOT_PUBLIC_V6.into_iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_on_the_internet_is_not_public() {
        for text in "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 \
             127.255.255.254 168.63.129.16 169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 \
             192.0.2.1 192.31.196.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 \
             203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 \
             ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 \
             64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:20::1 \
             2001:db8::1 2002:7f00:1:: 2002:a00:1::1 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1 \
             fd00:ec2::254 fe80::1 fec0::1 ff02::1 ffff::1"
            .split_whitespace()
        {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_neighbours_of_those_networks_are_public() {
        for text in "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
             168.63.129.17 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.0.3.0 \
             192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 ::ffff:8.8.8.8 \
             64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2003::1 2a00:1450::1 2606:4700::1111 3ffe::1"
            .split_whitespace()
        {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }
}
