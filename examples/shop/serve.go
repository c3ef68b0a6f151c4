package shop

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// maxBody bounds what a caller may send; the largest thing a robot takes is a file of 20 MB.
const maxBody = 24 << 20

// call is one request to one endpoint.
type call struct {
	*http.Request
	body     []byte
	endpoint string
	// n counts the calls to this endpoint, this one included; it numbers what is drawn for the answer.
	n   int
	now time.Time
}

func (c *call) number() string { return strconv.Itoa(c.n) }

type answer struct {
	status int
	header map[string]string
	body   []byte
}

// view is the face of one platform over HTTP.
type view struct {
	// endpoint names what is called: the platform, a dot, and the platform's own name for it.
	endpoint func(*http.Request, []byte) string
	// handle works with the shop's lock held.
	handle func(*call) answer
	// refuse says Unavailable, Throttled or Expired in the platform's words.
	refuse func(*call, Outcome) answer
	// seal, if any, signs an answer; it works without the lock.
	seal func(*call, *answer)
}

func named(endpoint string) func(*http.Request, []byte) string {
	return func(*http.Request, []byte) string { return endpoint }
}

// Handler serves all platforms and the inspector on one address.
func (s *Shop) Handler() http.Handler {
	mux := http.NewServeMux()
	s.routeDouyin(mux)
	s.routePDD(mux)
	s.routeWeChatPay(mux)
	s.routeAlipay(mux)
	s.routeERP(mux)
	s.routeWMS(mux)
	s.routeWeCom(mux)
	s.routeDingTalk(mux)
	s.routeFeishu(mux)
	s.routeInspector(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", s.clock().UTC().Format(http.TimeFormat))
		mux.ServeHTTP(w, r)
	})
}

// serve turns a view into a handler: it counts, lets faults happen, and has the view answer.
func (s *Shop) serve(v view) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the request could not be read", http.StatusRequestEntityTooLarge)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c := &call{Request: r, body: body, endpoint: v.endpoint(r, body)}
		s.mu.Lock()
		c.n = s.calls.count(c.endpoint, r.Header.Get("Idempotency-Key"))
		outcome, delay := s.fate(c.endpoint, c.n)
		s.mu.Unlock()
		if !pause(r, delay) {
			return
		}
		switch outcome {
		case Hang:
			<-r.Context().Done()
			hangUp(w)
		case Broken:
			http.Error(w, "500 Internal Server Error", http.StatusInternalServerError)
		default:
			a := s.answer(v, c, outcome)
			if outcome == Lost {
				hangUp(w)
				return
			}
			a.write(w)
		}
	})
}

func (s *Shop) answer(v view, c *call, outcome Outcome) answer {
	s.mu.Lock()
	c.now = s.clock()
	s.settle(c.now)
	var a answer
	if outcome == Fine || outcome == Lost {
		a = v.handle(c)
	} else {
		a = v.refuse(c, outcome)
	}
	s.mu.Unlock()
	if v.seal != nil {
		v.seal(c, &a)
	}
	return a
}

// pause waits and says whether the caller is still there.
func pause(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// hangUp closes the connection under a request without an answer.
func hangUp(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = conn.Close()
	}
}

func (a answer) write(w http.ResponseWriter) {
	for name, value := range a.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// jsonText is compact JSON with < > & as they are, as Chinese platforms write it.
func jsonText(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		// Only a bug of this package can come here: all that is encoded are its own structs.
		return []byte(`{"error":` + strconv.Quote(err.Error()) + `}`)
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func jsonAnswer(status int, v any) answer {
	return answer{status: status, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}, body: jsonText(v)}
}

// Calls are the numbers of calls so far.
type Calls struct {
	// Endpoints counts by endpoint: douyin.order.orderDetail, wms.tickets.create, ...
	Endpoints map[string]int `json:"endpoints"`
	// Keys counts by endpoint and the Idempotency-Key header.
	Keys map[string]map[string]int `json:"keys"`
}

// Calls counts what was asked of the platforms, refused calls included.
func (s *Shop) Calls() Calls {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := Calls{Endpoints: maps.Clone(s.calls.endpoints), Keys: map[string]map[string]int{}}
	for k, n := range s.calls.keys.entries {
		if c.Keys[k.endpoint] == nil {
			c.Keys[k.endpoint] = map[string]int{}
		}
		c.Keys[k.endpoint][k.key] = n
	}
	return c
}

type callCounter struct {
	endpoints map[string]int
	keys      recent[endpointKey, int]
}

type endpointKey struct{ endpoint, key string }

func newCallCounter() callCounter {
	return callCounter{endpoints: map[string]int{}, keys: newRecent[endpointKey, int]()}
}

func (c *callCounter) count(endpoint, key string) int {
	c.endpoints[endpoint]++
	if key != "" {
		k := endpointKey{endpoint, key}
		c.keys.put(k, c.keys.entries[k]+1)
	}
	return c.endpoints[endpoint]
}

// recent is a map that forgets its oldest entries.
type recent[K comparable, V any] struct {
	entries map[K]V
	order   []K
}

func newRecent[K comparable, V any]() recent[K, V] { return recent[K, V]{entries: map[K]V{}} }

func (r *recent[K, V]) put(k K, v V) {
	if _, known := r.entries[k]; !known {
		if len(r.order) == remembered {
			delete(r.entries, r.order[0])
			r.order = r.order[1:]
		}
		r.order = append(r.order, k)
	}
	r.entries[k] = v
}

// values are all entries, oldest first.
func (r *recent[K, V]) values() []V {
	all := make([]V, 0, len(r.order))
	for _, k := range r.order {
		all = append(all, r.entries[k])
	}
	return slices.Clip(all)
}
