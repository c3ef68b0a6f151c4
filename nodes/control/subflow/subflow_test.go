package subflow

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/control/controltest"
)

func call(config core.Object) controltest.Graph {
	spec := Spec()
	full := core.Object{"flow": "archive"}
	maps.Copy(full, config)
	return controltest.Graph{Nodes: []controltest.Node{{ID: "call", Spec: &spec, Config: full}}}
}

func TestWait(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, call(nil), "SO-1")
	r.Heard(`StartChild call archive "SO-1"`)
	r.Child("archived", nil)
	r.Heard(`Finish succeeded "archived"`)
}

func TestInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		input core.Value
		want  string
	}{
		"with templates": {core.Object{"order_id": controltest.Body, "n": 1}, `{"n":1,"order_id":6917223378889540123}`},
		"null":           {nil, "null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := controltest.Start(t, call(core.Object{"input": c.input}), 6917223378889540123)
			r.Heard("StartChild call archive " + c.want)
		})
	}
	t.Run("that cannot be computed", func(t *testing.T) {
		t.Parallel()
		broken := controltest.Expr(func(controltest.Scope) (core.Value, *core.Failure) {
			return nil, &core.Failure{Code: "expr.budget"}
		})
		controltest.Start(t, call(core.Object{"input": broken}), nil).Fails("expr.budget")
	})
}

func TestDetach(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *controltest.Run {
		r := controltest.Start(t, call(core.Object{"mode": "detach"}), 1)
		r.Heard("StartChild call archive 1 detached")
		return r
	}
	t.Run("goes on when the child is safe", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		r.Child(core.Object{"run": "run-2"}, nil)
		r.Output(`{"run":"run-2"}`)
	})
	t.Run("fails when it cannot be started", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		r.Child(nil, &core.Failure{Code: "subflow.start", Message: "no such flow"})
		require.Equal(t, "call", r.Fails("subflow.start").Path)
	})
}

func TestAFailureTellsWhereItHappened(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, call(nil), nil)
	given := core.Failure{
		Code: "http.status", Message: "the peer answered 404", Status: 404, Body: "gone",
		Node: "call", Path: "each[1].call", Attempt: 3, Details: "more", Permanent: true,
	}
	r.Child(nil, &given)
	require.Equal(t, &core.Failure{
		Code: "http.status", Message: "the peer answered 404", Status: 404, Body: "gone", Permanent: true,
		Node: "call", Path: "call", Attempt: 1,
		Details: core.Object{"flow": "archive", "node": "call", "path": "each[1].call", "attempt": 3, "details": "more"},
	}, r.Ended(core.Failed).Failure)
}

func TestRetryStartsAnotherChild(t *testing.T) {
	t.Parallel()
	g := call(nil)
	g.Nodes[0].Retry = &core.Retry{Max: 1, Delay: 1e9}
	r := controltest.Start(t, g, 1)
	r.Child(nil, &core.Failure{Code: "db.down", Node: "save"})
	r.Fire()
	r.Child("second", nil)
	r.Heard("StartChild call archive 1", "SetTimer call 1s", "StartChild call archive 1", `Finish succeeded "second"`)
}

func TestTheChildIsCancelledWithTheNode(t *testing.T) {
	t.Parallel()
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, call(nil), 1)
		r.Cancel()
		r.Heard("StartChild call archive 1", "CancelChild call", "Finish cancelled run.cancelled ")
	})
	t.Run("timed out", func(t *testing.T) {
		t.Parallel()
		g := call(nil)
		g.Nodes[0].Timeout = 1e9
		r := controltest.Start(t, g, 1)
		r.Fire()
		r.Heard("SetTimer call 1s", "StartChild call archive 1", "CancelChild call", "Finish failed node.timeout call")
	})
}
