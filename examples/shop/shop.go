package shop

import (
	"container/heap"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// remembered bounds what a shop keeps of orders, messages, callbacks and counted keys: the oldest are forgotten first.
const remembered = 200_000

// Shop is one simulated world. All its methods may be called concurrently.
type Shop struct {
	options Options
	creds   Credentials
	clock   func() time.Time
	keys    keyring
	// sender sends callbacks; platforms wait 5 seconds for an answer.
	sender *http.Client
	// wake tells Run that there may be something to send.
	wake chan struct{}

	// mu guards all below. It is never held while anything waits.
	mu             sync.Mutex
	agenda         agenda
	orders         orderBook
	calls          callCounter
	faults         map[string]*Fault
	callbackFaults CallbackFaults
	targets        Targets
	outbox         outbox
	robots         robots
	wms            warehouse
	// erpTokens are when the access tokens of the ERP end.
	erpTokens recent[string, time.Time]
}

// New makes a shop. It starts nothing: Handler serves it, and Run or Tick send its callbacks.
func New(o Options) (*Shop, error) {
	o.Credentials = o.Credentials.orDefault()
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Speed == 0 {
		o.Speed = 1
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Shop{
		options: o, creds: o.Credentials, clock: o.Clock,
		sender: &http.Client{Timeout: 5 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		wake:   make(chan struct{}, 1),
		orders: newOrderBook(), calls: newCallCounter(), faults: map[string]*Fault{},
		callbackFaults: o.CallbackFaults, targets: o.Targets, outbox: outbox{history: newRecent[int, *Callback]()}, robots: newRobots(),
		erpTokens: newRecent[string, time.Time](),
	}
	if err := s.keys.load(o.Seed, o.Credentials.WeChatPay); err != nil {
		return nil, err
	}
	for endpoint, f := range o.Faults {
		if err := s.SetFault(endpoint, f); err != nil {
			return nil, err
		}
	}
	s.wms = newWarehouse(s)
	if o.OrdersPerMinute > 0 {
		s.scheduleArrival(s.clock(), 1)
	}
	return s, nil
}

// Credentials are those in force, with the PEM keys that were made.
func (s *Shop) Credentials() Credentials {
	c := s.creds
	s.keys.complete(&c.WeChatPay)
	s.keys.completeAlipay(&c.Alipay)
	return c
}

// SetTargets changes where callbacks go from now on.
func (s *Shop) SetTargets(t Targets) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.targets = t
}

// Running is a shop that serves and runs on a port of this machine.
type Running struct {
	*Shop
	// URL is the address without a slash at its end.
	URL string

	stop   context.CancelFunc
	server *http.Server
	done   sync.WaitGroup
}

// Start makes a shop, serves it on a free port of the loopback address and runs it until Close.
func Start(o Options) (*Running, error) {
	s, err := New(o)
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("shop: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &Running{Shop: s, URL: "http://" + listener.Addr().String(), stop: stop, server: &http.Server{Handler: s.Handler()}}
	r.done.Go(func() { _ = r.server.Serve(listener) })
	r.done.Go(func() { s.Run(ctx) })
	return r, nil
}

// Close ends the server, also requests that hang, and waits for what ran.
func (r *Running) Close() {
	r.stop()
	_ = r.server.Close()
	r.done.Wait()
}

// draw gives the randomness of one named thing.
func (s *Shop) draw(name ...string) *rand.Rand {
	sum := s.hash(name...)
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])))
}

// token is a text of hex digits that belongs to one named thing.
func (s *Shop) token(name ...string) string {
	sum := s.hash(name...)
	return hex.EncodeToString(sum[:16])
}

func (s *Shop) hash(name ...string) [32]byte {
	return sha256.Sum256([]byte(fmt.Sprintf("%d\n%s", s.options.Seed, strings.Join(name, "\n"))))
}

// scaled is a waiting time of the simulated world in time of the clock.
func (s *Shop) scaled(d time.Duration) time.Duration {
	return time.Duration(float64(d) / s.options.Speed)
}

// agenda is what will happen by itself, earliest first; what falls on the same moment happens in the order it was planned.
type agenda struct {
	planned []plannedStep
	count   int
}

type plannedStep struct {
	at  time.Time
	seq int
	do  func(at time.Time)
}

func (a *agenda) Len() int { return len(a.planned) }
func (a *agenda) Less(i, j int) bool {
	x, y := a.planned[i], a.planned[j]
	if x.at.Equal(y.at) {
		return x.seq < y.seq
	}
	return x.at.Before(y.at)
}
func (a *agenda) Swap(i, j int) { a.planned[i], a.planned[j] = a.planned[j], a.planned[i] }

// Push implements heap.Interface.
func (a *agenda) Push(step any) { a.planned = append(a.planned, step.(plannedStep)) }

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := a.planned[len(a.planned)-1]
	a.planned = a.planned[:len(a.planned)-1]
	return last
}

// plan lets do happen, with the lock held, once the clock has reached the moment.
func (s *Shop) plan(at time.Time, do func(at time.Time)) {
	s.agenda.count++
	heap.Push(&s.agenda, plannedStep{at: at, seq: s.agenda.count, do: do})
}

// settle lets everything happen that was planned up to now, each thing at its own moment: what a caller sees depends on
// the clock alone, not on how often somebody looked.
func (s *Shop) settle(now time.Time) {
	for s.agenda.Len() > 0 && !s.agenda.planned[0].at.After(now) {
		step := heap.Pop(&s.agenda).(plannedStep)
		step.do(step.at)
	}
}
