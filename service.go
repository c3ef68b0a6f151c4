package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"sluice/connect"
	"sluice/connect/egress"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/internal/tracing"
	"sluice/nodes"
	"sluice/server"
	"sluice/server/hooks"
	"sluice/server/queue"
	"sluice/server/schedule"
	"sluice/server/schedule/guard"
	"sluice/storage"
	"sluice/storage/bolt"
	"sluice/web"
)

// service is a server with all its parts, over one folder of data.
type service struct {
	store       *server.Observed
	connections *connect.Set
	library     *library.Library
	engine      *embedded.Engine
	breakpoints *server.Breakpoints
	hooks       *hooks.Router
	schedules   *scheduler
	queues      *queue.Consumers
	server      *server.Server
	log         *slog.Logger
	retention   *retention
	// tracer is nil where no exporter is configured.
	tracer *tracing.Tracer
	// closeBackups ends the taking of requests for backups.
	closeBackups func() error
}

// serviceOptions are what the command line says of a server.
type serviceOptions struct {
	data          string
	keep          time.Duration
	adminToken    string
	loopbackLogin bool
	// egress is what connections may reach; nil is the zero policy.
	egress *egress.Policy
	log    *slog.Logger
	env    func(string) (string, bool)
}

// openService opens storage, connections, engine, webhooks, schedules and API, in the order in which they need each other:
// runs that go on after a restart find their connections open, and nothing is taken in before there is an engine for it.
func openService(o serviceOptions) (*service, error) {
	disk, err := bolt.Open(o.data, bolt.Options{})
	if err != nil {
		return nil, err
	}
	s := &service{store: server.Observe(disk), connections: connect.NewSet(connect.Options{Egress: o.egress}), log: o.log}
	if err := s.open(o); err != nil {
		return nil, errors.Join(err, s.close(context.Background()))
	}
	return s, nil
}

func (s *service) open(o serviceOptions) error {
	options := server.Options{
		Store: s.store, Connections: s.connections, AdminToken: o.adminToken, KeyFile: filepath.Join(o.data, keyFile),
		LoopbackLogin: o.loopbackLogin, Schedule: scheduleOf, Log: o.log, Page: web.Page(), Version: version(),
		Disk: func() (server.DiskStats, error) { return diskStats(o.data) },
	}
	if err := server.LoadConnections(options); err != nil {
		return err
	}
	types, err := registry(s.connections, s.store)
	if err != nil {
		return err
	}
	s.library = library.New(s.store, types)
	if err := s.openEngine(o, types); err != nil {
		return err
	}
	guarded := &schedule.Guarded{
		Engine: s.engine, Guard: guard.New(guard.Default(), schedule.PastOf(s.store)), Journal: s.store, Plans: s.library.Plan, Meta: s.store,
		Log: o.log,
	}
	s.hooks = hooks.New(hooks.Options{
		Engine: guarded, Journal: s.store, Plans: s.library.Plan, Connections: s.connections, Log: o.log,
	})
	s.queues = queue.New(queue.Options{Starter: guarded, Connections: s.connections, Busy: s.busy, Log: o.log})
	s.schedules.options = schedule.Options{
		Starter: guarded, Journal: s.store, Meta: s.store, Log: o.log,
		Conditions: func(now time.Time) []schedule.Condition { return conditionsOf(s.connections.AllHealth(), now) },
	}
	options.Engine, options.Library, options.Registry = guarded, s.library, types
	options.Debugger, options.Breakpoints = s.engine, s.breakpoints
	options.Hooks, options.Webhooks = s.hooks.Handle, s.hooks
	options.Schedules, options.Followers = s.schedules, []server.Follower{s.hooks, s.schedules, s.queues}
	options.Queues = s.queueStats
	options.EngineStats = func() server.EngineStats {
		e := s.engine.Stats()
		return server.EngineStats{
			Loaded: e.Loaded, Queued: e.Queued, Tasks: e.Tasks, TaskLimit: e.TaskLimit, Timers: e.Timers, Overdue: e.Overdue, Stalled: e.Stalled,
		}
	}
	if options.Templates, err = templates(); err != nil {
		return err
	}
	options.Tables = prebuilt.Tables()
	if s.server, err = server.New(options); err != nil {
		return err
	}
	if s.closeBackups, err = backups(o.data, s.store); err != nil {
		return err
	}
	s.retention = &retention{journal: s.store, library: s.library, keep: o.keep, log: o.log}
	s.retention.start()
	return nil
}

