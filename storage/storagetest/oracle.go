package storagetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
	"sluice/storage/mem"
)

const (
	oracleSeeds = 6
	oracleSteps = 300
)

func testAgainstOracle(t *testing.T, open func(*testing.T) storage.Store) {
	for seed := range uint64(oracleSeeds) {
		p := &pair{T: t, random: newRandom(t, seed), store: open(t), oracle: mem.New()}
		for range oracleSteps {
			p.step()
		}
		p.compare()
		require.NoError(t, p.store.Close())
	}
}

func testReopenAgainstOracle(t *testing.T, open func(*testing.T, string) storage.Store) {
	for seed := range uint64(oracleSeeds) {
		dir := t.TempDir()
		p := &pair{T: t, random: newRandom(t, seed), store: open(t, dir), oracle: mem.New()}
		for range oracleSteps {
			if p.random.IntN(40) == 0 {
				require.NoError(t, p.store.Close())
				p.store = open(t, dir)
				p.compare()
			}
			p.step()
		}
		require.NoError(t, p.store.Close())
	}
}

// A pair is a storage and the oracle, to which the same things happen.
type pair struct {
	*testing.T
	random *rand.Rand
	store  storage.Store
	oracle *mem.Store
	hour   int // since the epoch, of the newest run
	// forgotten is the latest time given to Retain: claims that ended before it may be gone.
	forgotten time.Time
}

func (p *pair) step() {
	switch p.random.IntN(12) {
	case 0:
		p.hour += p.random.IntN(6)
	case 1:
		p.update()
	case 2:
		p.list()
	case 3:
		p.retain()
	case 4:
		p.compareLive()
	default:
		p.commit()
	}
}

func (p *pair) run() storage.RunID {
	hour := max(p.hour-p.random.IntN(4)*p.random.IntN(4), 0)
	return runAt(time.Duration(hour)*time.Hour, p.random.IntN(3))
}

func (p *pair) flow() string { return fmt.Sprint("flow-", p.random.IntN(3)) }

func (p *pair) status() string {
	return []string{"running", "waiting", "succeeded", "failed", "succeeded"}[p.random.IntN(5)]
}

func (p *pair) key() storage.Key {
	return keyOf([]string{"order", "shop"}[p.random.IntN(2)], p.random.IntN(5))
}

func (p *pair) chance(percent int) bool { return p.random.IntN(100) < percent }

func (p *pair) append() storage.Append {
	a := storage.Append{Run: p.run(), Seq: 1}
	flow := p.flow()
	if row, err := p.oracle.Row(a.Run); err == nil {
		flow = row.Flow
		require.NoError(p, p.oracle.Events(a.Run, 1, func(uint64, []byte) bool { a.Seq++; return true }))
	}
	if p.chance(10) {
		a.Seq = uint64(p.random.IntN(5))
	}
	for range p.random.IntN(4) {
		a.Events = append(a.Events, slices.Repeat([]byte{byte(p.random.Uint32())}, p.random.IntN(2000)))
	}
	if a.Seq == 1 || p.chance(50) {
		a.Row = rowOf(a.Run, flow, p.status())
		for range p.random.IntN(3) {
			if key := p.key(); !slices.Contains(a.Row.Keys, key) {
				a.Row.Keys = append(a.Row.Keys, key)
			}
		}
	}
	if p.chance(40) {
		a.Live = &storage.Live{Busy: p.chance(50), WakeAt: epoch.Add(time.Duration(p.random.IntN(1e9))), Data: []byte("l")}
	}
	if p.chance(30) && !a.Run.StartedAt().Before(p.forgotten) {
		a.Once = &storage.Once{Scope: "s", Key: fmt.Sprint(p.random.IntN(10)), TTL: time.Duration(p.random.IntN(10)) * time.Hour}
	}
	return a
}

