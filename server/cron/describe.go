package cron

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Describe says the schedule in words, in a language (English where it is neither): "at 09:00 on Monday to Friday",
// "每周一至周五 09:00". It says what the expression means, not how it was written, and leaves out the zone.
func (s Schedule) Describe(language string) string {
	w := speaker(language)
	switch {
	case s.every > 0:
		return spaced(w.say("every", "duration", w.duration(s.every)))
	case s.days == nil:
		return ""
	}
	c := s.days
	at, frequent := w.time(c)
	day := w.day(&c.day, c.month)
	if day == "" && !frequent {
		day = w.say("day.all")
	}
	month, year := w.months(c.month), w.years(&c.year)
	if language == Chinese {
		if frequent && day != "" {
			day += "，"
		}
		return spaced(joinedBy("，", year, month, day+at))
	}
	return joinedBy(", ", joinedBy(" ", at, day), month, year)
}

// joinedBy joins what is not empty.
func joinedBy(separator string, texts ...string) string {
	return strings.Join(slices.DeleteFunc(texts, func(s string) bool { return s == "" }), separator)
}

// spaced puts a space between Chinese and figures, as Chinese is set.
func spaced(text string) string {
	var out strings.Builder
	var last rune
	for _, r := range text {
		if unicode.Is(unicode.Han, last) && r >= '0' && r <= '9' || unicode.Is(unicode.Han, r) && last >= '0' && last <= '9' {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
		last = r
	}
	return out.String()
}

// speaker says phrases in a language.
type speaker string

func (w speaker) say(phrase string, pairs ...string) string {
	text := phrases[phrase].en
	if w == Chinese {
		text = phrases[phrase].zh
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

// list joins texts: "1, 2 and 3".
func (w speaker) list(texts []string) string {
	n := len(texts)
	if n < 2 {
		return strings.Join(texts, "")
	}
	if w == Chinese {
		return strings.Join(texts[:n-1], "、") + "和" + texts[n-1]
	}
	return strings.Join(texts[:n-1], ", ") + " and " + texts[n-1]
}

func (w speaker) numbers(values []int) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = strconv.Itoa(v)
	}
	return w.list(texts)
}

func (w speaker) duration(d time.Duration) string {
	hours, minutes, seconds := int(d/time.Hour), int(d/time.Minute%60), int(d/time.Second%60)
	switch {
	case minutes == 0 && seconds == 0:
		return w.each(hours, "hours")
	case hours == 0 && seconds == 0:
		return w.each(minutes, "minutes")
	case hours == 0 && minutes == 0:
		return w.each(seconds, "seconds")
	}
	return joinedBy(w.say("gap"), w.count(hours, "hours"), w.count(minutes, "minutes"), w.count(seconds, "seconds"))
}

// each is what follows "every": "hour", "2 hours".
func (w speaker) each(n int, unit string) string {
	if n == 1 {
		return w.say("one." + unit)
	}
	return w.count(n, unit)
}

// count is a number of hours, minutes, seconds, days or years; empty for none.
func (w speaker) count(n int, unit string) string {
	switch n {
	case 0:
		return ""
	case 1:
		return w.say("1", "unit", w.say("one."+unit))
	}
	return w.say("n."+unit, "n", strconv.Itoa(n))
}

// time is when on a day; frequent is set where it says how often rather than at which times.
func (w speaker) time(c *calendar) (text string, frequent bool) {
	second, minute, hour := shapeOf(c.second, 0, 59), shapeOf(c.minute, 0, 59), shapeOf(c.hour, 0, 23)
	if second.kind == single && minute.kind == single {
		return w.hourly(second.from, minute.from, hour)
	}
	if second.kind == single && len(minute.values)*len(hour.values) <= 4 {
		return w.say("at", "times", w.list(clockTimes(second.from, minute, hour))), false
	}
	var often string
	switch {
	case second.kind == single && second.from == 0:
		often = w.often(minute, "minutes")
	case minute.kind == all:
		often = w.often(second, "seconds")
	default:
		often = w.say("and", "a", w.often(second, "seconds"), "b", w.often(minute, "minutes"))
	}
	switch hour.kind {
	case all:
		return often, true
	case single, run:
		first, last := 0, 59
		if minute.kind == steps {
			first, last = minute.from, minute.to
		}
		return w.say("between", "often", often, "from", clock(hour.from, first, 0), "to", clock(hour.to, last, 0)), true
	}
	return w.say("hours", "often", often, "hours", w.numbers(hour.values)), true
}

// hourly says schedules with one minute and one second: certain times of the day, or every so many hours.
func (w speaker) hourly(second, minute int, hour shape) (string, bool) {
	from := clock(hour.from, minute, second)
	whole := minute == 0 && second == 0
	switch {
	case hour.kind == all && whole:
		return w.say("hour"), true
	case hour.kind == all && second == 0:
		return w.say("hour.minute", "minute", strconv.Itoa(minute)), true
	case hour.kind == all:
		return w.say("hour.second", "minute", strconv.Itoa(minute), "second", strconv.Itoa(second)), true
	case hour.kind == steps && 24%hour.step == 0 && hour.from == 0 && whole:
		return w.say("every", "duration", w.each(hour.step, "hours")), true
	case hour.kind == steps:
		return w.say("step.hours", "duration", w.each(hour.step, "hours"), "from", from), true
	case hour.kind == run && len(hour.values) > 3:
		return w.say("run.hours", "from", from, "to", clock(hour.to, minute, second)), true
	}
	return w.say("at", "times", w.list(clockTimes(second, shape{values: []int{minute}}, hour))), false
}

func clockTimes(second int, minute, hour shape) []string {
	var times []string
	for _, h := range hour.values {
		for _, m := range minute.values {
			times = append(times, clock(h, m, second))
		}
	}
	return times
}

func clock(hour, minute, second int) string {
	if second == 0 {
		return fmt.Sprintf("%02d:%02d", hour, minute)
	}
	return fmt.Sprintf("%02d:%02d:%02d", hour, minute, second)
}

// often says minutes of the hour, or seconds of the minute.
func (w speaker) often(s shape, unit string) string {
	switch {
	case s.kind == all:
		return w.say("every", "duration", w.each(1, unit))
	case s.kind == steps && s.from == 0 && 60%s.step == 0:
		return w.say("every", "duration", w.each(s.step, unit))
	case s.kind == steps:
		return w.say("step."+unit, "duration", w.each(s.step, unit), "from", strconv.Itoa(s.from))
	case s.kind == run:
		return w.say("run."+unit, "from", strconv.Itoa(s.from), "to", strconv.Itoa(s.to))
	}
	return w.say("list."+unit, "list", w.numbers(s.values))
}

// day is which days; empty where it is every day. In Chinese it begins with "every month" or "every week" unless months
// are given.
func (w speaker) day(d *dayRule, months uint64) string {
	weekdays := d.dow != allWeekdays || d.nth > 0 || d.lastDOW
	days := d.dom != allDays
	var texts []string
	if days {
		texts = append(texts, w.monthDays(d)...)
	}
	if weekdays {
		texts = append(texts, w.weekdays(d))
	}
	if !days && !weekdays {
		return ""
	}
	said := w.say("day.none")
	if len(texts) > 0 {
		said = texts[0]
		for _, text := range texts[1:] {
			said = w.say("or", "a", said, "b", text)
		}
	}
	monthly := days || d.nth > 0 || d.lastDOW
	switch {
	case len(texts) == 0:
		return said
	case months&allMonths != allMonths:
		return w.say("days.given", "days", said)
	case monthly:
		return w.say("days.month", "days", said)
	}
	return w.say("days.week", "days", said)
}

func (w speaker) monthDays(d *dayRule) []string {
	var texts []string
	if s := shapeOf(d.dom, 1, 31); s.kind != none {
		switch s.kind {
		case steps:
			texts = append(texts, w.say("step.days", "n", strconv.Itoa(s.step), "from", strconv.Itoa(s.from)))
		case run:
			texts = append(texts, w.say("run.days", "from", strconv.Itoa(s.from), "to", strconv.Itoa(s.to)))
		case single:
			texts = append(texts, w.say("one.day", "day", strconv.Itoa(s.from)))
		default:
			texts = append(texts, w.say("list.days", "days", w.numbers(s.values)))
		}
	}
	for _, from := range []struct {
		phrase string
		set    uint64
	}{{"last", d.last}, {"near", d.near}, {"lastNear", d.lastNear}} {
		for rest := from.set; rest != 0; rest &= rest - 1 {
			n := bits.TrailingZeros64(rest)
			phrase := from.phrase
			if n == 0 {
				phrase += ".0"
			}
			texts = append(texts, w.say(phrase, "n", strconv.Itoa(n), "nth", strconv.Itoa(n+1), "days", w.count(n, "days")))
		}
	}
	return texts
}

func (w speaker) weekdays(d *dayRule) string {
	// Weeks begin on Monday in words.
	s := shapeOf(d.dow>>1|d.dow&1<<6, 0, 6)
	name := func(day int) string { return w.say("weekday." + strconv.Itoa(day)) }
	switch {
	case d.nth > 0:
		return w.say("nth", "nth", w.say("nth."+strconv.Itoa(d.nth)), "day", name(s.from))
	case d.lastDOW:
		return w.say("nth", "nth", w.say("nth.last"), "day", name(s.from))
	case s.kind == run:
		return w.say("run", "from", name(s.from), "to", name(s.to))
	}
	names := make([]string, len(s.values))
	for i, day := range s.values {
		names[i] = name(day)
	}
	return w.list(names)
}

const allMonths = 1<<13 - 2

func (w speaker) months(set uint64) string {
	s := shapeOf(set, 1, 12)
	name := func(month int) string { return w.say("month." + strconv.Itoa(month)) }
	switch s.kind {
	case all:
		return ""
	case run:
		return w.say("months", "months", w.say("run", "from", name(s.from), "to", name(s.to)))
	}
	names := make([]string, len(s.values))
	for i, month := range s.values {
		names[i] = name(month)
	}
	return w.say("months", "months", w.list(names))
}

func (w speaker) years(set *yearSet) string {
	var years []int
	for year := firstYear; year <= lastYear; year++ {
		if set.has(year) {
			years = append(years, year)
		}
	}
	n := len(years)
	from, to := strconv.Itoa(years[0]), strconv.Itoa(years[n-1])
	switch step, even := stepOf(years); {
	case n == lastYear-firstYear+1:
		return ""
	case even && step == 1 && n > 2:
		return w.say("years", "years", w.say("run", "from", from, "to", to))
	case even && n > 3 && years[n-1]+step > lastYear:
		return w.say("from.years", "duration", w.each(step, "years"), "from", from)
	case even && n > 3:
		return w.say("step.years", "duration", w.each(step, "years"), "from", from, "to", to)
	}
	return w.say("years", "years", w.numbers(years))
}

// shape is the pattern that a set of values makes.
type shape struct {
	kind     kind
	values   []int // in the order of a run, else rising
	from, to int   // of the values
	step     int   // of steps
}

type kind int

const (
	none   kind = iota
	single      // one value
	list        // some values
	run         // three or more neighbours, perhaps over the end of the range
	steps       // every so many values, to the end of the range
	all         // every value
)

func shapeOf(set uint64, low, high int) shape {
	var values []int
	for v := low; v <= high; v++ {
		if set&(1<<v) != 0 {
			values = append(values, v)
		}
	}
	s := shape{kind: list, values: values}
	n := len(values)
	if n == 0 {
		s.kind = none
		return s
	}
	// A run over the end begins after the gap.
	if n > 2 && n <= high-low && values[0] == low && values[n-1] == high {
		for i := 1; i < n; i++ {
			if values[i] != values[i-1]+1 {
				rotated := slices.Concat(values[i:], values[:i])
				if values[n-1]-values[i] == n-1-i && values[i-1] == low+i-1 {
					s.values = rotated
					s.kind = run
				}
				break
			}
		}
	}
	s.from, s.to = s.values[0], s.values[n-1]
	if s.kind == run {
		return s
	}
	step, even := stepOf(values)
	s.step = step
	switch {
	case n == high-low+1:
		s.kind = all
	case n == 1:
		s.kind = single
	case even && step == 1 && n > 2:
		s.kind = run
	case even && step > 1 && s.from-step < low && s.to+step > high && (n > 2 || s.from == low && s.to == low+(high-low+1)/2):
		s.kind = steps
	}
	return s
}

// stepOf is the distance between neighbours; even is unset where it varies.
func stepOf(values []int) (step int, even bool) {
	for i := 1; i < len(values); i++ {
		d := values[i] - values[i-1]
		if i > 1 && d != step {
			return step, false
		}
		step = d
	}
	return step, true
}
