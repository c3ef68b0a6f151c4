package main

import (
	"fmt"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/flows/diag"
	"sluice/storage"
)

// progress prints a line for each step as it moves. It is told by many executors at once.
type progress struct {
	c     *console
	mu    sync.Mutex
	began map[string]int64
	lines int
}

// maxProgress bounds the lines: a foreach over a hundred thousand items is not worth a hundred thousand lines.
const maxProgress = 2_000

func newProgress(c *console) *progress { return &progress{c: c, began: map[string]int64{}} }

func (p *progress) observe(run storage.RunID, trace []core.Entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range trace {
		e := &trace[i]
		place := string(run) + e.Path
		began, known := p.began[place]
		if !known {
			began = e.At
			p.began[place] = began
		}
		if e.Phase.Settled() {
			delete(p.began, place)
		}
		if p.lines++; p.lines <= maxProgress {
			p.print(e, time.Duration(e.At-began))
		}
	}
}

// print draws one line: what came of it, where, which port, how long, and why not.
func (p *progress) print(e *core.Entry, took time.Duration) {
	line := fmt.Sprintf("%s %-32s %-14s %s", p.mark(e.Phase), e.Path, e.Type, phaseText[e.Phase.String()].in(p.c.lang))
	if e.Port != "" && e.Port != "out" {
		line += " → " + e.Port
	}
	if e.Attempt > 1 {
		line += fmt.Sprintf(" #%d", e.Attempt)
	}
	if took > 0 {
		line += " " + took.Round(100*time.Microsecond).String()
	}
	if e.Failure != nil {
		colon := ": "
		if p.c.lang == diag.Chinese {
			colon = "："
		}
		line += "  " + e.Failure.Code + colon + e.Failure.Message
	}
	fmt.Fprintln(p.c.err, line)
}

func (p *progress) mark(at core.Phase) string {
	mark, colour := "·", "2"
	switch at {
	case core.PhaseSucceeded:
		mark, colour = "✓", "32"
	case core.PhaseFailed:
		mark, colour = "✗", "31"
	case core.PhaseDelayed, core.PhaseHeld:
		mark, colour = "↻", "33"
	case core.PhaseSkipped, core.PhaseCancelled:
		mark = "-"
	}
	if !p.c.terminal {
		return mark
	}
	return "\x1b[" + colour + "m" + mark + "\x1b[0m"
}
