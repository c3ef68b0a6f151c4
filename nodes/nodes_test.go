package nodes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/nodes"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"2800ms": 2800 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "2d": 48 * time.Hour, "1d12h": 36 * time.Hour,
		"0.5d": 12 * time.Hour, "-1d12h": -36 * time.Hour, "0s": 0, "36500d": 36500 * 24 * time.Hour,
	} {
		got, err := nodes.ParseDuration(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "d", "5", "2 days", "NaNd", "Infd", "1e300d", "36501d", "1dx", "1d1", "１d"} {
		_, err := nodes.ParseDuration(text)
		require.Error(t, err, text)
	}
}

func TestDurationTakesWhatExpressionsGive(t *testing.T) {
	t.Parallel()
	for _, v := range []any{90 * time.Second, "90s", "1m30s"} {
		d, f := nodes.Duration(v)
		require.Nil(t, f)
		require.Equal(t, 90*time.Second, d)
	}
	for _, v := range []any{nil, 90, true, "soon"} {
		_, f := nodes.Duration(v)
		require.Equal(t, "config.duration", f.Code)
	}
}

func TestARegistryFindsTypesWithAndWithoutTheirMajor(t *testing.T) {
	t.Parallel()
	r, err := nodes.New([]nodes.Spec{{Type: "b", Major: 1}, {Type: "a", Major: 2}, {Type: "a", Major: 1}})
	require.NoError(t, err)
	require.Equal(t, 2, r.Find("a").Major, "the newest, in whatever order they are listed")
	require.Equal(t, 1, r.Find("a@1").Major)
	require.Nil(t, r.Find("a@3"))
	require.Nil(t, r.Find("c"))
	require.Equal(t, []string{"a", "b"}, r.Types())
	require.Equal(t, "b@1", r.Specs()[0].Name())
	require.Equal(t, []string{"out"}, r.Find("b").PortsOf(nil))
	_, err = nodes.New([]nodes.Spec{{Type: "a", Major: 1}, {Type: "a", Major: 1}})
	require.ErrorContains(t, err, "twice")
}
