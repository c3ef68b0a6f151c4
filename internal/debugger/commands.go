package debugger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
)

// obey does what a line says; moved says that the run goes on.
func (s *Session) obey(ctx context.Context, line string) (moved bool, err error) {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "", "help", "h", "?":
		s.say(textHelp)
	case "quit", "q":
		return false, ErrQuit
	case "list", "l":
		s.list()
	case "print", "p":
		s.look(rest)
	case "break", "b":
		return false, s.setBreakpoint(ctx, rest)
	case "delete", "d":
		return false, s.deleteBreakpoint(ctx, rest)
	case "set":
		s.set(rest)
	case "judge":
		return s.judge(ctx, rest)
	default:
		return s.move(ctx, word, rest)
	}
	return false, nil
}

// move does the commands that let the run go on.
func (s *Session) move(ctx context.Context, word, rest string) (moved bool, err error) {
	r := core.Resume{Mode: core.Continue}
	switch word {
	case "continue", "c":
	case "over", "n":
		r.Mode = core.StepOver
	case "into", "s":
		r.Mode = core.StepInto
	case "out", "o":
		r.Mode = core.StepOut
	case "to", "t":
		r.Mode, r.To = core.RunTo, rest
	case "skip":
		v, err := value.DecodeString(rest)
		if err != nil {
			s.say(textNotJSON, err.Error())
			return false, nil
		}
		r.Mode, r.Skip = core.StepOver, &core.Skip{Output: v}
	case "again":
		r.Mode, r.Again = core.StepOver, true
	default:
		s.say(textUnknown, word)
		return false, nil
	}
	return s.told(s.resume(ctx, r))
}

// told tells of what was refused; anything else that went wrong ends the session.
func (s *Session) told(err error) (moved bool, _ error) {
	if f, ok := errors.AsType[*core.Failure](err); ok {
		fmt.Fprintf(s.o.Out, "  %s: %s\n", f.Code, diag.Render(f.Code, s.o.Lang, nil))
		return false, nil
	}
	return err == nil, err
}

// list shows the activations, one a line, with a mark where the run stands still.
func (s *Session) list() {
	steps, err := engine.Steps(s.o.Journal, s.plan, s.runs[len(s.runs)-1])
	if err != nil {
		s.say(textNotRead, err.Error())
		return
	}
	at := s.stop().Path
	for i := range steps {
		step := &steps[i]
		mark := " "
		if step.Path == at {
			mark = "*"
		}
		line := fmt.Sprintf("%s %-28s %-16s %s", mark, step.Path, step.Type, step.Phase)
		if step.Port != "" && step.Port != "out" {
			line += " → " + step.Port
		}
		if step.Forced != "" {
			line += fmt.Sprintf(" (%s: %s)", step.Forced, step.By)
		}
		fmt.Fprintln(s.o.Out, line)
	}
	for i, b := range s.state.Breakpoints() {
		fmt.Fprintf(s.o.Out, "  #%d %s\n", i+1, spelled(b))
	}
}

func spelled(b core.Breakpoint) string {
	text := string(b.On) + " " + b.Node
	if b.When != "" {
		text += " if " + b.When
	}
	return text
}

// look shows the whole scope, or what an expression gives there.
func (s *Session) look(expression string) {
	at := s.stop()
	if expression == "" {
		s.scope(at.Path)
		return
	}
	node := at.Node
	if node == "" {
		node = s.flow.Plan.Nodes[len(s.flow.Plan.Nodes)-1].ID
	}
	compiled, found := s.flow.Expression(node, expression)
	if len(found) > 0 {
		fmt.Fprintf(s.o.Out, "  %s: %s\n", found[0].Code, found[0].In(s.o.Lang))
		return
	}
	v, f, _ := core.Peek(s.flow.Plan, s.state, at.Path, compiled)
	if f != nil {
		fmt.Fprintf(s.o.Out, "  %s: %s\n", f.Code, f.Message)
		return
	}
	s.print(expression, v)
}

