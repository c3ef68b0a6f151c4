package cron

import "time"

// forever stands for the ends of time, with room to add offsets.
const forever = int64(1) << 60

// segment is a stretch of time between two changes of a zone's clocks: [start, end) in Unix seconds, when local time is
// offset seconds ahead of UTC. before is the offset up to start.
type segment struct {
	start, end     int64
	offset, before int64
}

// maxChange is more seconds than a zone's clocks ever changed by.
const maxChange = 2 * daySeconds

func segmentAt(t int64, zone *time.Location) segment {
	at := time.Unix(t, 0).In(zone)
	g := segment{start: -forever, end: forever, offset: offsetOf(at)}
	g.before = g.offset
	start, end := at.ZoneBounds()
	if !start.IsZero() {
		g.start = start.Unix()
		if t-g.start < maxChange { // else nobody asks
			g.before = offsetOf(time.Unix(g.start-1, 0).In(zone))
		}
	}
	if !end.IsZero() {
		g.end = end.Unix()
	}
	if g.end <= t {
		// Go 1.26 ends a leap year's last stretch a day early where a zone goes on by a rule, as all do from 2038.
		g.end = t - t%daySeconds + daySeconds
	}
	return g
}

func offsetOf(at time.Time) int64 {
	_, offset := at.Zone()
	return int64(offset)
}

// nextInstant is the first instant of the calendar in a zone at or after t, by the rule of the package's comment.
func (c *calendar) nextInstant(t int64, zone *time.Location) (int64, bool) {
	t = max(t, -maxChange)
	for {
		g := segmentAt(t, zone)
		if at, ok := c.within(g, t); ok {
			return at, true
		}
		if g.end == forever {
			return 0, false
		}
		after := offsetOf(time.Unix(g.end, 0).In(zone))
		// No later wall-clock time is below this one, so changes long before the next match have nothing to say.
		wall, ok := c.next(g.end + min(g.offset, after))
		if !ok {
			return 0, false
		}
		t = max(g.end, wall-after-maxChange)
	}
}

// within is the first instant of the calendar in a segment, at or after t, which lies in it.
func (c *calendar) within(g segment, t int64) (int64, bool) {
	from := t + g.offset
	if !c.repeats {
		from = max(from, g.start+g.before) // below are times that the clocks have passed before
	}
	at, found := int64(0), false
	if wall, ok := c.next(from); ok && wall < g.end+g.offset {
		at, found = wall-g.offset, true
	}
	if jumped, ok := c.jumped(g, t); ok && (!found || jumped < at) {
		return jumped, true
	}
	return at, found
}

// jumped is the first instant at or after t that makes up for a wall-clock time that the clocks jumped over at the
// start of a segment.
func (c *calendar) jumped(g segment, t int64) (int64, bool) {
	jump := g.offset - g.before
	if jump <= 0 || jump >= daySeconds || t >= g.start+jump || !c.repeats && t > g.start {
		return 0, false
	}
	wall, ok := c.next(t + g.before)
	switch {
	case !ok || wall >= g.start+g.offset:
		return 0, false
	case c.repeats:
		return wall - g.before, true
	}
	return g.start, true
}
