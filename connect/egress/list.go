package egress

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// list is the entries of one side.
type list struct {
	ranges []netip.Prefix
	// exact are whole names, below are the parts of *.name behind the star.
	exact, below []string
}

var validName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)

func (l *list) add(entry string) error {
	entry = strings.TrimSpace(entry)
	if prefix, err := netip.ParsePrefix(entry); err == nil {
		if mapped := prefix.Addr(); mapped.Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(mapped.Unmap(), prefix.Bits()-96)
		}
		l.ranges = append(l.ranges, prefix.Masked())
		return nil
	}
	if addr, err := netip.ParseAddr(entry); err == nil {
		addr = addr.Unmap().WithZone("")
		l.ranges = append(l.ranges, netip.PrefixFrom(addr, addr.BitLen()))
		return nil
	}
	name, below := strings.CutPrefix(normal(entry), "*.")
	if !validName.MatchString(name) || numeric(name) {
		return fmt.Errorf("%q is not an address (10.1.2.3), a range (10.0.0.0/8) or a name (erp.example.com, *.example.com)", entry)
	}
	if below {
		l.below = append(l.below, "."+name)
	} else {
		l.exact = append(l.exact, name)
	}
	return nil
}

func (l *list) empty() bool { return len(l.ranges)+len(l.exact)+len(l.below) == 0 }

// closed reports whether nothing but the listed names can fit, so that others need not be looked up.
func (l *list) closed() bool { return !l.empty() && len(l.ranges) == 0 }

// How closely an entry fits, in steps: no entry is 0, ranges follow, then names.
const (
	fitRange = 1
	fitBelow = 1_000
	fitExact = 10_000
)

// name is how closely an entry fits a name, and that entry.
func (l *list) name(name string) (fit int, entry string) {
	for _, exact := range l.exact {
		if name == exact {
			return fitExact, exact
		}
	}
	for _, suffix := range l.below {
		if strings.HasSuffix(name, suffix) && fitBelow+len(suffix) > fit {
			fit, entry = fitBelow+len(suffix), "*"+suffix
		}
	}
	return fit, entry
}

// fit is how closely an entry fits a host's name, which may be empty, or its address, which may be unknown.
func (l *list) fit(name string, addr netip.Addr) (fit int, entry string) {
	if name != "" {
		if fit, entry = l.name(name); fit > 0 {
			return fit, entry
		}
	}
	for _, prefix := range l.ranges {
		// Of an address of either family, as many bits count as are fixed.
		bits := fitRange + prefix.Bits() + 128 - prefix.Addr().BitLen()
		if prefix.Contains(addr) && bits > fit {
			fit, entry = bits, prefix.String()
		}
	}
	return fit, entry
}
