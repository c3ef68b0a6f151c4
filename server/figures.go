package server

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

// figures are counted from what was committed. They begin at zero with the process, as counters do.
type figures struct {
	startedBy map[string]uint64
	endedBy   map[[2]string]uint64
	took      map[string]*histogram
	commits   *histogram
	failures  uint64
}

func newFigures() figures {
	return figures{
		startedBy: map[string]uint64{}, endedBy: map[[2]string]uint64{}, took: map[string]*histogram{}, commits: newHistogram(commitBounds),
	}
}

var (
	// commitBounds are around what a disk takes to sync, in seconds.
	commitBounds = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}
	// runBounds go from a flow of pure nodes to one that waits for a day, in seconds.
	runBounds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400}
	// requestBounds are of HTTP requests, in seconds.
	requestBounds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
)

func (f *figures) commit(took time.Duration, err error) {
	f.commits.observe(took.Seconds())
	if err != nil {
		f.failures++
	}
}

func (f *figures) started(row *storage.Row) { f.startedBy[row.Flow]++ }

func (f *figures) ended(row *storage.Row) {
	f.endedBy[[2]string{row.Flow, row.Status}]++
	h := f.took[row.Flow]
	if h == nil {
		h = newHistogram(runBounds)
		f.took[row.Flow] = h
	}
	h.observe(row.EndedAt.Sub(row.StartedAt).Seconds())
}

// histogram counts values by upper bounds, as Prometheus does.
type histogram struct {
	bounds []float64
	counts []uint64
	n      uint64
	sum    float64
}

func newHistogram(bounds []float64) *histogram {
	return &histogram{bounds: bounds, counts: make([]uint64, len(bounds))}
}

func (h *histogram) observe(v float64) {
	h.n++
	h.sum += v
	if i, _ := slices.BinarySearch(h.bounds, v); i < len(h.counts) {
		h.counts[i]++
	}
}

// exposition writes metrics in the Prometheus text format, version 0.0.4.
type exposition struct{ bytes.Buffer }

