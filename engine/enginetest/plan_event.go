package enginetest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// words are the names of event kinds in lines; a TaskDone that failed is a fail.
var words = map[string]core.EventKind{
	"start": core.RunStarted, "done": core.TaskDone, "fail": core.TaskDone, "lost": core.TaskLost, "fire": core.TimerFired,
	"signal": core.SignalReceived, "child": core.ChildDone, "lock": core.LockGranted, "cancel": core.CancelRequested,
	"continue": core.Continued, "break": core.BreakpointsSet, "pause": core.PauseRequested, "resume": core.Resumed, "judge": core.Judged,
}

// ParseEvent reads an event from a line such as
//
//	start seed=7 trigger={"body":1}       fire 3            signal 4 value=1       cancel reason=late
//	done 1 value={"ok":true}              lost 1            child 5 value=1        continue
//	fail 1 code=http.status permanent     lock 6            child 5 code=broken
//	start gate=KEY                        cancel code=run.too_big
//	break b after:c error:d if=EXPR       pause by=ann
//	resume mode=over to=c                 resume mode=continue skip=1 port=p
//	resume vars={"v":1} outputs={"b":2}   resume again
//	judge 1 value=1                       judge 1 again
//	fail 1 code=busy after=20             a failure that asks to come again after so many seconds
//	start break=after:b into pins={"b":1}
//
// Times are at=DURATION since time zero. What a line leaves out comes from the state: the attempt is the one that is
// pending, the time the last one, or when the timer is due.
func ParseEvent(line string, p *core.Plan, s *core.State) (core.Event, error) {
	fields := strings.Fields(line)
	kind, ok := words[fields[0]]
	if !ok {
		return core.Event{}, fmt.Errorf("%q is no event", fields[0])
	}
	e := core.Event{Kind: kind, At: s.Now()}
	if kind == core.RunStarted {
		e.Start = &core.Start{Run: "run", Plan: p.Hash, Seed: 1, Revision: core.Revision}
	}
	if kind == core.Resumed {
		e.Resume = &core.Resume{Mode: core.Continue}
	}
	fields = fields[1:]
	if len(fields) > 0 {
		if id, err := strconv.ParseUint(fields[0], 10, 64); err == nil {
			e.ID = core.ID(id)
			fields = fields[1:]
		}
	}
	for _, pending := range s.Pending() {
		if pending.ID == e.ID && e.ID != 0 {
			if kind == core.TaskDone || kind == core.TaskLost || kind == core.Judged {
				e.Attempt = pending.Attempt
			}
			if kind == core.TimerFired {
				e.At = max(e.At, pending.At)
			}
		}
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if kind == core.BreakpointsSet && name == f {
			e.Breakpoints = append(e.Breakpoints, breakpoint(f))
			continue
		}
		if err := setField(&e, name, value); err != nil {
			return e, fmt.Errorf("%s: %w", f, err)
		}
	}
	return e, nil
}

func setField(e *core.Event, name, value string) (err error) {
	failure := func() *core.Failure {
		if e.Failure == nil {
			e.Failure = &core.Failure{Message: "as the test says"}
		}
		return e.Failure
	}
	if done, err := setDebug(e, name, value); done || err != nil {
		return err
	}
	switch name {
	case "at":
		var d time.Duration
		d, err = time.ParseDuration(value)
		e.At = int64(d)
	case "attempt":
		e.Attempt, err = strconv.Atoi(value)
	case "value":
		e.Value, err = ParseValue(value)
	case "code":
		failure().Code = value
	case "permanent":
		failure().Permanent = true
	case "unknown":
		failure().Unknown = true
	case "after":
		var seconds int
		seconds, err = strconv.Atoi(value)
		failure().Details = core.Object{"retryAfter": seconds}
	case "status":
		failure().Status, err = strconv.Atoi(value)
	case "reason":
		e.Reason = value
	case "plan":
		e.Start.Plan = value
	case "revision":
		e.Start.Revision, err = strconv.Atoi(value)
	case "seed":
		e.Start.Seed, err = strconv.ParseUint(value, 10, 64)
	case "gate":
		e.Start.Gate = &core.Gate{Key: value, Limit: 1, Policy: core.GateQueue}
	case "trigger":
		e.Start.Trigger, err = object(value)
	default:
		err = fmt.Errorf("no event has a %s", name)
	}
	return err
}

