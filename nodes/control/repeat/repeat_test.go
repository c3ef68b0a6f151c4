package repeat

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/control/controltest"
)

// done holds when the turn's task gave true.
var done = controltest.Of(func(s controltest.Scope) core.Value { return s.Out("query") })

func loop(config core.Object) controltest.Graph {
	spec := Spec()
	full := core.Object{"until": done}
	maps.Copy(full, config)
	return controltest.Graph{Nodes: []controltest.Node{
		{ID: "poll", Spec: &spec, Config: full, Body: &controltest.Graph{Nodes: []controltest.Node{{ID: "query"}}}},
	}}
}

// withExhausted adds an edge from the port exhausted.
func withExhausted(g controltest.Graph) controltest.Graph {
	g.Nodes = append(g.Nodes, controltest.Node{ID: "late", Eval: controltest.Of(func(s controltest.Scope) core.Value {
		return core.Object{"late": s.Input()}
	})})
	g.Edges = []controltest.Edge{{From: "poll", Port: "exhausted", To: "late"}}
	return g
}

// turns answers every turn with what gives for it and returns when each one began.
func turns(r *controltest.Run, gives ...core.Value) (starts []time.Duration) {
	for _, v := range gives {
		if len(r.Tasks()) == 0 {
			r.Fire()
		}
		starts = append(starts, r.Since())
		r.Done(r.Tasks()[0], v)
	}
	return starts
}

func TestTheFirstTurnStartsAtOnce(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, loop(core.Object{"delays": core.List{"1m"}}), "SO-1")
	r.Heard(`RunTask poll[0].query "SO-1"`)
	r.Done("poll[0].query", true)
	r.Heard(`Finish succeeded true`)
}

func TestPauses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config core.Object
		starts []time.Duration
	}{
		"a list": {
			core.Object{"delays": core.List{"30s*2", "2m * 2", "1d"}},
			[]time.Duration{0, 30 * time.Second, time.Minute, 3 * time.Minute, 5 * time.Minute, 24*time.Hour + 5*time.Minute},
		},
		"one pause":        {core.Object{"delays": core.List{"1m"}}, []time.Duration{0, time.Minute}},
		"the same pause":   {core.Object{"max": 3, "delay": "10s"}, []time.Duration{0, 10 * time.Second, 20 * time.Second}},
		"none":             {core.Object{"max": 3}, []time.Duration{0, 0, 0}},
		"one turn":         {core.Object{"max": 1, "delay": "10s"}, []time.Duration{0}},
		"none in the list": {core.Object{"delays": core.List{"0s*2"}}, []time.Duration{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			never := make([]core.Value, len(c.starts))
			for i := range never {
				never[i] = false
			}
			r := controltest.Start(t, loop(c.config), nil)
			require.Equal(t, c.starts, turns(r, never...))
			require.Equal(t, c.starts[len(c.starts)-1], r.Since(), "there is no pause after the last turn")
			f := r.Fails("repeat.exhausted")
			require.True(t, f.Permanent, "trying again would only repeat the repetition")
		})
	}
}

func TestUntilHoldsInTheMiddle(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, loop(core.Object{"delays": core.List{"30s*5"}}), nil)
	turns(r, nil, false, true)
	r.Output("true")
	require.Equal(t, time.Minute, r.Since())
}

func TestExhausted(t *testing.T) {
	t.Parallel()
	t.Run("goes on with the last output", func(t *testing.T) {
		t.Parallel()
		never := core.Object{"max": 2, "until": controltest.Const(false)}
		r := controltest.Start(t, withExhausted(loop(never)), nil)
		turns(r, "first", "second")
		r.Output(`{"late":"second"}`)
	})
	t.Run("is not taken when until holds", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, withExhausted(loop(core.Object{"max": 2})), nil)
		turns(r, true)
		r.Output("null")
	})
}

func TestFailures(t *testing.T) {
	t.Parallel()
	t.Run("of a turn", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, loop(core.Object{"delays": core.List{"1m"}}), nil)
		turns(r, false)
		r.Fire()
		r.Fail("poll[1].query", "http.status")
		require.Equal(t, "poll[1].query", r.Fails("http.status").Path)
	})
	t.Run("of until", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, loop(core.Object{"max": 2}), nil)
		turns(r, "yes")
		require.Equal(t, "poll", r.Fails("expr.type").Node)
	})
	t.Run("a cancelled run waits for nothing", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, loop(core.Object{"delays": core.List{"1m"}}), nil)
		turns(r, false)
		r.Cancel()
		r.Heard("RunTask poll[0].query null", "SetTimer poll 1m0s", "DropTimer poll", "Finish cancelled run.cancelled ")
	})
}

func TestManyTurnsWithoutAPause(t *testing.T) {
	t.Parallel()
	g := loop(core.Object{"max": maxTurns})
	g.Nodes[0].Body = &controltest.Graph{Nodes: []controltest.Node{{ID: "query", Eval: controltest.Const(false)}}}
	controltest.Start(t, withExhausted(g), nil).Output(`{"late":false}`)
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config core.Object
		want   []string
	}{
		"no duration":      {core.Object{"delays": core.List{"1m", "soon"}}, []string{"/delays/1 flow.duration.invalid"}},
		"no count":         {core.Object{"delays": core.List{"1m*", "1m*x", "1m*0", "1m*-1", "1m*2*3"}}, []string{"/delays/0 config.pattern", "/delays/1 config.pattern", "/delays/2 config.pattern", "/delays/3 config.pattern", "/delays/4 config.pattern"}},
		"below zero":       {core.Object{"delays": core.List{"-1m*2"}}, []string{"/delays/0 flow.duration.range"}},
		"over a century":   {core.Object{"delays": core.List{"880000h"}}, []string{"/delays/0 flow.duration.range"}},
		"too many in all":  {core.Object{"delays": core.List{"1s*60000", "2s*60000"}}, []string{"/delays config.range"}},
		"too many at once": {core.Object{"delays": core.List{"1s*99999999999"}}, []string{"/delays/0 config.pattern"}},
		"delay":            {core.Object{"delay": "1 minute", "max": 2}, []string{"/delay flow.duration.invalid"}},
		"none":             {core.Object{"delays": core.List{"30s*5", " 2m * 10 ", "1m"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.config["until"] = done
			require.Equal(t, c.want, controltest.Findings(compile, c.config))
		})
	}
}
