package engine

import (
	"reflect"
	"strings"

	"sluice/engine/core"
)

// Difference is one thing that a run would have done otherwise.
type Difference struct {
	Path, Node string
	Kind       DifferenceKind
	// Before is what the run did, After what it would do: of DifferentPath the status and the port, of the others a value.
	Before, After core.Value
}

// DifferenceKind says in what two folds of one history differ.
type DifferenceKind string

// The kinds.
const (
	DifferentPath   DifferenceKind = "path"   // an activation ended otherwise, or took another port
	DifferentOutput DifferenceKind = "output" // it gave something else
	DifferentTask   DifferenceKind = "task"   // a worker would be asked for something else
	DifferentEnd    DifferenceKind = "end"    // the run ends otherwise
)

// Comparison is what came of folding a history with another plan.
type Comparison struct {
	// Before and After are how the run ended and would end; After is nil where it would wait for something the history does not
	// have.
	Before, After *core.End
	Differences   []Difference
	// Missing are the paths of tasks that nobody has an outcome for, so that what follows from them is not known.
	Missing []string
}

// Compare folds the history with another plan and tells what would be otherwise. Tasks get the outcomes they had, whatever
// they ask: nothing is done.
func (h *History) Compare(to *core.Plan, gate *core.Gate) (*Comparison, error) {
	t := newTransplant(h, to, gate, core.Breakpoint{})
	t.breakpoint = nil
	var steps stepList
	tasks := map[string]core.Value{}
	t.watch = func(d *core.Decision) {
		steps.add(d.Trace)
		for i := range d.Commands {
			if c := &d.Commands[i]; c.Kind == core.RunTask {
				tasks[c.Path] = c.Args
			}
		}
	}
	if err := t.feed(h.chapters); err != nil {
		return nil, err
	}
	c := &Comparison{Before: h.End, After: t.state.End()}
	for _, p := range t.state.Pending() {
		if p.Kind == core.RunTask && !h.tasks[p.Path].done {
			c.Missing = append(c.Missing, p.Path)
		}
	}
	c.compare(h, &steps, tasks)
	return c, nil
}

func (c *Comparison) compare(h *History, now *stepList, tasks map[string]core.Value) {
	for i := range h.steps.steps {
		was := &h.steps.steps[i]
		k, still := now.at[was.Path]
		if !still {
			c.differ(was, DifferentPath, way(was), nil)
			continue
		}
		c.step(was, &now.steps[k], h, tasks)
	}
	for i := range now.steps {
		if is := &now.steps[i]; !h.steps.has(is.Path) {
			c.differ(is, DifferentPath, nil, way(is))
			if args, asks := tasks[is.Path]; asks {
				c.differ(is, DifferentTask, nil, args)
			}
		}
	}
	if !sameEnd(c.Before, c.After) {
		c.Differences = append(c.Differences, Difference{Kind: DifferentEnd, Before: endOf(c.Before), After: endOf(c.After)})
	}
}

// step compares an activation that both folds have.
func (c *Comparison) step(was, is *Step, h *History, tasks map[string]core.Value) {
	if way(was) != way(is) {
		c.differ(was, DifferentPath, way(was), way(is))
	}
	if asked, ok := h.tasks[was.Path]; ok && !reflect.DeepEqual(asked.Args, tasks[was.Path]) {
		c.differ(was, DifferentTask, asked.Args, tasks[was.Path])
	}
	if !reflect.DeepEqual(was.Output, is.Output) {
		c.differ(was, DifferentOutput, was.Output, is.Output)
	}
}

func (c *Comparison) differ(s *Step, kind DifferenceKind, before, after core.Value) {
	c.Differences = append(c.Differences, Difference{Path: s.Path, Node: s.NodeID, Kind: kind, Before: before, After: after})
}

// way is how an activation ended and which port it took, as text.
func way(s *Step) core.Value {
	return strings.TrimSuffix(s.Phase.String()+" "+s.Port, " ")
}

func (l *stepList) has(path string) bool {
	_, has := l.at[path]
	return has
}

func sameEnd(a, b *core.End) bool {
	return reflect.DeepEqual(endOf(a), endOf(b))
}

func endOf(e *core.End) core.Value {
	if e == nil {
		return nil
	}
	o := core.Object{"status": string(e.Status), "output": e.Output}
	if e.Failure != nil {
		o["code"], o["path"] = e.Failure.Code, e.Failure.Path
	}
	return o
}
