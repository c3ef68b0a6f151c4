package group

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/control/controltest"
)

func group(config core.Object) controltest.Graph {
	spec := Spec()
	return controltest.Graph{Nodes: []controltest.Node{
		{ID: "guard", Spec: &spec, Config: config, Body: &controltest.Graph{Nodes: []controltest.Node{{ID: "work"}}}},
	}}
}

func locked() controltest.Graph { return group(core.Object{"lock": controltest.Body}) }

func TestWithoutALock(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, group(core.Object{}), "in")
	r.Heard(`RunTask guard[0].work "in"`)
	r.Done("guard[0].work", "out")
	r.Heard(`Finish succeeded "out"`)
}

func TestTheLockIsHeldFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T) *controltest.Run {
		r := controltest.Start(t, locked(), "SO-1")
		r.Heard("AcquireLock guard SO-1")
		require.Empty(t, r.Tasks(), "the body waits for the lock")
		r.Grant()
		r.Heard(`RunTask guard[0].work "SO-1"`)
		return r
	}
	t.Run("success", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		r.Done("guard[0].work", 1)
		r.Heard("ReleaseLock guard SO-1", "Finish succeeded 1")
	})
	t.Run("failure", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		r.Fail("guard[0].work", "db.down")
		r.Heard("ReleaseLock guard SO-1", "Finish failed db.down guard[0].work")
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		r := start(t)
		r.Cancel()
		r.Heard("AbortTask work", "ReleaseLock guard SO-1")
		r.Done("guard[0].work", nil)
		r.Heard("Finish cancelled run.cancelled ")
	})
}

func TestWhoStillWaitsForTheLockGivesItUp(t *testing.T) {
	t.Parallel()
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, locked(), "SO-1")
		r.Cancel()
		r.Heard("AcquireLock guard SO-1", "ReleaseLock guard SO-1", "Finish cancelled run.cancelled ")
	})
	t.Run("timed out", func(t *testing.T) {
		t.Parallel()
		g := locked()
		g.Nodes[0].Timeout = 5e9
		r := controltest.Start(t, g, "SO-1")
		r.Fire()
		r.Heard("SetTimer guard 5s", "AcquireLock guard SO-1", "ReleaseLock guard SO-1", "Finish failed node.timeout guard")
	})
}

func TestRetryAcquiresAgain(t *testing.T) {
	t.Parallel()
	g := locked()
	g.Nodes[0].Retry = &core.Retry{Max: 1, Delay: 2e9}
	r := controltest.Start(t, g, "SO-1")
	r.Grant()
	r.Fail("guard[0].work", "db.down")
	r.Heard("AcquireLock guard SO-1", `RunTask guard[0].work "SO-1"`, "ReleaseLock guard SO-1", "SetTimer guard 2s")
	r.Fire()
	r.Heard("AcquireLock guard SO-1")
	r.Grant()
	r.Done("guard[0].work", 1)
	r.Output("1")
}

func TestKeys(t *testing.T) {
	t.Parallel()
	huge, err := value.ParseDecimal("69172233788895401234567")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		key  core.Value
		want string
	}{
		"an order number that is a number": {6917223378889540123, "AcquireLock guard 6917223378889540123"},
		"one beyond 64 bits":               {huge, "AcquireLock guard 69172233788895401234567"},
		"text":                             {"order:1", "AcquireLock guard order:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controltest.Start(t, locked(), c.key).Heard(c.want)
		})
	}
	for name, key := range map[string]core.Value{"nothing": nil, "empty": "", "a boolean": true, "a list": core.List{"a"}} {
		t.Run(name+" is refused", func(t *testing.T) {
			t.Parallel()
			require.True(t, controltest.Start(t, locked(), key).Fails("group.lock").Permanent)
		})
	}
}
