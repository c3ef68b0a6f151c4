package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
	"sluice/storage"
	"sluice/storage/bolt"
)

// TestEachMessageHasExactlyOneRunWhateverIsKilled puts 10,000 messages into a broker, kills the
// server a third of the way, and the broker two thirds of the way. In the end there is one run for each message.
func TestEachMessageHasExactlyOneRunWhateverIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short mode: starts and kills brokers")
	}
	for _, kind := range []broker.Kind{broker.Kafka, broker.RabbitMQ, broker.NATS, broker.Redis, broker.MQTT} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			const n = 10_000
			b := newBroker(t, kind)
			if kind == broker.NATS {
				makeStream(t, b)
			}
			s := newProcess(t)
			s.start(t)
			s.put(t, "connections/bus", b.definition())
			s.put(t, "flows/taken?publish=true", takenFlow(kind))
			s.until(t, "sluice_queue_connected", 1)
			s.stop(t, syscall.SIGTERM)

			begin := time.Now()
			b.fill(t, n)
			t.Logf("%d messages published in %s", n, time.Since(begin).Round(time.Millisecond))

			s.start(t)
			begin = time.Now()
			s.until(t, "sluice_queue_started_total", n/3)
			s.stop(t, syscall.SIGKILL)
			before := len(s.runs(t))
			require.Less(t, before, n, "the kill was to be in the middle")

			s.start(t)
			s.until(t, "sluice_queue_started_total", n/3)
			b.kill(t)
			require.Less(t, s.figure(t, "sluice_queue_started_total"), n-before, "the kill was to be in the middle")
			s.until(t, "sluice_queue_connected", 0)
			b.start(t)
			s.until(t, "sluice_queue_started_total", n-before)
			t.Logf("all have a run after %s; the kill of the server came after %d", time.Since(begin).Round(time.Millisecond), before)

			// What comes after the rest shows that the rest is over.
			b.publish(t, n)
			s.until(t, "sluice_queue_started_total", n-before+1)
			s.until(t, "sluice_queue_in_hand_messages", 0)
			t.Logf("%d messages came again and started nothing", s.figure(t, "sluice_queue_duplicates_total"))
			s.stop(t, syscall.SIGTERM)
			seen := map[string]int{}
			for _, run := range s.runs(t) {
				require.Len(t, run.Keys, 1)
				seen[run.Keys[0].Value]++
			}
			for i := range n + 1 {
				require.Equal(t, 1, seen[strconv.Itoa(i)], "runs of message %d", i)
			}
			require.Len(t, seen, n+1)
		})
	}
}

// takenFlow has a queue trigger. Mosquitto forgets after a kill what was acknowledged since it last saved, and MQTT has no
// identities, so there the messages' own number is the key. With the others the broker's identity does, and in RabbitMQ the content.
func takenFlow(kind broker.Kind) string {
	idempotency := ""
	if kind == broker.MQTT {
		idempotency = `, "idempotency": {"key": "trigger.body.n"}`
	}
	return fmt.Sprintf(`{"sluice": 1, "id": "taken", "triggers": [{"id": "in", "type": "queue", "config": {"connection": "bus", "topic": %q%s}}],
		"keys": {"n": "trigger.body.n"}, "nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}]}`, topic, idempotency)
}

func makeStream(t *testing.T, b *privateBroker) {
	t.Helper()
	conn, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", b.port))
	require.NoError(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: topic, Subjects: []string{topic}})
	require.NoError(t, err)
}

// publish sends one message, which has no identity but what the broker gives it.
func (b *privateBroker) publish(t *testing.T, n int) {
	_, f := b.client(t).Publish(t.Context(), broker.Message{Topic: topic, Body: fmt.Appendf(nil, `{"n": %d}`, n)})
	if f != nil {
		t.Errorf("publish %d: %s", n, f)
	}
}

// fill publishes messages, and has a broker that keeps its queues in memory write them to disk.
func (b *privateBroker) fill(t *testing.T, n int) {
	t.Helper()
	next := make(chan int)
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for i := range next {
				b.publish(t, i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	require.False(t, t.Failed())
	if b.kind == broker.MQTT {
		require.NoError(t, b.run.Process.Signal(syscall.SIGUSR1))
		file := filepath.Join(b.dir, "mosquitto.db")
		require.Eventually(t, func() bool {
			info, err := os.Stat(file)
			return err == nil && info.Size() > int64(n)*10
		}, waitLong, tick, "mosquitto did not save")
	}
}

// process is a server that can be killed.
type process struct {
	data, url string
	port      int
	run       *exec.Cmd
	log       bytes.Buffer
}

func newProcess(t *testing.T) *process {
	t.Helper()
	p := &process{data: filepath.Join(t.TempDir(), "data"), port: freePort(t)}
	p.url = fmt.Sprintf("http://127.0.0.1:%d", p.port)
	t.Cleanup(func() {
		if p.run != nil {
			_ = p.run.Process.Kill()
			_ = p.run.Wait()
		}
		if t.Failed() {
			for line := range strings.Lines(p.log.String()) {
				if !strings.Contains(line, `"msg":"request"`) {
					t.Log(strings.TrimSpace(line))
				}
			}
		}
	})
	return p
}

func (p *process) start(t *testing.T) {
	t.Helper()
	p.run = exec.Command(os.Args[0], "serve", "--data", p.data, "--listen", fmt.Sprintf("127.0.0.1:%d", p.port))
	p.run.Env = append(os.Environ(), asWhat+"=sluice", "SLUICE_ADMIN_TOKEN=token-of-the-tests")
	p.run.Stderr = &p.log
	require.NoError(t, p.run.Start())
	require.Eventually(t, func() bool {
		r, err := http.Get(p.url + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, waitLong, tick)
}

// stop ends the process and waits for it.
func (p *process) stop(t *testing.T, with syscall.Signal) {
	t.Helper()
	require.NoError(t, p.run.Process.Signal(with))
	err := p.run.Wait()
	if with == syscall.SIGTERM {
		require.NoError(t, err, p.log.String())
	}
	p.run = nil
}

func (p *process) put(t *testing.T, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.url+"/api/v1/"+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer token-of-the-tests")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode, string(text))
	require.True(t, json.Valid(text))
}

// figure is a metric of the queue trigger; -1 where there is none.
func (p *process) figure(t *testing.T, name string) int {
	answer, err := http.Get(p.url + "/metrics")
	if err != nil {
		return -1
	}
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	found := regexp.MustCompile(`(?m)^` + name + `\{.*\} (\S+)$`).FindSubmatch(text)
	if found == nil {
		return -1
	}
	n, err := strconv.ParseFloat(string(found[1]), 64)
	require.NoError(t, err)
	return int(n)
}

// until waits for a metric: to be reached where it counts, to be there where it is a gauge.
func (p *process) until(t *testing.T, name string, n int) {
	t.Helper()
	reached := func(v int) bool { return v >= n }
	if n == 0 {
		reached = func(v int) bool { return v == 0 }
	}
	require.Eventually(t, func() bool { return reached(p.figure(t, name)) }, 2*time.Minute, tick, "%s is not %d", name, n)
}

// runs reads the storage of a process that is not there any more.
func (p *process) runs(t *testing.T) []storage.RunRow {
	t.Helper()
	store, err := bolt.Open(p.data, bolt.Options{})
	require.NoError(t, err)
	rows, err := store.Runs(storage.Listing{Limit: 1_000_000})
	require.NoError(t, err)
	require.NoError(t, store.Close())
	return rows
}
