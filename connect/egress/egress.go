// Package egress is the one guard of everything that is dialled: which hosts and addresses connections may reach.
//
// A [Policy] judges a host as it is written before its name is looked up, and the address that is about to be connected
// to after that, so that a name that resolves elsewhere a moment later changes nothing. It must not know what is spoken
// over a connection, or connections as documents.
package egress

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"sluice/engine/core"
)

// Policy says what may be reached. Addresses of cloud metadata and link-local addresses never are. Of the rest, the
// entry that fits most closely decides: a name before any range, a longer name or narrower range before a wider one, and
// deny where both fit equally. What no entry fits is reached, unless there is an allow list.
//
// A nil Policy has no entries. A Policy is immutable and safe for concurrent use.
type Policy struct{ allow, deny list }

// Parse reads two lists of entries: addresses (10.1.2.3), ranges (10.0.0.0/8, fd00::/8), names (erp.example.com) and
// names with all below them (*.example.com).
func Parse(allow, deny []string) (*Policy, error) {
	p := &Policy{}
	for _, side := range []struct {
		list    *list
		entries []string
	}{{&p.allow, allow}, {&p.deny, deny}} {
		for _, entry := range side.entries {
			if err := side.list.add(entry); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// Blocked is the refusal to reach a host.
type Blocked struct {
	// Host is the name or address as it was asked for.
	Host string
	// Why is the rest of the sentence that begins with the host.
	Why string
}

func (b *Blocked) Error() string { return b.Host + " " + b.Why }

// Failure is an error as the failure of a task where a policy refused, nil where none did. Drivers that wrap what their
// dialer said keep it in the chain.
func Failure(err error) *core.Failure {
	if blocked, ok := errors.AsType[*Blocked](err); ok {
		return &core.Failure{Code: "connection.blocked", Message: blocked.Error(), Permanent: true}
	}
	return nil
}

const (
	whyNever     = "is an address of cloud metadata or link-local, and those are never called"
	whyForm      = "is a number and no address in its usual form (127.0.0.1, ::1)"
	whyDenied    = "must not be called: %s is refused on this server (--egress-deny)"
	whyUnlisted  = "must not be called: it is not among what this server may reach (--egress-allow)"
	whyTransport = "cannot be called: only TCP is spoken, not %s"
)

const (
	dialTimeout = 10 * time.Second
	keepAlive   = 30 * time.Second
)

// Dial is DialContext without a context, as some drivers want it.
func (p *Policy) Dial(network, address string) (net.Conn, error) {
	return p.DialContext(context.Background(), network, address)
}

// DialContext connects to host:port over TCP, as net.Dialer does. Its error holds a [*Blocked] where the policy refuses.
// Drivers must hand it the name, not an address that they looked up: entries for names would be lost.
func (p *Policy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(network, "tcp") {
		return nil, &Blocked{host, fmt.Sprintf(whyTransport, network)}
	}
	if err := p.Check(host); err != nil {
		return nil, err
	}
	dialer := net.Dialer{
		Timeout:   dialTimeout,
		KeepAlive: keepAlive,
		Control: func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return p.judge(host, at.Addr())
		},
	}
	return dialer.DialContext(ctx, network, address)
}

// Check judges a host as it is written, without looking its name up: a nil error of a name is not yet leave to reach it.
func (p *Policy) Check(host string) error {
	if addr, err := netip.ParseAddr(host); err == nil {
		return p.judge(host, addr)
	}
	name := normal(host)
	switch {
	case metadataNames[name]:
		return &Blocked{host, whyNever}
	case numeric(name):
		// Resolvers that take 2852039166 or 0xa9.0xfe.0xa9.0xfe for an address would take it past every entry.
		return &Blocked{host, whyForm}
	case p == nil:
		return nil
	}
	allowed, _ := p.allow.name(name)
	denied, entry := p.deny.name(name)
	switch {
	case denied > 0 && denied >= allowed:
		return &Blocked{host, fmt.Sprintf(whyDenied, entry)}
	case allowed == 0 && p.allow.closed():
		return &Blocked{host, whyUnlisted}
	}
	return nil
}

// CheckThrough judges a host that somebody else will look up and dial: a proxy. Where the name resolves here, none of
// its addresses may be refused; where it does not, what is known of the name decides.
func (p *Policy) CheckThrough(ctx context.Context, host string) error {
	if err := p.Check(host); err != nil {
		return err
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return p.judge(host, netip.Addr{})
	}
	for _, addr := range found {
		if err := p.judge(host, addr); err != nil {
			return err
		}
	}
	return nil
}

// judge decides about one address of a host; the address is not valid where nobody knows it.
func (p *Policy) judge(host string, addr netip.Addr) error {
	addr = meant(addr)
	if never(addr) {
		return &Blocked{host, whyNever}
	}
	if p == nil {
		return nil
	}
	name := ""
	if _, err := netip.ParseAddr(host); err != nil {
		name = normal(host)
	}
	allowed, _ := p.allow.fit(name, addr)
	denied, entry := p.deny.fit(name, addr)
	switch {
	case denied > 0 && denied >= allowed:
		return &Blocked{host, fmt.Sprintf(whyDenied, entry)}
	case allowed == 0 && !p.allow.empty():
		return &Blocked{host, whyUnlisted}
	}
	return nil
}

// normal is a name as entries spell it.
func normal(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// numeric reports whether a name's last label is a number, which no name of the DNS has (RFC 3696, 2).
func numeric(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}
