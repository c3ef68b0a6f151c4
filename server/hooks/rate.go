package hooks

import (
	"sync/atomic"
	"time"
)

// bucket bounds a rate without a lock (the generic cell rate algorithm of ITU-T I.371): it keeps one number, the time at
// which everything let through so far would have come at an even pace.
type bucket struct {
	interval, burst int64
	even            atomic.Int64
}

// newBucket lets so many a second through, and as many at once after a quiet second.
func newBucket(rate int) *bucket {
	return &bucket{interval: int64(time.Second) / int64(rate), burst: int64(time.Second)}
}

// take lets one through, or says how long to wait for the next.
func (b *bucket) take(at time.Time) (wait time.Duration) {
	now := at.UnixNano()
	for {
		even := b.even.Load()
		from := max(even, now)
		if from-now > b.burst {
			// Nothing gets so far ahead: the clock was set back.
			from = now
		}
		if from-now > b.burst-b.interval {
			return time.Duration(from - now - b.burst + b.interval)
		}
		if b.even.CompareAndSwap(even, from+b.interval) {
			return 0
		}
	}
}
