package flows

import (
	"strings"

	"sluice/engine/core"
	"sluice/flows/diag"
	"sluice/flows/expr"
)

// conditions compiles the conditions of breakpoints. It only reads the compiler, so that many may ask at once.
type conditions struct{ c *compiler }

// compile compiles the condition of a breakpoint: it sees what the node sees, and the node's own output.
func (k conditions) compile(b core.Breakpoint) (*expr.Program, []expr.Problem) {
	n := k.c.byID[nodeOf(b)]
	if n == nil {
		return nil, []expr.Problem{{Code: "breakpoint.node"}}
	}
	place := k.c.at(n, "/when")
	place.self = true
	return expr.Compile(b.When, k.c.env(place, b.When))
}

// condition is what the plan's breakpoints ask; nil for a condition that is wrong.
func (k conditions) condition(b core.Breakpoint) core.Expr {
	program, problems := k.compile(b)
	if len(problems) > 0 {
		return nil
	}
	return program.Eval
}

// nodeOf is the id of the node that a breakpoint names, by itself or at the end of a path.
func nodeOf(b core.Breakpoint) string { return b.Node[strings.LastIndexByte(b.Node, '.')+1:] }

// CheckBreakpoint says what is wrong with a breakpoint on one of the flow's nodes. Pointers begin with the given one.
func (f *Flow) CheckBreakpoint(pointer string, b core.Breakpoint) []diag.Diagnostic {
	var found []diag.Diagnostic
	switch b.On {
	case core.StopBefore, core.StopAfter, core.StopError:
	default:
		found = append(found, diag.New("breakpoint.on", pointer+"/on", map[string]string{"value": string(b.On)}))
	}
	if f.conditions.c.byID[nodeOf(b)] == nil {
		return append(found, diag.New("breakpoint.node", pointer+"/node", map[string]string{"node": b.Node}))
	}
	if b.When == "" {
		return found
	}
	_, problems := f.conditions.compile(b)
	for _, p := range problems {
		d := diag.New(p.Code, pointer+"/when"+p.Pointer, p.Params)
		if p.To > p.From {
			d.Span = &[2]int{p.From, p.To}
		}
		found = append(found, d)
	}
	return found
}

// Expression compiles an expression as the conditions of breakpoints on a node see it; what is wrong with it is in the
// findings, with pointer "/when".
func (f *Flow) Expression(node, text string) (core.Expr, []diag.Diagnostic) {
	b := core.Breakpoint{Node: node, On: core.StopBefore, When: text}
	if found := f.CheckBreakpoint("", b); len(found) > 0 {
		return nil, found
	}
	return f.conditions.condition(b), nil
}
