package enginetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// options are what stands behind a node's kind. The first error sticks.
type options struct {
	b     *builder
	given map[string]string
	used  []string
	err   error
}

func (b *builder) node(id string, words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("node %s has no kind", id)
	}
	if _, twice := b.ids[id]; twice {
		return fmt.Errorf("there are two nodes %s", id)
	}
	kind := words[0]
	opens := words[len(words)-1] == "{"
	if opens {
		words = words[:len(words)-1]
	}
	o := &options{b: b, given: map[string]string{}}
	for _, w := range words[1:] {
		name, value, _ := strings.Cut(w, "=")
		o.given[name] = value
	}
	index, graph := len(b.plan.Nodes), &b.plan.Graphs[b.graph()]
	b.ids[id] = index
	b.plan.Nodes = append(b.plan.Nodes, core.Node{
		ID: id, Type: kind, Graph: b.graph(), Local: len(graph.Nodes), Ports: []string{"out"},
	})
	graph.Nodes = append(graph.Nodes, index)
	n := &b.plan.Nodes[index]
	o.general(n)
	if o.has("disabled") {
		n.Eval = echo
	} else {
		o.behaviour(n, kind)
	}
	n.Out = make([][]int, len(n.Ports))
	for name := range o.given {
		if !slices.Contains(o.used, name) && !o.has("disabled") && o.err == nil {
			o.err = fmt.Errorf("%s is no option of %s", name, kind)
		}
	}
	if opens {
		n.Body = len(b.plan.Graphs)
		b.openGraph(index)
	}
	return o.err
}

// general reads the options that all nodes have.
func (o *options) general(n *core.Node) {
	if join := o.text("join"); join == "any" {
		n.Need = 1
	} else {
		n.Need = o.number("join", 0)
	}
	n.CancelRest = o.has("cancelRest")
	n.Timeout = o.duration("timeout")
	n.Continue = o.text("onError") == "continue"
	if o.has("retry") {
		r := &core.Retry{
			Max: o.number("retry", 0), Delay: o.duration("delay"), Backoff: o.real("backoff"), MaxDelay: o.duration("maxDelay"),
			Jitter: o.real("jitter"),
		}
		o.expr("when", "", &r.When)
		n.Retry = r
	}
	if o.has("compensate") {
		n.Compensate = &core.Task{Type: "undo", Write: true}
		o.expr("compensate", "nodes."+n.ID, &n.Compensate.Args)
	}
}

// behaviour reads what the kind says.
func (o *options) behaviour(n *core.Node, kind string) {
	switch kind {
	case "echo":
		n.Eval = echo
	case "const":
		var value core.Expr
		o.expr("value", "null", &value)
		n.Eval = func(s core.Scope) (core.Result, *core.Failure) {
			v, f := value(s)
			return core.Result{Value: v}, f
		}
	case "choose":
		n.Ports = strings.Split(o.text("ports"), ",")
		n.Eval = o.choose(n.Ports)
	case "fail":
		f := core.Failure{Code: o.text("code"), Message: "as the plan says"}
		n.Eval = func(core.Scope) (core.Result, *core.Failure) { return core.Result{}, &f }
	case "set":
		n.Eval = o.set()
	case "end":
		n.Eval = o.end()
	case "task":
		n.Task = &core.Task{Type: "task", Write: o.has("write"), PauseUnknown: o.has("pause")}
		o.expr("args", "input", &n.Task.Args)
	default:
		o.control(n, kind)
	}
}

func echo(s core.Scope) (core.Result, *core.Failure) { return core.Result{Value: s.Input()}, nil }

func (o *options) choose(ports []string) core.Eval {
	var on core.Expr
	o.expr("on", "input", &on)
	return func(s core.Scope) (core.Result, *core.Failure) {
		v, f := on(s)
		if f != nil {
			return core.Result{}, f
		}
		r := core.Result{Value: s.Input()}
		switch v := v.(type) {
		case bool:
			r.Port = map[bool]int{true: 0, false: 1}[v]
		case core.List:
			for _, p := range v {
				r.Also = append(r.Also, indexOf(ports, fmt.Sprint(p)))
			}
			r.Port, r.Also = r.Also[0], r.Also[1:]
		default:
			r.Port = indexOf(ports, fmt.Sprint(v))
		}
		if r.Port < 0 {
			return r, &core.Failure{Code: "choose.port", Message: fmt.Sprintf("there is no port %v", v)}
		}
		return r, nil
	}
}

func (o *options) set() core.Eval {
	name := o.text("name")
	var value core.Expr
	o.expr("value", "input", &value)
	return func(s core.Scope) (core.Result, *core.Failure) {
		v, f := value(s)
		return core.Result{Value: s.Input(), Vars: core.Object{name: v}}, f
	}
}

func (o *options) end() core.Eval {
	status := core.Status(o.text("status"))
	var output core.Expr
	o.expr("output", "input", &output)
	end := core.End{Status: status, Failure: &core.Failure{Code: o.text("code"), Message: "as the plan says"}}
	return func(s core.Scope) (core.Result, *core.Failure) {
		if status != core.Succeeded {
			return core.Result{End: &end}, nil
		}
		v, f := output(s)
		return core.Result{Value: v, End: &core.End{Status: status, Output: v}}, f
	}
}

func (o *options) has(name string) bool {
	o.used = append(o.used, name)
	_, ok := o.given[name]
	return ok
}

func (o *options) text(name string) string {
	o.used = append(o.used, name)
	return o.given[name]
}

func (o *options) note(err error) {
	if o.err == nil {
		o.err = err
	}
}

func (o *options) number(name string, otherwise int) int {
	if !o.has(name) || o.given[name] == "" {
		return otherwise
	}
	v, err := strconv.Atoi(o.given[name])
	o.note(err)
	return v
}

func (o *options) real(name string) float64 {
	if !o.has(name) {
		return 0
	}
	v, err := strconv.ParseFloat(o.given[name], 64)
	o.note(err)
	return v
}

func (o *options) duration(name string) time.Duration {
	if !o.has(name) {
		return 0
	}
	v, err := time.ParseDuration(o.given[name])
	o.note(err)
	return v
}

// expr compiles an option once all nodes are known; without the option and without an alternative it stays nil.
func (o *options) expr(name, otherwise string, into *core.Expr) {
	text := o.text(name)
	if text == "" {
		text = otherwise
	}
	if text == "" {
		return
	}
	o.b.later = append(o.b.later, func() (err error) {
		*into, err = o.b.expr(text)
		return err
	})
}