func (e *exposition) family(name, kind, help string) {
	fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// sample writes one line; labels are name, value pairs.
func (e *exposition) sample(name string, v float64, labels ...string) {
	_, _ = io.WriteString(e, name)
	for i := 0; i+1 < len(labels); i += 2 {
		sep := ","
		if i == 0 {
			sep = "{"
		}
		fmt.Fprintf(e, `%s%s="%s"`, sep, labels[i], labelEscapes.Replace(labels[i+1]))
	}
	if len(labels) > 0 {
		_ = e.WriteByte('}')
	}
	fmt.Fprintf(e, " %s\n", strconv.FormatFloat(v, 'g', -1, 64))
}

var labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func (e *exposition) histogram(name string, h *histogram, labels ...string) {
	total := uint64(0)
	for i, bound := range h.bounds {
		total += h.counts[i]
		e.sample(name+"_bucket", float64(total), append(slices.Clone(labels), "le", strconv.FormatFloat(bound, 'g', -1, 64))...)
	}
	e.sample(name+"_bucket", float64(h.n), append(slices.Clone(labels), "le", "+Inf")...)
	e.sample(name+"_sum", h.sum, labels...)
	e.sample(name+"_count", float64(h.n), labels...)
}

// write writes what the storage saw.
func (o *Observed) write(e *exposition) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f := &o.figures
	e.family("sluice_runs_started_total", "counter", "Runs started since the process began, by flow.")
	for _, flow := range slices.Sorted(maps.Keys(f.startedBy)) {
		e.sample("sluice_runs_started_total", float64(f.startedBy[flow]), "flow", flow)
	}
	e.family("sluice_runs_ended_total", "counter", "Runs ended since the process began, by flow and status.")
	ended := slices.SortedFunc(maps.Keys(f.endedBy), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	for _, key := range ended {
		e.sample("sluice_runs_ended_total", float64(f.endedBy[key]), "flow", key[0], "status", key[1])
	}
	e.family("sluice_run_duration_seconds", "histogram", "From a run's start to its end, waits included, by flow.")
	for _, flow := range slices.Sorted(maps.Keys(f.took)) {
		e.histogram("sluice_run_duration_seconds", f.took[flow], "flow", flow)
	}
	e.family("sluice_commit_duration_seconds", "histogram", "How long the journal took to make a batch durable.")
	e.histogram("sluice_commit_duration_seconds", f.commits)
	e.family("sluice_commit_failures_total", "counter", "Batches that the journal could not write.")
	e.sample("sluice_commit_failures_total", float64(f.failures))
}

// writeLive counts the runs that have not ended. It walks over their rows: what a scrape costs grows with them.
func writeLive(e *exposition, j storage.Journal) error {
	counts := map[[2]string]int{}
	if err := j.Live(func(l storage.LiveRow) bool {
		counts[[2]string{l.Flow, l.Status}]++
		return true
	}); err != nil {
		return err
	}
	e.family("sluice_runs_live", "gauge", "Runs that have not ended, by flow and status.")
	live := slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	for _, key := range live {
		e.sample("sluice_runs_live", float64(counts[key]), "flow", key[0], "status", key[1])
	}
	return nil
}

// writeLag tells how late the schedules are: the time since the oldest slot that is due and has no run yet.
func writeLag(e *exposition, schedules []Schedule, now time.Time) {
	e.family("sluice_schedule_lag_seconds", "gauge", "How long the oldest due slot of a schedule has waited for its run; 0 when none waits.")
	for i := range schedules {
		s := &schedules[i]
		lag := 0.0
		if !s.DueSince.IsZero() {
			lag = now.Sub(s.DueSince).Seconds()
		}
		e.sample("sluice_schedule_lag_seconds", lag, "flow", s.Flow, "trigger", s.Trigger)
	}
}

// EngineStats are an engine's own figures at one moment.
type EngineStats struct {
	// Loaded counts runs in memory, Queued those of them that wait for an executor.
	Loaded, Queued int
	// Tasks counts tasks at work of at most TaskLimit.
	Tasks, TaskLimit int
	// Timers counts timers that are set, Overdue those whose time has come.
	Timers, Overdue int
	// Stalled says that nothing new is taken on because the journal cannot be written.
	Stalled bool
}

// DiskStats are of the file system that the storage lies on, in bytes.
type DiskStats struct{ Free, Total, Used uint64 }

func (s *EngineStats) write(e *exposition) {
	stalled := 0.0
	if s.Stalled {
		stalled = 1
	}
	for _, g := range []struct {
		name, help string
		v          float64
	}{
		{"sluice_runs_loaded", "Runs in memory.", float64(s.Loaded)},
		{"sluice_runs_queued", "Runs in memory that wait for an executor.", float64(s.Queued)},
		{"sluice_tasks_running", "Tasks at work.", float64(s.Tasks)},
		{"sluice_tasks_limit", "How many tasks may be at work.", float64(s.TaskLimit)},
		{"sluice_timers", "Timers that are set.", float64(s.Timers)},
		{"sluice_timers_overdue", "Timers whose time has come and that have not fired yet.", float64(s.Overdue)},
		{"sluice_engine_stalled", "1 while nothing new is taken on because the journal cannot be written.", stalled},
	} {
		e.family(g.name, "gauge", g.help)
		e.sample(g.name, g.v)
	}
}

func (s *DiskStats) write(e *exposition) {
	e.family("sluice_disk_free_bytes", "gauge", "Free space where the storage lies.")
	e.sample("sluice_disk_free_bytes", float64(s.Free))
	e.family("sluice_disk_total_bytes", "gauge", "Size of the file system where the storage lies.")
	e.sample("sluice_disk_total_bytes", float64(s.Total))
	e.family("sluice_storage_bytes", "gauge", "What the storage's files take.")
	e.sample("sluice_storage_bytes", float64(s.Used))
}

// stepStatus is the contract's name for how far an activation has come. What was no longer wanted is skipped: it neither
// succeeded nor failed.
func stepStatus(p core.Phase) string {
	switch p {
	case core.PhaseSucceeded:
		return "succeeded"
	case core.PhaseFailed:
		return "failed"
	case core.PhaseSkipped, core.PhaseCancelled:
		return "skipped"
	case core.PhaseDelayed, core.PhaseWaiting:
		return "waiting"
	case core.PhaseHeld, core.PhasePaused:
		return "paused"
	default:
		return "running"
	}
}
