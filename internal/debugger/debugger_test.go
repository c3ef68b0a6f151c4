package debugger_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/internal/debugger"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/storage"
	"sluice/storage/bolt"
)

var update = flag.Bool("update", false, "write transcripts anew")

// TestTranscripts plays testdata/*.txt. A file begins with the input of the run as JSON, then flow documents, one a
// paragraph, the run's own first; then comes the session: lines that start with > are typed, the others are what the
// terminal shows. Each is played twice: once as it is, and once with a process that dies before every command.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		for _, kills := range []bool{false, true} {
			name := strings.TrimSuffix(filepath.Base(file), ".txt")
			if kills {
				name += " with a process that dies before every command"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				play(t, file, kills)
			})
		}
	}
}

func play(t *testing.T, file string, kills bool) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	head, session, ok := strings.Cut(string(text), "\n--\n")
	require.True(t, ok)
	var typed []string
	for line := range strings.SplitSeq(session, "\n") {
		if command, isCommand := strings.CutPrefix(line, "> "); isCommand {
			typed = append(typed, command)
		}
	}
	lang := diag.English
	if strings.Contains(file, "zh") {
		lang = diag.Chinese
	}
	paragraphs := strings.Split(head, "\n\n")
	input, err := value.DecodeString(paragraphs[0])
	require.NoError(t, err)
	m := newMachine(t, paragraphs[1:])
	id, err := m.engine.Start(t.Context(), engine.StartRequest{
		Plan: m.first, Into: true, Trigger: core.Object{"id": "call", "type": "call", "at": "2026-01-01T00:00:00Z", "body": input},
	})
	require.NoError(t, err)
	var out bytes.Buffer
	s := debugger.New(debugger.Options{
		Debugger: m, Journal: m, Flow: m.flow, Lang: lang, Out: &out, By: "ann",
		In: &keyboard{lines: typed, screen: &out, before: func() {
			if kills {
				m.kill()
			}
		}},
	}, id)
	err = s.Loop(t.Context())
	if err != nil {
		require.ErrorIs(t, err, debugger.ErrQuit)
		out.WriteString("left\n")
	} else {
		over, err := engine.Replay(m, m.plan, id, nil)
		require.NoError(t, err)
		encoded, err := value.Encode(over.State.End().Output)
		require.NoError(t, err)
		out.WriteString(string(over.State.End().Status) + " " + string(encoded) + "\n")
	}
	got := strings.ReplaceAll(out.String(), string(id), "RUN")
	for _, child := range m.children(id) {
		got = strings.ReplaceAll(got, string(child), "CHILD")
	}
	if *update && !kills {
		require.NoError(t, os.WriteFile(file, []byte(head+"\n--\n"+got), 0o644))
		return
	}
	require.Equal(t, session, got, "run with -update and read the difference")
}

// keyboard types one line after the other, which shows on the screen.
type keyboard struct {
	lines  []string
	screen io.Writer
	before func()
}

func (k *keyboard) Read(b []byte) (int, error) {
	if len(k.lines) == 0 {
		return 0, io.EOF
	}
	k.before()
	line := k.lines[0] + "\n"
	k.lines = k.lines[1:]
	_, _ = io.WriteString(k.screen, line)
	return copy(b, line), nil
}

// machine is an engine on a storage that outlives it.
type machine struct {
	engine.Debugger
	storage.Journal
	engine *embedded.Engine
	t      *testing.T
	dir    string
	texts  []string
	first  string
	store  storage.Store
	lib    *library.Library
	dead   *atomic.Bool
}

func newMachine(t *testing.T, documents []string) *machine {
	m := &machine{t: t, dir: filepath.Join(t.TempDir(), "data"), texts: documents}
	m.open()
	t.Cleanup(m.close)
	return m
}

func (m *machine) open() {
	store, err := bolt.Open(m.dir, bolt.Options{})
	require.NoError(m.t, err)
	registry, err := nodes.New(all.Specs(all.Deps{Connections: connect.NewSet(connect.Options{})}))
	require.NoError(m.t, err)
	m.store, m.lib, m.dead = store, library.New(store, registry), &atomic.Bool{}
	published := map[string]string{}
	for _, text := range slices.Backward(m.texts) {
		doc, _ := flows.Parse([]byte(text))
		flow, found := flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
		require.NotNil(m.t, flow, "%v", found)
		require.NoError(m.t, m.lib.Keep(flow))
		published[doc.ID], m.first = flow.Plan.Hash, flow.Plan.Hash
	}
	m.engine, err = embedded.Open(embedded.Options{
		Store: store, Plans: m.lib.Plan, Registry: registry, Crash: func(string) bool { return m.dead.Load() },
		Published: func(flow string) (string, error) { return published[flow], nil },
	})
	require.NoError(m.t, err)
	m.Debugger, m.Journal = m.engine, store
}

func (m *machine) flow(hash string) (*flows.Flow, error) { return m.lib.Flow(hash) }
func (m *machine) plan(hash string) (*core.Plan, error)  { return m.lib.Plan(hash) }

// kill lets the process die, and starts another.
func (m *machine) kill() {
	m.dead.Store(true)
	m.close()
	m.open()
}

func (m *machine) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = m.engine.Close(ctx)
	_ = m.store.Close()
}

// children are the runs that a run has started.
func (m *machine) children(parent storage.RunID) []storage.RunID {
	rows, err := m.store.Runs(storage.Listing{Limit: 100})
	require.NoError(m.t, err)
	var list []storage.RunID
	for _, r := range rows {
		if r.Run != parent {
			list = append(list, r.Run)
		}
	}
	return list
}
