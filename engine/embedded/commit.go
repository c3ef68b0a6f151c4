package embedded

import (
	"errors"
	"sync"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/storage"
)

// record is what one turn of one run hands to the committer. Records are used again.
type record struct {
	run    *run
	append storage.Append
	// buf holds the events' bytes.
	buf []byte
	// after are the commands that wait for the disk, in order.
	after []core.Command
	acks  []func(error)
}

// committer makes the records of all runs durable, together: it commits whatever queued up while the last commit was on
// its way to the disk (group commit), and only then lets their outward commands go.
type committer struct {
	e      *Engine
	mu     sync.Mutex
	wake   sync.Cond
	queue  []*record
	closed bool
	spare  sync.Pool
	// stop ends a pause after a failed commit.
	stop chan struct{}
}

// Bounds of one commit, and the pause after one that failed.
const (
	maxCommitRecords = 4096
	maxCommitBytes   = 16 << 20
	retryCommit      = 500 * time.Millisecond
)

func (c *committer) init(e *Engine) {
	c.e, c.stop = e, make(chan struct{})
	c.wake.L = &c.mu
}

// maxSpare is the length above which a record's buffer is not kept.
const maxSpare = 64 << 10

// record is an empty one for a run.
func (c *committer) record(r *run) *record {
	rec, _ := c.spare.Get().(*record)
	if rec == nil {
		rec = &record{}
	}
	rec.run = r
	return rec
}

// reuse takes back a record that was committed: nobody refers to it any more.
func (c *committer) reuse(rec *record) {
	if cap(rec.buf) > maxSpare {
		return
	}
	clear(rec.after)
	clear(rec.acks)
	clear(rec.append.Events)
	*rec = record{
		buf: rec.buf[:0], after: rec.after[:0], acks: rec.acks[:0], append: storage.Append{Events: rec.append.Events[:0]},
	}
	c.spare.Put(rec)
}

func (c *committer) add(r *record) {
	c.mu.Lock()
	c.queue = append(c.queue, r)
	c.mu.Unlock()
	c.wake.Signal()
}

// close makes loop end once everything handed in is durable, or has been tried once more.
func (c *committer) close() {
	c.mu.Lock()
	c.closed = true
	close(c.stop)
	c.mu.Unlock()
	c.wake.Signal()
}

// loop commits until it is closed and nothing is left.
func (c *committer) loop() {
	for {
		batch := c.take()
		if batch == nil {
			return
		}
		for len(batch) > 0 {
			if c.e.crash("commit:before") {
				break
			}
			rest, ok := c.commit(batch)
			if ok || !c.pause() {
				break
			}
			batch = rest
		}
	}
}

// take waits for records and takes as many as one commit may hold; nil means that there will be no more.
func (c *committer) take() []*record {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) == 0 {
		if c.closed {
			return nil
		}
		c.wake.Wait()
	}
	n, bytes := 0, 0
	for n < len(c.queue) && n < maxCommitRecords && (n == 0 || bytes < maxCommitBytes) {
		bytes += len(c.queue[n].buf)
		n++
	}
	batch := c.queue[:n:n]
	c.queue = c.queue[n:]
	if len(c.queue) == 0 {
		c.queue = nil
	}
	return batch
}

// pause waits before a commit is tried again; false when the engine closes meanwhile.
func (c *committer) pause() bool {
	t := time.NewTimer(retryCommit)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.stop:
		return false
	}
}

// commit writes a batch. Should the disk refuse it, new runs are given back to whoever wanted to start them, and what
// remains, the events of runs that were acknowledged, is to be tried again.
func (c *committer) commit(batch []*record) (rest []*record, ok bool) {
	appends := make([]storage.Append, len(batch))
	for i, r := range batch {
		appends[i] = r.append
	}
	refused, err := c.e.o.Store.Commit(appends)
	if err != nil {
		return c.stall(batch, err), false
	}
	if c.e.crash("commit:after") {
		return nil, true
	}
	var failed []*record
	var failure error
	for i, r := range batch {
		switch why := refused[i]; {
		case why == nil:
			c.e.committed(r)
			c.reuse(r)
		case errors.Is(why, storage.ErrConflict) || errors.Is(why, storage.ErrDuplicate):
			c.refuse(r, why)
		default:
			// A part of the storage could not be written.
			failed, failure = append(failed, r), why
		}
	}
	if failed != nil {
		return c.stall(failed, failure), false
	}
	if c.e.stalled.Swap(0) != 0 {
		c.e.o.Log.Info("the journal can be written again")
	}
	return nil, true
}

// stall takes on nothing new for a while and returns the records that are to be tried again.
func (c *committer) stall(batch []*record, why error) []*record {
	c.e.stalled.Store(time.Now().Add(retryCommit).UnixNano())
	c.e.o.Log.Error("the journal cannot be written; nothing new is taken on until it can", "error", why)
	return c.giveBack(batch, why)
}

// giveBack refuses the runs that would have started with this batch, unless an acknowledged run waits for them, and
// returns the other records.
func (c *committer) giveBack(batch []*record, why error) []*record {
	refused := map[*run]bool{}
	var rest []*record
	for _, r := range batch {
		if r.append.Seq == 1 && !r.run.owed {
			refused[r.run] = true
		}
		if refused[r.run] {
			c.refuse(r, errors.Join(engine.ErrUnavailable, why))
		} else {
			rest = append(rest, r)
		}
	}
	return rest
}

// refuse drops a run whose record was not kept.
func (c *committer) refuse(r *record, why error) {
	for _, ack := range r.acks {
		ack(why)
	}
	c.e.abandon(r.run, why)
}

// committed carries out what waited for the disk.
func (e *Engine) committed(rec *record) {
	r := rec.run
	if rec.append.Once != nil {
		r.mu.Lock()
		r.begun = true
		r.mu.Unlock()
	}
	var end *core.End
	for i := range rec.after {
		c := &rec.after[i]
		if c.Kind == core.Finish {
			end = c.End
		}
		e.carryOut(r, c)
	}
	for _, ack := range rec.acks {
		ack(nil)
	}
	r.mu.Lock()
	r.unsynced--
	idle := r.unsynced == 0 && !r.scheduled
	r.mu.Unlock()
	switch {
	case end != nil:
		e.over(r, end)
	case idle:
		e.evict(r)
	}
	// Last: whoever is told may take up a run that is over at once.
	if row := rec.append.Row; row != nil && (end != nil || row.Status == string(core.Paused)) {
		e.rested(r.id, row)
	}
}

// over is the end of a run, now durable: everything it had asked for is dropped and whoever waits for it is told.
func (e *Engine) over(r *run, end *core.End) {
	e.letGo(r)
	e.remove(r)
	if !e.dead.Load() {
		e.tellParent(r, end)
	}
	e.mu.Lock()
	waiting := e.waiters[r.id]
	delete(e.waiters, r.id)
	e.mu.Unlock()
	for _, ch := range waiting {
		ch <- end
	}
	r.answer(engine.Answer{End: end})
}

// letGo drops everything the run had asked for.
func (e *Engine) letGo(r *run) {
	e.timers.drop(r.id)
	e.subs.drop(r.id)
	e.locks.drop(r.id)
	e.tasks.abortAll(r)
}

// abandon forgets a run in memory whose record was not kept. A new run is gone with it; one that had acknowledged events
// before is read from its journal again when something comes for it.
func (e *Engine) abandon(r *run, why error) {
	e.letGo(r)
	e.remove(r)
	r.mu.Lock()
	rest := r.inbox
	r.inbox = nil
	r.mu.Unlock()
	for i := range rest {
		rest[i].done(why)
	}
}
