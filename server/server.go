package server

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/connect"
	"sluice/engine"
	"sluice/internal/library"
	"sluice/nodes"
)

// Options of a Server. Store, Engine, Library, Registry, Connections and one of Key and KeyFile are needed.
type Options struct {
	// Store is what the engine writes to as well.
	Store  *Observed
	Engine engine.Engine
	// Debugger stops runs and lets them go on; nil where the engine cannot.
	Debugger engine.Debugger
	// Breakpoints are those of flows, as the engine asks for them too.
	Breakpoints *Breakpoints
	Library     *library.Library
	Registry    *nodes.Registry
	Connections *connect.Set

	// AdminToken sets the administrator's token; empty keeps the one that the storage knows, or makes one.
	AdminToken string
	// Key of 32 bytes seals secrets; nil reads KeyFile, which is made where it does not exist.
	Key     []byte
	KeyFile string
	// LoopbackLogin opens a session without a token for a browser on this machine. It is for demonstrations.
	LoopbackLogin bool

	// Page is the editor's page as the build made it; nil or without an index.html there is none, and the server says so.
	Page fs.FS
	// Version is what the program was built from, for people to read; it may be empty.
	Version string
	// Hooks takes requests below /hooks/; nil takes none.
	Hooks fiber.Handler
	// Webhooks tells of the webhooks behind Hooks; nil knows none.
	Webhooks Webhooks
	// Tables come with the program, JSON texts by id. They are put into the storage where no others of their names are, and
	// replaced by newer ones as long as nobody has changed them.
	Tables map[string][]byte
	// Templates are offered to begin with.
	Templates []Template
	// Schedules tells of cron triggers; nil knows none.
	Schedules Schedules
	// Queues tells of queue triggers, for the metrics; nil knows none.
	Queues func() []Queue
	// Followers are told which flows are published, the first time by New.
	Followers []Follower
	// Schedule checks a cron trigger's expression; nil leaves them unchecked.
	Schedule func(cron, style, zone string) error

	// EngineStats and Disk give the figures of /metrics that a server cannot know; nil leaves them out.
	EngineStats func() EngineStats
	Disk        func() (DiskStats, error)

	// Now is the clock of what is written down; nil is time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// MaxBody bounds the body of a request in bytes: what a run may be started with, and a flow document of any legal size.
const MaxBody = 32 << 20

const (
	// readTimeout bounds how long a request may take to come in.
	readTimeout = 60 * time.Second
	idleTimeout = 120 * time.Second
	// maxHeader bounds a request's headers in bytes.
	maxHeader = 32 << 10
)

// Server serves the API. Its methods are safe for concurrent use.
type Server struct {
	o          Options
	app        *fiber.App
	access     *access
	vault      *vault
	tables     *tables
	catalogue  *catalogue
	runs       *runs
	retries    *retries
	traffic    *traffic
	streams    streams
	page       *page
	templates  []template
	firstToken string

	draining atomic.Bool
	drained  sync.Once
	// waits is over when the server drains: nobody waits for the end of a run any longer.
	waits    context.Context
	stopWait context.CancelFunc
}

var errNoKey = errors.New("server: either Key or KeyFile is needed, to seal secrets with")

// New opens what the server keeps, puts connections and published flows to work, and prepares to listen.
func New(o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{o: o, traffic: newTraffic(), streams: streams{drained: make(chan struct{})}}
	if err := s.open(); err != nil {
		return nil, err
	}
	s.waits, s.stopWait = context.WithCancel(context.Background())
	s.retries = &retries{runs: s.runs, now: o.Now, over: s.waits}
	s.app = fiber.New(fiber.Config{
		AppName: "sluice", DisableStartupMessage: true, ErrorHandler: s.fail, BodyLimit: MaxBody, ReadBufferSize: maxHeader,
		ReadTimeout: readTimeout, IdleTimeout: idleTimeout, Immutable: true, StrictRouting: true, CaseSensitive: true, UnescapePath: true,
	})
	s.app.Use(s.admit)
	for _, r := range s.routes() {
		s.app.Add(r.method, r.path, s.guard(r))
		if r.method == fiber.MethodGet {
			s.app.Add(fiber.MethodHead, r.path, s.guard(r))
		}
	}
	if o.Hooks != nil {
		s.app.All("/hooks/*", o.Hooks)
	}
	s.app.Use(s.servePage)
	return s, nil
}

func (s *Server) open() error {
	seal, hashing, err := keys(&s.o)
	if err != nil {
		return err
	}
	if s.page, err = loadPage(s.o.Page); err != nil {
		return err
	}
	if s.templates, err = readTemplates(s.o.Templates); err != nil {
		return err
	}
	if s.access, s.firstToken, err = newAccess(s.o.Store, hashing, s.o.Now, s.o.AdminToken); err != nil {
		return err
	}
	if s.vault, err = openVault(s.o.Store, seal, s.o.Connections, s.o.Now, s.o.Log); err != nil {
		return err
	}
	if s.tables, err = openTables(s.o.Store); err != nil {
		return err
	}
	shipped, err := s.tables.ship(s.o.Tables)
	if err != nil {
		return err
	}
	s.catalogue = &catalogue{
		library: s.o.Library, registry: s.o.Registry, vault: s.vault, tables: s.tables, schedule: s.o.Schedule,
		followers: s.o.Followers, now: s.o.Now, log: s.o.Log,
	}
	s.runs = &runs{
		debugger: s.o.Debugger, breakpoints: s.o.Breakpoints,
		store: s.o.Store, engine: s.o.Engine, library: s.o.Library, catalogue: s.catalogue, set: s.o.Connections, now: s.o.Now, log: s.o.Log,
	}
	if err := s.catalogue.open(); err != nil {
		return err
	}
	for _, id := range shipped {
		if _, err := s.catalogue.refresh(id, "upgrade"); err != nil {
			return err
		}
	}
	return nil
}

// FirstToken is the administrator's token where New had to make one, for the operator's eyes; else it is empty. It is
// kept nowhere.
func (s *Server) FirstToken() string { return s.firstToken }

// App is the HTTP application, for tests and for parts that serve more than the API.
func (s *Server) App() *fiber.App { return s.app }

// Listen serves HTTP at an address until Shutdown; a nil error means that.
func (s *Server) Listen(addr string) error {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	return s.Serve(l)
}

// Serve serves HTTP on a listener, which it closes, until Shutdown.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(lingering{l}) }

// Drain turns /readyz to 503, refuses new work with 503, ends live streams, and lets those who wait for a run have it
// as it stands. What only reads goes on.
func (s *Server) Drain() {
	s.drained.Do(func() {
		s.draining.Store(true)
		close(s.streams.drained)
		s.stopWait()
	})
}

// Shutdown drains, lets requests under way finish until the context ends, and stops listening.
func (s *Server) Shutdown(ctx context.Context) error {
	s.Drain()
	return s.app.ShutdownWithContext(ctx)
}
