// Package bench holds the engine against the same work written by hand, side by side in one run.
package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/pure/branch"
	"sluice/nodes/pure/mapnode"
	"sluice/nodes/pure/rules"
	"sluice/storage/bolt"
)

//go:embed w1.json
var w1Body []byte

//go:embed w1.flow.json
var w1Flow []byte

// want is what W1 answers, by whoever does it.
const want = `{"order":{"city":"Hangzhou","id":"SO-20240601-000123","parcel":"SF1234567890123","shop":"shop-1008","status":"DELIVERED","total":389.7},"size":"medium"}`

// BenchmarkW1 is the work W1, from the bytes of an order to the bytes of an answer that is on disk: a branch, a map of
// five fields and a sum, three rules. "sluice" runs the flow; "byhand" is the same work as a Go programmer would write
// it, with a goroutine that commits to bbolt whatever has queued up; "byhand-fast" is that with our own JSON decoder and
// plain Go in place of every expression: all that is left of it is the disk.
func BenchmarkW1(b *testing.B) {
	for _, inFlight := range []int{1, 64, 1024} {
		for name, open := range map[string]func(*testing.B) func() []byte{
			"sluice": bySluice, "byhand": byHand(decodeStandard, exprLang), "byhand-fast": byHand(decodeOurs, plainGo),
		} {
			b.Run(name+"/"+itoa(inFlight), func(b *testing.B) { inParallel(b, inFlight, open(b)) })
		}
	}
}

func itoa(n int) string { return string(value.AppendFloat(nil, float64(n))) }

// BenchmarkRatio runs the three in turn, in short rounds, and reports what sluice gets done as a share of each other:
// a noisy machine is as noisy for all of them.
func BenchmarkRatio(b *testing.B) {
	const rounds, round = 5, 400 * time.Millisecond
	for _, inFlight := range []int{1, 64, 1024} {
		b.Run("w1/"+itoa(inFlight), func(b *testing.B) {
			contestants := []func() []byte{bySluice(b), byHand(decodeStandard, exprLang)(b), byHand(decodeOurs, plainGo)(b)}
			done := make([]int64, len(contestants))
			for range rounds {
				for i, do := range contestants {
					done[i] += during(round, inFlight, do)
				}
			}
			seconds := (rounds * round).Seconds()
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(done[0])/seconds, "runs/s")
			b.ReportMetric(float64(done[0])/float64(done[1]), "of-byhand")
			b.ReportMetric(float64(done[0])/float64(done[2]), "of-byhand-fast")
		})
	}
}

