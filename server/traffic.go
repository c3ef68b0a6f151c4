package server

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// traffic counts requests by route, which are few, and never by path, which are many.
type traffic struct {
	mu       sync.Mutex
	requests map[trafficKey]uint64
	took     map[string]*histogram
}

type trafficKey struct {
	method, route string
	status        int
}

func newTraffic() *traffic {
	return &traffic{requests: map[trafficKey]uint64{}, took: map[string]*histogram{}}
}

func (t *traffic) observe(method, route string, status int, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests[trafficKey{method, route, status}]++
	h := t.took[route]
	if h == nil {
		h = newHistogram(requestBounds)
		t.took[route] = h
	}
	h.observe(took.Seconds())
}

func (t *traffic) write(e *exposition) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.family("sluice_http_requests_total", "counter", "HTTP requests by method, route and status.")
	keys := slices.SortedFunc(maps.Keys(t.requests), func(a, b trafficKey) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
	})
	for _, k := range keys {
		e.sample("sluice_http_requests_total", float64(t.requests[k]), "method", k.method, "route", k.route, "status", strconv.Itoa(k.status))
	}
	e.family("sluice_http_request_duration_seconds", "histogram", "From a request's arrival to its answer, by route.")
	for _, route := range slices.Sorted(maps.Keys(t.took)) {
		e.histogram("sluice_http_request_duration_seconds", t.took[route], "route", route)
	}
}
