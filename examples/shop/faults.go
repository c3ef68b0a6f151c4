package shop

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Outcome is what becomes of one call.
type Outcome string

// The outcomes. What Unavailable, Throttled and Expired look like is the platform's own.
const (
	// Fine: answered as it should be.
	Fine Outcome = "ok"
	// Broken: HTTP 500 from a gateway, in a text that no platform speaks. Nothing was done.
	Broken Outcome = "broken"
	// Unavailable: the platform says that it is busy. Nothing was done.
	Unavailable Outcome = "unavailable"
	// Throttled: too many calls. Nothing was done.
	Throttled Outcome = "throttled"
	// Expired: the access token is too old (Douyin and Pinduoduo only). Nothing was done.
	Expired Outcome = "expired"
	// Hang: no answer ever. Nothing was done.
	Hang Outcome = "hang"
	// Lost: it was done, and the connection breaks before the answer.
	Lost Outcome = "lost"
)

func outcomes() []Outcome {
	return []Outcome{Fine, Broken, Unavailable, Throttled, Expired, Hang, Lost}
}

// Fault is what goes wrong at an endpoint.
type Fault struct {
	// Latency is added to every call, and a random part of Jitter.
	Latency, Jitter time.Duration
	// Script is what becomes of the next calls, in order; each entry is used once.
	Script []Outcome
	// Share is the part of the calls after the script, 0 to 1, that has an outcome; the rest is fine.
	Share map[Outcome]float64
}

func (f Fault) check(endpoint string) error {
	token := strings.HasPrefix(endpoint, "douyin.") || strings.HasPrefix(endpoint, "pdd.")
	check := func(o Outcome) error {
		if !slices.Contains(outcomes(), o) {
			return fmt.Errorf("shop: no such outcome: %q (there are %v)", o, outcomes())
		}
		if o == Expired && !token {
			return fmt.Errorf("shop: %s has no token that could expire", endpoint)
		}
		return nil
	}
	for _, o := range f.Script {
		if err := check(o); err != nil {
			return err
		}
	}
	sum := 0.0
	for o, share := range f.Share {
		if err := check(o); err != nil {
			return err
		}
		if share < 0 {
			return fmt.Errorf("shop: the share of %s must not be negative: %v", o, share)
		}
		sum += share
	}
	if sum > 1 || f.Latency < 0 || f.Jitter < 0 {
		return fmt.Errorf("shop: shares must not exceed 1 together, nor latency and jitter be negative: %v, %v, %v", sum, f.Latency, f.Jitter)
	}
	return nil
}

// SetFault says what goes wrong at an endpoint from now on; the zero Fault heals it. An endpoint is a name as Calls counts
// it, all of a platform ("wms.*"), or all ("*"); the most exact one that is set holds.
func (s *Shop) SetFault(endpoint string, f Fault) error {
	if err := f.check(endpoint); err != nil {
		return err
	}
	f.Script = slices.Clone(f.Script)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults[endpoint] = &f
	return nil
}

// fate decides what becomes of the nth call to an endpoint.
func (s *Shop) fate(endpoint string, n int) (Outcome, time.Duration) {
	platform, _, _ := strings.Cut(endpoint, ".")
	var f *Fault
	for _, pattern := range []string{endpoint, platform + ".*", "*"} {
		if f = s.faults[pattern]; f != nil {
			break
		}
	}
	if f == nil {
		return Fine, 0
	}
	r := s.draw("fault", endpoint, fmt.Sprint(n))
	delay := f.Latency + time.Duration(r.Float64()*float64(f.Jitter))
	if len(f.Script) > 0 {
		outcome := f.Script[0]
		f.Script = f.Script[1:]
		return outcome, delay
	}
	return drawOutcome(r, f.Share), delay
}

func drawOutcome(r *rand.Rand, share map[Outcome]float64) Outcome {
	luck := r.Float64()
	for _, o := range outcomes() {
		if luck -= share[o]; luck < 0 {
			return o
		}
	}
	return Fine
}
