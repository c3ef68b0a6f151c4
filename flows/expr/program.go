package expr

import (
	"maps"
	"slices"
	"time"

	"sluice/engine/core"
)

// Program is a compiled expression, template or value. It is immutable and safe for concurrent use.
type Program struct {
	run      code
	zone     *time.Location
	slots    int
	roots    Roots
	nodes    []int
	tables   []string
	constant bool
	val      core.Value
}

// Compile compiles a bare expression. With problems there is no program; as many as can be found are reported at once,
// in the order they stand.
func Compile(src string, env *Env) (*Program, []Problem) {
	r := newReads()
	u, problems := compileSource(newSource(src, 0), env, r)
	if len(problems) > 0 {
		return nil, ordered(problems)
	}
	return newProgram(u, env, r)
}

func newProgram(u unit, env *Env, r *reads) (*Program, []Problem) {
	run := u.run
	if !u.stored {
		run = func(st *state) any { return st.export(nil, u.run(st)) }
	}
	p := &Program{
		run: run, zone: env.zone(), slots: r.slots, roots: r.roots,
		nodes: slices.Sorted(maps.Keys(r.nodes)), tables: slices.Sorted(maps.Keys(r.tables)),
	}
	if u.constant {
		v, f := p.Eval(nil)
		if f != nil {
			return nil, []Problem{newProblem(f.Code, u.at, f.Message)}
		}
		p.constant, p.val = true, v
	}
	return p, nil
}

func ordered(problems []Problem) []Problem {
	slices.SortStableFunc(problems, func(a, b Problem) int {
		if a.Pointer != b.Pointer {
			return 0
		}
		return a.From - b.From
	})
	return problems
}

// Eval computes the value in a scope. It is a core.Expr. Results are plain JSON kinds.
func (p *Program) Eval(scope core.Scope) (core.Value, *core.Failure) { return p.EvalWith(scope) }

// EvalWith is Eval with values for Env.Locals, in their order.
func (p *Program) EvalWith(scope core.Scope, locals ...core.Value) (core.Value, *core.Failure) {
	if p.constant {
		return p.val, nil
	}
	st := newState(scope, p.zone, p.slots)
	copy(st.slots, locals)
	return evaluate(p.run, st)
}

// evaluate runs code to its result and gives the state back.
func evaluate(run code, st *state) (v any, f *core.Failure) {
	defer func() {
		if r := recover(); r != nil {
			v, f = nil, failure(r)
		}
		st.release()
	}()
	return run(st), nil
}

// Constant is the value of a program that depends on nothing. It must not be changed.
func (p *Program) Constant() (core.Value, bool) { return p.val, p.constant }

// Roots is what the program reads.
func (p *Program) Roots() Roots { return p.roots }

// Nodes are the indexes of the nodes whose outputs the program reads, rising.
func (p *Program) Nodes() []int { return slices.Clone(p.nodes) }

// Tables are the names of the tables that the program reads by a fixed name, sorted.
func (p *Program) Tables() []string { return slices.Clone(p.tables) }
