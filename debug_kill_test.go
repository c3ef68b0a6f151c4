package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

// peer is a system that runs write to. It does what it is asked once for each idempotency key.
type peer struct {
	*httptest.Server
	mu sync.Mutex
	// keys are the idempotency keys that came with a request, by what was asked.
	keys map[string]map[string]int
	// refused are operations that it does not do.
	refused map[string]bool
	// cut is an operation that it does, once, without ever answering; then cutting is closed.
	cut     string
	cutting chan struct{}
}

func newPeer(t *testing.T) *peer {
	p := &peer{keys: map[string]map[string]int{}, refused: map[string]bool{}, cutting: make(chan struct{})}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// ServeHTTP implements http.Handler.
func (p *peer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	op := r.URL.Path[1:]
	p.mu.Lock()
	refused, cut := p.refused[op], p.cut == op
	if !refused {
		what := op + " " + string(body)
		if p.keys[what] == nil {
			p.keys[what] = map[string]int{}
		}
		p.keys[what][r.Header.Get("Idempotency-Key")]++
	}
	if cut {
		p.cut = ""
	}
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case cut:
		close(p.cutting)
		<-r.Context().Done()
	case refused:
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		_, _ = fmt.Fprintf(w, `{"op": %q, "did": %s}`, op, body)
	}
}

func (p *peer) refuse(op string, yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refused[op] = yes
}

// requireWrites holds what was asked against what is wanted: how many requests, all with one idempotency key of their own.
func (p *peer) requireWrites(t *testing.T, want map[string]int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	got, seen := map[string]int{}, map[string]string{}
	for what, keys := range p.keys {
		for key, n := range keys {
			require.NotContains(t, seen, key, "two writes share a key")
			seen[key] = what
			got[what] += n
		}
		require.Len(t, keys, 1, "%s was written under several keys", what)
	}
	require.Equal(t, want, got)
}

// debugDesk is somebody who looks into runs of a real process over HTTP. With kills the process dies by kill -9 after every
// call that changes something.
type debugDesk struct {
	*process
	t     *testing.T
	peer  *peer
	kills bool
}

func newDebugDesk(t *testing.T, kills bool) *debugDesk {
	d := &debugDesk{process: newProcess(t), t: t, peer: newPeer(t), kills: kills}
	d.start(t)
	d.publish("parcel", parcelFlow)
	d.publish("order", orderFlow)
	return d
}

// Both flows write at the peer, whose address stands for PEER.
const (
	parcelFlow = `{"sluice": 1, "id": "parcel", "nodes": [
	  {"id": "label", "type": "http.request", "config": {"method": "POST", "url": "PEER/label", "body": {"order": "{{ trigger.body.order }}"}}},
	  {"id": "said", "type": "map", "config": {"fields": [{"to": "label", "value": "{{ nodes.label.body.did.order }}"}]}}],
	  "edges": [{"from": "label", "to": "said"}]}`
	orderFlow = `{"sluice": 1, "id": "order", "vars": {"rate": 2}, "nodes": [
	  {"id": "charge", "type": "http.request", "config": {"method": "POST", "url": "PEER/charge",
	    "body": {"order": "{{ trigger.body.order }}", "amount": "{{ trigger.body.amount }}"}}},
	  {"id": "each", "type": "foreach", "config": {"items": "trigger.body.lines"}, "body": {"nodes": [
	    {"id": "pack", "type": "http.request", "config": {"method": "POST", "url": "PEER/pack", "body": {"sku": "{{ item }}"}}},
	    {"id": "weigh", "type": "map", "config": {"fields": [{"to": "grams", "value": "{{ len(item) * vars.rate }}"}]}}],
	    "edges": [{"from": "pack", "to": "weigh"}]}},
	  {"id": "ship", "type": "subflow", "config": {"flow": "parcel", "input": {"order": "{{ trigger.body.order }}"}}},
	  {"id": "sum", "type": "map", "config": {"fields": [
	    {"to": "grams", "value": "{{ sum(map(nodes.each, .grams)) }}"}, {"to": "label", "value": "{{ nodes.ship.label }}"},
	    {"to": "paid", "value": "{{ nodes.charge.body.did.amount }}"}]}}],
	  "edges": [{"from": "charge", "to": "each"}, {"from": "each", "to": "ship"}, {"from": "ship", "to": "sum"}]}`
	anOrder     = `{"order": "6917529027641081857", "amount": 38970, "lines": ["A", "BB"]}`
	orderOutput = `{"grams": 6, "label": "6917529027641081857", "paid": 38970}`
)

