package sim

import (
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	seeds = flag.Int("seeds", 10_000, "how many cases to play")
	seed  = flag.Uint64("seed", 0, "play this case alone")
	acts  = flag.Int("acts", most, "of as many acts at most")
)

// most acts are done in a case before the world answers everything in order.
const most = 60

func TestRandomRunsKeepTheirPromises(t *testing.T) {
	if *seed != 0 {
		met := NewMet()
		require.NoError(t, Play(Seeded(*seed), *acts, met))
		return
	}
	n := *seeds
	if testing.Short() {
		n = min(n, 500)
	}
	const batches = 4
	all := make([]*Met, batches)
	t.Run("batch", func(t *testing.T) {
		for i := range batches {
			all[i] = NewMet()
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				for s := uint64(i + 1); s <= uint64(n); s += batches {
					if err := Play(Seeded(s), *acts, all[i]); err != nil {
						t.Fatal(smallest(s, err))
					}
				}
			})
		}
	})
	met := NewMet()
	for _, m := range all {
		met.Add(m)
	}
	t.Logf("%d cases ended %v; events %v; commands %v", met.cases, met.ends, met.events, met.commands)
	if !t.Failed() && n >= 10_000 {
		require.Empty(t, met.Never(), "no case met this")
	}
}

// smallest finds the fewest acts with which a seed fails.
func smallest(s uint64, err error) string {
	for n := range *acts {
		var v *Violation
		if e := Play(Seeded(s), n, NewMet()); errors.As(e, &v) {
			return fmt.Sprintf("-seed=%d -acts=%d\n%v", s, n, v)
		}
	}
	return fmt.Sprintf("-seed=%d -acts=%d\n%v", s, *acts, err)
}

func FuzzRuns(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("any bytes make a case"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := Play(Bytes(b), most, NewMet()); err != nil {
			t.Fatal(err)
		}
	})
}
