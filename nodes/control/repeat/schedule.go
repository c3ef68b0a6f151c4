package repeat

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/nodes"
	"sluice/nodes/control/timing"
)

// maxTurns bounds the turns of one repeat, as max in the schema does.
const maxTurns = 100_000

// schedule says how long to pause after each turn.
type schedule []stretch

// stretch is one pause, taken times times.
type stretch struct {
	pause time.Duration
	times int
}

// after is the pause after turn number n, counted from 0; false when there are no more turns.
func (s schedule) after(n int) (time.Duration, bool) {
	for _, st := range s {
		if n < st.times {
			return st.pause, true
		}
		n -= st.times
	}
	return 0, false
}

// schedule is the schedule that the config describes. The first turn needs no pause before it, so max turns have max-1
// pauses.
func (c *Config) schedule(b nodes.Builder) schedule {
	if !b.Has("/delays") {
		return schedule{{pause: timing.Parse(b, "/delay", c.Delay), times: c.Max - 1}}
	}
	var s schedule
	turns := 1
	for i, text := range c.Delays {
		st, ok := parseStretch(b, fmt.Sprintf("/delays/%d", i), text)
		if !ok {
			continue
		}
		if turns += st.times; turns > maxTurns {
			b.Problem("/delays", "config.range", map[string]string{"value": strconv.Itoa(turns), "bound": fmt.Sprintf("<= %d", maxTurns)})
			return nil
		}
		s = append(s, st)
	}
	return s
}

// parseStretch reads a pause, such as 1m, or a pause and how often it is taken, such as 30s*5.
func parseStretch(b nodes.Builder, pointer, text string) (st stretch, ok bool) {
	pause, times, counted := strings.Cut(text, "*")
	st.times = 1
	if counted {
		n, err := strconv.Atoi(strings.TrimSpace(times))
		if err != nil || n < 1 || n > maxTurns {
			b.Problem(pointer, "config.pattern", map[string]string{"value": text, "pattern": "30s*5"})
			return stretch{}, false
		}
		st.times = n
	}
	st.pause = timing.Parse(b, pointer, strings.TrimSpace(pause))
	return st, true
}
