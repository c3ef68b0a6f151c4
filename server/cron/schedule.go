// Package cron is the schedules of cron triggers: an expression, its style and its zone give the instants a trigger
// fires at, and its words in English and Chinese.
//
// It is pure: it has no clock, starts no goroutine, stores nothing, and must not know flows, runs or HTTP. Whoever asks
// says from when.
//
// # Styles
//
// "unix" is what github.com/robfig/cron/v3 reads: five fields (minute, hour, day of month, month, day of week with 0 as
// Sunday), descriptors such as @daily, and @every. With both day fields given, either may match. @every rounds as there:
// less than a second, none and less than none are a second; parts of further seconds are dropped. Three slips of that
// parser are refused here, because nobody can mean them: a field that selects nothing (","), a range that begins with a
// wildcard ("*-5", which it reads as "*") and a number with a plus sign. A zone within the expression (TZ=, CRON_TZ=) is
// refused: a trigger's zone has its own place. Where that package gives up after five years without a slot, this one
// goes on.
//
// "quartz" is what org.quartz.CronExpression means: six or seven fields from seconds to years, days of the week with 1
// as Sunday, exactly one ? in the two day fields, L, W, # and ranges that wrap. What Quartz's parser passes over in
// silence (the rest of MONDAY, the step of MON-FRI/2, the second item of 6#3,2, a step of 90 in a range) is refused. A
// schedule is a set of instants here, so that an answer never depends on the way to it: Quartz forgets the day a W has
// moved to when it is asked after the day the W names, and in a short month an L-3 that is listed with other days.
//
// Without a style, an expression with a ? or with six or seven fields is quartz, any other unix.
//
// # Clock changes
//
// The hours and minutes decide how a schedule goes through a change of its zone's clocks.
//
// One that names its hours and minutes singly (numbers and lists of them) runs once a slot: a slot that the clocks jump
// over runs right after the jump (several in one jump run once, together with a slot that is there anyway), and a slot
// that the clocks pass twice runs the first time.
//
// One with a wildcard, a step or a range in its hours or minutes repeats, and keeps running by elapsed time: what the
// clocks jump over runs as long after the slot before as it would have without the jump (0 */2 * * * runs at 00:00,
// then two hours later at what is now 03:00, then at 04:00), and what they pass twice runs both times. @every knows no
// clocks at all.
//
// A date that a zone left out altogether (Pacific/Apia had no 30 December 2011) has no slots.
package cron

import (
	"strings"
	"time"
	"unicode"
)

// The styles of an expression.
const (
	Unix   = "unix"
	Quartz = "quartz"
)

// Schedule is the instants that an expression means in a zone. It does not change and may be used concurrently. The
// zero Schedule has no instants; [Parse] makes others.
type Schedule struct {
	// Exactly one of days and every is set, but for the zero Schedule.
	days  *calendar
	every time.Duration
	zone  *time.Location
}

// Parse reads an expression in a style ("" decides by the expression, see the package) for a zone by its IANA name (""
// is UTC). Its error is an [*Error].
func Parse(expr, style, zone string) (Schedule, error) {
	location, err := loadZone(zone)
	if err != nil {
		return Schedule{}, err
	}
	fields := split(expr)
	if len(fields) == 0 {
		return Schedule{}, &Error{Reason: ReasonEmpty}
	}
	if p := fields[0]; strings.HasPrefix(p.text, "TZ=") || strings.HasPrefix(p.text, "CRON_TZ=") {
		return Schedule{}, &Error{Reason: ReasonZonePrefix, Position: p.position, Params: map[string]string{"text": p.text}}
	}
	switch styleOf(style, fields) {
	case Unix:
		return parseUnix(fields, location)
	case Quartz:
		days, err := parseQuartz(fields)
		if err != nil {
			return Schedule{}, err
		}
		return Schedule{days: days, zone: location}, nil
	}
	return Schedule{}, &Error{Reason: ReasonStyle, Params: map[string]string{"style": style}}
}

// loadZone refuses "Local": what a schedule means must not depend on the machine.
func loadZone(zone string) (*time.Location, error) {
	location, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" {
		return nil, &Error{Reason: ReasonZone, Params: map[string]string{"zone": zone}}
	}
	return location, nil
}

func styleOf(style string, fields []part) string {
	if style != "" {
		return style
	}
	if strings.HasPrefix(fields[0].text, "@") {
		return Unix
	}
	for _, f := range fields {
		if strings.Contains(f.text, "?") {
			return Quartz
		}
	}
	if len(fields) == 6 || len(fields) == 7 {
		return Quartz
	}
	return Unix
}

// part is a piece of an expression and the character, counted from 0, that it begins at.
type part struct {
	text     string
	position int
}

// split takes an expression apart at white space.
func split(expr string) []part {
	var parts []part
	begin, n := -1, 0
	start := 0
	for i, r := range expr {
		switch space := unicode.IsSpace(r); {
		case space && begin >= 0:
			parts = append(parts, part{expr[start:i], begin})
			begin = -1
		case !space && begin < 0:
			begin, start = n, i
		}
		n++
	}
	if begin >= 0 {
		parts = append(parts, part{expr[start:], begin})
	}
	return parts
}

// items takes a field apart at its commas. Empty items are left out, as both parsers have it.
func (p part) items() []part {
	var items []part
	position := p.position
	for text := range strings.SplitSeq(p.text, ",") {
		if text != "" {
			items = append(items, part{text, position})
		}
		position += len([]rune(text)) + 1
	}
	return items
}

// Next is the first instant strictly after another, in the schedule's zone and on a whole second; false where there is
// none. Cron expressions end with the year 2199. @every counts from after, whose part of a second it drops: to go on
// evenly, ask with the slot before.
func (s Schedule) Next(after time.Time) (time.Time, bool) {
	switch {
	case s.every > 0:
		return time.Unix(after.Unix(), 0).Add(s.every).In(s.zone), true
	case s.days != nil:
		at, ok := s.days.nextInstant(after.Unix()+1, s.zone)
		if !ok {
			return time.Time{}, false
		}
		return time.Unix(at, 0).In(s.zone), true
	}
	return time.Time{}, false
}

// Between lists the instants after from up to and including to, the first limit of them.
func (s Schedule) Between(from, to time.Time, limit int) []time.Time {
	var found []time.Time
	for at := from; len(found) < limit; {
		next, ok := s.Next(at)
		if !ok || next.After(to) {
			break
		}
		found = append(found, next)
		at = next
	}
	return found
}

// Latest is the last of the instants after from up to and including to; false where there is none. Its cost does not
// depend on how many there are.
func (s Schedule) Latest(from, to time.Time) (time.Time, bool) {
	first, ok := s.Next(from)
	if !ok || first.After(to) {
		return time.Time{}, false
	}
	if s.every > 0 {
		return first.Add(to.Sub(first) / s.every * s.every), true
	}
	// Next(t) <= to holds for each t before the last instant, and for none from it on.
	low, high := first.Unix()-1, to.Unix()
	for high-low > 1 {
		middle := low + (high-low)/2
		if at, ok := s.days.nextInstant(middle+1, s.zone); ok && at <= to.Unix() {
			low = middle
		} else {
			high = middle
		}
	}
	return time.Unix(high, 0).In(s.zone), true
}