func (p *pair) commit() {
	var batch []storage.Append
	for range 1 + p.random.IntN(6) {
		batch = append(batch, p.append())
	}
	got, err := p.store.Commit(batch)
	require.NoError(p, err)
	want, err := p.oracle.Commit(batch)
	require.NoError(p, err)
	require.Len(p, got, len(want))
	for i, err := range want {
		for _, kind := range []error{storage.ErrConflict, storage.ErrDuplicate} {
			require.Equal(p, errors.Is(err, kind), errors.Is(got[i], kind), "append %d: %v instead of %v", i, got[i], err)
		}
	}
	now := epoch.Add(time.Duration(p.hour) * time.Hour)
	for i := range 10 {
		want, wantErr := p.oracle.Claimed("s", fmt.Sprint(i), now)
		got, err := p.store.Claimed("s", fmt.Sprint(i), now)
		require.Equal(p, want, got)
		require.Equal(p, wantErr == nil, err == nil)
	}
}

// update does the same to both, and sometimes fails.
func (p *pair) update() {
	trouble := errors.New("trouble")
	type change struct {
		put        bool
		key, value string
	}
	var changes []change
	for range p.random.IntN(20) {
		changes = append(changes, change{p.chance(60), fmt.Sprint("k", p.random.IntN(100)), fmt.Sprint(p.random.Uint64())})
	}
	fails := p.chance(20)
	write := func(w storage.Writer) error {
		for _, c := range changes {
			if c.put {
				require.NoError(p, w.Put(storage.Values, []byte(c.key), []byte(c.value)))
			} else {
				require.NoError(p, w.Delete(storage.Values, []byte(c.key)))
			}
		}
		if fails {
			return trouble
		}
		return nil
	}
	require.Equal(p, errors.Is(p.oracle.Update(write), trouble), errors.Is(p.store.Update(write), trouble))
}

func (p *pair) list() {
	l := storage.Listing{Limit: p.random.IntN(10)}
	if p.chance(40) {
		l.Flow = p.flow()
	}
	if p.chance(40) {
		l.Status = p.status()
	}
	if p.chance(30) {
		l.Key = p.key()
	}
	if p.chance(30) {
		l.Before = p.run()
	}
	if p.chance(30) {
		l.From = p.run().StartedAt()
	}
	if p.chance(30) {
		l.To = p.run().StartedAt()
	}
	want, err := p.oracle.Runs(l)
	require.NoError(p, err)
	got, err := p.store.Runs(l)
	require.NoError(p, err)
	require.Equal(p, want, got, "%+v", l)
}

// retain lets the storage choose what it drops, within its rights, and has the oracle follow.
func (p *pair) retain() {
	if !p.chance(30) {
		return
	}
	before := epoch.Add(time.Duration(p.hour-p.random.IntN(30)) * time.Hour)
	kept := p.flow()
	keep := func(row storage.RunRow) bool { return row.Flow == kept }
	had, err := p.oracle.Runs(storage.Listing{})
	require.NoError(p, err)
	dropped, err := p.store.Retain(before, keep)
	require.NoError(p, err)
	have := listed(p.T, p.store, storage.Listing{})
	require.Equal(p, len(had)-len(have), dropped)
	for _, row := range had {
		if row.EndedAt.IsZero() || keep(row) || !row.Run.StartedAt().Before(before) {
			require.Contains(p, have, row.Run)
		}
	}
	if before.After(p.forgotten) {
		p.forgotten = before
	}
	_, err = p.oracle.Retain(before, func(row storage.RunRow) bool { return slices.Contains(have, row.Run) })
	require.NoError(p, err)
	p.compare()
}

// compare looks at everything.
func (p *pair) compare() {
	want, err := p.oracle.Runs(storage.Listing{})
	require.NoError(p, err)
	got, err := p.store.Runs(storage.Listing{})
	require.NoError(p, err)
	require.Equal(p, want, got)
	for _, row := range want {
		require.Equal(p, journal(p.T, p.oracle, row.Run, 1), journal(p.T, p.store, row.Run, 1))
		alone, err := p.store.Row(row.Run)
		require.NoError(p, err)
		require.Equal(p, row.Row, alone)
	}
	p.compareLive()
	var values []string
	require.NoError(p, p.oracle.View(func(r storage.Reader) error {
		values = scan(p.T, r, storage.Values, "")
		return nil
	}))
	require.NoError(p, p.store.View(func(r storage.Reader) error {
		require.Equal(p, values, scan(p.T, r, storage.Values, ""))
		return nil
	}))
}

func (p *pair) compareLive() { require.Equal(p, live(p.T, p.oracle), live(p.T, p.store)) }