// breakpoint reads NODE, after:NODE or error:NODE.
func breakpoint(text string) core.Breakpoint {
	if on, node, ok := strings.Cut(text, ":"); ok {
		return core.Breakpoint{Node: node, On: core.StopOn(on)}
	}
	return core.Breakpoint{Node: text, On: core.StopBefore}
}

// setDebug sets what people who look into a run say; false for other fields.
func setDebug(e *core.Event, name, value string) (done bool, err error) {
	switch {
	case name == "by":
		e.By = value
	case name == "again" && e.Kind == core.Judged:
		e.Again = true
	case name == "if":
		e.Breakpoints[len(e.Breakpoints)-1].When = value
	case e.Start != nil && name == "break":
		e.Start.Breakpoints = append(e.Start.Breakpoints, breakpoint(value))
	case e.Start != nil && name == "into":
		e.Start.Into = true
	case e.Start != nil && name == "pins":
		e.Start.Pins, err = object(value)
	case e.Resume != nil:
		return setResume(e.Resume, name, value)
	default:
		return false, nil
	}
	return true, err
}

func setResume(r *core.Resume, name, value string) (done bool, err error) {
	switch name {
	case "mode":
		r.Mode = core.Mode(value)
	case "to":
		r.To = value
	case "again":
		r.Again = true
	case "vars":
		r.Vars, err = object(value)
	case "outputs":
		r.Outputs, err = object(value)
	case "skip":
		r.Skip = &core.Skip{}
		r.Skip.Output, err = ParseValue(value)
	case "port":
		r.Skip.Port = value
	default:
		return false, nil
	}
	return true, err
}

// debugWords are the words that setDebug reads.
func debugWords(e *core.Event) string {
	var b strings.Builder
	points, prefix := e.Breakpoints, " "
	if e.Start != nil {
		points, prefix = e.Start.Breakpoints, " break="
		if e.Start.Into {
			b.WriteString(" into")
		}
	}
	for _, p := range points {
		fmt.Fprintf(&b, "%s%s:%s", prefix, p.On, p.Node)
	}
	if e.Again {
		b.WriteString(" again")
	}
	if r := e.Resume; r != nil {
		fmt.Fprintf(&b, " mode=%s", r.Mode)
		if r.Again {
			b.WriteString(" again")
		}
		if r.Skip != nil {
			fmt.Fprintf(&b, " skip=%s", JSON(r.Skip.Output))
		}
	}
	return b.String()
}

// EventLine is a line that ParseEvent reads the event from, whatever the state.
func EventLine(e *core.Event) string {
	var b strings.Builder
	for _, word := range []string{"start", "done", "lost", "fire", "signal", "child", "lock", "cancel", "continue", "break", "pause", "resume", "judge"} {
		if words[word] == e.Kind {
			if word == "done" && e.Failure != nil {
				word = "fail"
			}
			b.WriteString(word)
		}
	}
	if e.ID != 0 {
		fmt.Fprintf(&b, " %d", e.ID)
	}
	if e.Attempt != 0 {
		fmt.Fprintf(&b, " attempt=%d", e.Attempt)
	}
	if f := e.Failure; f != nil {
		fmt.Fprintf(&b, " code=%s", f.Code)
		if f.Permanent {
			b.WriteString(" permanent")
		}
		if f.Unknown {
			b.WriteString(" unknown")
		}
	} else if e.Value != nil {
		fmt.Fprintf(&b, " value=%s", JSON(e.Value))
	}
	if e.Start != nil {
		fmt.Fprintf(&b, " seed=%d trigger=%s", e.Start.Seed, JSON(e.Start.Trigger))
		if g := e.Start.Gate; g != nil {
			fmt.Fprintf(&b, " gate=%s", g.Key)
		}
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, " reason=%s", e.Reason)
	}
	b.WriteString(debugWords(e))
	fmt.Fprintf(&b, " at=%s", time.Duration(e.At))
	return b.String()
}

// JSON is a value as lines and transcripts show it.
func JSON(v core.Value) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("!%v", err)
	}
	return string(text)
}
