package condition

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestHolds(t *testing.T) {
	t.Parallel()
	gives := func(v core.Value) core.Expr { return func(core.Scope) (core.Value, *core.Failure) { return v, nil } }
	for _, c := range []struct {
		name  string
		given core.Value
		want  bool
		code  string
	}{
		{"true", true, true, ""},
		{"false", false, false, ""},
		{"null is false", nil, false, ""},
		{"text is not a condition", "true", false, "expr.type"},
		{"a number is not a condition", 1, false, "expr.type"},
		{"a list is not a condition", core.List{}, false, "expr.type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, f := Holds(gives(c.given), nil, "/when")
			require.Equal(t, c.want, got)
			if c.code == "" {
				require.Nil(t, f)
				return
			}
			require.NotNil(t, f)
			require.Equal(t, c.code, f.Code)
			require.Contains(t, f.Message, "/when")
			require.True(t, f.Permanent, "the same expression gives the same again")
		})
	}

	broken := &core.Failure{Code: "expr.budget"}
	_, f := Holds(func(core.Scope) (core.Value, *core.Failure) { return nil, broken }, nil, "/when")
	require.Same(t, broken, f)
}
