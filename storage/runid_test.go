package storage

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRunIDSortsByTimeAndSurvivesBinary(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	var previous RunID
	for i := range 1000 {
		var entropy [10]byte
		for j := range entropy {
			entropy[j] = byte(random.Uint32())
		}
		at := start.Add(time.Duration(i) * time.Millisecond)
		id := NewRunID(at, entropy)
		require.Len(t, string(id), 26)
		require.Equal(t, strings.ToLower(string(id)), string(id))
		require.Equal(t, at.Truncate(time.Millisecond), id.StartedAt())
		require.Greater(t, id, previous)
		b, err := id.Binary()
		require.NoError(t, err)
		require.Equal(t, id, RunIDFrom(b))
		require.Equal(t, entropy[:], b[6:])
		previous = id
	}
}

func TestRunIDKeepsToWhatItCanName(t *testing.T) {
	t.Parallel()
	require.Equal(t, RunID(strings.Repeat("0", 26)), NewRunID(time.Unix(-5, 0), [10]byte{}))
	far := NewRunID(time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC), [10]byte{})
	require.Equal(t, "7zzzzzzzzz", string(far[:10]))
	for digit := range crockford {
		require.Equal(t, digit, crockfordDigit(crockford[digit]))
	}
}

func TestRunIDRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, bad := range []RunID{"", "0", "80000000000000000000000000", "0000000000000000000000000u",
		"0000000000000000000000000A", "000000000000000000000000000", "0000000000000000000000000/"} {
		_, err := bad.Binary()
		require.Error(t, err, "%q", bad)
		require.Zero(t, bad.StartedAt())
	}
}
