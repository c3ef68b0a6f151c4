package switchnode

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestPortsOfAnyConfig(t *testing.T) {
	t.Parallel()
	cases := func(list ...core.Value) core.Object { return core.Object{"cases": list} }
	for _, c := range []struct {
		name   string
		config core.Object
		want   []string
	}{
		{"none", nil, []string{"default"}},
		{"not a list", core.Object{"cases": "paid"}, []string{"default"}},
		{"not objects", cases("paid", nil, 1), []string{"default"}},
		{"no name, or none that is text", cases(core.Object{}, core.Object{"port": 1}), []string{"default"}},
		{"in order", cases(core.Object{"port": "b"}, core.Object{"port": "a"}), []string{"b", "a", "default"}},
		{"shared", cases(core.Object{"port": "a"}, core.Object{"port": "b"}, core.Object{"port": "a"}), []string{"a", "b", "default"}},
		{"default named", cases(core.Object{"port": "default"}, core.Object{"port": "a"}), []string{"default", "a"}},
	} {
		require.Equal(t, c.want, Spec().Ports(c.config), c.name)
	}
}
