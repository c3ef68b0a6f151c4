package schedule_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/nodes"
	"sluice/nodes/pure/set"
	"sluice/server/cron"
	"sluice/server/schedule"
	"sluice/storage"
	"sluice/storage/mem"
)

// world is a storage with an engine of a few lines on it, and whatever a test makes go wrong.
type world struct {
	t     testing.TB
	store storage.Store
	clock atomic.Int64 // added to the bubble's

	mu        sync.Mutex
	steps     int // that touched the disk
	crashAt   int
	dead      bool
	down      bool // the engine takes nothing on
	ids       uint64
	started   []started
	cancelled []storage.RunID
	scheduler *schedule.Scheduler
}

type started struct {
	run     storage.RunID
	flow    string
	trigger core.Object
}

func newWorld(t testing.TB) *world { return &world{t: t, store: mem.New(), crashAt: -1} }

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.clock.Load())) }

var errCrash = errors.New("crashed")

// step is a moment at which the process may die.
func (w *world) step() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.steps == w.crashAt {
		w.dead = true
	}
	w.steps++
	if w.dead {
		return errCrash
	}
	return nil
}

// set changes what goes wrong from now on.
func (w *world) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

func (w *world) stepped() (steps int, dead bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.steps, w.dead
}

func (w *world) View(read func(storage.Reader) error) error { return w.store.View(read) }

func (w *world) Update(write func(storage.Writer) error) error {
	if err := w.step(); err != nil {
		return err
	}
	if err := w.store.Update(write); err != nil {
		return err
	}
	return w.step()
}

// Start implements schedule.Starter.
func (w *world) Start(_ context.Context, r engine.StartRequest) (storage.RunID, error) {
	if err := w.step(); err != nil {
		return "", err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.down {
		return "", engine.ErrUnavailable
	}
	now := w.now()
	w.ids++
	var entropy [10]byte
	binary.BigEndian.PutUint64(entropy[:], w.ids)
	id := storage.NewRunID(now, entropy)
	event, err := codec.Append(nil, &core.Event{Kind: core.RunStarted, At: now.UnixNano(), Start: &core.Start{
		Run: string(id), Plan: r.Plan, Trigger: r.Trigger, Revision: core.Revision,
	}}, nil, nil)
	if err != nil {
		return "", err
	}
	flow, _, _ := strings.Cut(r.Plan, "#")
	data, err := value.Encode(core.Object{"trigger": r.Trigger["type"]})
	if err != nil {
		return "", err
	}
	refused, err := w.store.Commit([]storage.Append{{
		Run: id, Seq: 1, Events: [][]byte{event}, Once: r.Once,
		Row: &storage.Row{Flow: flow, Status: string(core.Running), StartedAt: id.StartedAt(), Data: data},
	}})
	if err = errors.Join(err, refused[0]); errors.Is(err, storage.ErrDuplicate) {
		first, err := w.store.Claimed(r.Once.Scope, r.Once.Key, now)
		if err != nil {
			return "", err
		}
		return "", &engine.DuplicateError{Run: first}
	} else if err != nil {
		return "", err
	}
	w.started = append(w.started, started{id, flow, r.Trigger})
	if w.steps == w.crashAt {
		w.dead = true
	}
	w.steps++
	if w.dead {
		return "", errCrash
	}
	return id, nil
}

// Cancel implements schedule.Starter.
func (w *world) Cancel(_ context.Context, run storage.RunID, _ string) error {
	if err := w.step(); err != nil {
		return err
	}
	w.mu.Lock()
	w.cancelled = append(w.cancelled, run)
	w.mu.Unlock()
	w.end(run, core.Cancelled)
	return nil
}

// end ends a run without telling anybody.
func (w *world) end(run storage.RunID, status core.Status) {
	row, err := w.store.Row(run)
	require.NoError(w.t, err)
	row.Status, row.EndedAt = string(status), w.now()
	if status == core.Failed {
		row.Data, err = value.Encode(core.Object{"error": core.Object{"code": "http.timeout"}})
		require.NoError(w.t, err)
	}
	refused, err := w.store.Commit([]storage.Append{{Run: run, Seq: 2, Events: [][]byte{[]byte("end")}, Row: &row}})
	require.NoError(w.t, err)
	require.Empty(w.t, refused)
}

// endAll ends all runs that go on, without telling anybody.
func (w *world) endAll() {
	for _, run := range w.starts() {
		if row, err := w.store.Row(run.run); err == nil && row.EndedAt.IsZero() {
			w.end(run.run, core.Succeeded)
		}
	}
}

// finish ends a run and tells.
func (w *world) finish(run storage.RunID, status core.Status) {
	w.end(run, status)
	row, err := w.store.Row(run)
	require.NoError(w.t, err)
	w.scheduler.Ended(schedule.End{Run: run, Flow: row.Flow, Status: status})
	synctest.Wait()
}

func (w *world) options() schedule.Options {
	return schedule.Options{Starter: w, Journal: w.store, Meta: w, Now: w.now, Log: slog.New(slog.DiscardHandler)}
}

// open starts a process.
func (w *world) open(published ...*flows.Flow) *schedule.Scheduler {
	w.t.Helper()
	s, err := schedule.Open(w.options(), published)
	require.NoError(w.t, err)
	w.scheduler = s
	synctest.Wait()
	return s
}

// restart is a new process after the old one is gone.
func (w *world) restart(away time.Duration, published ...*flows.Flow) *schedule.Scheduler {
	w.t.Helper()
	w.scheduler.Close()
	w.set(func() { w.dead, w.crashAt = false, -1 })
	pass(away)
	return w.open(published...)
}

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (w *world) starts() []started {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.started)
}

