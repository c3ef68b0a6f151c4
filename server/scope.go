package server

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/expr"
	"sluice/storage"
)

// question asks what an expression, or a text with templates in it, gives: at an activation of a run, at the end of what
// a run has done so far, or in a scope that the caller makes up.
type question struct {
	text  string
	run   storage.RunID
	at    string
	scope core.Object
	// zone is that of functions of time in a scope that is made up; nil means UTC.
	zone *time.Location
}

// reply is a value or why there is none.
type reply struct {
	value   core.Value
	code    string
	params  map[string]string
	message string
	span    *[2]int
}

func (r *reply) object(lang diag.Language) core.Object {
	if r.code == "" {
		return core.Object{"value": r.value}
	}
	problem := core.Object{"code": r.code, "message": r.message}
	if r.params != nil {
		problem["message"] = diag.Render(r.code, lang, r.params)
	}
	if r.span != nil {
		problem["span"] = core.List{r.span[0], r.span[1]}
	}
	return core.Object{"problem": problem}
}

// compileText compiles a text with templates, or a bare expression.
func compileText(text string, env *expr.Env) (*expr.Program, []expr.Problem) {
	if strings.Contains(text, "{{") {
		return expr.CompileTemplate(text, env)
	}
	return expr.Compile(text, env)
}

func answered(p *expr.Program, s core.Scope) *reply {
	v, f := p.Eval(s)
	if f != nil {
		return &reply{code: f.Code, message: f.Message}
	}
	return &reply{value: v}
}

func unclear(problems []expr.Problem) *reply {
	p := problems[0]
	r := &reply{code: p.Code, message: p.Message, params: p.Params}
	if p.To > p.From {
		r.span = &[2]int{p.From, p.To}
	}
	return r
}

// evaluate answers a question. Secrets are masked in what it gives.
func (r *runs) evaluate(q question) (*reply, error) {
	var answer *reply
	var err error
	if q.run == "" {
		answer = r.evaluateGiven(q)
	} else {
		answer, err = r.evaluateRun(q)
	}
	if err == nil {
		answer.value = r.set.Mask(answer.value)
		answer.message = r.set.MaskText(answer.message)
	}
	return answer, err
}

const allRoots = expr.RootsOfNode | expr.RootsOfItem

func (r *runs) evaluateGiven(q question) *reply {
	s := newGivenScope(q.scope, r.catalogue.tables.all(), r.now().UnixNano())
	env := &expr.Env{Roots: allRoots, Nodes: map[string]expr.Node{}, Zone: q.zone}
	outputs, _ := q.scope["nodes"].(core.Object)
	for i, id := range slices.Sorted(maps.Keys(outputs)) {
		env.Nodes[id] = expr.Node{Index: i, Upstream: true}
		s.nodes = append(s.nodes, outputs[id])
	}
	program, problems := compileText(q.text, env)
	if len(problems) > 0 {
		return unclear(problems)
	}
	return answered(program, s)
}

// evaluateRun derives the scope by folding the run's journal once more: nothing but events is stored.
func (r *runs) evaluateRun(q question) (*reply, error) {
	row, err := r.row(q.run)
	if err != nil {
		return nil, err
	}
	if row.Status == string(core.Paused) {
		if answer, err := r.evaluateStopped(q); answer != nil || err != nil {
			return answer, err
		}
	}
	l := &look{runs: r, question: q, fold: core.Decision{Tracing: true}, outputs: map[int]core.Value{}}
	var broken error
	err = r.store.Events(q.run, 1, func(_ uint64, event []byte) bool {
		broken = l.one(event)
		return broken == nil && l.answer == nil
	})
	if err := errors.Join(err, broken); err != nil {
		return nil, err
	}
	switch {
	case l.answer != nil:
		return l.answer, nil
	case q.at != "":
		return nil, refuse("step.not_found", "run", string(q.run), "path", q.at)
	}
	return answered(l.program, l.soFar()), nil
}

