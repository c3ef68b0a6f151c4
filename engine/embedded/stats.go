package embedded

import "time"

// Stats is how an engine is doing at the moment.
type Stats struct {
	// Loaded counts runs in memory, Queued those of them that wait for an executor.
	Loaded, Queued int
	// Tasks counts tasks at work of at most TaskLimit; Waiting those in line.
	Tasks, TaskLimit, Waiting int
	// Timers counts the entries of the heap, Overdue those whose time has come.
	Timers, Overdue int
	// Stalled says that nothing new is taken on because the journal cannot be written.
	Stalled bool
}

// Stats takes a look. It costs a walk over the timers.
func (e *Engine) Stats() Stats {
	now := time.Now().UnixNano()
	var s Stats
	e.mu.Lock()
	s.Loaded = len(e.runs)
	e.mu.Unlock()
	e.ready.mu.Lock()
	s.Queued = len(e.ready.runs) - e.ready.head
	e.ready.mu.Unlock()
	e.tasks.mu.Lock()
	s.Tasks, s.TaskLimit, s.Waiting = e.tasks.busy, e.tasks.limit, len(e.tasks.line)
	e.tasks.mu.Unlock()
	e.timers.mu.Lock()
	s.Timers = len(e.timers.heap)
	for _, t := range e.timers.heap {
		if t.at <= now {
			s.Overdue++
		}
	}
	e.timers.mu.Unlock()
	s.Stalled = now < e.stalled.Load()
	return s
}
