package storage

import (
	"encoding/binary"
	"fmt"
	"time"
)

// RunID names a run: 26 characters of lower-case Crockford base32, of which the first 10 are the milliseconds of its
// start, so that ids sort by time. It is a ULID in lower case: 48 bits of time, then 80 bits that tell runs of one
// millisecond apart.
type RunID string

// crockford leaves out i, l, o and u.
const crockford = "0123456789abcdefghjkmnpqrstvwxyz"

// maxMillis is the last millisecond that an id can name, in the year 10889.
const maxMillis = 1<<48 - 1

// NewRunID is the id of a run that starts at the given time; two runs differ by their entropy. Times that an id cannot
// name become the nearest it can.
func NewRunID(start time.Time, entropy [10]byte) RunID {
	var b [16]byte
	millis := uint64(min(max(start.UnixMilli(), 0), maxMillis))
	binary.BigEndian.PutUint64(b[:8], millis<<16)
	copy(b[6:], entropy[:])
	return RunIDFrom(b)
}

// RunIDFrom is the id whose [RunID.Binary] is b.
func RunIDFrom(b [16]byte) RunID {
	high, low := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	var text [26]byte
	for i := len(text) - 1; i >= 0; i-- {
		text[i] = crockford[low&31]
		low = low>>5 | high<<59
		high >>= 5
	}
	return RunID(text[:])
}

// Binary is the id as the 128-bit number that it spells, big-endian: it sorts as the text does.
func (id RunID) Binary() ([16]byte, error) {
	var b [16]byte
	if len(id) != 26 || id[0] > '7' {
		return b, fmt.Errorf("storage: %q is not a run id", string(id))
	}
	var high, low uint64
	for i := range len(id) {
		digit := crockfordDigit(id[i])
		if digit < 0 {
			return b, fmt.Errorf("storage: %q is not a run id", string(id))
		}
		high = high<<5 | low>>59
		low = low<<5 | uint64(digit)
	}
	binary.BigEndian.PutUint64(b[:8], high)
	binary.BigEndian.PutUint64(b[8:], low)
	return b, nil
}

// StartedAt is the time in the id, to the millisecond and in UTC; the zero time where the id is malformed.
func (id RunID) StartedAt() time.Time {
	b, err := id.Binary()
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:8]) >> 16)).UTC()
}

func crockfordDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c < 'a' || c > 'z' || c == 'i' || c == 'l' || c == 'o' || c == 'u':
		return -1
	}
	digit := int(c-'a') + 10
	for _, gap := range []byte("ilou") {
		if c > gap {
			digit--
		}
	}
	return digit
}
