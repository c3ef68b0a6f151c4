package egress_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/egress"
)

func policy(t *testing.T, allow, deny []string) *egress.Policy {
	t.Helper()
	p, err := egress.Parse(allow, deny)
	require.NoError(t, err)
	return p
}

func TestWhatIsNeverCalled(t *testing.T) {
	t.Parallel()
	everything := policy(t, []string{"0.0.0.0/0", "::/0", "169.254.169.254", "metadata.google.internal"}, nil)
	for _, host := range []string{
		"169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe",
		"2002:a9fe:a9fe::1", "::169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192",
		"metadata.google.internal", "METADATA.google.internal.", "metadata", "instance-data",
		"2852039166", "0xa9fea9fe", "0xa9.0xfe.0xa9.0xfe", "169.254.43518", "1.2.3.4.5",
	} {
		for name, p := range map[string]*egress.Policy{"no policy": nil, "everything": everything} {
			err := p.Check(host)
			var blocked *egress.Blocked
			require.ErrorAs(t, err, &blocked, "%s: %s", name, host)
			require.Equal(t, host, blocked.Host)
			_, err = p.Dial("tcp", net.JoinHostPort(host, "1"))
			require.ErrorAs(t, err, &blocked, "%s: dial %s", name, host)
		}
	}
	_, err := everything.Dial("unix", "/var/run/docker.sock:1")
	require.ErrorContains(t, err, "only TCP")
}

func TestTheClosestEntryDecides(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		allow, deny   []string
		reached, shut []string
	}{
		"no entries": {nil, nil, []string{"127.0.0.1", "10.0.0.1", "::1", "0.0.0.0", "fd00::1", "93.184.216.34", "erp.corp"}, nil},
		"deny alone closes what it names": {
			nil, []string{"127.0.0.0/8", "::1", "10.0.0.0/8", "*.bad.example", "evil.example"},
			[]string{"192.168.1.1", "93.184.216.34", "bad.example", "notbad.example", "fine.evil.example"},
			[]string{"127.0.0.1", "0.0.0.0", "::", "::1", "::ffff:127.0.0.1", "10.255.0.1", "a.bad.example", "A.B.BAD.example.", "evil.example"},
		},
		"allow alone closes the rest": {
			[]string{"10.1.0.0/16", "*.erp.example"}, nil,
			[]string{"10.1.2.3", "api.erp.example"}, []string{"10.2.0.1", "127.0.0.1", "::1"},
		},
		"a narrower range before a wider one": {
			[]string{"10.1.2.3", "0.0.0.0/0"}, []string{"10.0.0.0/8"}, []string{"10.1.2.3", "8.8.8.8"}, []string{"10.1.2.4", "fd00::1"},
		},
		"deny where both fit equally": {[]string{"10.0.0.0/8", "a.example"}, []string{"10.0.0.0/8", "a.example"}, nil, []string{"10.0.0.1", "a.example"}},
		"a longer name before a shorter": {
			[]string{"*.example.com"}, []string{"*.secret.example.com"}, []string{"a.example.com"}, []string{"b.secret.example.com", "other.example"},
		},
		"ranges of mapped addresses": {nil, []string{"::ffff:10.0.0.0/104"}, []string{"11.0.0.1"}, []string{"10.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy(t, c.allow, c.deny)
			for _, host := range c.reached {
				require.NoError(t, p.Check(host), host)
			}
			for _, host := range c.shut {
				require.Error(t, p.Check(host), host)
			}
		})
	}
}

// TestNamesAreJudgedByWhereTheyLead: localhost is looked up for real.
func TestNamesAreJudgedByWhereTheyLead(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		allow, deny []string
		reached     bool
	}{
		"open":                            {nil, nil, true},
		"the address is refused":          {nil, []string{"127.0.0.0/8", "::1"}, false},
		"the name before the range":       {[]string{"localhost"}, []string{"127.0.0.0/8", "::1"}, true},
		"the name is refused":             {[]string{"127.0.0.0/8", "::1"}, []string{"localhost"}, false},
		"neither is listed":               {[]string{"10.0.0.0/8"}, nil, false},
		"the address is listed":           {[]string{"127.0.0.0/8"}, nil, true},
		"other names alone are listed":    {[]string{"erp.example"}, nil, false},
		"the address of a name is listed": {[]string{"erp.example", "127.0.0.1"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := policy(t, c.allow, c.deny)
			connection, err := p.DialContext(t.Context(), "tcp", net.JoinHostPort("localhost", port))
			var blocked *egress.Blocked
			if c.reached {
				require.NoError(t, err)
				require.NoError(t, connection.Close())
				return
			}
			require.ErrorAs(t, err, &blocked)
			require.Equal(t, "localhost", blocked.Host)
			require.ErrorAs(t, p.CheckThrough(t.Context(), "localhost"), &blocked)
			require.Equal(t, "connection.blocked", egress.Failure(fmt.Errorf("driver: %w", err)).Code)
			require.Nil(t, egress.Failure(net.ErrClosed))
		})
	}
}

func TestNamesThatOnlyAProxyKnows(t *testing.T) {
	t.Parallel()
	// A context that is over looks nothing up, as on a machine whose name server knows only its own network.
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, (*egress.Policy)(nil).CheckThrough(ctx, "api.example"))
	require.NoError(t, policy(t, nil, []string{"10.0.0.0/8"}).CheckThrough(ctx, "api.example"))
	require.NoError(t, policy(t, []string{"*.example"}, nil).CheckThrough(ctx, "api.example"))
	require.Error(t, policy(t, []string{"10.0.0.0/8"}, nil).CheckThrough(ctx, "api.example"))
	require.Error(t, policy(t, nil, []string{"api.example"}).CheckThrough(ctx, "api.example"))
}

func TestEntriesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{"", "10.0.0.0/33", "10.0.0", "http://erp.example", "erp.example:80", "*", "*.*.example", "a..b", "-x", "1234", "a b"} {
		_, err := egress.Parse([]string{entry}, nil)
		require.Error(t, err, entry)
		_, err = egress.Parse(nil, []string{entry})
		require.Error(t, err, entry)
	}
}
