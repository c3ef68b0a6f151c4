package expr

import (
	"fmt"
	"sync"
	"time"

	"sluice/engine/core"
)

// The budget of one evaluation. Steps count function calls, what predicates evaluate, and the data that operations walk
// over, so that they bound time; memory counts all that is built, also what is dropped again. Both are the same on every
// machine.
const (
	maxSteps  = 1_000_000
	maxMemory = 64 << 20
	// maxOutput bounds the result, which may be far larger written out than in memory where parts are shared.
	maxOutput = 32 << 20
)

const (
	// bytesPerStep is how many bytes of text an operation walks over in a step.
	bytesPerStep = 64
	// slotBytes is counted for each place of a list, entryBytes for each of an object.
	slotBytes  = 16
	entryBytes = 48
	listBytes  = 40
	// decimalSteps is counted for an operation on decimals, which may have many digits.
	decimalSteps = 8
)

// code computes the value of a part of an expression. It ends by panicking with a *stop, which never leaves the package.
type code func(*state) any

// state is one evaluation.
type state struct {
	scope  core.Scope
	zone   *time.Location
	steps  int
	memory int

	// item, index and acc are what #, #index and #acc mean in the predicate being evaluated.
	item  any
	index int
	acc   any
	// slots hold locals and let variables.
	slots []any
	// args is a stack of arguments of calls.
	args []any
	// uuids counts the calls of uuid().
	uuids uint64
}

var states = sync.Pool{New: func() any { return new(state) }}

func newState(scope core.Scope, zone *time.Location, slots int) *state {
	st := states.Get().(*state)
	st.scope, st.zone = scope, zone
	st.steps, st.memory = maxSteps, maxMemory
	st.uuids = 0
	if cap(st.slots) < slots {
		st.slots = make([]any, slots)
	}
	st.slots = st.slots[:slots]
	return st
}

// maxKeptArgs is how long a pooled state's argument stack may be.
const maxKeptArgs = 1024

func (st *state) release() {
	clear(st.slots)
	if cap(st.args) > maxKeptArgs {
		st.args = nil
	}
	clear(st.args[:cap(st.args)])
	st.args = st.args[:0]
	st.scope, st.item, st.acc = nil, nil, nil
	states.Put(st)
}

// site is a part of an expression that can fail.
type site struct{ text string }

// stop ends an evaluation.
type stop struct {
	code    string
	message string
	at      *site
}

func (st *state) fail(code string, at *site, format string, args ...any) {
	panic(&stop{code: code, message: fmt.Sprintf(format, args...), at: at})
}

func (st *state) spend(n int, at *site) {
	st.steps -= n
	if st.steps < 0 {
		st.fail(CodeBudget, at, "the expression takes more than %d steps", maxSteps)
	}
}

func (st *state) alloc(bytes int, at *site) {
	st.memory -= bytes
	if st.memory < 0 || bytes < 0 {
		st.fail(CodeBudget, at, "the expression takes more than %d MB of memory", maxMemory>>20)
	}
}

// walk counts an operation over n bytes of text.
func (st *state) walk(n int, at *site) { st.spend(n/bytesPerStep, at) }

// failure turns what a recover returned into a Failure.
func failure(recovered any) *core.Failure {
	s, ok := recovered.(*stop)
	if !ok {
		return &core.Failure{Code: CodeInternal, Message: fmt.Sprintf("the evaluator broke down: %v", recovered), Permanent: true}
	}
	f := &core.Failure{Code: s.code, Message: s.message, Permanent: true}
	if s.at != nil {
		f.Message += ", in " + s.at.text
		f.Details = core.Object{"expression": s.at.text}
	}
	return f
}
