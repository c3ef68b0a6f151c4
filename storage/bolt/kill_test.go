package bolt

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

// The test binary is its own victim: with this in its environment it commits until it is killed.
const victimDir, victimRound = "BOLT_TEST_VICTIM_DIR", "BOLT_TEST_VICTIM_ROUND"

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		round, err := strconv.Atoi(os.Getenv(victimRound))
		if err == nil {
			err = commitForever(dir, round)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// commitForever begins runs, goes on with older ones, rolls over and drops slices, and says on stdout which runs and
// events it was told are on disk.
func commitForever(dir string, round int) error {
	s, err := Open(dir, Options{SliceBytes: 200 << 10})
	if err != nil {
		return err
	}
	events := make([][]byte, 3)
	for i := range events {
		events[i] = make([]byte, 700)
	}
	for n := 0; ; n++ {
		at := time.Duration(round)*time.Hour + time.Duration(n)*time.Second
		lives := runAt(at, 200)
		begin := newRun(lives, "waiting")
		begin.Events = events
		appends := []storage.Append{begin}
		for i := range byte(n % 8) {
			appends = append(appends, newRun(runAt(at, i), "succeeded"))
		}
		if n >= 50 {
			older := runAt(at-50*time.Second, 200)
			appends = append(appends, storage.Append{Run: older, Seq: 4, Events: events})
		}
		refused, err := s.Commit(appends)
		if err != nil || len(refused) > 0 {
			return fmt.Errorf("%v, %w", refused, err)
		}
		for _, a := range appends {
			fmt.Println(a.Run, a.Seq+uint64(len(a.Events))-1)
		}
		if n%40 == 39 {
			keep := func(row storage.RunRow) bool { return isKept(row.Run) }
			if _, err := s.Retain(start.Add(at-10*time.Second), keep); err != nil {
				return err
			}
		}
	}
}

func isKept(run storage.RunID) bool { return strings.HasSuffix(string(run), "1") }

func isLive(run storage.RunID) bool { return strings.HasSuffix(string(run), "68") } // the 200th of a second

func TestKilledProcessLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	dir := t.TempDir()
	acknowledged := map[storage.RunID]uint64{}
	for round, lines := range []int{1, 90, 333, 700, 1500} {
		victim := exec.Command(os.Args[0])
		victim.Env = append(os.Environ(), victimDir+"="+dir, victimRound+"="+strconv.Itoa(round))
		victim.Stderr = os.Stderr
		out, err := victim.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, victim.Start())
		scanner := bufio.NewScanner(out)
		// What is still in the pipe when it dies was acknowledged as well.
		for n := 0; scanner.Scan(); n++ {
			if n == lines {
				require.NoError(t, victim.Process.Kill())
			}
			name, number, _ := strings.Cut(scanner.Text(), " ")
			// The last line may be cut short.
			if last, err := strconv.ParseUint(number, 10, 64); err == nil && len(name) == 26 {
				acknowledged[storage.RunID(name)] = last
			}
		}
		require.ErrorContains(t, victim.Wait(), "killed")
		checkAcknowledged(t, dir, acknowledged)
	}
}

// checkAcknowledged requires the runs that live, or are kept, with all their events. Retain may drop the others.
func checkAcknowledged(t *testing.T, dir string, acknowledged map[storage.RunID]uint64) {
	t.Helper()
	s := open(t, dir, Options{})
	for run, last := range acknowledged {
		row, err := s.Row(run)
		if err != nil {
			require.ErrorIs(t, err, storage.ErrNotFound)
			require.False(t, isKept(run) || isLive(run), "run %s is lost", run)
			continue
		}
		var events uint64
		require.NoError(t, s.Events(run, 1, func(seq uint64, _ []byte) bool { events = seq; return true }))
		require.GreaterOrEqual(t, events, last, "run %s, %s", run, row.Status)
	}
	checkFiles(t, s)
	require.NoError(t, s.Close())
}
