package bolt

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
	"sluice/storage/storagetest"
)

func open(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	s, err := Open(dir, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestStore(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"one slice":           {},
		"a slice for 5 hours": {SliceEvery: 5 * time.Hour},
		"small slices":        {SliceBytes: 100 << 10, SliceEvery: 3 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storagetest.RunDurable(t, func(t *testing.T, dir string) storage.Store { return open(t, dir, o) })
		})
	}
}
