// Package debugger is a debugger in a terminal: it shows where a run stands still, takes commands from a reader, and lets
// the run go on.
//
// It speaks to an engine and a journal. It must not know a driver, HTTP, or where flows and connections come from; secrets
// are masked by whoever makes a Session.
package debugger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/storage"
)

// Options of a Session. All but Mask and By are needed.
type Options struct {
	Debugger engine.Debugger
	Journal  storage.Journal
	// Flow finds the flow of a plan, by its hash.
	Flow func(hash string) (*flows.Flow, error)
	In   io.Reader
	Out  io.Writer
	Lang diag.Language
	// Mask takes secrets out of what is shown; nil shows all.
	Mask func(core.Value) core.Value
	// By is whose name stands beside what is done.
	By string
}

// Session is one person looking into one run.
type Session struct {
	o     Options
	lines *bufio.Scanner
	// runs are the run and the children that were stepped into, innermost last.
	runs []storage.RunID
	// What is to be changed when the run goes on.
	vars, outputs core.Object
	last          string

	// Of the innermost run, as it stands.
	flow  *flows.Flow
	state *core.State
}

// ErrQuit is returned when the person leaves; the run stays where it is.
var ErrQuit = errors.New("debugger: left")

// New makes a session on a run.
func New(o Options, run storage.RunID) *Session {
	if o.Mask == nil {
		o.Mask = func(v core.Value) core.Value { return v }
	}
	return &Session{o: o, lines: bufio.NewScanner(o.In), runs: []storage.RunID{run}}
}

// Loop shows each stop and obeys until the run has ended, the input is over or the person leaves. At the end of the input
// the run goes on to its end without stopping any more.
func (s *Session) Loop(ctx context.Context) error {
	for {
		over, err := s.settle(ctx)
		if err != nil || over {
			return err
		}
		s.show()
		for moved := false; !moved; {
			line, more := s.read()
			if !more {
				return s.letGo(ctx)
			}
			if moved, err = s.obey(ctx, line); err != nil {
				return err
			}
		}
	}
}

// read is the next command; an empty line repeats the last one.
func (s *Session) read() (line string, more bool) {
	fmt.Fprint(s.o.Out, "> ")
	if !s.lines.Scan() {
		fmt.Fprintln(s.o.Out)
		return "", false
	}
	line = strings.TrimSpace(s.lines.Text())
	if line == "" {
		line = s.last
	}
	s.last = line
	return line, true
}

// settle waits until the run, or a child of it, stands still; over says that the run has ended.
func (s *Session) settle(ctx context.Context) (over bool, err error) {
	for {
		run := s.runs[len(s.runs)-1]
		if err := s.o.Debugger.Rest(ctx, run); err != nil {
			return false, err
		}
		row, err := s.o.Journal.Row(run)
		if err != nil {
			return false, err
		}
		switch {
		case row.Status == string(core.Paused):
			return false, s.load(run)
		case row.EndedAt.IsZero():
			child, err := s.stoppedChild(run)
			if err != nil {
				return false, err
			}
			s.runs = append(s.runs, child)
		case len(s.runs) == 1:
			return true, nil
		default:
			s.say(textChildEnded, string(run), row.Status)
			s.runs = s.runs[:len(s.runs)-1]
		}
	}
}

// stoppedChild is the run that this one waits for and that stands still.
func (s *Session) stoppedChild(parent storage.RunID) (storage.RunID, error) {
	rows, err := s.o.Journal.Runs(storage.Listing{Status: string(core.Paused), Limit: 1_000})
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		v, err := value.Decode(r.Data)
		if data, ok := v.(core.Object); err == nil && ok && data["parent"] == string(parent) {
			return r.Run, nil
		}
	}
	return "", engine.ErrNotFound
}

func (s *Session) load(run storage.RunID) error {
	over, err := engine.Replay(s.o.Journal, s.plan, run, nil)
	if err != nil {
		return err
	}
	s.state = over.State
	s.flow, err = s.o.Flow(over.Plan.Hash)
	return err
}

func (s *Session) plan(hash string) (*core.Plan, error) {
	f, err := s.o.Flow(hash)
	if err != nil {
		return nil, err
	}
	return f.Plan, nil
}

// letGo takes all breakpoints away and lets the run come to its end.
func (s *Session) letGo(ctx context.Context) error {
	for {
		run := s.runs[len(s.runs)-1]
		if err := s.o.Debugger.SetBreakpoints(ctx, run, nil, s.o.By); err != nil && !errors.Is(err, engine.ErrEnded) {
			return err
		}
		if err := s.resume(ctx, core.Resume{Mode: core.Continue}); err != nil {
			return err
		}
		over, err := s.settle(ctx)
		if err != nil || over {
			return err
		}
		if s.state.Stops() == nil {
			// An outcome is unknown: only a person can say what became of it.
			return nil
		}
	}
}

// resume lets the innermost run go on, with what was changed.
func (s *Session) resume(ctx context.Context, r core.Resume) error {
	r.Vars, r.Outputs = s.vars, s.outputs
	if err := s.o.Debugger.Resume(ctx, s.runs[len(s.runs)-1], r, s.o.By); err != nil {
		return err
	}
	s.vars, s.outputs = nil, nil
	return nil
}

// stop is where the innermost run stands still.
func (s *Session) stop() core.Stop {
	if stops := s.state.Stops(); stops != nil {
		return stops[0]
	}
	for _, p := range s.state.Pending() {
		if p.Held {
			return core.Stop{Path: p.Path, Node: p.Node, On: core.StopUnknown, Attempt: p.Attempt}
		}
	}
	return core.Stop{}
}

// show says where the run stands still, and what it is about to do.
func (s *Session) show() {
	stop := s.stop()
	run := s.runs[len(s.runs)-1]
	s.say(textStopped[stop.On], stop.Path, string(run))
	if stop.Failure != nil {
		fmt.Fprintf(s.o.Out, "  %s: %s\n", stop.Failure.Code, stop.Failure.Message)
	}
	sight, ok := core.Look(s.flow.Plan, s.state, stop.Path)
	if !ok || stop.Path == "" {
		return
	}
	switch {
	case stop.On == core.StopAfter:
		s.print("output", sight.Output)
	case sight.Refusal != nil:
		fmt.Fprintf(s.o.Out, "  %s: %s\n", sight.Refusal.Code, sight.Refusal.Message)
	case sight.Task != nil && stop.On != core.StopError:
		s.print("ask "+sight.Task.Type, sight.Args)
	default:
		s.print("input", sight.Input)
	}
}

// shown bounds the bytes of one value on the screen.
const shown = 2_000

// print shows a value under a name.
func (s *Session) print(name string, v core.Value) {
	text, err := value.Encode(s.o.Mask(v))
	if err != nil {
		text = []byte(err.Error())
	}
	if len(text) > shown {
		text = append(text[:shown:shown], "…"...)
	}
	fmt.Fprintf(s.o.Out, "  %s: %s\n", name, text)
}

func (s *Session) say(t text, args ...any) {
	fmt.Fprintf(s.o.Out, t.in(s.o.Lang)+"\n", args...)
}
