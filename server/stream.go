package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

const (
	// maxStreams bounds the live streams of one server.
	maxStreams = 512
	// heartbeat keeps proxies from closing a quiet stream, and finds clients that are gone.
	heartbeat = 15 * time.Second
	// writeWithin is how long a client may take to read what it is sent.
	writeWithin = 30 * time.Second
)

// streams are the live streams at work.
type streams struct {
	mu   sync.Mutex
	open int
	// drained is closed when streams have to end.
	drained chan struct{}
}

func (s *streams) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open >= maxStreams {
		return refuse("api.too_many_streams")
	}
	s.open++
	return nil
}

func (s *streams) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

// source gives a stream its messages.
type source interface {
	// pull lists some of what is new.
	pull() (list []message, then state, err error)
}

// state is how a source goes on.
type state uint8

const (
	// wait: there is nothing more until there is a wake.
	wait state = iota
	// more can be pulled at once.
	more
	// over: nothing more will come.
	over
)

// serve answers with server-sent events: all that is there, then whatever wake announces, until the source is over, the
// client is gone or the server drains.
func (s *Server) serve(q *request, from source, wake <-chan struct{}, stop func()) error {
	q.Set(fiber.HeaderContentType, "text/event-stream")
	q.Set(fiber.HeaderCacheControl, "no-store")
	// Proxies that buffer would hold events back.
	q.Set("X-Accel-Buffering", "no")
	if q.Method() == fiber.MethodHead {
		stop()
		return nil
	}
	if err := s.streams.enter(); err != nil {
		stop()
		return err
	}
	log := s.o.Log.With("request", q.id)
	conn := q.Context().Conn()
	q.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer s.streams.leave()
		defer stop()
		// A connection that cannot be bounded is closed already, and the first flush says so.
		defer func() { _ = conn.SetWriteDeadline(time.Time{}) }()
		flush := func() error {
			_ = conn.SetWriteDeadline(time.Now().Add(writeWithin))
			return w.Flush()
		}
		if err := s.pump(w, flush, from, wake); err != nil {
			log.Error("a stream broke off", "error", s.o.Connections.MaskText(err.Error()))
		}
	})
	return nil
}

// pump writes a stream. A client that is gone is no error.
func (s *Server) pump(w io.Writer, flush func() error, from source, wake <-chan struct{}) error {
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if _, err := fmt.Fprint(w, "retry: 2000\n\n"); err != nil {
		return nil
	}
	for {
		list, then, err := from.pull()
		if err != nil {
			return err
		}
		for i := range list {
			if err := list[i].write(w); err != nil {
				return err
			}
		}
		if flush() != nil || then == over {
			return nil
		}
		if then == more {
			continue
		}
		select {
		case <-wake:
		case <-beat.C:
			if _, err := fmt.Fprint(w, ": still here\n\n"); err != nil {
				return nil
			}
		case <-s.streams.drained:
			return nil
		}
	}
}

// write writes the message. JSON has no line breaks, so that data is one line.
func (m *message) write(w io.Writer) error {
	data, err := value.Encode(m.data)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if m.id != "" {
		fmt.Fprintf(&b, "id: %s\n", m.id)
	}
	fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", m.event, data)
	// What cannot be written shows at the next flush.
	_, _ = w.Write(b.Bytes())
	return nil
}

// tailSource streams one run from a mark on.
type tailSource struct {
	tail *tail
	at   mark
}

func (s *tailSource) pull() ([]message, state, error) {
	list, full, err := s.tail.next(s.at)
	switch {
	case err != nil:
		return nil, over, err
	case full:
		return list, more, nil
	case s.tail.over():
		return list, over, nil
	}
	return list, wait, nil
}

// runEvents streams a run. Its end ends the stream; whoever asks again after that is told with 204 not to.
func (s *Server) runEvents(q *request) error {
	id := storage.RunID(q.Params("id"))
	if _, err := s.runs.row(id); err != nil {
		return err
	}
	from := &tailSource{tail: newTail(s.runs, id), at: parseMark(lastEventID(q))}
	wake, stop := s.o.Store.watch(id)
	// Whether a client that comes back has seen all is known after a look only.
	first := begun{rest: from, then: more}
	for from.at != (mark{}) && first.then == more && len(first.list) == 0 {
		var err error
		if first.list, first.then, err = from.pull(); err != nil {
			stop()
			return err
		}
	}
	if first.then == over && len(first.list) == 0 {
		stop()
		return q.SendStatus(fiber.StatusNoContent)
	}
	return s.serve(q, &first, wake, stop)
}

// begun is a source of which something may have been pulled already.
type begun struct {
	list []message
	then state
	rest source
}

func (b *begun) pull() ([]message, state, error) {
	if b.list == nil {
		return b.rest.pull()
	}
	list := b.list
	b.list = nil
	return list, b.then, nil
}

// lastEventID is where a client left off: the header of those that reconnect by themselves, or a parameter.
func lastEventID(q *request) string {
	if id := q.Get("Last-Event-ID"); id != "" {
		return id
	}
	return q.Query("lastEventId")
}

// changesSource streams the runs that started, changed their status or ended.
type changesSource struct {
	store *Observed
	runs  *runs
	at    uint64
	// missed: what the client saw last is not in the log any more.
	missed bool
}

func (s *changesSource) pull() ([]message, state, error) {
	changes, last, complete := s.store.after(s.at)
	var list []message
	if s.missed || !complete {
		// Whoever shows a list has to read it again.
		s.missed = false
		list = append(list, message{id: s.id(last - uint64(len(changes))), event: "reset", data: core.Object{}})
	}
	for i := range changes {
		list = append(list, message{
			id: s.id(last - uint64(len(changes)-1-i)), event: "run", data: s.runs.masked(summary(changes[i].run, &changes[i].row)),
		})
	}
	s.at = last
	return list, wait, nil
}

func (s *changesSource) id(n uint64) string { return s.store.epoch + "-" + strconv.FormatUint(n, 10) }

// events streams changes of all runs, from now on or from where a client left off.
func (s *Server) events(q *request) error {
	from := &changesSource{store: s.o.Store, runs: s.runs}
	_, from.at, _ = s.o.Store.after(0)
	if id := lastEventID(q); id != "" {
		epoch, number, _ := strings.Cut(id, "-")
		n, err := strconv.ParseUint(number, 10, 64)
		if err != nil || epoch != s.o.Store.epoch || n > from.at {
			from.missed = true
		} else {
			from.at = n
		}
	}
	wake, stop := s.o.Store.watch("")
	return s.serve(q, from, wake, stop)
}
