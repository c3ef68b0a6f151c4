package cron

import (
	"math"
	"strings"
	"time"

	robfig "github.com/robfig/cron/v3"
)

// unixFields are the fields of style unix, in their order.
func unixFields() []field {
	return []field{
		{name: Minutes, low: 0, high: 59},
		{name: Hours, low: 0, high: 23},
		{name: DayOfMonth, low: 1, high: 31},
		{name: Month, low: 1, high: 12, names: monthNames()},
		{name: DayOfWeek, low: 0, high: 6, names: dayNames()},
	}
}

// parseUnix reads five fields, or a descriptor, by robfig/cron's parser.
func parseUnix(parts []part, zone *time.Location) (Schedule, error) {
	if strings.HasPrefix(parts[0].text, "@") {
		return parseDescriptor(parts, zone)
	}
	fields := unixFields()
	if len(parts) != len(fields) {
		return Schedule{}, countError(Unix, "5", parts)
	}
	for i, p := range parts {
		if err := check(fields[i], p); err != nil {
			return Schedule{}, err
		}
	}
	parsed, err := robfig.ParseStandard(joined(parts))
	spec, ok := parsed.(*robfig.SpecSchedule)
	if err != nil || !ok {
		return Schedule{}, &Error{Position: parts[0].position, Reason: ReasonUnreadable, Params: map[string]string{"text": joined(parts)}}
	}
	days := calendarOf(spec)
	days.repeats = saysInterval(parts[0].text) || saysInterval(parts[1].text)
	return Schedule{days: days, zone: zone}, nil
}

func parseDescriptor(parts []part, zone *time.Location) (Schedule, error) {
	text := joined(parts)
	parsed, err := robfig.ParseStandard(text)
	if err != nil {
		code := ReasonDescriptor
		if parts[0].text == "@every" {
			code = ReasonEvery
		}
		return Schedule{}, &Error{Position: parts[0].position, Reason: code, Params: map[string]string{"text": text}}
	}
	switch parsed := parsed.(type) {
	case robfig.ConstantDelaySchedule:
		return Schedule{every: parsed.Delay, zone: zone}, nil
	case *robfig.SpecSchedule:
		days := calendarOf(parsed)
		days.repeats = text == "@hourly"
		return Schedule{days: days, zone: zone}, nil
	}
	return Schedule{}, &Error{Position: parts[0].position, Reason: ReasonDescriptor, Params: map[string]string{"text": text}}
}

func joined(parts []part) string {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.text
	}
	return strings.Join(texts, " ")
}

// star is the bit by which robfig/cron marks a field that leaves the choice to the other day field.
const star = 1 << 63

func calendarOf(spec *robfig.SpecSchedule) *calendar {
	return &calendar{
		second: spec.Second &^ star, minute: spec.Minute &^ star, hour: spec.Hour &^ star,
		month: spec.Month &^ star, year: allYears(),
		day: dayRule{dom: spec.Dom &^ star, dow: spec.Dow &^ star, either: (spec.Dom|spec.Dow)&star == 0},
	}
}

// check finds what robfig/cron's parser would refuse in a field, and its slips, and says where.
func check(f field, text part) error {
	items := text.items()
	if len(items) == 0 {
		return &Error{Field: f.name, Position: text.position, Reason: ReasonFieldEmpty}
	}
	for _, item := range items {
		u := unixItem{scan(f, item)}
		if err := u.read(); err != nil {
			return err
		}
	}
	return nil
}

// unixItem reads one item of a field.
type unixItem struct{ scanner }

func (u *unixItem) read() error {
	if !u.take('*') && !u.take('?') {
		if err := u.readRange(); err != nil {
			return err
		}
	}
	begin := u.at
	step, err := u.step(math.MaxInt)
	switch {
	case err != nil:
		return err
	case step == 0:
		return u.fail(begin+1, ReasonStepZero, nil)
	case u.at < len(u.item) && strings.ContainsRune("LW#", u.peek()):
		return u.fail(u.at, ReasonQuartzOnly, map[string]string{"char": string(u.peek())})
	}
	return u.end()
}

// readRange takes a value, or two and the "-" between them.
func (u *unixItem) readRange() error {
	begin := u.at
	from, err := u.valueOrName(ReasonCharacter)
	if err != nil || !u.take('-') {
		return err
	}
	to, err := u.valueOrName(ReasonRangeOpen)
	if err == nil && to < from {
		err = u.fail(begin, ReasonRangeFalls, map[string]string{"text": string(u.item[begin:u.at])})
	}
	return err
}

func (u *unixItem) valueOrName(missing string) (int, error) {
	switch {
	case u.digitNext():
		return u.value(missing)
	case u.letterNext() && u.field.names != nil && !u.quartzOnly():
		return u.name()
	case u.quartzOnly():
		return 0, u.fail(u.at, ReasonQuartzOnly, map[string]string{"char": string(u.peek())})
	case u.at == len(u.item):
		return 0, u.fail(u.at, missing, nil)
	}
	return 0, u.unexpected()
}

// quartzOnly reports whether what is left begins with a letter or sign that only quartz knows, and is no name.
func (u *unixItem) quartzOnly() bool {
	rest := string(u.item[u.at:])
	if _, name := u.field.value(rest[:min(3, len(rest))]); name {
		return false
	}
	return rest != "" && strings.ContainsRune("LW#", u.peek())
}
