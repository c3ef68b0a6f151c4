// Package storage says what a driver may ask of a disk: an append-only journal of runs with a few indexes, and a small
// transactional key-value part for everything that changes in place.
//
// It deals in bytes and index keys. It must not know what an event, a flow or a node is; it imports the standard
// library only. It has no clock either: the time of a run is the time in its [RunID], and every other time comes in with
// a call, so that the same calls leave the same storage.
package storage

import (
	"errors"
	"time"
)

// Errors that every implementation returns (wrapped) for the cases below.
var (
	// ErrFull: the disk has no room. Nothing of the refused call was kept.
	ErrFull = errors.New("storage: no space left on the device")
	// ErrNotFound: there is no such run, definition or key.
	ErrNotFound = errors.New("storage: not found")
	// ErrConflict: the append does not continue the run's journal (two writers, or a stale one).
	ErrConflict = errors.New("storage: append does not continue the journal")
	// ErrDuplicate: the idempotency key of an append is taken; nothing of that append was kept.
	ErrDuplicate = errors.New("storage: idempotency key is taken")
	// ErrCorrupt: what was read cannot have been written by this implementation.
	ErrCorrupt = errors.New("storage: corrupt")
)

// Append is what one turn of one run adds to storage. It is kept whole or not at all.
type Append struct {
	Run RunID
	// Seq is the sequence number of the first of Events; a run's events are numbered from 1 without gaps.
	Seq    uint64
	Events [][]byte
	// Row replaces the run's row. The first append of a run has one, and at least one event.
	Row *Row
	// Live replaces what recovery needs to know of the run; nil leaves it. A run is live while its row has no end, so
	// it is removed by a Row that ends the run, and it is zero after one that opens the run again.
	Live *Live
	// Once claims an idempotency key for the run, in the same commit as its first event.
	Once *Once
}

// Row is what lists show of a run. Only the named fields are indexed; Data is the caller's. Times are kept to the
// nanosecond and come back in UTC; an empty Keys or Data comes back as nil.
type Row struct {
	// Flow stays the same over the life of a run; an append that changes it is refused with ErrConflict.
	Flow   string
	Status string
	// StartedAt lies in the millisecond that the run's id names.
	StartedAt time.Time
	// EndedAt is zero while the run lives.
	EndedAt time.Time
	// Keys are business keys: a run is found by any of them.
	Keys []Key
	Data []byte
}

// Key is one business key of a run, such as order_id = 6917…
type Key struct{ Name, Value string }

// Live is what recovery must know of a run that has not ended, without reading its journal.
type Live struct {
	// Busy: work is under way or owed; the run must be folded and resumed at start. A run that is not busy only waits.
	Busy bool
	// WakeAt is the run's earliest timer; zero where it has none.
	WakeAt time.Time
	// Data is the caller's: subscriptions and locks, say.
	Data []byte
}

// Once is an idempotency key in its scope (a flow and one of its triggers). It is held from the start of the run that
// claims it, as the run's id says it, for TTL; it outlives a run that Retain drops, but for one whose time was over at the
// time that Retain was given.
type Once struct {
	Scope, Key string
	TTL        time.Duration
}

// Listing selects runs; zero fields select all. Results come newest first, that is by falling id.
type Listing struct {
	Flow   string
	Status string
	Key    Key
	// From is the first StartedAt that is selected, To the first after it that is not.
	From, To time.Time
	// Before continues a listing: only runs with a smaller id.
	Before RunID
	Limit  int
}

// RunRow is a row with the id of its run.
type RunRow struct {
	Run RunID
	Row
}

// LiveRow is a live run as recovery finds it.
type LiveRow struct {
	Run RunID
	Row
	Live
}

// Journal keeps the events of runs. All methods are safe for concurrent use; Commit is called by one goroutine, the
// committer.
type Journal interface {
	// Commit makes the appends durable: on a nil error all of them are on disk. Appends that are refused on their own
	// (ErrConflict, ErrDuplicate) stand in the result under their position and do not harm the others; any other
	// failure is returned as the error, and then none was kept. Appends are taken in their order: a later one sees
	// what an earlier one of the same call did. Where a backend keeps runs apart, a failure that strikes only some of
	// them (ErrFull, ErrCorrupt) is a refusal of those.
	Commit(appends []Append) (refused map[int]error, err error)
	// Events calls yield with the run's events from sequence number from on, until it returns false. The bytes are
	// valid only during the call. ErrNotFound for an unknown run.
	Events(run RunID, from uint64, yield func(seq uint64, event []byte) bool) error
	// Row is the run's row.
	Row(run RunID) (Row, error)
	// Runs lists rows.
	Runs(l Listing) ([]RunRow, error)
	// Live calls yield with every live run, oldest first. It sees each run as it is when its turn comes.
	Live(yield func(LiveRow) bool) error
	// Claimed is the run that holds an idempotency key; ErrNotFound when none does or its time is over at now.
	Claimed(scope, key string, now time.Time) (RunID, error)
	// Retain drops whole slices of the journal whose runs all started before the given time. Runs for which keep is
	// true, and live ones in any case, are carried over to a younger slice first. It reports how many runs went. keep
	// must not call the storage.
	Retain(before time.Time, keep func(RunRow) bool) (dropped int, err error)
}

// Bucket names a part of the key-value store.
type Bucket string

// The buckets. Keys are the caller's; a bucket's keys sort by bytes.
const (
	Definitions Bucket = "definitions" // flow definitions by content hash
	Flows       Bucket = "flows"       // drafts and published versions
	Schedules   Bucket = "schedules"   // cron slots written down before their run
	Breakpoints Bucket = "breakpoints" // of flows; those of one run are events of the run
	Connections Bucket = "connections" // sealed
	Tables      Bucket = "tables"      // shared dictionaries
	Values      Bucket = "values"      // state.get and state.set
)

// Meta is the key-value part. All methods are safe for concurrent use.
type Meta interface {
	// View runs read against one consistent state.
	View(read func(Reader) error) error
	// Update runs write in one transaction: durable on nil, nothing kept on an error. It may run write more than once.
	Update(write func(Writer) error) error
}

// Reader reads within a transaction. Bytes it hands out are valid only until the transaction ends.
type Reader interface {
	// Get is nil when the key is absent.
	Get(b Bucket, key []byte) []byte
	// Scan calls yield for keys that start with prefix, in order, until it returns false. Within an Update, yield may
	// write: a key it deletes is not shown any more, one that it puts may or may not be.
	Scan(b Bucket, prefix []byte, yield func(key, value []byte) bool) error
}

// Writer reads and writes within a transaction.
type Writer interface {
	Reader
	Put(b Bucket, key, value []byte) error
	Delete(b Bucket, key []byte) error
}

// Store is a whole storage: what a driver is given.
type Store interface {
	Journal
	Meta
	// Backup writes a consistent copy into a directory that does not exist yet, also while others write.
	Backup(dir string) error
	// Close releases the storage. Calls after it fail.
	Close() error
}
