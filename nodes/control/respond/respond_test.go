package respond

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/control/controltest"
)

func answer(config core.Object) controltest.Graph {
	spec := Spec()
	return controltest.Graph{Nodes: []controltest.Node{{ID: "answer", Spec: &spec, Config: config}}}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	price, err := value.ParseDecimal("389.70000000000000000001")
	require.NoError(t, err)
	for name, c := range map[string]struct {
		config core.Object
		want   string
	}{
		"the input":            {core.Object{}, `200 - "in"`},
		"a body":               {core.Object{"body": core.Object{"code": "SUCCESS", "got": controltest.Input}}, `200 - {"code":"SUCCESS","got":"in"}`},
		"a body that is null":  {core.Object{"body": nil}, `200 - null`},
		"text":                 {core.Object{"body": "success"}, `200 - "success"`},
		"a status":             {core.Object{"status": 409}, `409 - "in"`},
		"a status computed":    {core.Object{"status": controltest.Const(599)}, `599 - "in"`},
		"headers":              {core.Object{"headers": core.Object{"X-Run": controltest.Input, "X-None": nil}}, `200 {"X-Run":"in"} "in"`},
		"headers written out":  {core.Object{"headers": core.Object{"A": 6917223378889540123, "B": true, "C": price}}, `200 {"A":"6917223378889540123","B":"true","C":"389.70000000000000000001"} "in"`},
		"headers as one value": {core.Object{"headers": controltest.Const(core.Object{"A": "b"})}, `200 {"A":"b"} "in"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			controltest.Start(t, answer(c.config), "in").Heard("Respond answer "+c.want, `Finish succeeded "in"`)
		})
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config core.Object
		code   string
	}{
		"a status below 200":         {core.Object{"status": controltest.Const(199)}, "respond.status"},
		"a status above 599":         {core.Object{"status": controltest.Const(600)}, "respond.status"},
		"a status that is text":      {core.Object{"status": controltest.Const("200")}, "respond.status"},
		"a status that is null":      {core.Object{"status": controltest.Const(nil)}, "respond.status"},
		"headers that are text":      {core.Object{"headers": controltest.Const("a: b")}, "respond.headers"},
		"a header that is a list":    {core.Object{"headers": core.Object{"A": core.List{}}}, "respond.headers"},
		"a header of two lines":      {core.Object{"headers": core.Object{"A": controltest.Const("b\r\nSet-Cookie: c")}}, "respond.headers"},
		"a header's name of two":     {core.Object{"headers": controltest.Const(core.Object{"A\nB": "c"})}, "respond.headers"},
		"a body that fails":          {core.Object{"body": broken}, "expr.budget"},
		"headers that fail":          {core.Object{"headers": broken}, "expr.budget"},
		"a status that fails itself": {core.Object{"status": broken}, "expr.budget"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := controltest.Start(t, answer(c.config), nil)
			r.Heard("Finish failed " + c.code + " answer")
		})
	}
}

var broken = controltest.Expr(func(controltest.Scope) (core.Value, *core.Failure) {
	return nil, &core.Failure{Code: "expr.budget"}
})

func TestOnlyTheFirstAnswerCounts(t *testing.T) {
	t.Parallel()
	first, second := answer(core.Object{"body": "first"}), answer(core.Object{"body": "second"})
	second.Nodes[0].ID = "again"
	g := controltest.Graph{
		Nodes: append(first.Nodes, second.Nodes...),
		Edges: []controltest.Edge{{From: "answer", To: "again"}},
	}
	controltest.Start(t, g, nil).Heard(`Respond answer 200 - "first"`, "Finish succeeded null")
}

func TestTheRunGoesOnAfterTheAnswer(t *testing.T) {
	t.Parallel()
	g := answer(core.Object{"body": "ok"})
	g.Nodes = append(g.Nodes, controltest.Node{ID: "work"})
	g.Edges = []controltest.Edge{{From: "answer", To: "work"}}
	r := controltest.Start(t, g, "in")
	r.Heard(`Respond answer 200 - "ok"`, `RunTask work "in"`)
	r.Done("work", 1)
	r.Output("1")
}
