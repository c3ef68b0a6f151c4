package wait

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/control/controltest"
)

func pause(config core.Object) controltest.Graph {
	spec := Spec()
	return controltest.Graph{Nodes: []controltest.Node{{ID: "pause", Spec: &spec, Config: config}}}
}

func TestWaits(t *testing.T) {
	t.Parallel()
	utc := controltest.Began.UTC()
	for name, c := range map[string]struct {
		config core.Object
		want   time.Duration
	}{
		"for a duration":                  {core.Object{"for": "1d12h"}, 36 * time.Hour},
		"for what a template gives":       {core.Object{"for": controltest.Const("90s")}, 90 * time.Second},
		"for the difference of times":     {core.Object{"for": controltest.Const(time.Minute)}, time.Minute},
		"until a time of the flow's zone": {core.Object{"until": "2026-11-11 00:00:00"}, 15 * time.Hour},
		"until RFC 3339":                  {core.Object{"until": "2026-11-10T01:00:01.5Z"}, 1500 * time.Millisecond},
		"until a time":                    {core.Object{"until": controltest.Const(utc.Add(time.Hour))}, time.Hour},
		"until text from a template":      {core.Object{"until": controltest.Const("2026-11-10 09:00:01")}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := controltest.Start(t, pause(c.config), "in")
			r.Heard("SetTimer pause " + c.want.String())
			r.Fire()
			r.Output(`"in"`)
			require.Equal(t, c.want, r.Since())
		})
	}
}

func TestWhatIsPastGoesOnAtOnce(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]core.Object{
		"no time":         {"for": "0s"},
		"less than none":  {"for": controltest.Const(-time.Hour)},
		"now":             {"until": "2026-11-10 09:00:00"},
		"an hour ago":     {"until": "2026-11-10 08:00:00"},
		"before 64 bits":  {"until": "0001-01-01 00:00:00"},
		"the year before": {"until": controltest.Const(controltest.Began.AddDate(-1, 0, 0))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controltest.Start(t, pause(config), "in").Heard(`Finish succeeded "in"`)
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config core.Object
		code   string
	}{
		"no unit":                     {core.Object{"for": controltest.Const("30")}, "config.duration"},
		"a number":                    {core.Object{"for": controltest.Const(30)}, "config.duration"},
		"more than a century":         {core.Object{"for": controltest.Const(time.Duration(1<<63 - 1))}, "config.duration"},
		"a date":                      {core.Object{"until": controltest.Const("2026-11-11")}, "config.time"},
		"a number of seconds":         {core.Object{"until": controltest.Const(1762736400)}, "config.time"},
		"null":                        {core.Object{"until": controltest.Const(nil)}, "config.time"},
		"a moment in a century":       {core.Object{"until": controltest.Const("2126-12-01 00:00:00")}, "config.time"},
		"a moment beyond 64 bits":     {core.Object{"until": controltest.Const("9999-12-31 23:59:59")}, "config.time"},
		"a template that fails":       {core.Object{"for": broken}, "expr.budget"},
		"a template that fails later": {core.Object{"until": broken}, "expr.budget"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controltest.Start(t, pause(c.config), nil).Fails(c.code)
		})
	}
}

var broken = controltest.Expr(func(controltest.Scope) (core.Value, *core.Failure) {
	return nil, &core.Failure{Code: "expr.budget"}
})

func TestCancelDropsTheTimer(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, pause(core.Object{"for": "1m"}), nil)
	r.Cancel()
	r.Heard("SetTimer pause 1m0s", "DropTimer pause", "Finish cancelled run.cancelled ")
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config core.Object
		want   []string
	}{
		"no duration":    {core.Object{"for": "a while"}, []string{"/for flow.duration.invalid"}},
		"below zero":     {core.Object{"for": "-1m"}, []string{"/for flow.duration.range"}},
		"over a century": {core.Object{"for": "876001h"}, []string{"/for flow.duration.range"}},
		"no time":        {core.Object{"until": "tomorrow"}, []string{"/until config.pattern"}},
		"none":           {core.Object{"for": "36500d"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, controltest.Findings(compile, c.config))
		})
	}
}
