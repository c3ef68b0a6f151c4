package server

import (
	"slices"
	"strconv"
	"sync"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/storage"
)

// Breakpoints keeps the breakpoints of flows: runs begin with those that their flow has at that time. It is safe for
// concurrent use, and quick to ask.
type Breakpoints struct {
	meta storage.Meta

	// writing is held over a change on disk and in memory, so that the two agree.
	writing sync.Mutex
	mu      sync.RWMutex
	by      map[string][]core.Breakpoint
}

// OpenBreakpoints reads what the storage has.
func OpenBreakpoints(meta storage.Meta) (*Breakpoints, error) {
	b := &Breakpoints{meta: meta, by: map[string][]core.Breakpoint{}}
	var bad error
	err := meta.View(func(r storage.Reader) error {
		return r.Scan(storage.Breakpoints, nil, func(key, text []byte) bool {
			var v core.Value
			if v, bad = value.Decode(text); bad == nil {
				b.by[string(key)] = breakpointsIn(v)
			}
			return bad == nil
		})
	})
	if err == nil {
		err = bad
	}
	return b, err
}

// Of are the breakpoints of a flow. The list must not be changed.
func (b *Breakpoints) Of(flow string) []core.Breakpoint {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.by[flow]
}

// put replaces the breakpoints of a flow; an empty list removes them.
func (b *Breakpoints) put(flow string, list []core.Breakpoint) error {
	text, err := value.Encode(breakpointList(list))
	if err != nil {
		return err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	if err := b.meta.Update(func(w storage.Writer) error {
		if len(list) == 0 {
			return w.Delete(storage.Breakpoints, []byte(flow))
		}
		return w.Put(storage.Breakpoints, []byte(flow), text)
	}); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(list) == 0 {
		delete(b.by, flow)
	} else {
		b.by[flow] = list
	}
	return nil
}

// breakpointList is a list of breakpoints as the API has it.
func breakpointList(list []core.Breakpoint) core.List {
	items := core.List{}
	for _, b := range list {
		o := core.Object{"node": b.Node, "on": string(b.On)}
		if b.When != "" {
			o["when"] = b.When
		}
		if b.Flow != "" {
			o["flow"] = b.Flow
		}
		items = append(items, o)
	}
	return items
}

// breakpointsIn reads what breakpointList wrote.
func breakpointsIn(v core.Value) []core.Breakpoint {
	list, _ := v.(core.List)
	var all []core.Breakpoint
	for _, v := range list {
		o, _ := v.(core.Object)
		f := &fields{of: o}
		all = append(all, f.breakpoint())
	}
	return all
}

// breakpoint reads one breakpoint.
func (f *fields) breakpoint() core.Breakpoint {
	b := core.Breakpoint{Node: f.need("node"), On: core.StopOn(f.text("on")), When: f.text("when"), Flow: f.text("flow")}
	if b.On == "" {
		b.On = core.StopBefore
	}
	return b
}

// breakpoints reads a list of breakpoints.
func (f *fields) breakpoints(key string) []core.Breakpoint {
	v, ok := f.get(key)
	if !ok || v == nil {
		return nil
	}
	list, ok := v.(core.List)
	if !ok {
		f.wrongType(key, "array", v)
		return nil
	}
	all, found := readBreakpoints("/"+key, list)
	f.findings = append(f.findings, found...)
	return all
}

// readBreakpoints reads a list of breakpoints; pointers of findings begin with the given one.
func readBreakpoints(pointer string, list core.List) (all []core.Breakpoint, found []diag.Diagnostic) {
	for i, v := range list {
		at := pointer + "/" + strconv.Itoa(i)
		o, ok := v.(core.Object)
		if !ok {
			found = append(found, diag.New("flow.type", at, map[string]string{"want": "object", "got": value.Kind(v)}))
			continue
		}
		in := &fields{of: o}
		b := in.breakpoint()
		for _, d := range in.rest() {
			d.Pointer = at + d.Pointer
			found = append(found, d)
		}
		all = append(all, b)
	}
	return all, found
}

// accepted checks breakpoints against the flow, or the flows, whose nodes they name.
func (r *runs) accepted(f *flows.Flow, list []core.Breakpoint) ([]core.Breakpoint, error) {
	var found []diag.Diagnostic
	for i, b := range list {
		at := "/" + strconv.Itoa(i)
		on := f
		if b.Flow != "" && b.Flow != f.Document.ID {
			on = r.catalogue.liveFlow(b.Flow)
		}
		if on == nil {
			found = append(found, diag.New("breakpoint.flow", at+"/flow", map[string]string{"flow": b.Flow}))
			continue
		}
		found = append(found, on.CheckBreakpoint(at, b)...)
	}
	if len(found) > 0 {
		return nil, &Refusal{Code: "breakpoint.refused", Findings: found}
	}
	return slices.Clip(list), nil
}
