package foreach

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/control/controltest"
)

// each is a foreach over trigger.body whose body is one task, with what a test adds to the config.
func each(config core.Object, body *controltest.Graph) controltest.Graph {
	spec := Spec()
	if body == nil {
		body = &controltest.Graph{Nodes: []controltest.Node{{ID: "work"}}}
	}
	full := core.Object{"items": controltest.Body}
	maps.Copy(full, config)
	return controltest.Graph{Nodes: []controltest.Node{{ID: "each", Spec: &spec, Config: full, Body: body}}}
}

func TestOneAfterTheOther(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, each(nil, nil), core.List{"a", "b"})
	r.Heard(`RunTask each[0].work "a"`)
	r.Done("each[0].work", 1)
	r.Heard(`RunTask each[1].work "b"`)
	r.Done("each[1].work", 2)
	r.Heard(`Finish succeeded [1,2]`)
}

func TestConcurrencyIsABoundAndResultsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, each(core.Object{"concurrency": 2}, nil), core.List{"a", "b", "c", "d", "e"})
	require.Equal(t, []string{"each[0].work", "each[1].work"}, r.Tasks())
	r.Done("each[1].work", "B")
	require.Equal(t, []string{"each[0].work", "each[2].work"}, r.Tasks())
	r.Done("each[2].work", "C")
	r.Done("each[3].work", "D")
	require.Equal(t, []string{"each[0].work", "each[4].work"}, r.Tasks())
	r.Done("each[4].work", "E")
	r.Done("each[0].work", "A")
	r.Output(`["A","B","C","D","E"]`)
}

func TestMoreConcurrencyThanItems(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, each(core.Object{"concurrency": 1000}, nil), core.List{"a", "b"})
	require.Equal(t, []string{"each[0].work", "each[1].work"}, r.Tasks())
	r.Done("each[0].work", nil)
	r.Done("each[1].work", nil)
	r.Output(`[null,null]`)
}

func TestAnItemThatFails(t *testing.T) {
	t.Parallel()
	t.Run("fails the node and cancels the others", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"concurrency": 2, "onItemError": "fail"}, nil), core.List{"a", "b", "c"})
		r.Heard(`RunTask each[0].work "a"`, `RunTask each[1].work "b"`)
		r.Fail("each[1].work", "db.down")
		r.Heard("AbortTask work")
		r.Done("each[0].work", nil)
		require.Equal(t, "each[1].work", r.Fails("db.down").Path)
	})
	t.Run("is kept in its place", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"onItemError": "collect"}, nil), core.List{"a", "b", "c"})
		r.Done("each[0].work", "A")
		r.Fail("each[1].work", "db.down")
		r.Done("each[2].work", "C")
		r.Output(`["A",{"error":{"attempt":1,"code":"db.down","message":"db.down","node":"work","path":"each[1].work"}},"C"]`)
	})
	t.Run("may be the last", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"onItemError": "collect"}, nil), core.List{"a"})
		r.Fail("each[0].work", "db.down")
		require.Len(t, r.Ended(core.Succeeded).Output, 1)
	})
}

func TestRetryOfTheWholeNodeStartsAnew(t *testing.T) {
	t.Parallel()
	g := each(core.Object{"concurrency": 2}, nil)
	g.Nodes[0].Retry = &core.Retry{Max: 1}
	r := controltest.Start(t, g, core.List{"a", "b"})
	r.Done("each[0].work", "A")
	r.Fail("each[1].work", "db.down")
	require.Empty(t, r.Tasks())
	r.Fire()
	require.Equal(t, []string{"each[0].work", "each[1].work"}, r.Tasks())
	r.Done("each[0].work", "A2")
	r.Done("each[1].work", "B2")
	r.Output(`["A2","B2"]`)
}

