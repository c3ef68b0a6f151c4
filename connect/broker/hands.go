package broker

import (
	"context"
	"sync"
)

// hands bound how many messages are worked on at the same time.
type hands struct {
	free chan struct{}
	busy sync.WaitGroup
	// working is what handlers run in: it is over as soon as their acknowledgements would reach nobody.
	working context.Context
	stop    context.CancelFunc
}

func newHands(ctx context.Context, n int) *hands {
	h := &hands{free: make(chan struct{}, n)}
	h.working, h.stop = context.WithCancel(ctx)
	for range n {
		h.free <- struct{}{}
	}
	return h
}

// take waits for a free hand; false when the context ended first.
func (h *hands) take(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case <-h.free:
		return true
	case <-ctx.Done():
		return false
	}
}

// takeAll takes all hands that are free, and waits for one where none is; 0 when the context ended.
func (h *hands) takeAll(ctx context.Context) int {
	if !h.take(ctx) {
		return 0
	}
	for n := 1; ; n++ {
		select {
		case <-h.free:
		default:
			return n
		}
	}
}

// give returns hands that were taken and did nothing.
func (h *hands) give(n int) {
	for range n {
		h.free <- struct{}{}
	}
}

// work lets a hand that was taken do something.
func (h *hands) work(do func()) {
	h.busy.Go(func() {
		defer h.give(1)
		do()
	})
}

// rest tells all to stop and returns when they have.
func (h *hands) rest() {
	h.stop()
	h.busy.Wait()
}