func orderWrites() map[string]int {
	return map[string]int{
		`charge {"amount":38970,"order":"6917529027641081857"}`: 1, `pack {"sku":"A"}`: 1, `pack {"sku":"BB"}`: 1,
		`label {"order":"6917529027641081857"}`: 1,
	}
}

// call makes a call and gives the answer; it is the test's end where the status is another.
func (d *debugDesk) call(method, path, body string, status int) core.Object {
	d.t.Helper()
	r, err := http.NewRequestWithContext(d.t.Context(), method, d.url+"/api/v1/"+path, strings.NewReader(body))
	require.NoError(d.t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer token-of-the-tests")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(d.t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(d.t, err)
	require.NoError(d.t, answer.Body.Close())
	require.Equal(d.t, status, answer.StatusCode, "%s %s: %s", method, path, text)
	if len(text) == 0 {
		return nil
	}
	return jsonOf(d.t, string(text)).(core.Object)
}

func jsonOf(t *testing.T, text string) core.Value {
	t.Helper()
	v, err := value.DecodeString(text)
	require.NoError(t, err, text)
	return v
}

func (d *debugDesk) get(path string) core.Object {
	d.t.Helper()
	return d.call(http.MethodGet, path, "", http.StatusOK)
}

// post does something; then the process dies, if it is to.
func (d *debugDesk) post(path, body string, status int) core.Object {
	d.t.Helper()
	answer := d.call(http.MethodPost, path, body, status)
	d.die()
	return answer
}

func (d *debugDesk) die() {
	d.t.Helper()
	if d.kills {
		d.stop(d.t, syscall.SIGKILL)
		d.start(d.t)
	}
}

func (d *debugDesk) publish(id, document string) {
	d.t.Helper()
	d.put(d.t, "flows/"+id+"?publish=true", strings.ReplaceAll(document, "PEER", d.peer.URL))
}

// begin starts a run of the order and waits until it rests; more are further members of the body.
func (d *debugDesk) begin(more string) core.Object {
	d.t.Helper()
	return d.post("flows/order/runs", `{"wait": "20s", "input": `+anOrder+more+`}`, http.StatusCreated)
}

// resume lets a run go on, waits until it rests, and says where it stands then: the path, or how it ended.
func (d *debugDesk) resume(id, body string) string {
	d.t.Helper()
	run := d.post("runs/"+id+"/resume", `{"wait": "20s"`+body+`}`, http.StatusOK)
	if run["pausedAt"] == nil {
		return run["status"].(string)
	}
	stop := run["stop"].(core.Object)
	return stop["on"].(string) + " " + stop["path"].(string)
}

// child is the one run that a run has started.
func (d *debugDesk) child(id string) core.Object {
	d.t.Helper()
	items := d.get("runs?parent=" + id)["items"].(core.List)
	require.Len(d.t, items, 1)
	return items[0].(core.Object)
}

func (d *debugDesk) requireEnd(id, status, output string) {
	d.t.Helper()
	run := d.get("runs/" + id)
	require.Equal(d.t, status, run["status"], run["error"])
	if output != "" {
		require.Equal(d.t, jsonOf(d.t, output), run["output"])
	}
}

// TestStepThroughAnyRunWhateverIsKilled goes through all that can be done to a run, over HTTP, once as it is and once with a
// process that is killed between any two steps. Runs end alike, and every write is done once.
func TestStepThroughAnyRunWhateverIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short mode: starts and kills processes")
	}
	t.Parallel()
	for name, scenario := range map[string]func(*debugDesk){
		"breakpoints, into a body and a subflow": stepEverywhere, "patched and skipped": patchAndSkip, "stopped on an error": stopOnError,
		"rewound": rewind, "forked": fork, "retried": retry, "retried with the newest version": retryLatest, "a subflow failed": retrySubflow, "a subflow's run retried first": retryChildFirst,
		"retried in bulk": retryBulk, "replayed": replay, "saved as a test": saveAsTest, "outcome unknown": judgeUnknown,
	} {
		for _, kills := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/kills=%t", name, kills), func(t *testing.T) {
				t.Parallel()
				d := newDebugDesk(t, kills)
				scenario(d)
				d.stop(t, syscall.SIGTERM)
			})
		}
	}
}