// during counts how often the work gets done in a stretch of time.
func during(d time.Duration, inFlight int, do func() []byte) int64 {
	var done atomic.Int64
	end := time.Now().Add(d)
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for time.Now().Before(end) {
				do()
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return done.Load()
}

func inParallel(b *testing.B, inFlight int, do func() []byte) {
	b.Helper()
	require.JSONEq(b, want, string(do()))
	b.ReportAllocs()
	b.ResetTimer()
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				do()
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
}

// bySluice runs the flow on the embedded engine.
func bySluice(b *testing.B) func() []byte {
	b.Helper()
	store, err := bolt.Open(filepath.Join(b.TempDir(), "data"), bolt.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { _ = store.Close() })
	registry, err := nodes.New([]nodes.Spec{branch.Spec(), mapnode.Spec(), rules.Spec()})
	require.NoError(b, err)
	doc, findings := flows.Parse(w1Flow)
	require.Empty(b, findings)
	flow, findings := flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
	require.NotNil(b, flow, findings)
	lib := library.New(store, registry)
	require.NoError(b, lib.Keep(flow))
	e, err := embedded.Open(embedded.Options{Store: store, Plans: lib.Plan, Registry: registry})
	require.NoError(b, err)
	b.Cleanup(func() { _ = e.Close(context.Background()) })
	return func() []byte {
		body, err := value.Decode(w1Body)
		if err != nil {
			panic(err)
		}
		_, answer, err := e.Call(context.Background(), engine.StartRequest{
			Plan: flow.Plan.Hash, Trigger: core.Object{"type": "webhook", "body": body},
		})
		if err != nil {
			panic(err)
		}
		out, err := value.Encode(answer.End.Output)
		if err != nil {
			panic(err)
		}
		return out
	}
}

// byHand is the work without an engine.
func byHand(decode func([]byte) map[string]any, compile func() func(map[string]any) map[string]any) func(*testing.B) func() []byte {
	return func(b *testing.B) func() []byte {
		b.Helper()
		l := openLog(b)
		work := compile()
		return func() []byte {
			result := work(decode(w1Body))
			out, err := json.Marshal(result)
			if err != nil {
				panic(err)
			}
			l.append(w1Body, out)
			return out
		}
	}
}

func decodeStandard(data []byte) map[string]any {
	var m map[string]any
	if err := json.Unmarshal(data, &m); err != nil {
		panic(err)
	}
	return m
}

func decodeOurs(data []byte) map[string]any {
	v, err := value.Decode(data)
	if err != nil {
		panic(err)
	}
	return v.(map[string]any)
}

// exprLang evaluates the flow's expressions with expr-lang and its own VM, one for each program.
func exprLang() func(map[string]any) map[string]any {
	compile := func(source string) func(any) any {
		program, err := expr.Compile(source)
		if err != nil {
			panic(err)
		}
		machines := sync.Pool{New: func() any { return new(vm.VM) }}
		return func(env any) any {
			m := machines.Get().(*vm.VM)
			defer machines.Put(m)
			v, err := m.Run(program, env)
			if err != nil {
				panic(err)
			}
			return v
		}
	}
	arrived := compile(`order_status == 'DELIVERED' && logistics_no != ''`)
	total := compile(`sum(goods_list, #.price * #.qty)`)
	large, medium := compile(`total >= 1000`), compile(`total >= 100`)
	return func(o map[string]any) map[string]any {
		if arrived(o) != true {
			return nil
		}
		order := mapped(o, total(o))
		size := "small"
		switch {
		case large(order) == true:
			size = "large"
		case medium(order) == true:
			size = "medium"
		}
		return map[string]any{"order": order, "size": size}
	}
}

func mapped(o map[string]any, total any) map[string]any {
	receiver, _ := o["receiver"].(map[string]any)
	return map[string]any{
		"id": o["order_id"], "status": o["order_status"], "parcel": o["logistics_no"], "city": receiver["city"], "shop": o["shop_id"],
		"total": total,
	}
}

// plainGo is the work without any expression.
func plainGo() func(map[string]any) map[string]any {
	return func(o map[string]any) map[string]any {
		if o["order_status"] != "DELIVERED" || o["logistics_no"] == "" {
			return nil
		}
		sum := 0.0
		for _, v := range o["goods_list"].([]any) {
			g := v.(map[string]any)
			sum += number(g["price"]) * number(g["qty"])
		}
		size := "small"
		switch {
		case sum >= 1000:
			size = "large"
		case sum >= 100:
			size = "medium"
		}
		return map[string]any{"order": mapped(o, sum), "size": size}
	}
}

func number(v any) float64 {
	if n, ok := v.(int); ok {
		return float64(n)
	}
	return v.(float64)
}

// journal is a log in bbolt with group commit: one goroutine commits whatever queued up during the last commit.
type journal struct {
	mu    sync.Mutex
	wake  sync.Cond
	queue []entry
	done  bool
}

type entry struct {
	data    []byte
	durable chan struct{}
}

func openLog(b *testing.B) *journal {
	b.Helper()
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "log.db"), 0o600, &bbolt.Options{
		NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30, Timeout: time.Second,
	})
	require.NoError(b, err)
	l := &journal{}
	l.wake.L = &l.mu
	var wg sync.WaitGroup
	wg.Go(func() { l.loop(db) })
	b.Cleanup(func() {
		l.mu.Lock()
		l.done = true
		l.mu.Unlock()
		l.wake.Signal()
		wg.Wait()
		_ = db.Close()
	})
	return l
}

func (l *journal) append(input, output []byte) {
	e := entry{data: append(append(make([]byte, 0, len(input)+len(output)), input...), output...), durable: make(chan struct{})}
	l.mu.Lock()
	l.queue = append(l.queue, e)
	l.mu.Unlock()
	l.wake.Signal()
	<-e.durable
}

func (l *journal) loop(db *bbolt.DB) {
	for {
		l.mu.Lock()
		for len(l.queue) == 0 && !l.done {
			l.wake.Wait()
		}
		batch := l.queue
		l.queue = nil
		l.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("log"))
			if err != nil {
				return err
			}
			bucket.FillPercent = 0.95
			for _, e := range batch {
				n, err := bucket.NextSequence()
				if err != nil {
					return err
				}
				var key [8]byte
				for i := range key {
					key[i] = byte(n >> (56 - 8*i))
				}
				if err := bucket.Put(key[:], e.data); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			panic(err)
		}
		for _, e := range batch {
			close(e.durable)
		}
	}
}
