// Package sim plays random small plans against random worlds: answers that come late, twice, out of order or never,
// crashes that lose what was not yet durable, signals, timers, cancels. After every act it holds the core to what it
// promises. One Chooser makes all choices, so that a seed, or the bytes of a fuzzer, is the whole of a case.
//
// It stands where a driver stands and must not know one: no goroutines, no clock, no disk.
package sim

import "math/rand/v2"

// Chooser makes the choices of one case.
type Chooser interface {
	// Pick gives a number from 0 to n-1.
	Pick(n int) int
}

// Seeded chooses by a seed.
func Seeded(seed uint64) Chooser { return seeded{rand.New(rand.NewPCG(seed, 0))} }

type seeded struct{ r *rand.Rand }

// Pick implements Chooser.
func (s seeded) Pick(n int) int { return s.r.IntN(n) }

// Bytes chooses by bytes, and the first of all when there are no more.
func Bytes(b []byte) Chooser { return &byBytes{b} }

type byBytes struct{ rest []byte }

// Pick implements Chooser.
func (b *byBytes) Pick(n int) int {
	if len(b.rest) == 0 {
		return 0
	}
	x := int(b.rest[0])
	b.rest = b.rest[1:]
	return x % n
}

// chance is true in one of n cases.
func chance(c Chooser, n int) bool { return c.Pick(n) == n-1 }

// calm always chooses the first.
type calm struct{}

// Pick implements Chooser.
func (calm) Pick(int) int { return 0 }
