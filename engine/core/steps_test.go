package core_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/enginetest"
)

var update = flag.Bool("update", false, "write transcripts anew")

// TestSteps plays transcripts. A file holds cases, each of a title (== title), a plan (see enginetest.Plan), and lines
// that start with > and are followed by the reaction to them, indented: what happened to activations, then -> commands.
//
//	start, done, fail, lost, fire, signal, child, lock, cancel, continue    an event, see enginetest.ParseEvent
//	crash                  folds the journal into a fresh state, which must dump like the old one and takes its place
//	pending, state         print what the run waits for, and its dump
//	stops, look PATH       print where the run is stopped, and what can be seen there
//	refuse ...             prints why such a resume would be refused
//	retry SEQ...           lets the failed run go on with these events of its journal taken over; error:NODE stops it there
//	tamper SEQ KIND ID     folds the journal with another command at the head of what event SEQ caused
//	replay SEQ             folds the journal with event SEQ twice
//
// At the end of a case the journal is folded once more, and the state after each event must dump as it did.
func TestSteps(t *testing.T) {
	files, err := filepath.Glob("testdata/steps/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	met := newCoverage()
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, file, met) })
	}
	if !t.Failed() && flag.Lookup("test.run").Value.String() == "" {
		met.requireAll(t)
	}
}

func playFile(t *testing.T, file string, met *coverage) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var got strings.Builder
	for i, part := range strings.Split("\n"+string(text), "\n== ") {
		if i == 0 {
			got.WriteString(strings.TrimPrefix(part, "\n"))
			continue
		}
		title, _, _ := strings.Cut(part, "\n")
		t.Run(title, func(t *testing.T) {
			played := (&session{met: met}).playCase(t, part)
			got.WriteString("\n== " + played)
			if !*update {
				require.Equal(t, part, played, "run with -update and read the difference")
			}
		})
	}
	if *update && !t.Failed() {
		require.NoError(t, os.WriteFile(file, []byte(got.String()), 0o644))
	}
}

// playCase gives the case as it should read.
func (s *session) playCase(t *testing.T, part string) string {
	lines := strings.Split(part, "\n")
	var plan, out strings.Builder
	for i, line := range lines {
		command, isCommand := strings.CutPrefix(line, "> ")
		switch {
		case isCommand:
			if s.plan == nil {
				var err error
				s.plan, err = enginetest.Plan(plan.String())
				require.NoError(t, err)
				s.reset()
			}
			fmt.Fprintln(&out, line)
			out.WriteString(s.play(t, command))
		case s.plan == nil:
			if i > 0 {
				fmt.Fprintln(&plan, line)
			}
			fmt.Fprintln(&out, line)
		case !strings.HasPrefix(line, "  "):
			fmt.Fprintln(&out, line)
		}
	}
	s.requirePrefixes(t)
	return strings.TrimSuffix(out.String(), "\n")
}

// session is one run of a case.
type session struct {
	plan     *core.Plan
	state    *core.State
	decision core.Decision
	journal  []core.Recorded
	// asked are the tasks that were asked for.
	asked []core.Command
	// dumps are the dumps of the state after each event of the journal.
	dumps []string
	met   *coverage
	// revision is that of runs started without one; 0 is the newest.
	revision int
}

func (s *session) reset() {
	s.state = &core.State{}
	s.decision = core.Decision{Tracing: true, Moved: s.met.moved}
}

func (s *session) play(t *testing.T, line string) string {
	line, _, _ = strings.Cut(line, "#")
	words := strings.Fields(line)
	switch words[0] {
	case "pending":
		return describePending(s.state)
	case "state":
		return indent(s.state.Dump())
	case "crash":
		s.reset()
		s.fold(t, s.journal)
		return fmt.Sprintf("  folded %d events\n", s.state.Seq()) + describePending(s.state)
	case "tamper", "replay":
		return s.tampered(t, words)
	case "stops":
		return describeStops(s.state)
	case "look":
		return s.look(words[1])
	case "refuse":
		e, err := enginetest.ParseEvent(strings.Replace(line, "refuse", "resume", 1), s.plan, s.state)
		require.NoError(t, err, line)
		return fmt.Sprintf("  %v\n", s.state.Refuse(s.plan, e.Resume))
	}
	e := s.event(t, line)
	before := s.state.Phase()
	if err := core.Step(s.plan, s.state, &e, &s.decision); err != nil {
		// The state is of no use after an error.
		s.reset()
		s.fold(t, s.journal)
		return fmt.Sprintf("  %v\n", err)
	}
	s.met.ran(before, e.Kind, s.state.Phase())
	if !s.decision.Applied {
		require.Equal(t, s.dumps[len(s.dumps)-1], s.state.Dump(), "an event that was not applied changed the state")
		return "  nothing\n"
	}
	s.journal = append(s.journal, core.Recorded{Event: e, Heads: core.Heads(s.decision.Commands)})
	s.dumps = append(s.dumps, s.state.Dump())
	for _, c := range s.decision.Commands {
		if c.Kind == core.RunTask {
			s.asked = append(s.asked, c)
		}
	}
	if s.state.Phase() == core.RunFinished {
		require.Empty(t, s.state.Pending(), "a run that is over waits for something")
	}
	return describe(&s.decision)
}

