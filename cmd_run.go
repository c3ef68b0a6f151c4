package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/internal/debugger"
	"sluice/storage"
)

// cmdRun runs one flow, once.
func cmdRun(ctx context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	input := flags.String("input", "", "")
	connections := flags.String("connections", "", "")
	data := flags.String("data", "", "")
	step := flags.Bool("step", false, "")
	reach := egressFlags(flags)
	var points []core.Breakpoint
	flags.Func("break", "", func(text string) error {
		points = append(points, debugger.ParseBreakpoint(text))
		return nil
	})
	files, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return wrongUsage("exactly one FILE is to be run")
	}
	stepping := *step || len(points) > 0
	if stepping && *input == "-" {
		return wrongUsage("--step and --break read commands from standard input: give --input as JSON or @FILE")
	}
	policy, err := reach()
	if err != nil {
		return err
	}
	body, err := readInput(c, *input)
	if err != nil {
		return err
	}
	w, err := openWorkspace(c, workspaceOptions{data: *data, connections: *connections, egress: policy})
	if err != nil {
		return err
	}
	end, err := runFile(ctx, c, w, order{file: files[0], body: body, data: *data, stepping: stepping, into: *step, breakpoints: points})
	stopped, cancel := context.WithTimeout(ctx, shutdown)
	defer cancel()
	if closing := w.close(stopped); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if end.Status != core.Succeeded {
		return exitCode(1)
	}
	out, err := value.Encode(w.connections.Mask(end.Output))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s\n", indent(out))
	return nil
}

// shutdown is how long tasks under way may take to finish when the program stops.
const shutdown = 10 * time.Second

// readInput reads the trigger's body: JSON as it stands, from @FILE, or from standard input with -.
func readInput(c *console, input string) (core.Value, error) {
	text := []byte(input)
	var err error
	switch {
	case input == "":
		return nil, nil
	case input == "-":
		text, err = io.ReadAll(c.in)
	case strings.HasPrefix(input, "@"):
		text, err = os.ReadFile(input[1:])
	}
	if err != nil {
		return nil, err
	}
	v, err := value.Decode(text)
	if err != nil {
		return nil, fmt.Errorf(textInput.in(c.lang), err)
	}
	return v, nil
}

// order is what is to be run.
type order struct {
	file string
	body core.Value
	// data is the folder that keeps the run; empty keeps nothing.
	data string
	// stepping opens the debugger where the run stops: at the breakpoints and, with into, at its first step.
	stepping, into bool
	breakpoints    []core.Breakpoint
}

// runFile compiles the flow, starts a run of it and waits for its end.
func runFile(ctx context.Context, c *console, w *workspace, o order) (*core.End, error) {
	flow, err := w.compile(c, o.file)
	if err != nil {
		return nil, err
	}
	if err := checkInput(c, flow, o.body); err != nil {
		return nil, err
	}
	for _, b := range o.breakpoints {
		if found := flow.CheckBreakpoint("", b); len(found) > 0 {
			return nil, wrongUsage("--break %s: %s", b.Node, found[0].In(c.lang))
		}
	}
	p := newProgress(c)
	if err := w.start(p.observe); err != nil {
		return nil, err
	}
	id, err := w.engine.Start(ctx, engine.StartRequest{Plan: flow.Plan.Hash, Trigger: core.Object{
		"id": "call", "type": "call", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": o.body,
	}, Breakpoints: o.breakpoints, Into: o.into})
	if err != nil {
		return nil, err
	}
	c.say(textStarted, id, flow.Document.ID)
	if o.stepping {
		if err := stepThrough(ctx, c, w, id); err != nil {
			return nil, left(c, err, o.data, id)
		}
	}
	return waitFor(ctx, c, w, id, o.data)
}

// stepThrough opens the debugger on a run, until the run has ended.
func stepThrough(ctx context.Context, c *console, w *workspace, id storage.RunID) error {
	by := "terminal"
	if name, ok := c.env("USER"); ok && name != "" {
		by = name
	}
	return debugger.New(debugger.Options{
		Debugger: w.engine, Journal: w.store, Flow: w.library.Flow, In: c.in, Out: c.err, Lang: c.lang, Mask: w.connections.Mask, By: by,
	}, id).Loop(ctx)
}

// left says what became of a run whose debugger was left.
func left(c *console, err error, data string, id storage.RunID) error {
	switch {
	case !errors.Is(err, debugger.ErrQuit):
		return err
	case data == "":
		c.say(textStoppedLost)
	default:
		c.say(textLeft, data, id)
	}
	return exitCode(130)
}

func checkInput(c *console, flow *flows.Flow, body core.Value) error {
	if flow.Input == nil {
		return nil
	}
	if f := flow.Input(body); f != nil {
		return fmt.Errorf(textInputSchema.in(c.lang), f.Message)
	}
	return nil
}

// waitFor waits for a run's end and says how it ended. The first interrupt cancels the run in order; the second stops at
// once, and the run goes on another time.
func waitFor(ctx context.Context, c *console, w *workspace, id storage.RunID, data string) (*core.End, error) {
	type outcome struct {
		end *core.End
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		end, err := w.engine.Wait(ctx, id)
		done <- outcome{end, err}
	}()
	for asked := false; ; asked = true {
		select {
		case o := <-done:
			if o.err == nil {
				report(c, w, id, o.end)
			}
			return o.end, o.err
		case <-c.interrupts:
			if asked {
				if data == "" {
					c.say(textStoppedLost)
				} else {
					c.say(textStopped, data)
				}
				return nil, exitCode(130)
			}
			c.say(textInterrupted)
			go func() { _ = w.engine.Cancel(ctx, id, "interrupted") }()
		}
	}
}

// report says how a run ended.
func report(c *console, w *workspace, id storage.RunID, end *core.End) {
	took := "?"
	if row, err := w.store.Row(id); err == nil {
		took = row.EndedAt.Sub(row.StartedAt).Round(time.Millisecond).String()
	}
	if end.Failure == nil {
		c.say(textSucceeded, id, took)
		return
	}
	f := end.Failure
	c.say(textEnded, id, statusText[string(end.Status)].in(c.lang), took, w.connections.MaskText(f.Code+": "+f.Message))
	if f.Path != "" {
		c.say(textAt, f.Path, f.Attempt)
	}
	if details, ok := f.Details.(core.Object); ok && details["compensation"] != nil {
		if b, err := value.Encode(w.connections.Mask(details["compensation"])); err == nil {
			c.say(textCompensated, b)
		}
	}
}

// indent lays JSON out without touching a number.
func indent(b []byte) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return b
	}
	return out.Bytes()
}
