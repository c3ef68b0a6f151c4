// Package guard notices flows that start each other over and over through the outside world, where no run knows what
// caused it: one sets a status, the platform calls back, the other sets it back. What is seen of such a loop is its starts:
// by flow, business key and time.
//
// [Check] is pure. [Guard] remembers starts for it. The package must not know runs, storage or triggers.
package guard

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Key is a business key, such as order_id = 6917….
type Key struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Start is one start of a run, for one key of it.
type Start struct {
	Flow string
	At   time.Time
	// Cause is the flow that is known to have caused the start, by an event or a call; empty where it came from outside.
	Cause string
}

// Limits say what is too much. A zero field switches its rule off, but for Window.
type Limits struct {
	// Depth is how many runs may stand in a chain in which each caused the next.
	Depth int
	// Window is how far back starts count.
	Window time.Duration
	// Steady rounds (flow A, flow B, flow A again) at an even pace, over at least SteadyFor, are a loop: people and
	// platforms do not keep time, loops do.
	Steady    int
	SteadyFor time.Duration
	// Rounds within the window are a loop at any pace.
	Rounds int
	// Runs of one flow within the window, and BurstRuns of one within BurstWithin, are one too.
	Runs        int
	BurstRuns   int
	BurstWithin time.Duration
}

// Default leaves an order with 20 callbacks alone, each of them followed by a run of another flow, and finds a status
// that flips every 17 minutes in its fifth hour.
func Default() Limits {
	return Limits{
		Depth: 16, Window: 12 * time.Hour, Steady: 8, SteadyFor: time.Hour, Rounds: 30, Runs: 200, BurstRuns: 60, BurstWithin: 10 * time.Minute,
	}
}

// Rule names what was broken.
type Rule string

// The rules, as fields of Limits.
const (
	RuleDepth  Rule = "depth"
	RuleSteady Rule = "steady"
	RuleRounds Rule = "rounds"
	RuleRuns   Rule = "runs"
	RuleBurst  Rule = "burst"
)

// Incident is a start that was refused, and why. It is an error.
type Incident struct {
	Rule Rule `json:"rule"`
	// Flows are those that start each other, the refused one first; a flow alone, where only it is seen.
	Flows []string `json:"flows"`
	// Key is empty with RuleDepth.
	Key Key `json:"key,omitzero"`
	// Count is of rounds (RuleSteady, RuleRounds), of runs (RuleRuns, RuleBurst) or of links (RuleDepth), with the refused
	// one; Since is the first of them.
	Count int       `json:"count"`
	Since time.Time `json:"since,omitzero"`
	At    time.Time `json:"at"`
}

// Error implements error.
func (i *Incident) Error() string {
	text := "flow " + i.Flows[0] + " is not started: "
	if i.Rule == RuleDepth {
		return text + "it would be link " + strconv.Itoa(i.Count) + " of a chain of runs that cause each other (" + strings.Join(i.Flows, " < ") + ")"
	}
	if len(i.Flows) > 1 {
		text += "it and " + i.Flows[1] + " have followed each other"
	} else {
		text += "it was started"
	}
	return text + " " + strconv.Itoa(i.Count) + " times since " + i.Since.Format(time.RFC3339) + " for " + i.Key.Name + " " + i.Key.Value +
		"; find out what makes them start each other"
}

// Check decides about the next start for a key; history are the earlier ones for it, refused ones included, oldest
// first. It is nil when the start is fine.
func Check(l Limits, key Key, history []Start, next Start) *Incident {
	history = slices.DeleteFunc(slices.Clone(history), func(s Start) bool { return next.At.Sub(s.At) >= l.Window || s.At.After(next.At) })
	refuse := func(rule Rule, count int, since time.Time, flows ...string) *Incident {
		return &Incident{Rule: rule, Flows: flows, Key: key, Count: count, Since: since, At: next.At}
	}
	own := timesOf(history, next)
	if n := len(own); l.Runs > 0 && n > l.Runs {
		return refuse(RuleRuns, n, own[0], next.Flow)
	}
	if n := since(own, next.At.Add(-l.BurstWithin)); l.BurstRuns > 0 && n > l.BurstRuns {
		return refuse(RuleBurst, n, own[len(own)-n], next.Flow)
	}
	for _, other := range others(history, next.Flow) {
		turns := rounds(history, next, other)
		if n := len(turns) - 1; l.Rounds > 0 && n > l.Rounds {
			return refuse(RuleRounds, n, turns[0], next.Flow, other)
		}
		even := steady(turns)
		if n := len(even) - 1; l.Steady > 0 && n > l.Steady && next.At.Sub(even[0]) >= l.SteadyFor {
			return refuse(RuleSteady, n, even[0], next.Flow, other)
		}
	}
	return nil
}

// CheckDepth decides about a run that would be the last of a chain of flows, the newest first, of which each caused the
// one before it.
func CheckDepth(l Limits, chain []string, now time.Time) *Incident {
	if l.Depth == 0 || len(chain) <= l.Depth {
		return nil
	}
	return &Incident{Rule: RuleDepth, Flows: chain, Count: len(chain), At: now}
}

// timesOf are the starts of the next one's flow, with it.
func timesOf(history []Start, next Start) []time.Time {
	var times []time.Time
	for _, s := range history {
		if s.Flow == next.Flow {
			times = append(times, s.At)
		}
	}
	return append(times, next.At)
}

func since(times []time.Time, from time.Time) int {
	n := 0
	for _, t := range times {
		if t.After(from) {
			n++
		}
	}
	return n
}

func others(history []Start, flow string) []string {
	var list []string
	for _, s := range history {
		if s.Flow != flow && !slices.Contains(list, s.Flow) {
			list = append(list, s.Flow)
		}
	}
	return list
}

// rounds are the starts of the next one's flow that came after one of the other flow, and the first. Where one of the
// two is known to have caused the other, that they follow each other says nothing about the way back: a retried order
// whose every failure is reported is no loop. (A chain in which both ways are known is bounded by its depth.)
func rounds(history []Start, next Start, other string) []time.Time {
	if next.Cause == other {
		return nil
	}
	var times []time.Time
	between := true
	for _, s := range append(history, next) {
		switch {
		case s.Flow == other && s.Cause != next.Flow:
			between = true
		case s.Flow == next.Flow && s.Cause != other && between:
			times = append(times, s.At)
			between = false
		}
	}
	return times
}

// steady is the latest part of times whose gaps lie within a third of their median: nine gaps of random callbacks do so
// once in some hundred thousand orders.
func steady(times []time.Time) []time.Time {
	for first := 0; first+2 < len(times); first++ {
		part := times[first:]
		gaps := make([]time.Duration, 0, len(part))
		for i := range part[1:] {
			gaps = append(gaps, part[i+1].Sub(part[i]))
		}
		slices.Sort(gaps)
		median := gaps[len(gaps)/2]
		if gaps[0] >= median-median/3 && gaps[len(gaps)-1] <= median+median/3 {
			return part
		}
	}
	return nil
}