func (s *Session) scope(path string) {
	sight, ok := core.Look(s.flow.Plan, s.state, path)
	if !ok {
		return
	}
	s.print("trigger", sight.Trigger)
	if path != "" {
		s.print("input", sight.Input)
	}
	s.print("nodes", sight.Nodes)
	s.print("vars", sight.Vars)
	if sight.Index >= 0 {
		s.print("item", sight.Item)
		s.print("index", sight.Index)
	}
	if sight.Failure != nil {
		s.print("error", sight.Failure.Object())
	}
}

// setBreakpoint reads NODE [before|after|error] [if EXPRESSION].
func (s *Session) setBreakpoint(ctx context.Context, rest string) error {
	b := ParseBreakpoint(rest)
	if found := s.flow.CheckBreakpoint("", b); len(found) > 0 {
		fmt.Fprintf(s.o.Out, "  %s: %s\n", found[0].Code, found[0].In(s.o.Lang))
		return nil
	}
	return s.replaceBreakpoints(ctx, append(slices.Clip(s.state.Breakpoints()), b))
}

// ParseBreakpoint reads NODE [before|after|error] [if EXPRESSION].
func ParseBreakpoint(text string) core.Breakpoint {
	place, when, _ := strings.Cut(text, " if ")
	node, on, _ := strings.Cut(strings.TrimSpace(place), " ")
	b := core.Breakpoint{Node: node, On: core.StopOn(strings.TrimSpace(on)), When: strings.TrimSpace(when)}
	if b.On == "" {
		b.On = core.StopBefore
	}
	return b
}

func (s *Session) deleteBreakpoint(ctx context.Context, rest string) error {
	list := slices.Clone(s.state.Breakpoints())
	n, err := strconv.Atoi(strings.TrimPrefix(rest, "#"))
	if known := err == nil && n >= 1 && n <= len(list); !known {
		s.say(textNoBreakpoint)
		return nil
	}
	return s.replaceBreakpoints(ctx, slices.Delete(list, n-1, n))
}

func (s *Session) replaceBreakpoints(ctx context.Context, list []core.Breakpoint) error {
	run := s.runs[len(s.runs)-1]
	if _, err := s.told(s.o.Debugger.SetBreakpoints(ctx, run, list, s.o.By)); err != nil {
		return err
	}
	for i, b := range list {
		fmt.Fprintf(s.o.Out, "  #%d %s\n", i+1, spelled(b))
	}
	return s.load(run)
}

// set notes vars.NAME = JSON or PATH = JSON, for when the run goes on.
func (s *Session) set(rest string) {
	name, text, ok := strings.Cut(rest, "=")
	v, err := value.DecodeString(strings.TrimSpace(text))
	if !ok || err != nil {
		s.say(textSet)
		return
	}
	name = strings.TrimSpace(name)
	if of, isVar := strings.CutPrefix(name, "vars."); isVar {
		if s.vars == nil {
			s.vars = core.Object{}
		}
		s.vars[of] = v
	} else {
		if s.outputs == nil {
			s.outputs = core.Object{}
		}
		s.outputs[name] = v
	}
	s.print(name, v)
}

// judge says what became of a write: done JSON, again, or failed.
func (s *Session) judge(ctx context.Context, rest string) (moved bool, err error) {
	verdict, text, _ := strings.Cut(rest, " ")
	j := engine.Judgement{Path: s.stop().Path}
	switch verdict {
	case "done":
		if text != "" {
			if j.Output, err = value.DecodeString(text); err != nil {
				s.say(textNotJSON, err.Error())
				return false, nil
			}
		}
	case "again":
		j.Again = true
	case "failed":
		j.Failure = &core.Failure{Code: "task.judged_failed", Message: "somebody said that it was not done: " + text, Permanent: true}
	default:
		s.say(textJudge)
		return false, nil
	}
	return s.told(s.o.Debugger.Judge(ctx, s.runs[len(s.runs)-1], j, s.o.By))
}