// evaluateStopped answers where a run stands still: what it sees there now, patches and all. It gives nil for another place.
func (r *runs) evaluateStopped(q question) (*reply, error) {
	over, err := engine.Replay(r.store, r.library.Plan, q.run, nil)
	if err != nil {
		return nil, err
	}
	stops := over.State.Stops()
	if len(stops) == 0 || q.at != "" && q.at != stops[0].Path {
		return nil, nil
	}
	flow, err := r.library.Flow(over.Plan.Hash)
	if err != nil {
		return nil, err
	}
	program, problems := compileText(q.text, envOf(flow))
	if len(problems) > 0 {
		return unclear(problems), nil
	}
	// What the expression gives is answered in the scope, while it is valid.
	var answer *reply
	_, _, _ = core.Peek(over.Plan, over.State, stops[0].Path, func(scope core.Scope) (core.Value, *core.Failure) {
		answer = answered(program, scope)
		return nil, nil
	})
	return answer, nil
}

// envOf is what an expression may name anywhere in a flow.
func envOf(flow *flows.Flow) *expr.Env {
	env := &expr.Env{Roots: allRoots, Nodes: map[string]expr.Node{}, Zone: flow.Document.Zone}
	for i := range flow.Plan.Nodes {
		env.Nodes[flow.Plan.Nodes[i].ID] = expr.Node{Index: i, Upstream: true}
	}
	return env
}

// look folds a run up to the place of a question. Its plan is the run's own but for spies, which see the scope of the node
// asked for and the variables that are set.
type look struct {
	runs *runs
	question
	flow    *flows.Flow
	program *expr.Program
	plan    core.Plan
	state   core.State
	fold    core.Decision
	// seen are the answers at each activation of the node that had its turn in the event being folded, by the place that
	// the activation's entry has in the trace.
	seen    map[int]*reply
	vars    core.Object
	outputs map[int]core.Value
	answer  *reply
}

func (l *look) one(event []byte) error {
	e, err := codec.Decode(event)
	if err != nil {
		return err
	}
	if l.flow == nil {
		if e.Start == nil {
			return &core.Corruption{Seq: 1, Reason: "the journal does not begin with RunStarted"}
		}
		if err := l.begin(e.Start.Plan); err != nil || l.answer != nil {
			return err
		}
	}
	l.seen = map[int]*reply{}
	if err := core.Fold(&l.plan, &l.state, e, &l.fold); err != nil {
		return err
	}
	for i := range l.fold.Trace {
		entry := &l.fold.Trace[i]
		if answer := l.seen[i]; answer != nil && entry.Path == l.at {
			l.answer = answer
			return nil
		}
		if entry.Phase == core.PhaseSucceeded && entry.Node >= 0 && l.plan.Nodes[entry.Node].Graph == 0 {
			l.outputs[entry.Node] = entry.Output
		}
	}
	return nil
}

// begin compiles the expression for the run's flow and sets the spies.
func (l *look) begin(hash string) error {
	var err error
	if l.flow, err = l.runs.library.Flow(hash); err != nil {
		return err
	}
	l.plan = *l.flow.Plan
	l.plan.Nodes = slices.Clone(l.plan.Nodes)
	l.vars = maps.Clone(l.plan.Vars)
	if l.vars == nil {
		l.vars = core.Object{}
	}
	target := l.at[strings.LastIndexByte(l.at, '.')+1:]
	for i := range l.plan.Nodes {
		n := &l.plan.Nodes[i]
		if n.ID == target {
			l.spy(n)
		}
		l.watchVars(n)
	}
	var problems []expr.Problem
	if l.program, problems = compileText(l.text, envOf(l.flow)); len(problems) > 0 {
		l.answer = unclear(problems)
	}
	return nil
}

// spy evaluates the expression wherever the node has its turn. A machine's entry stands in the trace before its turn,
// those of others come after it.
func (l *look) spy(n *core.Node) {
	see := func(at int, s core.Scope) {
		l.seen[at] = answered(l.program, s)
	}
	switch {
	case n.Eval != nil:
		eval := n.Eval
		n.Eval = func(s core.Scope) (core.Result, *core.Failure) {
			see(len(l.fold.Trace), s)
			return eval(s)
		}
	case n.Task != nil:
		task := *n.Task
		args := task.Args
		task.Args = func(s core.Scope) (core.Value, *core.Failure) {
			see(len(l.fold.Trace), s)
			return args(s)
		}
		n.Task = &task
	default:
		machine := n.Machine
		n.Machine = func() core.Machine { return &spied{machine(), func(s core.Scope) { see(len(l.fold.Trace)-1, s) }} }
	}
}

