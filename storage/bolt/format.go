package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"sluice/storage"
)

// format is the number of the layout that this file and slice.go describe. A file of another format is refused.
const format = 1

// The buckets of a slice. A run id stands in keys as 16 bytes, so that within a prefix keys sort by the start of runs.
var (
	bucketInfo     = []byte("info")     // about the file: format, claims
	bucketJournal  = []byte("journal")  // run id, sequence number (8 bytes) -> the events of one append
	bucketRows     = []byte("rows")     // flow, run id -> row; its own index by flow
	bucketStatuses = []byte("statuses") // status, run id -> flow; without commonStatus
	bucketKeys     = []byte("keys")     // name and value of a business key, run id -> flow
	bucketLive     = []byte("live")     // run id -> flow, live; only of runs that have not ended
	bucketClaims   = []byte("claims")   // hash of scope and key -> run id, end
)

// commonStatus has no index: most runs end in it, so that walking all runs finds those that did as fast.
const commonStatus = "succeeded"

// binaryID is a run id as storage.RunID.Binary spells it.
type binaryID = [16]byte

// millisOf is the start of a run.
func millisOf(id binaryID) int64 { return int64(binary.BigEndian.Uint64(id[:8]) >> 16) }

// firstOf is the smallest run id of a millisecond; times that an id cannot name become the nearest it can.
func firstOf(millis int64) binaryID {
	var id binaryID
	binary.BigEndian.PutUint64(id[:8], uint64(min(max(millis, 0), 1<<48-1))<<16)
	return id
}

// lastOf is the greatest run id of a millisecond.
func lastOf(millis int64) binaryID {
	id := firstOf(millis)
	for i := 6; i < len(id); i++ {
		id[i] = 0xff
	}
	return id
}

// predecessor is the next smaller run id; ok is false where there is none.
func predecessor(id binaryID) (_ binaryID, ok bool) {
	for i := len(id) - 1; i >= 0; i-- {
		id[i]--
		if id[i] != 0xff {
			return id, true
		}
	}
	return id, false
}

func journalKey(id binaryID, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 24), id[:]...), seq)
}

// term appends a string to a key such that no term is the beginning of another. A long one is represented by its hash.
func term(key []byte, s string) []byte {
	if len(s) < 0xff {
		return append(append(key, byte(len(s))), s...)
	}
	sum := sha256.Sum256([]byte(s))
	return append(append(key, 0xff), sum[:]...)
}

func indexKey(id binaryID, terms ...string) []byte {
	size := len(id)
	for _, s := range terms {
		size += min(len(s), sha256.Size*8) + 1
	}
	key := make([]byte, 0, size)
	for _, s := range terms {
		key = term(key, s)
	}
	return append(key, id[:]...)
}

func claimKey(o storage.Once) []byte {
	sum := sha256.Sum256(append(term(nil, o.Scope), o.Key...))
	return sum[:16]
}

// A claim is held by a run until a time in milliseconds.
type claim struct {
	run   binaryID
	until int64
}

// claimEnd is when a run that claims a key lets go of it; never too early.
func claimEnd(id binaryID, ttl time.Duration) int64 {
	return millisOf(id) + int64((ttl+time.Millisecond-1)/time.Millisecond)
}

func encodeClaim(c claim) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 24), c.run[:]...), uint64(c.until))
}

func decodeClaim(value []byte) (c claim, ok bool) {
	if len(value) != 24 {
		return c, false
	}
	copy(c.run[:], value)
	c.until = int64(binary.BigEndian.Uint64(value[16:]))
	return c, true
}

// appendEvents packs the events of one append. The first record of a run also says its flow.
func appendEvents(record []byte, seq uint64, flow string, events [][]byte) []byte {
	if seq == 1 {
		record = appendString(record, flow)
	}
	record = binary.AppendUvarint(record, uint64(len(events)))
	for _, event := range events {
		record = append(binary.AppendUvarint(record, uint64(len(event))), event...)
	}
	return record
}

// A record is what appendEvents packed, ready to read its events with d.bytes.
type record struct {
	id    binaryID
	seq   uint64 // of the first event
	count uint64
	flow  []byte // of the first record of a run, else nil
	d     decoder
}

func decodeRecord(key, value []byte) (r record, ok bool) {
	if len(key) != 24 {
		return r, false
	}
	copy(r.id[:], key)
	r.seq = binary.BigEndian.Uint64(key[16:])
	r.d = decoder{rest: value}
	if r.seq == 1 {
		r.flow = r.d.bytes()
	}
	r.count = r.d.uvarint()
	return r, !r.d.bad && r.count > 0
}

func (r record) last() uint64 { return r.seq + r.count - 1 }

func appendRow(b []byte, r *storage.Row) []byte {
	b = appendTime(appendTime(b, r.StartedAt), r.EndedAt)
	b = appendString(b, r.Status)
	b = binary.AppendUvarint(b, uint64(len(r.Keys)))
	for _, k := range r.Keys {
		b = appendString(appendString(b, k.Name), k.Value)
	}
	return append(b, r.Data...)
}

func decodeRow(flow string, value []byte) (r storage.Row, ok bool) {
	d := decoder{rest: value}
	r = storage.Row{Flow: flow, StartedAt: d.time(), EndedAt: d.time(), Status: string(d.bytes())}
	for range d.uvarint() {
		if d.bad {
			break
		}
		r.Keys = append(r.Keys, storage.Key{Name: string(d.bytes()), Value: string(d.bytes())})
	}
	r.Data = d.remainder()
	return r, !d.bad
}

func encodeLive(flow string, l *storage.Live) []byte {
	b := make([]byte, 0, len(flow)+len(l.Data)+2*binary.MaxVarintLen64)
	b = appendString(b, flow)
	busy := byte(0)
	if l.Busy {
		busy = 1
	}
	b = appendTime(append(b, busy), l.WakeAt)
	return append(b, l.Data...)
}

func decodeLive(value []byte) (flow string, l storage.Live, ok bool) {
	d := decoder{rest: value}
	flow = string(d.bytes())
	l.Busy = d.uvarint() == 1
	l.WakeAt = d.time()
	l.Data = d.remainder()
	return flow, l, !d.bad
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// zeroTime stands for the zero time.Time, which has no defined UnixNano.
const zeroTime = math.MinInt64

func appendTime(b []byte, t time.Time) []byte {
	nanos := int64(zeroTime)
	if !t.IsZero() {
		nanos = t.UnixNano()
	}
	return binary.AppendVarint(b, nanos)
}

// A decoder takes values off the front of rest. Once something is wrong it is bad and gives zero values.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.rest)
	return take(d, v, n)
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.rest)) {
		d.bad = true
		return nil
	}
	b := d.rest[:n:n]
	d.rest = d.rest[n:]
	return b
}

// remainder copies what is left; it is nil where that is nothing.
func (d *decoder) remainder() []byte {
	if len(d.rest) == 0 {
		return nil
	}
	return bytes.Clone(d.rest)
}

func (d *decoder) time() time.Time {
	v, n := binary.Varint(d.rest)
	if v = take(d, v, n); d.bad || v == zeroTime {
		return time.Time{}
	}
	return time.Unix(0, v).UTC()
}

func take[T int64 | uint64](d *decoder, v T, n int) T {
	if n <= 0 || d.bad {
		d.bad = true
		return 0
	}
	d.rest = d.rest[n:]
	return v
}