// event reads an event.
func (s *session) event(t *testing.T, line string) core.Event {
	switch words := strings.Fields(line); words[0] {
	case "retry":
		return s.retry(t, words[1:])
	case "fork":
		return s.fork(t, words[1:])
	}
	e, err := enginetest.ParseEvent(line, s.plan, s.state)
	require.NoError(t, err, line)
	if e.Start != nil && s.revision > 0 && !strings.Contains(line, "revision=") {
		e.Start.Revision = s.revision
	}
	return e
}

// retry takes over events of the journal, as a driver would that found out which.
func (s *session) retry(t *testing.T, words []string) core.Event {
	start := *s.journal[0].Start
	past := &core.Past{Run: start.Run, Seq: s.state.Seq(), Began: s.journal[0].At, LastID: s.state.LastID()}
	start.Past = past
	for _, w := range words {
		if at, ok := strings.CutPrefix(w, "error:"); ok {
			start.Breakpoints = []core.Breakpoint{{Node: at, On: core.StopError}}
			continue
		}
		if at, ok := strings.CutPrefix(w, "before:"); ok {
			start.Breakpoints = []core.Breakpoint{{Node: at, On: core.StopBefore}}
			continue
		}
		var seq, id uint64
		_, err := fmt.Sscan(w, &seq)
		require.NoError(t, err)
		e := s.journal[seq-1].Event
		if _, mapped, ok := strings.Cut(w, "="); ok {
			_, err := fmt.Sscan(mapped, &id)
			require.NoError(t, err)
			e.ID = core.ID(id)
		}
		past.Events = append(past.Events, e)
	}
	for i := range s.asked {
		past.Asked = append(past.Asked, core.Asked{Path: s.asked[i].Path, ID: s.asked[i].ID, Args: s.asked[i].Args})
	}
	return core.Event{Kind: core.Retried, At: s.state.Now(), Start: &start, By: "ann"}
}

// fork leaves the run for a new one that takes events of it over.
func (s *session) fork(t *testing.T, words []string) core.Event {
	e := s.retry(t, words)
	e.Kind, e.Start.Run = core.RunStarted, "fork"
	e.Start.Past.LastID, e.Start.Past.Asked = 0, nil
	s.journal, s.dumps, s.asked = nil, nil, nil
	s.reset()
	return e
}

func (s *session) look(path string) string {
	sight, ok := core.Look(s.plan, s.state, path)
	if !ok {
		return "  nothing there\n"
	}
	text := fmt.Sprintf("  %s %s input=%s nodes=%s vars=%s", sight.Path, sight.Phase, enginetest.JSON(sight.Input), enginetest.JSON(sight.Nodes), enginetest.JSON(sight.Vars))
	if sight.Index >= 0 {
		text += fmt.Sprintf(" item=%s index=%d", enginetest.JSON(sight.Item), sight.Index)
	}
	if sight.Task != nil {
		text += " args=" + enginetest.JSON(sight.Args)
	}
	if sight.Output != nil {
		text += " out=" + enginetest.JSON(sight.Output)
	}
	return text + describeFailure(sight.Failure) + describeFailure(sight.Refusal) + "\n"
}

func describeStops(s *core.State) string {
	var b strings.Builder
	for _, stop := range s.Stops() {
		fmt.Fprintf(&b, "  stopped %s %s%s\n", stop.On, stop.Path, describeFailure(stop.Failure))
	}
	if b.Len() == 0 {
		return "  not stopped\n"
	}
	return b.String()
}

// fold folds recorded events into the fresh state and holds every prefix against the state it had.
func (s *session) fold(t *testing.T, journal []core.Recorded) {
	for i := range journal {
		require.NoError(t, core.Fold(s.plan, s.state, &journal[i], &s.decision))
		require.Equal(t, s.dumps[i], s.state.Dump(), "event %d folds to another state", i+1)
	}
}

func (s *session) requirePrefixes(t *testing.T) {
	s.reset()
	s.fold(t, s.journal)
}

// tampered folds a changed journal and gives the error.
func (s *session) tampered(t *testing.T, words []string) string {
	seq := 0
	_, err := fmt.Sscan(words[1], &seq)
	require.NoError(t, err)
	journal := append([]core.Recorded{}, s.journal...)
	r := journal[seq-1]
	if words[0] == "replay" {
		journal = append(journal[:seq:seq], journal[seq-1:]...)
	} else {
		id := core.ID(0)
		_, err := fmt.Sscan(words[3], &id)
		require.NoError(t, err)
		r.Heads = append([]core.Head{{Kind: core.CommandKind(words[2]), ID: id}}, r.Heads[min(1, len(r.Heads)):]...)
		journal[seq-1] = r
	}
	state := &core.State{}
	for i := range journal {
		if err := core.Fold(s.plan, state, &journal[i], &s.decision); err != nil {
			return fmt.Sprintf("  %v\n", err)
		}
	}
	return "  folded without an error\n"
}

