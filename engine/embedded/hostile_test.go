package embedded_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/nodes"
	"sluice/storage/bolt"
	"sluice/storage/mem"
)

// TestAFullDiskRefusesNewRunsAndLosesNone: while the journal cannot be written, starts are refused; a run that was
// acknowledged before goes on, with what its tasks answered meanwhile, as soon as there is room.
func TestAFullDiskRefusesNewRunsAndLosesNone(t *testing.T) {
	t.Parallel()
	var full atomic.Bool
	s, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{Hook: func(point string) error {
		if point == "commit:before" && full.Load() {
			return fmt.Errorf("write journal: %w", syscall.ENOSPC)
		}
		return nil
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	entered, answer := make(chan struct{}), make(chan struct{})
	w := &world{do: func(context.Context, nodes.Call) (core.Value, *core.Failure) {
		entered <- struct{}{}
		<-answer
		return "answered while the disk was full", nil
	}}
	e := open(t, s, w, line("p", task("save", "do", true)), line("pure", pure("x", func(core.Scope) core.Value { return 1 })))
	id := start(t, e, "p", nil)
	<-entered
	full.Store(true)
	_, err = e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{}})
	require.ErrorIs(t, err, engine.ErrUnavailable)
	close(answer)
	_, err = e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{}})
	require.ErrorIs(t, err, engine.ErrUnavailable)
	full.Store(false)
	require.Equal(t, "answered while the disk was full", end(t, e, id).Output)
	require.Eventually(t, func() bool {
		_, err := e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{}})
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
}

// TestStartsAreTakenAgainWhenThereIsRoom although nothing else is there to be committed meanwhile.
func TestStartsAreTakenAgainWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	var full atomic.Bool
	full.Store(true)
	s, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{Hook: func(point string) error {
		if point == "commit:before" && full.Load() {
			return fmt.Errorf("write journal: %w", syscall.ENOSPC)
		}
		return nil
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	e := open(t, s, &world{}, line("pure", pure("x", func(core.Scope) core.Value { return 1 })))
	_, err = e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{}})
	require.ErrorIs(t, err, engine.ErrUnavailable)
	full.Store(false)
	require.Eventually(t, func() bool {
		_, err := e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{}})
		return err == nil
	}, 10*time.Second, 10*time.Millisecond)
}

func TestWhatIsTooLargeIsRefusedAndHarmsNothingElse(t *testing.T) {
	t.Parallel()
	w := &world{do: func(context.Context, nodes.Call) (core.Value, *core.Failure) { return strings.Repeat("x", 1<<20), nil }}
	o := options(t, mem.New(), w, line("big", task("big", "do", false)), line("pure", pure("x", func(core.Scope) core.Value { return 1 })))
	o.ValueBytes, o.RunBytes = 1<<19, 1<<20
	e, err := embedded.Open(o)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close(t.Context())) }()
	_, err = e.Start(t.Context(), engine.StartRequest{Plan: "pure", Trigger: core.Object{"body": strings.Repeat("x", 1<<20)}})
	require.ErrorIs(t, err, engine.ErrTooLarge)
	require.Equal(t, "task.output_too_large", end(t, e, start(t, e, "big", nil)).Failure.Code)
	require.Equal(t, 1, end(t, e, start(t, e, "pure", nil)).Output)
}

// TestARunsJournalHasACap: a run that would fill the disk fails instead.
func TestARunsJournalHasACap(t *testing.T) {
	t.Parallel()
	w := &world{do: func(context.Context, nodes.Call) (core.Value, *core.Failure) { return strings.Repeat("x", 1<<18), nil }}
	var list []core.Node
	for i := range 20 {
		list = append(list, task(fmt.Sprintf("t%d", i), "do", false))
	}
	o := options(t, mem.New(), w, line("long", list...))
	o.RunBytes = 1 << 20
	e, err := embedded.Open(o)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close(t.Context())) }()
	got := end(t, e, start(t, e, "long", nil))
	require.Equal(t, core.Failed, got.Status)
	require.Equal(t, "run.too_large", got.Failure.Code)
	require.Less(t, len(w.calls), 10)
}

func TestATaskThatHeedsItsTimeout(t *testing.T) {
	t.Parallel()
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		<-ctx.Done()
		return nil, &core.Failure{Code: "http.timeout", Message: "no answer"}
	}}
	slow := task("slow", "do", false)
	slow.Timeout = 20 * time.Millisecond
	e := open(t, mem.New(), w, line("p", slow))
	require.Equal(t, "http.timeout", end(t, e, start(t, e, "p", nil)).Failure.Code)
}
