package nodetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// checkSame holds a pure node to its purity: the same bytes come out however often it runs and in whatever order the
// maps it is given were built, and what it is given stays as it was.
func checkSame(t *testing.T, n Node, given ExampleScope, want string) {
	t.Helper()
	const turns = 8
	for turn := range turns {
		s := given.scope(n)
		if turn%2 == 1 {
			rebuild(s)
		}
		before := scopeText(t, s)
		got, f := n.Eval(s)
		require.Equal(t, want, outcome(t, got, f), "turn %d: a pure node gives the same again", turn)
		require.Equal(t, before, scopeText(t, s), "a node leaves what it is given as it was")
	}
}

// outcome writes down all that a node gave.
func outcome(t *testing.T, r core.Result, f *core.Failure) string {
	t.Helper()
	if f != nil {
		return fmt.Sprintf("%s %s %s", f.Code, f.Message, text(t, f.Details))
	}
	s := fmt.Sprintf("%s port %d also %v vars %s", text(t, r.Value), r.Port, r.Also, text(t, orEmpty(r.Vars)))
	if e := r.End; e != nil {
		s += fmt.Sprintf(" end %s %s %v", e.Status, text(t, e.Output), e.Failure)
	}
	return s
}

func scopeText(t *testing.T, s *Scope) string {
	t.Helper()
	outputs := core.Object{}
	for i, v := range s.Outputs {
		outputs[fmt.Sprint(i)] = v
	}
	return string(text(t, core.List{s.TriggerValue, s.InputValue, orEmpty(s.VarValues), s.ItemValue, outputs}))
}

func rebuild(s *Scope) {
	s.TriggerValue, s.InputValue, s.ItemValue = rebuilt(s.TriggerValue), rebuilt(s.InputValue), rebuilt(s.ItemValue)
	if s.VarValues != nil {
		s.VarValues = rebuilt(s.VarValues).(core.Object)
	}
	for i, v := range s.Outputs {
		s.Outputs[i] = rebuilt(v)
	}
}

// rebuilt is v with its objects built from their last key to their first, in maps that were larger before.
func rebuilt(v core.Value) core.Value {
	switch v := v.(type) {
	case core.List:
		list := make(core.List, len(v))
		for i, item := range v {
			list[i] = rebuilt(item)
		}
		return list
	case core.Object:
		object := core.Object{}
		const more = 64
		for i := range more {
			object[fmt.Sprintf("\x00%d", i)] = i
		}
		names := slices.Sorted(maps.Keys(v))
		slices.Reverse(names)
		for _, name := range names {
			object[name] = rebuilt(v[name])
		}
		for i := range more {
			delete(object, fmt.Sprintf("\x00%d", i))
		}
		return object
	default:
		return v
	}
}
