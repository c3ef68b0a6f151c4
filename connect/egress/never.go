package egress

import "net/netip"

// never reports whether an address is link-local (169.254.0.0/16, fe80::/10) or one of the metadata services that are
// not: of AWS over IPv6, Alibaba Cloud, Azure and Oracle.
func never(addr netip.Addr) bool {
	if addr.IsLinkLocalUnicast() || addr.IsLinkLocalMulticast() || addr.IsInterfaceLocalMulticast() {
		return true
	}
	switch addr {
	case awsMetadata, alibabaMetadata, azureWire, oracleMetadata:
		return true
	}
	return false
}

// meant is the address that a connection ends at: of one that carries an IPv4 address inside, that one; of the
// unspecified ones, which connect to this machine, its loopback address.
func meant(addr netip.Addr) netip.Addr {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		bytes := addr.As16()
		switch {
		case nat64.Contains(addr), localNAT64.Contains(addr):
			return meant(netip.AddrFrom4([4]byte(bytes[12:])))
		case sixToFour.Contains(addr):
			return meant(netip.AddrFrom4([4]byte(bytes[2:6])))
		case compatible.Contains(addr) && addr != netip.IPv6Unspecified() && addr != netip.IPv6Loopback():
			return meant(netip.AddrFrom4([4]byte(bytes[12:])))
		}
	}
	switch addr {
	case netip.IPv4Unspecified():
		return netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case netip.IPv6Unspecified():
		return netip.IPv6Loopback()
	}
	return addr
}

var metadataNames = map[string]bool{
	"metadata": true, "metadata.google.internal": true, "metadata.goog": true, "instance-data": true, "instance-data.ec2.internal": true,
}

var (
	nat64           = netip.MustParsePrefix("64:ff9b::/96")
	localNAT64      = netip.MustParsePrefix("64:ff9b:1::/48")
	sixToFour       = netip.MustParsePrefix("2002::/16")
	compatible      = netip.MustParsePrefix("::/96")
	awsMetadata     = netip.MustParseAddr("fd00:ec2::254")
	alibabaMetadata = netip.MustParseAddr("100.100.100.200")
	azureWire       = netip.MustParseAddr("168.63.129.16")
	oracleMetadata  = netip.MustParseAddr("192.0.0.192")
)
