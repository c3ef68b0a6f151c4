package queue

import (
	"sync/atomic"
	"time"
)

// gate asks at most every lookAgain whether the server has enough to do, for all messages.
type gate struct {
	busy  func() bool
	asked atomic.Int64
	shut  atomic.Bool
}

func (g *gate) closed() bool {
	if g.busy == nil {
		return false
	}
	now, asked := time.Now().UnixNano(), g.asked.Load()
	if now-asked >= int64(lookAgain) && g.asked.CompareAndSwap(asked, now) {
		g.shut.Store(g.busy())
	}
	return g.shut.Load()
}
