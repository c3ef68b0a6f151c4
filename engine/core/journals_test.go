package core_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/codec"
	"sluice/engine/core"
)

// TestFrozenJournals folds journals that earlier versions wrote. Each is a case as in testdata/steps and the events it
// led to, as they stand on disk. They are only ever added: -update writes those that have no events yet and never
// touches the others. A fold that differs is a change of meaning and needs a new revision.
func TestFrozenJournals(t *testing.T) {
	files, err := filepath.Glob("testdata/journals/r*/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			s := &session{met: newCoverage(), revision: revisionOf(t, file)}
			played := s.playCase(t, string(text))
			events := strings.TrimSuffix(file, ".txt") + ".jsonl"
			if _, err := os.Stat(events); err != nil {
				require.True(t, *update, "there is no %s: run with -update to freeze the journal", events)
				require.NoError(t, os.WriteFile(file, []byte(played), 0o644))
				require.NoError(t, os.WriteFile(events, encode(t, s.journal), 0o644))
				return
			}
			require.Equal(t, string(text), played, "the journal has another meaning now")
			s.foldFrozen(t, events)
		})
	}
}

// revisionOf is the revision that a folder of journals is of: r1 holds those of the first.
func revisionOf(t *testing.T, file string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(filepath.Dir(file)), "r"))
	require.NoError(t, err)
	return n
}

func encode(t *testing.T, journal []core.Recorded) []byte {
	var b []byte
	for i := range journal {
		heads := make([]core.Command, len(journal[i].Heads))
		for j, h := range journal[i].Heads {
			heads[j] = core.Command{Kind: h.Kind, ID: h.ID, Node: h.Node}
		}
		var err error
		b, err = codec.Append(b, &journal[i].Event, heads, nil)
		require.NoError(t, err)
		b = append(b, '\n')
	}
	return b
}

// foldFrozen folds events as they stand on disk: they lead to the state that playing them led to.
func (s *session) foldFrozen(t *testing.T, file string) {
	frozen, err := os.ReadFile(file)
	require.NoError(t, err)
	var journal []core.Recorded
	for line := range bytes.Lines(frozen) {
		r, err := codec.Decode(bytes.TrimSpace(line))
		require.NoError(t, err)
		journal = append(journal, *r)
	}
	require.Equal(t, string(frozen), string(encode(t, journal)), "events are written in another way now")
	s.reset()
	s.fold(t, journal)
	require.Len(t, journal, len(s.dumps))
}