func TestCompleteWhen(t *testing.T) {
	t.Parallel()
	found := controltest.Of(func(s controltest.Scope) core.Value { return s.Out("work") == s.Item() })
	t.Run("cancels the rest and leaves null in their places", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"concurrency": 3, "completeWhen": found}, nil), core.List{"a", "b", "c", "d"})
		r.Done("each[0].work", "no")
		r.Heard(`RunTask each[0].work "a"`, `RunTask each[1].work "b"`, `RunTask each[2].work "c"`, `RunTask each[3].work "d"`)
		r.Done("each[2].work", "c")
		r.Heard("AbortTask work", "AbortTask work", `Finish succeeded ["no",null,"c",null]`)
	})
	t.Run("is never true", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"completeWhen": found}, nil), core.List{"a"})
		r.Done("each[0].work", "no")
		r.Output(`["no"]`)
	})
	t.Run("is not asked after an item that failed", func(t *testing.T) {
		t.Parallel()
		always := core.Object{"onItemError": "collect", "completeWhen": controltest.Const(true)}
		r := controltest.Start(t, each(always, nil), core.List{"a", "b"})
		r.Fail("each[0].work", "db.down")
		require.Equal(t, []string{"each[1].work"}, r.Tasks())
		r.Done("each[1].work", nil)
		r.Ended(core.Succeeded)
	})
	t.Run("must be a condition", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, each(core.Object{"completeWhen": controltest.Const("yes")}, nil), core.List{"a"})
		r.Done("each[0].work", nil)
		require.Equal(t, "each", r.Fails("expr.type").Node)
	})
}

func TestItems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body core.Value
		want string
	}{
		"an empty list":                     {core.List{}, `[]`},
		"null is an empty list":             {nil, `[]`},
		"a list that holds null is no less": {core.List{nil}, `[[null,0]]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := &controltest.Graph{Nodes: []controltest.Node{{ID: "work", Eval: controltest.Of(func(s controltest.Scope) core.Value {
				return core.List{s.Item(), s.Index()}
			})}}}
			controltest.Start(t, each(nil, body), c.body).Output(c.want)
		})
	}
	for name, body := range map[string]core.Value{"object": core.Object{"sku": "A1"}, "string": "a,b", "number": 3} {
		t.Run("a "+name+" is refused", func(t *testing.T) {
			t.Parallel()
			f := controltest.Start(t, each(nil, nil), body).Fails("foreach.items")
			require.Contains(t, f.Message, "a "+name)
			require.True(t, f.Permanent)
		})
	}
	t.Run("that cannot be computed", func(t *testing.T) {
		t.Parallel()
		broken := controltest.Expr(func(controltest.Scope) (core.Value, *core.Failure) {
			return nil, &core.Failure{Code: "expr.budget"}
		})
		controltest.Start(t, each(core.Object{"items": broken}, nil), nil).Fails("expr.budget")
	})
}

func TestInOneAnother(t *testing.T) {
	t.Parallel()
	inner := each(core.Object{"items": controltest.Item}, &controltest.Graph{Nodes: []controltest.Node{
		{ID: "work", Eval: controltest.Of(func(s controltest.Scope) core.Value { return s.Item().(int) * 10 })},
	}})
	inner.Nodes[0].ID = "inner"
	r := controltest.Start(t, each(core.Object{"concurrency": 2}, &inner), core.List{core.List{1, 2}, core.List{}, core.List{3}})
	r.Output(`[[10,20],[],[30]]`)
}

func TestABodyWithItsOwnOutput(t *testing.T) {
	t.Parallel()
	body := &controltest.Graph{
		Nodes:  []controltest.Node{{ID: "work"}},
		Output: controltest.Of(func(s controltest.Scope) core.Value { return core.List{s.Item(), s.Index(), s.Out("work")} }),
	}
	r := controltest.Start(t, each(nil, body), core.List{"a", "b"})
	r.Done("each[0].work", true)
	r.Done("each[1].work", false)
	r.Output(`[["a",0,true],["b",1,false]]`)
}
