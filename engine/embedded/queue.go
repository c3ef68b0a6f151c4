package embedded

import (
	"crypto/rand"
	"encoding/binary"
	"sync"
	"time"

	"sluice/storage"
)

// runQueue holds the runs that have something in their mailbox, in the order they got it.
type runQueue struct {
	mu     sync.Mutex
	wake   sync.Cond
	runs   []*run
	head   int
	closed bool
}

func (q *runQueue) push(r *run) {
	q.mu.Lock()
	q.runs = append(q.runs, r)
	q.mu.Unlock()
	q.wake.Signal()
}

// pop waits for a run; it is nil when the queue is closed and empty.
func (q *runQueue) pop() *run {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head == len(q.runs) {
		if q.closed {
			return nil
		}
		q.wake.Wait()
	}
	r := q.runs[q.head]
	q.runs[q.head] = nil
	if q.head++; q.head == len(q.runs) {
		q.runs, q.head = q.runs[:0], 0
	}
	return r
}

func (q *runQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.wake.Broadcast()
}

// idSource makes run ids that rise, within a millisecond too, so that journals are written in order.
type idSource struct {
	mu      sync.Mutex
	millis  int64
	entropy [10]byte
}

func (s *idSource) next(now time.Time) storage.RunID {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ms := now.UnixMilli(); ms > s.millis {
		s.millis = ms
		rand.Read(s.entropy[:])
		s.entropy[0] &= 0x7f // room to count up
	} else {
		low := binary.BigEndian.Uint64(s.entropy[2:]) + 1
		binary.BigEndian.PutUint64(s.entropy[2:], low)
		if low == 0 {
			binary.BigEndian.PutUint16(s.entropy[:2], binary.BigEndian.Uint16(s.entropy[:2])+1)
		}
	}
	return storage.NewRunID(time.UnixMilli(s.millis), s.entropy)
}

// seedOf derives a run's seed from its id, which is random already.
func seedOf(id storage.RunID) uint64 {
	b, err := id.Binary()
	if err != nil {
		return 0
	}
	return binary.BigEndian.Uint64(b[8:]) ^ binary.BigEndian.Uint64(b[:8])
}
