package shop

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"time"
)

// faultText is a Fault as JSON, with times in milliseconds.
type faultText struct {
	LatencyMs int64               `json:"latency_ms"`
	JitterMs  int64               `json:"jitter_ms"`
	Script    []Outcome           `json:"script"`
	Share     map[Outcome]float64 `json:"share"`
}

type callbackFaultsText struct {
	Lost     float64 `json:"lost"`
	Doubled  float64 `json:"doubled"`
	Late     float64 `json:"late"`
	LateByMs int64   `json:"late_by_ms"`
}

// Overview is the state of a shop on one page.
type Overview struct {
	Now       time.Time      `json:"now"`
	Seed      uint64         `json:"seed"`
	Speed     float64        `json:"speed"`
	Orders    map[Status]int `json:"orders"`
	Messages  int            `json:"messages"`
	Callbacks map[string]int `json:"callbacks"`
	Tickets   int            `json:"tickets"`
	Targets   Targets        `json:"targets"`
}

// Overview counts what there is.
func (s *Shop) Overview() Overview {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.settle(now)
	v := Overview{Now: now.In(china), Seed: s.options.Seed, Speed: s.options.Speed, Orders: map[Status]int{}, Messages: len(s.robots.messages.entries),
		Callbacks: map[string]int{}, Tickets: len(s.wms.tickets.entries), Targets: s.targets}
	for _, o := range s.orders.sequence {
		v.Orders[o.Status]++
	}
	for _, c := range s.outbox.history.entries {
		v.Callbacks[c.State]++
	}
	return v
}

// routeInspector serves the side door for tests and people. It needs no credentials: a shop is never put on a network
// where that matters.
func (s *Shop) routeInspector(mux *http.ServeMux) {
	show := func(path string, what func(*http.Request) (any, error)) {
		mux.HandleFunc("GET /_shop/"+path, func(w http.ResponseWriter, r *http.Request) { inspectorReply(w, r, what) })
	}
	do := func(method, path string, what func(*http.Request) (any, error)) {
		mux.HandleFunc(method+" /_shop/"+path, func(w http.ResponseWriter, r *http.Request) { inspectorReply(w, r, what) })
	}
	show("{$}", func(*http.Request) (any, error) { return s.Overview(), nil })
	show("credentials", func(*http.Request) (any, error) { return s.Credentials(), nil })
	show("orders", s.inspectOrders)
	show("orders/{id}", s.inspectOrder)
	show("messages", func(r *http.Request) (any, error) { return s.Messages(r.URL.Query().Get("robot")), nil })
	show("wms", func(*http.Request) (any, error) { return s.Warehouse(), nil })
	show("calls", func(*http.Request) (any, error) { return s.Calls(), nil })
	show("callbacks", func(*http.Request) (any, error) { return s.Callbacks(), nil })
	show("faults", func(*http.Request) (any, error) { return s.faultTexts(), nil })

	do("POST", "orders", func(r *http.Request) (any, error) { return decoded(r, s.AddOrder) })
	do("POST", "orders/{id}/status", func(r *http.Request) (any, error) {
		return decoded(r, func(c Change) (Order, error) { return s.SetStatus(r.PathValue("id"), c) })
	})
	do("POST", "orders/{id}/push", func(r *http.Request) (any, error) { return done(s.Push(r.PathValue("id"))) })
	do("POST", "callbacks/flush", func(r *http.Request) (any, error) { return map[string]int{"sent": s.Flush(r.Context())}, nil })
	do("POST", "callbacks/probe", func(*http.Request) (any, error) { s.Probe(); return done(nil) })
	do("PUT", "callbacks/faults", func(r *http.Request) (any, error) {
		return decoded(r, func(f callbackFaultsText) (any, error) {
			s.SetCallbackFaults(CallbackFaults{Lost: f.Lost, Doubled: f.Doubled, Late: f.Late, LateBy: time.Duration(f.LateByMs) * time.Millisecond})
			return done(nil)
		})
	})
	do("PUT", "targets", func(r *http.Request) (any, error) {
		return decoded(r, func(t Targets) (any, error) { s.SetTargets(t); return done(nil) })
	})
	do("PUT", "faults/{endpoint}", func(r *http.Request) (any, error) {
		return decoded(r, func(f faultText) (any, error) { return done(s.SetFault(r.PathValue("endpoint"), f.fault())) })
	})
	do("PUT", "stock/{sku}", func(r *http.Request) (any, error) {
		return decoded(r, func(in struct {
			OnHand int64 `json:"on_hand"`
		}) (any, error) {
			return done(s.SetStock(r.PathValue("sku"), in.OnHand))
		})
	})
}

func done(err error) (any, error) { return map[string]bool{"done": err == nil}, err }

// decoded reads the JSON body of a request for a function.
func decoded[In, Out any](r *http.Request, f func(In) (Out, error)) (any, error) {
	var in In
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("shop: the body is not the JSON that is expected: %w", err)
	}
	return f(in)
}

func inspectorReply(w http.ResponseWriter, r *http.Request, what func(*http.Request) (any, error)) {
	result, err := what(r)
	if err != nil {
		jsonAnswer(http.StatusUnprocessableEntity, map[string]string{"error": err.Error()}).write(w)
		return
	}
	jsonAnswer(http.StatusOK, result).write(w)
}

func (s *Shop) inspectOrders(r *http.Request) (any, error) {
	platform, status := Platform(r.URL.Query().Get("platform")), Status(r.URL.Query().Get("status"))
	found := []Order{}
	for _, o := range s.Orders() {
		if (platform == "" || platform == o.Platform) && (status == "" || status == o.Status) {
			found = append(found, o)
		}
	}
	return found, nil
}

func (s *Shop) inspectOrder(r *http.Request) (any, error) {
	o, known := s.Order(r.PathValue("id"))
	if !known {
		return nil, fmt.Errorf("shop: no such order: %q", r.PathValue("id"))
	}
	return o, nil
}

func (f faultText) fault() Fault {
	return Fault{Latency: time.Duration(f.LatencyMs) * time.Millisecond, Jitter: time.Duration(f.JitterMs) * time.Millisecond, Script: f.Script, Share: f.Share}
}

func (s *Shop) faultTexts() map[string]faultText {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string]faultText{}
	for endpoint, f := range s.faults {
		all[endpoint] = faultText{f.Latency.Milliseconds(), f.Jitter.Milliseconds(), append([]Outcome{}, f.Script...), maps.Clone(f.Share)}
	}
	return all
}