func stepEverywhere(d *debugDesk) {
	d.call(http.MethodPut, "flows/order/breakpoints", `[{"node": "charge", "on": "after"}, {"node": "pack", "when": "item == \"BB\""}]`, http.StatusOK)
	d.die()
	run := d.begin(`, "breakpoints": [{"node": "sum"}]`)
	id := run["id"].(string)
	require.Equal(d.t, "charge", run["pausedAt"])
	require.Equal(d.t, "before each", d.resume(id, `, "mode": "over"`))
	require.Equal(d.t, "before each[0].pack", d.resume(id, `, "mode": "into"`))
	require.Equal(d.t, "before each[0].weigh", d.resume(id, `, "mode": "over"`))
	require.Equal(d.t, "before each[1].pack", d.resume(id, `, "mode": "out"`), "the breakpoint comes before the end of the body")
	require.Equal(d.t, "BB", d.get("runs/" + id + "/scope")["item"])
	require.Equal(d.t, "before ship", d.resume(id, `, "mode": "out"`))
	d.post("runs/"+id+"/resume", `{"mode": "into", "wait": "20s"}`, http.StatusOK)
	child := d.child(id)["id"].(string)
	require.Equal(d.t, "label", d.get("runs/" + child)["pausedAt"])
	require.Equal(d.t, "before said", d.resume(child, `, "mode": "to", "to": "said"`))
	require.Equal(d.t, "succeeded", d.resume(child, ""))
	d.requireRests(id, "sum")
	require.Equal(d.t, "succeeded", d.resume(id, ""))
	d.requireEnd(id, "succeeded", orderOutput)
	d.peer.requireWrites(d.t, orderWrites())
}

// requireRests waits until a run stands at a path.
func (d *debugDesk) requireRests(id, path string) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return d.get("runs/" + id)["pausedAt"] == path }, waitLong, tick)
}

func patchAndSkip(d *debugDesk) {
	id := d.begin(`, "breakpoints": [{"node": "charge"}, {"node": "each"}, {"node": "ship"}, {"node": "sum"}]`)["id"].(string)
	require.Equal(d.t, "before each", d.resume(id, `, "skip": {"output": {"body": {"did": {"amount": 1}}}}`))
	require.Equal(d.t, "before ship", d.resume(id, `, "patch": {"vars": {"rate": 10}}`))
	d.call(http.MethodPost, "runs/"+id+"/resume", `{"patch": {"outputs": {"sum": 1}}}`, http.StatusConflict)
	require.Equal(d.t, "before sum", d.resume(id, `, "patch": {"outputs": {"each": [{"grams": 7}]}}`))
	require.Equal(d.t, "succeeded", d.resume(id, ""))
	d.requireEnd(id, "succeeded", `{"grams": 7, "label": "6917529027641081857", "paid": 1}`)
	steps := d.steps(id, "")
	require.Equal(d.t, "skip", steps["charge"].(core.Object)["forced"])
	require.Equal(d.t, "patch", steps["each"].(core.Object)["forced"])
	want := orderWrites()
	delete(want, `charge {"amount":38970,"order":"6917529027641081857"}`)
	d.peer.requireWrites(d.t, want)
}

// steps are the steps of a run by their path.
func (d *debugDesk) steps(id, query string) core.Object {
	d.t.Helper()
	by := core.Object{}
	for _, v := range d.get("runs/" + id + "/steps" + query)["items"].(core.List) {
		step := v.(core.Object)
		// What is under way goes on taking time.
		delete(step, "durationMs")
		by[step["path"].(string)] = step
	}
	return by
}