// spied shows the scope that a machine is entered with.
type spied struct {
	core.Machine
	see func(core.Scope)
}

// Advance implements core.Machine.
func (m *spied) Advance(t *core.Turn, c core.Cause) {
	if c.Kind == core.Entered {
		m.see(t.Scope())
	}
	m.Machine.Advance(t, c)
}

func (l *look) watchVars(n *core.Node) {
	if n.Eval == nil {
		return
	}
	eval := n.Eval
	n.Eval = func(s core.Scope) (core.Result, *core.Failure) {
		r, f := eval(s)
		maps.Copy(l.vars, r.Vars)
		return r, f
	}
}

// soFar is the scope at the end of the flow's own graph, with what there is yet.
func (l *look) soFar() core.Scope {
	start := l.state.Start()
	s := &givenScope{
		trigger: start.Trigger, input: start.Trigger["body"], vars: l.vars, index: -1, tables: l.plan.Tables, now: l.state.Now(),
		run: core.RunInfo{ID: start.Run, Parent: start.Parent, StartedAt: l.state.StartedAt()}, flow: l.plan.Flow,
	}
	for i := range l.plan.Nodes {
		s.nodes = append(s.nodes, l.outputs[i])
	}
	return s
}

// givenScope is a scope with fixed contents.
type givenScope struct {
	trigger, input, item core.Value
	nodes                core.List
	vars                 core.Object
	index                int
	failure              *core.Failure
	now                  int64
	run                  core.RunInfo
	flow                 core.FlowInfo
	tables               map[string]core.Value
}

// newGivenScope reads a scope as callers write it: by the names that expressions use.
func newGivenScope(o core.Object, tables map[string]core.Value, now int64) *givenScope {
	s := &givenScope{trigger: o["trigger"], input: o["input"], item: o["item"], index: -1, now: now, tables: tables}
	s.vars, _ = o["vars"].(core.Object)
	if n, ok := o["index"].(int); ok {
		s.index = n
	}
	if own, ok := o["tables"].(core.Object); ok {
		s.tables = own
	}
	if e, ok := o["error"].(core.Object); ok {
		s.failure = failureOf(e)
	}
	run, _ := o["run"].(core.Object)
	s.run.ID, _ = run["id"].(string)
	s.run.Parent, _ = run["parent"].(string)
	s.run.StartedAt = now
	if text, ok := run["startedAt"].(string); ok {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			s.run.StartedAt = t.UnixNano()
		}
	}
	flow, _ := o["flow"].(core.Object)
	s.flow.ID, _ = flow["id"].(string)
	s.flow.Version, _ = flow["version"].(int)
	if _, ok := o["input"]; !ok {
		trigger, _ := s.trigger.(core.Object)
		s.input = trigger["body"]
	}
	return s
}

func failureOf(o core.Object) *core.Failure {
	f := &core.Failure{Body: o["body"], Details: o["details"]}
	f.Code, _ = o["code"].(string)
	f.Message, _ = o["message"].(string)
	f.Node, _ = o["node"].(string)
	f.Path, _ = o["path"].(string)
	f.Attempt, _ = o["attempt"].(int)
	f.Status, _ = o["status"].(int)
	return f
}

// The methods of core.Scope.

func (s *givenScope) Trigger() core.Value    { return s.trigger }
func (s *givenScope) Input() core.Value      { return s.input }
func (s *givenScope) Node(i int) core.Value  { return s.nodes[i] }
func (s *givenScope) Vars() core.Object      { return s.vars }
func (s *givenScope) Item() core.Value       { return s.item }
func (s *givenScope) Index() int             { return s.index }
func (s *givenScope) Failure() *core.Failure { return s.failure }
func (s *givenScope) Now() int64             { return s.now }
func (s *givenScope) Run() core.RunInfo      { return s.run }
func (s *givenScope) Flow() core.FlowInfo    { return s.flow }
func (s *givenScope) Seed() uint64           { return uint64(s.now) }
func (s *givenScope) Table(name string) (core.Value, bool) {
	t, ok := s.tables[name]
	return t, ok
}

var _ core.Scope = (*givenScope)(nil)
