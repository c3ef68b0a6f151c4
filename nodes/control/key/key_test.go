package key

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestText(t *testing.T) {
	t.Parallel()
	for want, v := range map[string]core.Value{
		"SO-1":                       "SO-1",
		"6917223378889540123":        6917223378889540123,
		"-1":                         -1,
		"0.1":                        0.1,
		strings.Repeat("x", Longest): strings.Repeat("x", Longest),
	} {
		got, ok := Text(v)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, v := range []core.Value{nil, "", true, core.List{"a"}, core.Object{}, math.NaN(), strings.Repeat("x", Longest+1)} {
		_, ok := Text(v)
		require.False(t, ok, "%v", v)
	}
}
