package flows_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
)

// mutation changes a decoded document here and there, so that what comes out is still JSON of about the right shape.
type mutation struct {
	*rand.Rand
	donors []core.Value
}

func (m *mutation) change(v core.Value) core.Value {
	if m.IntN(12) == 0 {
		return m.other()
	}
	switch v := v.(type) {
	case core.Object:
		out := core.Object{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch m.IntN(30) {
			case 0:
			case 1:
				out[key+"x"] = v[key]
			default:
				out[key] = m.change(v[key])
			}
		}
		return out
	case core.List:
		var out core.List
		for _, item := range v {
			for range []int{1, 1, 1, 1, 1, 1, 1, 0, 2}[m.IntN(9)] {
				out = append(out, m.change(item))
			}
		}
		return out
	default:
		return v
	}
}

func (m *mutation) other() core.Value {
	fixed := []core.Value{
		nil, true, 0, -1, 1.5, "", "{{ input }}", "{{", "a", "nodes.a", "error", "out", core.List{}, core.Object{}, core.List{nil}, core.Object{"": ""},
		"> 1", "[1..2)", "item", "1s", "@", "set@1", "tables[input]", "🙂{{ nodes['x'] }}",
	}
	n := m.IntN(len(fixed) + len(m.donors))
	if n >= len(fixed) {
		return m.donors[n-len(fixed)]
	}
	return fixed[n]
}

// gather lists the values within a document, to be put elsewhere.
func gather(v core.Value, into []core.Value) []core.Value {
	into = append(into, v)
	switch v := v.(type) {
	case core.Object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			into = gather(v[key], into)
		}
	case core.List:
		for _, item := range v {
			into = gather(item, into)
		}
	}
	return into
}

func FuzzMutations(f *testing.F) {
	var documents []core.Value
	for _, folder := range []string{"ok", "bad"} {
		for _, path := range cases(f, folder) {
			if v, err := value.Decode(file(readCase(f, path), "flow.json")); err == nil {
				documents = append(documents, v)
			}
		}
	}
	for seed := range uint64(300) {
		f.Add(seed)
	}
	o := flows.Options{Registry: registry(f), Tables: map[string]core.Value{}, Flows: func(string) bool { return false }}
	f.Fuzz(func(t *testing.T, seed uint64) {
		m := &mutation{Rand: rand.New(rand.NewPCG(seed, 1))}
		base := documents[m.IntN(len(documents))]
		m.donors = gather(base, nil)
		text, err := value.Encode(m.change(base))
		require.NoError(t, err)
		doc, found := flows.Parse(text)
		if doc == nil {
			require.True(t, diag.HasError(found))
			return
		}
		flow, first := flows.Compile(doc, o)
		again, second := flows.Compile(doc, o)
		require.Equal(t, first, second, "findings are the same each time")
		require.Equal(t, flow == nil, diag.HasError(first))
		if flow != nil {
			require.Equal(t, flow.Plan.Hash, again.Plan.Hash)
		}
		for _, d := range first {
			_, known := diag.Find(d.Code)
			require.True(t, known, d.Code)
			require.NotContains(t, d.Message, "{}")
		}
	})
}
