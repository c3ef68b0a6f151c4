package expr_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/expr"
)

// scope is a place of a run with fixed contents.
type scope struct {
	trigger, input, item core.Value
	nodes                []core.Value
	vars                 core.Object
	index                int
	failure              *core.Failure
	tables               map[string]core.Value
	seed                 uint64
}

var (
	started = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	at      = time.Date(2026, 3, 1, 1, 0, 2, 500_000_000, time.UTC)
)

func (s *scope) Trigger() core.Value    { return s.trigger }
func (s *scope) Input() core.Value      { return s.input }
func (s *scope) Node(i int) core.Value  { return s.nodes[i] }
func (s *scope) Vars() core.Object      { return s.vars }
func (s *scope) Item() core.Value       { return s.item }
func (s *scope) Index() int             { return s.index }
func (s *scope) Failure() *core.Failure { return s.failure }
func (s *scope) Now() int64             { return at.UnixNano() }
func (s *scope) Run() core.RunInfo      { return core.RunInfo{ID: "r1", StartedAt: started.UnixNano()} }
func (s *scope) Flow() core.FlowInfo    { return core.FlowInfo{ID: "f", Version: 3} }
func (s *scope) Seed() uint64           { return s.seed }
func (s *scope) Table(name string) (core.Value, bool) {
	v, ok := s.tables[name]
	return v, ok
}

func decode(tb testing.TB, text string) any {
	tb.Helper()
	v, err := value.Decode([]byte(text))
	require.NoError(tb, err)
	return v
}

func shanghai(tb testing.TB) *time.Location {
	tb.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(tb, err)
	return zone
}

// setup is a scope with something of everything, and what is known of it.
func setup(tb testing.TB) (*scope, *expr.Env) {
	tb.Helper()
	s := &scope{
		trigger: decode(tb, `{"id":"callback","type":"webhook","headers":{"x-request-id":"q1"},"body":{"order_id":6920000000000012345,
			"status":"DELIVERED","amount":19.90,"text":"订单完成","items":[{"sku":"a","qty":2,"price":19.99},{"sku":"b","qty":1,"price":5},{"sku":"a","qty":3,"price":0.1}],
			"empty":{},"none":null,"flag":true,"map":{"z":1,"a":2,"m":3}}}`),
		input:  decode(tb, `{"a":1}`),
		item:   decode(tb, `{"n":7}`),
		nodes:  []core.Value{decode(tb, `{"body":{"logistics_no":"SF1"}}`), nil, decode(tb, `[1,2,3]`)},
		vars:   core.Object{"staleAfter": 180, "big": 9223372036854775807},
		index:  4,
		tables: map[string]core.Value{"status": decode(tb, `{"3":"SHIPPED","x":"Y"}`)},
		seed:   42,
	}
	env := &expr.Env{
		Roots: expr.RootsOfNode | expr.RootsOfItem,
		Nodes: map[string]expr.Node{"fetch": {Index: 0, Upstream: true}, "save": {Index: 1, Upstream: true},
			"get-detail": {Index: 2, Upstream: true}, "later": {Index: 3}},
		Zone: shanghai(tb),
	}
	return s, env
}
