package cron

import "math"

// quartzFields are the fields of style quartz, in their order. Steps of years have no limit.
func quartzFields() []field {
	return []field{
		{name: Seconds, low: 0, high: 59, maxStep: 59},
		{name: Minutes, low: 0, high: 59, maxStep: 59},
		{name: Hours, low: 0, high: 23, maxStep: 23},
		{name: DayOfMonth, low: 1, high: 31, maxStep: 31},
		{name: Month, low: 1, high: 12, names: monthNames(), maxStep: 12},
		{name: DayOfWeek, low: 1, high: 7, names: dayNames(), maxStep: 7},
		{name: Year, low: firstYear, high: lastYear, maxStep: math.MaxInt},
	}
}

// parseQuartz reads six or seven fields as org.quartz.CronExpression does.
func parseQuartz(parts []part) (*calendar, error) {
	if len(parts) != 6 && len(parts) != 7 {
		return nil, countError(Quartz, "6-7", parts)
	}
	c := &calendar{repeats: saysInterval(parts[1].text) || saysInterval(parts[2].text)}
	if len(parts) == 6 {
		c.year = allYears()
	}
	for i, f := range quartzFields()[:len(parts)] {
		if err := c.readField(f, parts[i]); err != nil {
			return nil, err
		}
	}
	if dom, dow := parts[3].text == "?", parts[5].text == "?"; dom == dow {
		code := ReasonDaysBoth
		if dom {
			code = ReasonDaysNone
		}
		return nil, &Error{Field: DayOfWeek, Position: parts[5].position, Reason: code}
	}
	return c, nil
}

func (c *calendar) readField(f field, text part) error {
	if text.text == "?" && f.name == DayOfMonth {
		c.day.dom = allDays
		return nil
	}
	if text.text == "?" && f.name == DayOfWeek {
		c.day.dow = allWeekdays
		return nil
	}
	items := text.items()
	if len(items) == 0 {
		return &Error{Field: f.name, Position: text.position, Reason: ReasonFieldEmpty}
	}
	for _, item := range items {
		q := quartzItem{scanner: scan(f, item), into: c, alone: len(items) == 1}
		if err := q.read(); err != nil {
			return err
		}
		if err := q.end(); err != nil {
			return err
		}
	}
	return nil
}

// quartzItem reads one item of a field into a calendar.
type quartzItem struct {
	scanner
	into  *calendar
	alone bool
}

func (q *quartzItem) read() error {
	switch {
	case q.peek() == '?':
		return q.fail(q.at, ReasonQuestion, nil)
	case q.peek() == '/' || q.take('*'):
		return q.addRange(q.field.low, q.field.high, true)
	case q.digitNext():
		return q.readNumber()
	case q.field.name == DayOfMonth && q.take('L'):
		return q.readLast()
	case q.field.name == DayOfWeek && string(q.item) == "L":
		if !q.alone {
			return q.notAlone()
		}
		q.at++
		q.add(q.field.high)
		return nil
	case q.letterNext() && q.field.names != nil:
		return q.readName()
	}
	return q.unexpected()
}

// addRange takes the range's step, if there is one, and adds the range. With a step of 0 it is its first value; where it
// is that of a wildcard, a step of 0 says nothing.
func (q *quartzItem) addRange(from, to int, wildcard bool) error {
	step, err := q.step(q.field.maxStep)
	if err != nil {
		return err
	}
	if step == 0 && !wildcard {
		to = from
	}
	size := q.field.high - q.field.low + 1
	count := (to-from+size)%size + 1
	for i := 0; i < count; i += min(max(step, 1), size) {
		q.add(q.field.low + (from-q.field.low+i)%size)
	}
	return nil
}

func (q *quartzItem) readNumber() error {
	begin := q.at
	n, err := q.number(ReasonCharacter)
	if err != nil {
		return err
	}
	if q.field.name == DayOfMonth && n <= q.field.high && q.take('W') {
		q.into.day.near |= 1 << n // also 0W, which never comes
		return nil
	}
	q.at = begin
	from, err := q.value(ReasonCharacter)
	if err != nil {
		return err
	}
	switch {
	case q.peek() == '/':
		return q.addRange(from, q.field.high, false)
	case !q.take('-'):
		return q.addValue(from)
	case q.field.names != nil && q.letterNext():
		return q.fail(q.at, ReasonMixed, nil)
	}
	to, err := q.value(ReasonRangeOpen)
	if err != nil {
		return err
	}
	if q.field.name == Year && to < from {
		return q.fail(begin, ReasonRangeFalls, map[string]string{"text": string(q.item[begin:q.at])})
	}
	return q.addRange(from, to, false)
}

// readName takes a name or a range of names. Quartz passes over a step after names, so it is refused.
func (q *quartzItem) readName() error {
	from, err := q.weekdayOrMonth()
	if err != nil {
		return err
	}
	to := from
	switch ranged := q.take('-'); {
	case ranged && q.digitNext():
		return q.fail(q.at, ReasonMixed, nil)
	case ranged && !q.letterNext():
		return q.fail(q.at, ReasonRangeOpen, nil)
	case ranged:
		if to, err = q.name(); err != nil {
			return err
		}
	case q.peek() != '/':
		return q.addValue(from)
	}
	if q.peek() == '/' {
		return q.fail(q.at, ReasonStepNames, nil)
	}
	return q.addRange(from, to, false)
}

// weekdayOrMonth takes a name. That of a day may be followed by the L of its last in the month.
func (q *quartzItem) weekdayOrMonth() (int, error) {
	if last := q.at + 3; q.field.name == DayOfWeek && last == len(q.item)-1 && q.item[last] == 'L' {
		if value, ok := q.field.value(string(q.item[q.at:last])); ok {
			q.at = last
			return value, nil
		}
	}
	return q.name()
}

// addValue adds one value; of a day of the week perhaps its last or nth in the month.
func (q *quartzItem) addValue(value int) error {
	q.add(value)
	nth := q.peek() == '#'
	if q.field.name != DayOfWeek || !nth && q.peek() != 'L' {
		return nil
	}
	if !q.alone {
		return q.notAlone()
	}
	q.at++
	if !nth {
		q.into.day.lastDOW = true
		return nil
	}
	begin := q.at
	n, err := q.number(ReasonNth)
	if err == nil && (n < 1 || n > 5) {
		err = q.fail(begin, ReasonNth, nil)
	}
	q.into.day.nth = n
	return err
}

// readLast takes what follows the L of days of the month: L, L-3, LW, L-3W.
func (q *quartzItem) readLast() error {
	offset := 0
	if q.take('-') {
		begin := q.at
		n, err := q.number(ReasonLastOffset)
		if err == nil && n > 30 {
			err = q.fail(begin, ReasonLastOffset, nil)
		}
		if err != nil {
			return err
		}
		offset = n
	}
	if q.take('W') {
		q.into.day.lastNear |= 1 << offset
	} else {
		q.into.day.last |= 1 << offset
	}
	return nil
}

func (q *quartzItem) notAlone() error {
	return q.fail(0, ReasonAlone, map[string]string{"text": string(q.item)})
}

// add selects a value of the field.
func (q *quartzItem) add(value int) {
	c := q.into
	switch q.field.name {
	case Seconds:
		c.second |= 1 << value
	case Minutes:
		c.minute |= 1 << value
	case Hours:
		c.hour |= 1 << value
	case DayOfMonth:
		c.day.dom |= 1 << value
	case Month:
		c.month |= 1 << value
	case DayOfWeek:
		c.day.dow |= 1 << (value - 1)
	case Year:
		c.year.add(value)
	}
}
