package prebuilt_test

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/prebuilt"
)

// flowCase is one test of a flow, as it lies beside the flow: what starts it, what came of each task, and what is then
// to be seen.
type flowCase struct {
	Name    string                   `json:"name"`
	Trigger json.RawMessage          `json:"trigger"`
	Now     time.Time                `json:"now"`
	Effects map[string][]caseOutcome `json:"effects"`
	Expect  caseExpectation          `json:"expect"`
}

// caseOutcome is what came of one try at a task: an output, or else an error.
type caseOutcome struct {
	Output json.RawMessage `json:"output"`
	Error  *struct {
		Code, Message string
		Status        int
		Permanent     bool
	} `json:"error"`
}

type caseExpectation struct {
	Status string          `json:"status"`
	Output json.RawMessage `json:"output"`
	// Path is the nodes that succeeded or failed, in the order in which they did.
	Path []string `json:"path"`
	// Tasks is what each try at a task was asked to do, for the paths that are listed.
	Tasks map[string][]json.RawMessage `json:"tasks"`
}

func TestCases(t *testing.T) {
	t.Parallel()
	for _, id := range prebuilt.IDs() {
		files, err := filepath.Glob(filepath.Join(id, "tests", "*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		flow := compile(t, document, registryOf(t, connect.NewSet(connect.Options{})), prebuiltConnections())
		for _, file := range files {
			t.Run(file, func(t *testing.T) {
				t.Parallel()
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				var c flowCase
				require.NoError(t, json.Unmarshal(data, &c))
				p := &caseRun{t: t, plan: flow.Plan, effects: c.Effects, tasks: map[string][]core.Value{}}
				end := p.play(c.Trigger, c.Now)
				c.Expect.hold(t, p, end)
			})
		}
	}
}

func (x *caseExpectation) hold(t *testing.T, p *caseRun, end *core.End) {
	t.Helper()
	require.Equal(t, x.Status, string(end.Status), "%v", end.Failure)
	if x.Output != nil {
		require.JSONEq(t, string(x.Output), encoded(t, end.Output))
	}
	require.Equal(t, x.Path, p.path)
	for path, asked := range x.Tasks {
		require.Len(t, p.tasks[path], len(asked), path)
		for i, args := range asked {
			require.JSONEq(t, string(args), encoded(t, p.tasks[path][i]), path)
		}
	}
	for path, left := range p.effects {
		require.Empty(t, left, "%s has outcomes that nothing asked for", path)
	}
}

func encoded(t *testing.T, v core.Value) string {
	t.Helper()
	text, err := value.Encode(v)
	require.NoError(t, err)
	return string(text)
}

func decoded(t *testing.T, text []byte) core.Value {
	t.Helper()
	if text == nil {
		return nil
	}
	v, err := value.Decode(text)
	require.NoError(t, err)
	return v
}

// caseRun folds a run with the outcomes of a case: tasks take no time, and timers come when nothing else is left.
type caseRun struct {
	t       *testing.T
	plan    *core.Plan
	effects map[string][]caseOutcome

	path  []string
	tasks map[string][]core.Value
}

func (p *caseRun) play(trigger []byte, now time.Time) *core.End {
	p.t.Helper()
	started, ok := decoded(p.t, trigger).(core.Object)
	require.True(p.t, ok)
	pending := []core.Event{{Kind: core.RunStarted, At: now.UnixNano(), Start: &core.Start{
		Run: "case", Plan: p.plan.Hash, Trigger: started, Revision: core.Revision,
	}}}
	state, d := &core.State{}, &core.Decision{Tracing: true}
	for len(pending) > 0 {
		slices.SortStableFunc(pending, func(a, b core.Event) int { return cmp.Compare(a.At, b.At) })
		event := pending[0]
		pending = pending[1:]
		require.NoError(p.t, core.Step(p.plan, state, &event, d))
		for _, e := range d.Trace {
			if e.Phase == core.PhaseSucceeded || e.Phase == core.PhaseFailed {
				p.path = append(p.path, e.Path)
			}
		}
		for _, c := range d.Commands {
			switch c.Kind {
			case core.Finish:
				return c.End
			case core.RunTask:
				pending = append(pending, p.outcome(c, state.Now()))
			case core.SetTimer:
				pending = append(pending, core.Event{Kind: core.TimerFired, ID: c.ID, At: c.At})
			case core.DropTimer:
				pending = slices.DeleteFunc(pending, func(e core.Event) bool { return e.ID == c.ID })
			default:
				require.Fail(p.t, "a case has no answer to this", "%s", c.Kind)
			}
		}
	}
	require.Fail(p.t, "the run waits for what never comes")
	return nil
}

// outcome is the next one that the case has for this task.
func (p *caseRun) outcome(c core.Command, now int64) core.Event {
	p.t.Helper()
	p.tasks[c.Path] = append(p.tasks[c.Path], c.Args)
	require.NotEmpty(p.t, p.effects[c.Path], "the case has no further outcome for %s", c.Path)
	next := p.effects[c.Path][0]
	p.effects[c.Path] = p.effects[c.Path][1:]
	done := core.Event{Kind: core.TaskDone, ID: c.ID, Attempt: c.Attempt, At: now}
	if e := next.Error; e != nil {
		done.Failure = &core.Failure{Code: e.Code, Message: e.Message, Status: e.Status, Permanent: e.Permanent}
		return done
	}
	done.Value = decoded(p.t, next.Output)
	return done
}