func stopOnError(d *debugDesk) {
	d.peer.refuse("pack", true)
	id := d.begin(`, "breakpoints": [{"node": "pack", "on": "error", "when": "error.status == 422"}, {"node": "label", "on": "error", "flow": "parcel"}]`)["id"].(string)
	require.Equal(d.t, "each[0].pack", d.get("runs/" + id)["pausedAt"])
	require.Equal(d.t, "error each[0].pack", d.resume(id, `, "again": true`))
	d.peer.refuse("pack", false)
	d.peer.refuse("label", true)
	d.post("runs/"+id+"/resume", `{"again": true, "wait": "20s"}`, http.StatusOK)
	child := d.child(id)["id"].(string)
	require.Equal(d.t, "label", d.get("runs/" + child)["pausedAt"], "breakpoints travel to child runs")
	require.Equal(d.t, "succeeded", d.resume(child, `, "skip": {"output": {"body": {"did": {"order": "by hand"}}}}`))
	require.Eventually(d.t, func() bool { return d.get("runs/" + id)["status"] == "succeeded" }, waitLong, tick)
	d.requireEnd(id, "succeeded", `{"grams": 6, "label": "by hand", "paid": 38970}`)
	want := orderWrites()
	delete(want, `label {"order":"6917529027641081857"}`)
	d.peer.requireWrites(d.t, want)
}

// rewind holds what is seen of the past against what was seen then.
func rewind(d *debugDesk) {
	run := d.begin(`, "breakpoints": [{"node": "charge"}, {"node": "each"}, {"node": "weigh"}, {"node": "ship"}, {"node": "sum"}]`)
	id := run["id"].(string)
	type sight struct{ steps, scope core.Object }
	then := map[string]sight{}
	for stands := ""; stands != "succeeded"; stands = d.resume(id, "") {
		n := fmt.Sprint(d.get("runs/" + id)["events"])
		then[n] = sight{d.steps(id, ""), d.get("runs/" + id + "/scope")}
	}
	require.Len(d.t, then, 6)
	d.requireEnd(id, "succeeded", orderOutput)
	for n, was := range then {
		require.Equal(d.t, was.steps, d.steps(id, "?at="+n), "steps after %s events", n)
		require.Equal(d.t, was.scope, d.get("runs/"+id+"/scope?at="+n), "scope after %s events", n)
		state := d.get("runs/" + id + "/state?at=" + n)
		require.Equal(d.t, n, fmt.Sprint(state["seq"]))
		require.Equal(d.t, was.scope["path"], state["stop"].(core.Object)["path"])
	}
	d.peer.requireWrites(d.t, orderWrites())
}

func fork(d *debugDesk) {
	id := d.begin("")["id"].(string)
	d.requireEnd(id, "succeeded", orderOutput)
	copied := d.post("runs/"+id+"/fork", `{"at": "sum", "patch": {"outputs": {"ship": {"label": "other"}}}, "wait": "20s"}`, http.StatusCreated)
	require.Equal(d.t, jsonOf(d.t, `{"grams": 6, "label": "other", "paid": 38970}`), copied["output"])
	again := d.post("runs/"+copied["id"].(string)+"/fork", `{"at": "sum", "stop": true, "wait": "20s"}`, http.StatusCreated)
	require.Equal(d.t, "sum", again["pausedAt"])
	require.Equal(d.t, "succeeded", d.resume(again["id"].(string), ""))
	d.requireEnd(again["id"].(string), "succeeded", `{"grams": 6, "label": "other", "paid": 38970}`)
	d.peer.requireWrites(d.t, orderWrites())

	other := d.post("runs/"+id+"/fork",
		`{"at": "each", "input": {"order": "2", "amount": 1, "lines": ["CCC"]}, "breakpoints": [{"node": "ship"}], "wait": "20s"}`, http.StatusCreated)
	require.Equal(d.t, "ship", other["pausedAt"])
	require.Equal(d.t, "succeeded", d.resume(other["id"].(string), ""))
	d.requireEnd(other["id"].(string), "succeeded", `{"grams": 6, "label": "2", "paid": 38970}`)
	want := orderWrites()
	want[`pack {"sku":"CCC"}`], want[`label {"order":"2"}`] = 1, 1
	d.peer.requireWrites(d.t, want)
}

