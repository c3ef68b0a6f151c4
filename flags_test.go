package main

import (
	"flag"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEgressFlags(t *testing.T) {
	t.Parallel()
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	reach := egressFlags(flags)
	rest, err := parse(flags, []string{"--egress-deny", "10.0.0.0/8, *.internal", "--egress-allow=10.1.2.3", "--egress-deny", "127.0.0.1", "--egress-allow", "0.0.0.0/0,*.shop.example"})
	require.NoError(t, err)
	require.Empty(t, rest)
	policy, err := reach()
	require.NoError(t, err)
	for host, reached := range map[string]bool{
		"10.1.2.3": true, "10.1.2.4": false, "erp.internal": false, "127.0.0.1": false, "8.8.8.8": true, "a.shop.example": true, "169.254.169.254": false,
	} {
		require.Equal(t, reached, policy.Check(host) == nil, host)
	}

	flags = flag.NewFlagSet("serve", flag.ContinueOnError)
	reach = egressFlags(flags)
	_, err = parse(flags, []string{"--egress-allow", "https://shop.example"})
	require.NoError(t, err)
	_, err = reach()
	var usage *usageError
	require.ErrorAs(t, err, &usage)
	require.ErrorContains(t, err, "https://shop.example")
}
