package main

import (
	"flag"
	"net/http"
	"net/http/httptest"
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

func TestACommandReachesWhatItMay(t *testing.T) {
	t.Parallel()
	called := make(chan struct{}, 10)
	there := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called <- struct{}{} }))
	t.Cleanup(there.Close)
	file := write(t, "flow.json", `{"sluice": 1, "id": "call", "nodes": [{"id": "get", "type": "http.request", "config": {"connection": "there", "path": "/"}}]}`)
	connections := write(t, "connections.json", `{"connections": [{"id": "there", "type": "http", "config": {"baseUrl": "`+there.URL+`"}}]}`)
	run := func(flags ...string) outcome {
		return sluiceIn(t, "", append([]string{"run", file, "--connections", connections}, flags...)...)
	}
	require.Zero(t, run().status)
	require.Len(t, called, 1)
	refused := run("--egress-deny", "127.0.0.0/8")
	require.Equal(t, 1, refused.status)
	require.Contains(t, refused.err, "http.blocked")
	require.Contains(t, refused.err, "--egress-deny")
	require.Equal(t, 2, run("--egress-allow", "https://x").status)
	require.Equal(t, 2, sluiceIn(t, "", "demo", "--egress-deny", "https://x").status)
	require.Equal(t, 2, sluiceIn(t, "", "runs", "resume", t.TempDir(), "--egress-deny", "https://x").status)
	require.Len(t, called, 1)
}
