// Package limit bounds the calls to one other side, of all flows together: how many at a time, how many in a time, and
// none for a while after too many failed.
//
// It must not know connections as documents, what a call sends, flows or nodes.
package limit

import (
	"errors"
	"regexp"
	"strconv"
	"time"
)

// Limits are what one connection allows. The zero value of each part sets no limit.
type Limits struct {
	Rate Rate
	// Concurrency is the number of calls at a time.
	Concurrency int
	Breaker     Breaker
	// Obey holds all later calls back for as long as a failure's details.retryAfter says, an hour at most: others than the
	// one that was refused would make it worse. It needs a Rate.
	Obey bool
}

// Rate is Count calls in the time Per, evenly: Per/Count apart, but for some that may go at once. In any stretch of the
// length Per there are at most Count and those.
type Rate struct {
	Count int
	Per   time.Duration
	// Burst is how many may go at once after a pause; 0 stands for the calls of one second.
	Burst int
}

// Breaker refuses calls for the time Open after too many failures: Failures in a row, or, with Within, that many within
// that time, whatever succeeded in between.
type Breaker struct {
	Failures     int
	Within, Open time.Duration
}

// RatePattern is the form of a rate, as a regular expression of JSON Schema.
const RatePattern = "^[1-9][0-9]{0,5}/[smh]$"

var rateForm = regexp.MustCompile(RatePattern)

// ParseRate reads a number of calls per second, minute or hour: 5/s, 20/m, 1000/h.
func ParseRate(text string) (Rate, error) {
	if !rateForm.MatchString(text) {
		return Rate{}, errors.New("must be a number of calls a second, minute or hour, such as 5/s, 20/m or 1000/h")
	}
	last := len(text) - 1
	// The form allows digits only, too few to overflow.
	count, _ := strconv.Atoi(text[:last-1])
	per := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}[text[last]]
	return Rate{Count: count, Per: per}, nil
}

// interval is the time from call to call, rounded up so that the rate holds.
func (r Rate) interval() time.Duration {
	count := time.Duration(r.Count)
	return (r.Per + count - 1) / count
}

// burst is the number of calls that may go at once, at least one.
func (r Rate) burst() time.Duration {
	if r.Burst > 0 {
		return time.Duration(r.Burst)
	}
	return max(1, time.Duration(r.Count)*time.Second/r.Per)
}

// meter tells when calls may go by a rate. It is the generic cell rate algorithm (ITU-T I.371, the virtual scheduling
// form), a token bucket that needs no tokens: due is when the next call would go if all went evenly.
type meter struct{ due time.Time }

// wait is the time from now until a call's turn, when so many others have theirs before it.
func (m *meter) wait(r Rate, now time.Time, before int) time.Duration {
	if r.Count == 0 {
		return 0
	}
	ahead := max(0, m.due.Sub(now))
	return max(0, ahead+(time.Duration(before)+1-r.burst())*r.interval())
}

// take uses a turn.
func (m *meter) take(r Rate, now time.Time) {
	if r.Count == 0 {
		return
	}
	if m.due.Before(now) {
		m.due = now
	}
	m.due = m.due.Add(r.interval())
}

// hold lets no call go for a time, and none at once after it.
func (m *meter) hold(r Rate, now time.Time, wait time.Duration) {
	if until := now.Add(wait + (r.burst()-1)*r.interval()); r.Count > 0 && until.After(m.due) {
		m.due = until
	}
}