// openEngine takes up the runs that had not ended, traced where an exporter is configured.
func (s *service) openEngine(o serviceOptions, types *nodes.Registry) (err error) {
	if s.tracer, err = tracing.Open(context.Background(), o.env, version(), o.log); err != nil {
		return err
	}
	// Before there is an engine: a run that goes on may end at once.
	s.schedules = &scheduler{}
	s.store.WhenEnded(func(run storage.RunID, row storage.Row) {
		s.schedules.ended(run, row)
		if s.tracer != nil {
			s.tracer.Ended(run, row)
		}
	})
	var observe func(storage.RunID, []core.Entry)
	if s.tracer != nil {
		observe = s.tracer.Observe
	}
	if s.breakpoints, err = server.OpenBreakpoints(s.store); err != nil {
		return err
	}
	s.engine, err = embedded.Open(embedded.Options{
		Breakpoints: s.breakpoints.Of,
		Store:       s.store, Plans: s.library.Plan, Registry: types, Log: o.log, Observe: observe,
		Published: func(flow string) (string, error) {
			live, err := s.library.Live(flow)
			return live.Hash, err
		},
	})
	return err
}

// drain takes nothing new in and lets what is under way come to an end, until the context ends.
func (s *service) drain(ctx context.Context) error {
	s.hooks.Drain()
	s.server.Drain()
	s.queues.Drain(ctx)
	return s.server.Shutdown(ctx)
}

// close stops what is open, in the order opposite to openService. What was not finished goes on at the next start.
func (s *service) close(ctx context.Context) error {
	var errs []error
	if s.closeBackups != nil {
		errs = append(errs, s.closeBackups())
	}
	if s.retention != nil {
		s.retention.close()
	}
	if s.queues != nil {
		s.queues.Drain(ctx)
	}
	if s.schedules != nil {
		s.schedules.close()
	}
	if s.engine != nil {
		errs = append(errs, s.engine.Close(ctx))
	}
	if s.tracer != nil {
		if err := s.tracer.Close(ctx); err != nil {
			s.log.Warn("the last traces could not be exported", "error", err)
		}
	}
	return errors.Join(append(errs, s.connections.Close(), s.store.Close())...)
}

// scheduler makes a schedule.Scheduler of the first list of published flows, and follows them from then on.
type scheduler struct {
	options schedule.Options
	mu      sync.Mutex
	running *schedule.Scheduler
}

func (s *scheduler) now() *schedule.Scheduler {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

func (s *scheduler) close() {
	if running := s.now(); running != nil {
		running.Close()
	}
}

func (s *scheduler) ended(run storage.RunID, row storage.Row) {
	if running := s.now(); running != nil {
		running.Ended(schedule.End{Run: run, Flow: row.Flow, Status: core.Status(row.Status)})
	}
}

// Check implements server.Follower.
func (s *scheduler) Check(*flows.Flow, []*flows.Flow) []diag.Diagnostic { return nil }

// Rebind implements server.Follower.
func (s *scheduler) Rebind(published []*flows.Flow) {
	var err error
	if running := s.now(); running != nil {
		err = running.Rebind(published)
	} else {
		running, err = schedule.Open(s.options, published)
		s.mu.Lock()
		s.running = running
		s.mu.Unlock()
	}
	if err != nil {
		s.options.Log.Error("schedules could not be changed; the old ones stay", "error", err)
	}
}

// Schedules implements server.Schedules.
func (s *scheduler) Schedules() ([]server.Schedule, error) {
	listed, err := s.now().List()
	var all []server.Schedule
	for _, l := range listed {
		one := server.Schedule{
			Flow: l.Flow, Trigger: l.Trigger, Cron: l.Cron, Style: l.Style, Zone: l.Zone, Next: l.Next,
			CatchUp: l.CatchUp, Overlap: l.Overlap, Description: l.Description, History: l.Slots,
		}
		if len(l.Slots) > 0 {
			one.LastAt, one.LastOutcome, one.LastRun = l.Slots[0].At, string(l.Slots[0].State), l.Slots[0].Run
		}
		for _, slot := range l.Slots {
			if slot.State == schedule.Due {
				one.DueSince = slot.At
			}
		}
		all = append(all, one)
	}
	return all, err
}

// Fire implements server.Schedules.
func (s *scheduler) Fire(_ context.Context, flow, trigger string) (storage.RunID, error) {
	slot, err := s.now().Fire(flow, trigger)
	switch {
	case errors.Is(err, schedule.ErrStuck):
		return "", errors.Join(engine.ErrUnavailable, err)
	case err != nil:
		return "", err
	}
	return slot.Run, nil
}

// drainTime is how long a server that stops waits for what is under way.
const drainTime = 25 * time.Second

// newLog writes structured lines for machines, and readable ones for a terminal.
func newLog(c *console) *slog.Logger {
	if c.terminal {
		return slog.New(slog.NewTextHandler(c.err, nil))
	}
	return slog.New(slog.NewJSONHandler(c.err, nil))
}

// newQuietLog writes what somebody has to look at.
func newQuietLog(c *console) *slog.Logger {
	return slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelError}))
}

// adminToken is what the environment sets as the administrator's token.
func adminToken(c *console) string {
	token, _ := c.env("SLUICE_ADMIN_TOKEN")
	return token
}

// version is what this program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// folder makes a folder that only its owner may look into.
func folder(path string) error { return os.MkdirAll(path, 0o700) }