// times are the scheduled times of the runs started so far.
func (w *world) times() []string {
	var list []string
	for _, s := range w.starts() {
		at, _ := s.trigger["scheduledAt"].(string)
		list = append(list, at)
	}
	return list
}

// slots are a trigger's history as lines, oldest first.
func (w *world) slots(flow, trigger string) []string {
	w.t.Helper()
	list, err := w.scheduler.History(flow, trigger, 10_000)
	require.NoError(w.t, err)
	var lines []string
	for _, s := range slices.Backward(list) {
		line := s.At.UTC().Format("15:04:05") + " " + string(s.State)
		if s.Count > 1 {
			line += fmt.Sprintf(" %d since %s", s.Count, s.Since.UTC().Format("15:04:05"))
		}
		lines = append(lines, line)
	}
	return lines
}

// flow compiles a flow with the given triggers: pairs of a type and a config, named t1, t2, …
func flow(t testing.TB, id, zone string, entrances ...string) *flows.Flow {
	t.Helper()
	registry, err := nodes.New([]nodes.Spec{set.Spec()})
	require.NoError(t, err)
	var list []string
	for i := 0; i < len(entrances); i += 2 {
		list = append(list, fmt.Sprintf(`{"id": "t%d", "type": %q, "config": %s}`, i/2+1, entrances[i], entrances[i+1]))
	}
	doc, findings := flows.Parse(fmt.Appendf(nil, `{"sluice": 1, "id": %q, "timezone": %q, "triggers": [%s],
		"nodes": [{"id": "a", "type": "set", "config": {"vars": {"n": 1}}}]}`, id, zone, strings.Join(list, ",")))
	require.NotNil(t, doc, findings)
	f, findings := flows.Compile(doc, flows.Options{Registry: registry, Version: 1, Schedule: func(expr, style, zone string) error {
		_, err := cron.Parse(expr, style, zone)
		return err
	}})
	require.NotNil(t, f, findings)
	copied := *f.Plan
	copied.Hash = id + "#" + copied.Hash // so that the world knows the flow of a plan
	f.Plan = &copied
	return f
}

func scheduled(t testing.TB, config string) *flows.Flow { return flow(t, "f", "UTC", "cron", config) }

// tally counts texts.
func tally(list []string) string {
	n := map[string]int{}
	for _, s := range list {
		n[s]++
	}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(n)) {
		lines = append(lines, fmt.Sprintf("%s x%d", k, n[k]))
	}
	return strings.Join(lines, ", ")
}