func retry(d *debugDesk) {
	d.peer.refuse("pack", true)
	id := d.begin("")["id"].(string)
	d.requireEnd(id, "failed", "")
	run := d.post("runs/"+id+"/retry", `{"wait": "20s"}`, http.StatusOK)
	require.Equal(d.t, "failed", run["status"])
	run = d.post("runs/"+id+"/retry", `{"stop": true, "wait": "20s"}`, http.StatusOK)
	require.Equal(d.t, "each[0].pack", run["pausedAt"])
	d.peer.refuse("pack", false)
	require.Equal(d.t, "succeeded", d.resume(id, `, "again": true`))
	d.requireEnd(id, "succeeded", orderOutput)
	d.call(http.MethodPost, "runs/"+id+"/retry", "", http.StatusConflict)
	d.peer.requireWrites(d.t, orderWrites())
}

func retryLatest(d *debugDesk) {
	d.publish("order", strings.Replace(orderFlow, "nodes.ship.label", "int(nodes.ship.label + 'x')", 1))
	id := d.begin("")["id"].(string)
	d.requireEnd(id, "failed", "")
	d.publish("order", orderFlow)
	d.die()
	run := d.post("runs/"+id+"/retry", `{"latest": true, "wait": "20s"}`, http.StatusOK)
	require.Equal(d.t, "succeeded", run["status"])
	d.requireEnd(id, "succeeded", orderOutput)
	d.peer.requireWrites(d.t, orderWrites())
}

// retrySubflow: the child wrote before it failed, and what it wrote stands.
func retrySubflow(d *debugDesk) {
	d.publish("parcel", strings.Replace(parcelFlow, "nodes.label.body.did.order", "int(nodes.label.body.did.order + 'x')", 1))
	id := d.begin("")["id"].(string)
	d.requireEnd(id, "failed", "")
	run := d.post("runs/"+id+"/retry", `{"wait": "20s"}`, http.StatusOK)
	require.Equal(d.t, "failed", run["status"], "it is not mended yet")
	d.publish("parcel", parcelFlow)
	d.post("runs/"+id+"/retry", `{"wait": "20s"}`, http.StatusOK)
	d.requireEnd(id, "succeeded", orderOutput)
	require.Equal(d.t, 2, d.get("runs/" + d.child(id)["id"].(string))["retries"], "the child goes on, and no other is begun")
	d.peer.requireWrites(d.t, orderWrites())
}

// retryChildFirst: the child is retried by itself; its parent then takes over what came of it.
func retryChildFirst(d *debugDesk) {
	d.publish("parcel", strings.Replace(parcelFlow, "nodes.label.body.did.order", "int(nodes.label.body.did.order + 'x')", 1))
	id := d.begin("")["id"].(string)
	d.requireEnd(id, "failed", "")
	d.publish("parcel", parcelFlow)
	child := d.child(id)["id"].(string)
	d.post("runs/"+child+"/retry", `{"latest": true, "wait": "20s"}`, http.StatusOK)
	d.requireEnd(child, "succeeded", "")
	d.post("runs/"+id+"/retry", `{"wait": "20s"}`, http.StatusOK)
	d.requireEnd(id, "succeeded", orderOutput)
	require.Equal(d.t, child, d.child(id)["id"])
	d.peer.requireWrites(d.t, orderWrites())
}

func retryBulk(d *debugDesk) {
	d.peer.refuse("label", true)
	ids := []string{}
	for range 3 {
		ids = append(ids, d.begin("")["id"].(string))
	}
	for _, id := range ids {
		d.requireEnd(id, "failed", "")
	}
	d.peer.refuse("label", false)
	preview := d.post("retries", `{"filter": {"flow": "parcel"}, "preview": true}`, http.StatusOK)
	require.Equal(d.t, 3, preview["count"])
	preview = d.post("retries", `{"filter": {"flow": "order"}, "preview": true}`, http.StatusOK)
	require.Equal(d.t, 3, preview["count"])
	bulk := d.call(http.MethodPost, "retries", `{"filter": {"flow": "order"}, "rate": 100}`, http.StatusAccepted)
	require.Eventually(d.t, func() bool { return d.get("retries/" + bulk["id"].(string))["state"] == "done" }, waitLong, tick)
	report := d.get("retries/" + bulk["id"].(string))
	require.Equal(d.t, 3, report["retried"])
	require.Empty(d.t, report["refused"])
	d.die()
	for _, id := range ids {
		require.Eventually(d.t, func() bool { return d.get("runs/" + id)["endedAt"] != nil }, waitLong, tick)
		d.requireEnd(id, "succeeded", orderOutput)
	}
}

