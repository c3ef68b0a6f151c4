package httpclient

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"
)

// errBlocked is the refusal to call an address that only the machine itself should reach.
var errBlocked = errors.New("addresses of cloud metadata and link-local addresses are never called")

// guardedDialer dials nothing that is blocked. It judges the address that is about to be connected to, after name
// resolution, so that a name that resolves elsewhere a moment later changes nothing.
func guardedDialer() *net.Dialer {
	return &net.Dialer{
		Timeout:   10 * time.Second,
		KeepAlive: 30 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || blocked(at.Addr()) {
				return errBlocked
			}
			return nil
		},
	}
}

// blockedHost judges the host of a URL as written: what a proxy would resolve for us.
func blockedHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return blocked(addr)
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	return name == "metadata.google.internal" || name == "metadata" || name == "instance-data"
}

// blocked reports whether an address is link-local (169.254.0.0/16, fe80::/10) or one of the metadata services that
// are not: of AWS over IPv6, Alibaba Cloud, Azure and Oracle. Addresses that carry an IPv4 address inside are judged
// by that one.
func blocked(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		bytes := addr.As16()
		switch {
		case nat64.Contains(addr):
			return blocked(netip.AddrFrom4([4]byte(bytes[12:])))
		case sixToFour.Contains(addr):
			return blocked(netip.AddrFrom4([4]byte(bytes[2:6])))
		}
	}
	if addr.IsLinkLocalUnicast() || addr.IsLinkLocalMulticast() {
		return true
	}
	switch addr {
	case awsMetadata, alibabaMetadata, azureWire, oracleMetadata:
		return true
	}
	return false
}

var (
	nat64           = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour       = netip.MustParsePrefix("2002::/16")
	awsMetadata     = netip.MustParseAddr("fd00:ec2::254")
	alibabaMetadata = netip.MustParseAddr("100.100.100.200")
	azureWire       = netip.MustParseAddr("168.63.129.16")
	oracleMetadata  = netip.MustParseAddr("192.0.0.192")
)
