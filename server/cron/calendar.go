package cron

import (
	"math/bits"
	"time"
)

// The years that calendars know: those of Quartz.
const (
	firstYear = 1970
	lastYear  = 2199
)

const daySeconds = 24 * 60 * 60

// calendar is the wall-clock times that an expression selects, whatever its zone. Sets have bit n for the value n.
type calendar struct {
	second, minute, hour uint64
	month                uint64
	year                 yearSet
	day                  dayRule
	// repeats is set where hours or minutes say an interval: it decides what a change of the clocks means.
	repeats bool
}

// yearSet has bit n for the year firstYear+n.
type yearSet [(lastYear - firstYear + 64) / 64]uint64

func (y *yearSet) add(year int) { y[(year-firstYear)/64] |= 1 << ((year - firstYear) % 64) }

func (y *yearSet) has(year int) bool {
	return year >= firstYear && year <= lastYear && y[(year-firstYear)/64]&(1<<((year-firstYear)%64)) != 0
}

// allYears are the years of an expression that does not say any.
func allYears() yearSet {
	var y yearSet
	for year := firstYear; year <= lastYear; year++ {
		y.add(year)
	}
	return y
}

// dayRule selects days of a month.
type dayRule struct {
	// dom are days 1 to 31; last are days before the last day of the month, bit 0 being that day itself.
	dom, last uint64
	// near and lastNear are such days, of which the nearest weekday (Monday to Friday) of the same month is meant.
	near, lastNear uint64
	// dow are days of the week, bit 0 being Sunday.
	dow uint64
	// nth, from 1 to 5, takes only the nth of the day of the week; lastDOW only the last.
	nth     int
	lastDOW bool
	// either takes a day that one of the two fields selects, else both must. A field that leaves the choice to the other
	// selects all days.
	either bool
}

const (
	allDays     = 1<<32 - 2
	allWeekdays = 1<<7 - 1
)

// in are the days of a month, as bits 1 to 31: first is the weekday of its first day, length its last day.
func (d *dayRule) in(first time.Weekday, length int) uint64 {
	month := uint64(1)<<(length+1) - 2
	weekdays, days := d.weekdays(first, length), d.monthDays(first, length)
	if d.either {
		return (weekdays | days) & month
	}
	return weekdays & days & month
}

func (d *dayRule) weekdays(first time.Weekday, length int) uint64 {
	// Bit n of week is the weekday of day n+1.
	week := (d.dow>>uint(first) | d.dow<<(7-uint(first))) & allWeekdays
	days := (week | week<<7 | week<<14 | week<<21 | week<<28) << 1
	switch {
	case d.nth > 0:
		days &= allWeekdays << (1 + 7*(d.nth-1))
	case d.lastDOW:
		days &= allWeekdays << (length - 6)
	}
	return days
}

func (d *dayRule) monthDays(first time.Weekday, length int) uint64 {
	days := d.dom
	for rest := d.last; rest != 0; rest &= rest - 1 {
		if day := length - bits.TrailingZeros64(rest); day > 0 {
			days |= 1 << day
		}
	}
	for rest := d.near; rest != 0; rest &= rest - 1 {
		days |= nearest(bits.TrailingZeros64(rest), first, length)
	}
	for rest := d.lastNear; rest != 0; rest &= rest - 1 {
		days |= nearest(length-bits.TrailingZeros64(rest), first, length)
	}
	return days
}

// nearest is the bit of the weekday nearest to a day, in the same month; none where the month does not have the day.
func nearest(day int, first time.Weekday, length int) uint64 {
	if day < 1 || day > length {
		return 0
	}
	switch time.Weekday((int(first) + day - 1) % 7) {
	case time.Saturday:
		if day == 1 {
			day = 3
		} else {
			day--
		}
	case time.Sunday:
		if day == length {
			day -= 2
		} else {
			day++
		}
	}
	return 1 << day
}

// next is the first selected wall-clock time at or after another. Both count seconds as if the zone were UTC.
func (c *calendar) next(wall int64) (int64, bool) {
	wall = max(wall, 0)
	date := time.Unix(wall, 0).UTC()
	year, month, day := date.Date()
	midnight := wall - wall%daySeconds
	if days := c.daysIn(year, month); days&(1<<day) != 0 {
		if s, ok := c.clockFrom(int(wall % daySeconds)); ok {
			return midnight + int64(s), true
		}
	}
	clock, ok := c.clockFrom(0)
	if !ok {
		return 0, false
	}
	rest := uint64(1)<<(day+1) - 1 // days up to today
	for ; year <= lastYear; month, rest = month+1, 0 {
		if month > time.December {
			year, month = year+1, time.January
		}
		if days := c.daysIn(year, month) &^ rest; days != 0 {
			d := time.Date(year, month, bits.TrailingZeros64(days), 0, 0, 0, 0, time.UTC)
			return d.Unix() + int64(clock), true
		}
	}
	return 0, false
}

// daysIn are the selected days of a month.
func (c *calendar) daysIn(year int, month time.Month) uint64 {
	if c.month&(1<<month) == 0 || !c.year.has(year) {
		return 0
	}
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	return c.day.in(first.Weekday(), lengthOf(year, month))
}

func lengthOf(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

// clockFrom is the first selected second of a day at or after another.
func (c *calendar) clockFrom(from int) (int, bool) {
	h, m, s := from/3600, from/60%60, from%60
	if c.hour&(1<<h) != 0 {
		if c.minute&(1<<m) != 0 {
			if second, ok := atLeast(c.second, s); ok {
				return h*3600 + m*60 + second, true
			}
		}
		if minute, ok := atLeast(c.minute, m+1); ok {
			return h*3600 + minute*60 + bits.TrailingZeros64(c.second), true
		}
	}
	if hour, ok := atLeast(c.hour, h+1); ok {
		return hour*3600 + bits.TrailingZeros64(c.minute)*60 + bits.TrailingZeros64(c.second), true
	}
	return 0, false
}

// atLeast is the first value of a set that is not below another.
func atLeast(set uint64, from int) (int, bool) {
	set &= ^uint64(0) << from
	return bits.TrailingZeros64(set), set != 0
}