// describe is what one event led to.
func describe(d *core.Decision) string {
	var b strings.Builder
	for i := range d.Trace {
		e := &d.Trace[i]
		fmt.Fprintf(&b, "  %s %s", e.Path, e.Phase)
		if e.Port != "" && e.Port != "out" {
			fmt.Fprintf(&b, " port=%s", e.Port)
		}
		if e.Attempt > 1 {
			fmt.Fprintf(&b, " attempt=%d", e.Attempt)
		}
		if e.Output != nil {
			fmt.Fprintf(&b, " out=%s", enginetest.JSON(e.Output))
		}
		if e.Forced != "" {
			fmt.Fprintf(&b, " %s by=%s", e.Forced, e.By)
		}
		b.WriteString(describeFailure(e.Failure))
		b.WriteString("\n")
	}
	for i := range d.Commands {
		fmt.Fprintf(&b, "  -> %s\n", describeCommand(&d.Commands[i]))
	}
	if b.Len() == 0 {
		return "  applied\n"
	}
	return b.String()
}

func describeFailure(f *core.Failure) string {
	if f == nil {
		return ""
	}
	s := " failure=" + f.Code
	if f.Path != "" {
		s += "@" + f.Path
	}
	if f.Details != nil {
		s += " details=" + enginetest.JSON(f.Details)
	}
	return s
}

func describeCommand(c *core.Command) string {
	s := c.Head().String()
	field := func(name, value string) { s += " " + name + "=" + value }
	if c.Path != "" && c.Path != c.Node {
		field("path", c.Path)
	}
	if c.Attempt > 1 {
		field("attempt", fmt.Sprint(c.Attempt))
	}
	if c.Timeout > 0 {
		field("timeout", c.Timeout.String())
	}
	switch c.Kind {
	case core.RunTask:
		field("args", enginetest.JSON(c.Args))
	case core.SetTimer:
		field("at", time.Duration(c.At).String())
	case core.StartChild:
		field("flow", c.Flow)
		field("input", enginetest.JSON(c.Input))
		if c.Detach {
			s += " detach"
		}
	case core.Respond:
		field("status", fmt.Sprint(c.Response.Status))
		field("body", enginetest.JSON(c.Response.Body))
	case core.Finish:
		s += " " + string(c.End.Status)
		if c.End.Output != nil {
			field("out", enginetest.JSON(c.End.Output))
		}
		s += describeFailure(c.End.Failure)
	}
	if c.Event != "" {
		field("event", c.Event)
	}
	if c.Key != "" {
		field("key", c.Key)
	}
	if c.Outward() {
		s += " !"
	}
	return s
}

func describePending(s *core.State) string {
	var b strings.Builder
	for _, p := range s.Pending() {
		fmt.Fprintf(&b, "  pending %s", describeCommand(&p.Command))
		switch {
		case p.Granted:
			b.WriteString(" (granted)")
		case p.Aborted:
			b.WriteString(" (aborted)")
		case p.Held:
			b.WriteString(" (held)")
		}
		b.WriteString("\n")
	}
	if b.Len() == 0 {
		return "  nothing pending\n"
	}
	return b.String()
}

func indent(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

// coverage is what transcripts met of the two tables.
type coverage struct {
	mu    sync.Mutex
	moves map[move]bool
	runs  map[runMove]bool
}

type move struct {
	from core.Phase
	on   core.Cue
	to   core.Phase
}

type runMove struct {
	from core.RunPhase
	on   core.EventKind
	to   core.RunPhase
}

func newCoverage() *coverage {
	return &coverage{moves: map[move]bool{}, runs: map[runMove]bool{}}
}

func (c *coverage) moved(from core.Phase, on core.Cue, to core.Phase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moves[move{from, on, to}] = true
}

func (c *coverage) ran(from core.RunPhase, on core.EventKind, to core.RunPhase) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.runs[runMove{from, on, to}] = true
}

// requireAll holds what was met against the tables, both ways: every way that a row allows was gone, and no other.
func (c *coverage) requireAll(t *testing.T) {
	var missing []string
	for _, r := range core.Table() {
		for _, to := range r.To {
			m := move{r.From, r.On, to}
			if !c.moves[m] {
				missing = append(missing, fmt.Sprintf("a node: %s by %s to %s (%s)", r.From, r.On, to, r.Why))
			}
			delete(c.moves, m)
		}
	}
	for _, r := range core.RunTable() {
		for _, to := range r.To {
			m := runMove{r.From, r.On, to}
			if !c.runs[m] {
				missing = append(missing, fmt.Sprintf("a run: %s by %s to %s (%s)", r.From, r.On, to, r.Why))
			}
			delete(c.runs, m)
		}
	}
	require.Empty(t, missing, "no transcript does this")
	require.Empty(t, c.moves, "these moves of nodes are in no row of the table")
	require.Empty(t, c.runs, "these moves of runs are in no row of the table")
}