func replay(d *debugDesk) {
	id := d.begin("")["id"].(string)
	d.die()
	same := d.post("runs/"+id+"/replay", `{"version": 1}`, http.StatusOK)
	require.Equal(d.t, true, same["same"], same)
	changed := strings.ReplaceAll(strings.Replace(orderFlow, "len(item) * vars.rate", "len(item)", 1), "PEER", d.peer.URL)
	d.put(d.t, "flows/order", changed)
	d.die()
	differs := d.post("runs/"+id+"/replay", `{"draft": true}`, http.StatusOK)
	require.Equal(d.t, false, differs["same"])
	require.Equal(d.t, jsonOf(d.t, `{"grams": 3, "label": "6917529027641081857", "paid": 38970}`), differs["after"].(core.Object)["output"])
	report := d.post("flows/order/replay", `{"last": 10, "draft": true}`, http.StatusOK)
	require.Equal(d.t, 1, report["runs"])
	d.post("flows/order/publish?replay=10", "", http.StatusConflict)
	d.post("flows/order/publish?replay=10&force=true", "", http.StatusOK)
	d.peer.requireWrites(d.t, orderWrites())
}

func saveAsTest(d *debugDesk) {
	d.peer.refuse("pack", true)
	failed := d.begin("")["id"].(string)
	d.peer.refuse("pack", false)
	id := d.begin("")["id"].(string)
	dir := d.t.TempDir()
	require.NoError(d.t, os.Mkdir(filepath.Join(dir, testsFolder), 0o700))
	require.NoError(d.t, os.WriteFile(filepath.Join(dir, flowFile), []byte(strings.ReplaceAll(orderFlow, "PEER", d.peer.URL)), 0o600))
	for name, run := range map[string]string{"went": id, "failed": failed} {
		text, err := value.Encode(d.post("runs/"+run+"/test", `{"name": "`+name+`"}`, http.StatusOK))
		require.NoError(d.t, err)
		require.NoError(d.t, os.WriteFile(filepath.Join(dir, testsFolder, name+".json"), text, 0o600))
	}
	got := sluiceIn(d.t, "", "test", dir)
	require.Equal(d.t, 0, got.status, got.out+got.err)
	require.Contains(d.t, got.out, "2 passed, 0 failed")
}

// judgeUnknown cuts a write off by a kill, in both ways: that is what it is about.
func judgeUnknown(d *debugDesk) {
	d.publish("order", strings.Replace(orderFlow, `"id": "charge",`, `"id": "charge", "onUnknown": "pause",`, 1))
	for verdict, want := range map[string]struct {
		body, status string
		charges      int
	}{
		"done":   {`, "output": {"body": {"did": {"amount": 38970}}}`, "succeeded", 1},
		"again":  {"", "succeeded", 2},
		"failed": {`, "message": "the bank has nothing"`, "failed", 1},
	} {
		d.peer.mu.Lock()
		d.peer.cut, d.peer.cutting, d.peer.keys = "charge", make(chan struct{}), map[string]map[string]int{}
		d.peer.mu.Unlock()
		id := d.call(http.MethodPost, "flows/order/runs", `{"input": `+anOrder+`}`, http.StatusCreated)["id"].(string)
		<-d.peer.cutting
		d.stop(d.t, syscall.SIGKILL)
		d.start(d.t)
		d.requireRests(id, "charge")
		require.Equal(d.t, "unknown", d.get("runs/" + id)["stop"].(core.Object)["on"])
		d.die()
		d.call(http.MethodPost, "runs/"+id+"/judge", `{"path": "each", "verdict": "done"}`, http.StatusConflict)
		run := d.post("runs/"+id+"/judge", `{"path": "charge", "verdict": "`+verdict+`", "wait": "20s"`+want.body+`}`, http.StatusOK)
		require.Equal(d.t, want.status, run["status"])
		if verdict != "again" {
			require.Equal(d.t, "judge", d.steps(id, "")["charge"].(core.Object)["forced"])
		}
		writes := orderWrites()
		if want.status == "failed" {
			maps.DeleteFunc(writes, func(what string, _ int) bool { return !strings.HasPrefix(what, "charge") })
		}
		writes[`charge {"amount":38970,"order":"6917529027641081857"}`] = want.charges
		d.peer.requireWrites(d.t, writes)
	}
}
