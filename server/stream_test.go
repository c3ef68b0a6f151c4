package server_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

// stream is an open stream of server-sent events.
type stream struct {
	t      *testing.T
	status int
	lines  *bufio.Scanner
	close  func()
}

type sent struct {
	id, event string
	data      core.Object
}

func follow(t *testing.T, address, path, last string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, "GET", address+path, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	response, err := client.Do(r) //nolint:bodyclose // the stream closes it
	require.NoError(t, err)
	s := &stream{t: t, status: response.StatusCode, lines: bufio.NewScanner(response.Body), close: func() {
		cancel()
		_ = response.Body.Close()
	}}
	t.Cleanup(s.close)
	if s.status == 200 {
		require.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))
	}
	return s
}

// next is the next event; ok is false at the end of the stream.
func (s *stream) next() (e sent, ok bool) {
	s.t.Helper()
	for s.lines.Scan() {
		name, text, _ := strings.Cut(s.lines.Text(), ": ")
		switch name {
		case "id":
			e.id = text
		case "event":
			e.event = text
		case "data":
			v, err := value.DecodeString(text)
			require.NoError(s.t, err)
			e.data = v.(core.Object)
		case "":
			if e.event != "" {
				return e, true
			}
		}
	}
	return e, false
}

// rest are all events up to the end of the stream.
func (s *stream) rest() (all []sent) {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			return all
		}
		all = append(all, e)
	}
}

func (e sent) String() string {
	if e.event == "step" {
		return fmt.Sprint(e.data["path"], " ", e.data["status"])
	}
	return fmt.Sprint(e.event, " ", e.data["status"])
}

func spellings(list []sent) (all []string) {
	for _, e := range list {
		all = append(all, e.String())
	}
	return all
}

// twoSteps awaits an event between two pure nodes.
const twoSteps = `{"sluice": 1, "id": "two", "nodes": [
  {"id": "before", "type": "set", "config": {"vars": {"v": "{{ trigger.body.order_id }}"}}},
  {"id": "paid", "type": "await", "config": {"events": [{"port": "paid", "event": "order.paid", "key": "k"}]}},
  {"id": "after", "type": "set", "config": {"vars": {"v": 2}}}],
  "edges": [{"from": "before", "to": "paid"}, {"from": "paid", "port": "paid", "to": "after"}]}`

func TestFollowingARun(t *testing.T) {
	t.Parallel()
	a := serve(t)
	address := listen(t, a)
	a.publish("two", twoSteps)
	id := a.call("POST", "/api/v1/flows/two/runs", `{"input": {"order_id": `+exact+`}}`).ok(201).str("id")
	path := "/api/v1/runs/" + id + "/events"

	live := follow(t, address, path, "")
	var seen []sent
	for len(seen) < 3 {
		e, ok := live.next()
		require.True(t, ok)
		seen = append(seen, e)
	}
	require.Equal(t, []string{"before succeeded", "paid waiting", "run waiting"}, spellings(seen))
	text, err := value.Encode(seen[0].data["input"])
	require.NoError(t, err)
	require.JSONEq(t, `{"order_id":`+exact+`}`, string(text))

	require.Equal(t, 1, a.call("POST", "/api/v1/signals", core.Object{"event": "order.paid", "key": "k"}).ok(200).at("woken"))
	seen = append(seen, live.rest()...)
	want := []string{"before succeeded", "paid waiting", "run waiting", "paid succeeded", "after succeeded", "run succeeded"}
	require.Equal(t, want, spellings(seen), "the end of the run ends the stream")
	require.Equal(t, seen[1].data["startedAt"], seen[3].data["startedAt"], "one activation began once")

	// Every message has the same id for whoever asks, whenever; so a stream goes on anywhere.
	all := follow(t, address, path, "").rest()
	require.Equal(t, seen, all)
	for i := range all[:len(all)-1] {
		require.Equal(t, all[i+1:], follow(t, address, path, all[i].id).rest(), "after %s", all[i].id)
	}
	require.Equal(t, 204, follow(t, address, path, all[len(all)-1].id).status, "nothing more will come: do not ask again")
	require.Equal(t, all, follow(t, address, path, "nonsense").rest())
	require.Equal(t, all[3:], follow(t, address, path+"?lastEventId="+all[2].id, "").rest())
}

func TestFollowingALongRun(t *testing.T) {
	t.Parallel()
	a := serve(t)
	address := listen(t, a)
	a.publish("each", `{"sluice": 1, "id": "each", "nodes": [{"id": "each", "type": "foreach", "config": {"items": "trigger.body"},
	  "body": {"nodes": [{"id": "pause", "type": "wait", "config": {"for": "1ms"}}]}}]}`)
	list := core.List{}
	for i := range 400 {
		list = append(list, i)
	}
	id := a.call("POST", "/api/v1/flows/each/runs", core.Object{"input": list}).ok(201).str("id")
	all := follow(t, address, "/api/v1/runs/"+id+"/events", "").rest()
	settled := map[core.Value]bool{}
	for _, e := range all {
		if e.event == "step" && e.data["status"] == "succeeded" {
			require.False(t, settled[e.data["path"]])
			settled[e.data["path"]] = true
		}
	}
	require.Len(t, settled, 401)
	require.Equal(t, "run succeeded", all[len(all)-1].String())
}

func TestFollowingAllRuns(t *testing.T) {
	t.Parallel()
	a := serve(t)
	address := listen(t, a)
	a.publish("echo", echo)
	a.run("echo", nil)

	live := follow(t, address, "/api/v1/events", "")
	// Only what happens from now on is told, and the server knows of us once it has answered.
	first := a.run("echo", core.Object{"order_id": 1}).str("id")
	e, ok := live.next()
	require.True(t, ok)
	require.Equal(t, "run", e.event)
	require.Equal(t, first, e.data["id"])
	require.Equal(t, "succeeded", e.data["status"])
	require.Equal(t, core.Object{"order_id": "1"}, e.data["keys"])
	live.close()

	second := a.run("echo", core.Object{"order_id": 2}).str("id")
	next, ok := follow(t, address, "/api/v1/events", e.id).next()
	require.True(t, ok)
	require.Equal(t, second, next.data["id"], "what happened meanwhile is not lost")

	for _, id := range []string{"another-7", "nonsense", strings.Split(e.id, "-")[0] + "-999999"} {
		e, ok := follow(t, address, "/api/v1/events", id).next()
		require.True(t, ok)
		require.Equal(t, "reset", e.event, id)
	}
}

func TestMissedChangesAreNotHidden(t *testing.T) {
	t.Parallel()
	a := serve(t)
	address := listen(t, a)
	a.publish("echo", echo)
	first := follow(t, address, "/api/v1/events", "")
	a.run("echo", nil)
	e, ok := first.next()
	require.True(t, ok)
	first.close()
	a.startMany("echo", 4_200)
	resumed := follow(t, address, "/api/v1/events", e.id)
	reset, ok := resumed.next()
	require.True(t, ok)
	require.Equal(t, "reset", reset.event)
	after, ok := resumed.next()
	require.True(t, ok)
	require.Equal(t, "run", after.event)
}
