package codec_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/codec"
	"sluice/engine/core"
)

func TestRoundTripKeepsEverything(t *testing.T) {
	t.Parallel()
	events := []core.Event{
		{Kind: core.RunStarted, At: 1732262400123456789, Start: &core.Start{
			Run: "01jdb3", Parent: "01jda9", Join: 4, Depth: 2, Plan: "sha256:ab", Seed: 1<<64 - 1, Revision: 1,
			Gate:    &core.Gate{Key: "flow/6917", Limit: 2, Policy: core.GateReplace},
			Trigger: core.Object{"body": core.Object{"order_id": 6917529027641081856, "名字": "李雷", "price": 59.9}},
		}},
		{Kind: core.TaskDone, At: 2, ID: 7, Attempt: 3, Value: core.List{nil, true, "x", 1}},
		{Kind: core.TaskDone, At: 3, ID: 8, Attempt: 1, Failure: &core.Failure{
			Code: "http.status", Message: "answered 503", Node: "fetch", Path: "each[3].fetch", Attempt: 2, Status: 503,
			Body: core.Object{"code": 1}, Details: core.List{"a"}, Permanent: true, Unknown: true,
		}},
		{Kind: core.CancelRequested, At: 4, Reason: "by hand"},
		{Kind: core.Continued, At: 5},
		{Kind: core.BreakpointsSet, At: 6, By: "ann", Breakpoints: []core.Breakpoint{{Node: "a", On: core.StopBefore}, {Flow: "f", Node: "b[1].c", On: core.StopError, When: "item > 1"}}},
		{Kind: core.PauseRequested, At: 7, By: "李"},
		{Kind: core.Resumed, At: 8, By: "ann", Resume: &core.Resume{
			Mode: core.RunTo, To: "x", Vars: core.Object{"n": 1}, Outputs: core.Object{"a": nil}, Skip: &core.Skip{Output: 5, Port: "p"},
		}},
		{Kind: core.Resumed, At: 8, Resume: &core.Resume{Mode: core.StepOver, Again: true}},
		{Kind: core.Judged, At: 9, ID: 4, Attempt: 2, Again: true, By: "ann"},
		{Kind: core.Retried, At: 10, By: "ann", Start: &core.Start{
			Run: "01jdb3", Plan: "sha256:cd", Seed: 7, Revision: 1, Trigger: core.Object{}, Into: true, Pins: core.Object{"a": nil},
			Breakpoints: []core.Breakpoint{{Node: "a", On: core.StopAfter}},
			Past: &core.Past{Run: "01jda9", Seq: 12, Began: 3, LastID: 9, Events: []core.Event{
				{Kind: core.TaskDone, At: 2, ID: 7, Attempt: 1, Value: 6917529027641081856},
				{Kind: core.TaskDone, At: 3, ID: 8, Attempt: 1, Failure: &core.Failure{Code: "x", Message: "y"}},
			}, Asked: []core.Asked{{Path: "a", ID: 3, Args: core.Object{"x": 1}, Doubt: true}, {Path: "s", ID: 9, Args: core.ChildArgs("f", 1), At: 17}}},
		}},
	}
	commands := []core.Command{{Kind: core.RunTask, ID: 9, Node: "save"}, {Kind: core.Yield}}
	for _, e := range events {
		b, err := codec.Append(nil, &e, commands, nil)
		require.NoError(t, err)
		r, err := codec.Decode(b)
		require.NoError(t, err, string(b))
		require.Equal(t, e, r.Event)
		require.Equal(t, core.Heads(commands), r.Heads)
	}
}

func TestWhatIsNotKnownIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		``, `[]`, `{"kind":"SomethingNew","at":1}`, `{"kind":"Continued","at":1,"extra":1}`, `{"kind":"Continued","at":"1"}`,
		`{"kind":"Continued","at":1,"commands":[["Yield",0]]}`, `{"kind":"RunStarted","at":1,"seed":"zz"}`,
		`{"kind":"TaskDone","at":1,"failure":{"code":5}}`, `{"kind":"Resumed","at":1}`, `{"kind":"Resumed","at":1,"resume":{"mode":"over","new":1}}`,
		`{"kind":"RunStarted","at":1,"seed":"1","trigger":{},"past":{"events":[{"kind":"New","at":1}]}}`,
	} {
		_, err := codec.Decode([]byte(bad))
		var e *codec.Error
		require.ErrorAs(t, err, &e, bad)
	}
}

func TestEveryKindOfTheCoreIsKnown(t *testing.T) {
	t.Parallel()
	for _, row := range core.RunTable() {
		b, err := codec.Append(nil, &core.Event{Kind: row.On, At: 1, Start: &core.Start{Trigger: core.Object{}}}, nil, nil)
		require.NoError(t, err)
		if row.On == core.Resumed {
			b, err = codec.Append(nil, &core.Event{Kind: row.On, At: 1, Resume: &core.Resume{Mode: core.Continue}}, nil, nil)
			require.NoError(t, err)
		} else if row.On != core.RunStarted && row.On != core.Retried {
			b, err = codec.Append(nil, &core.Event{Kind: row.On, At: 1}, nil, nil)
			require.NoError(t, err)
		}
		_, err = codec.Decode(b)
		require.NoError(t, err, row.On)
	}
}

func BenchmarkAppendStart(b *testing.B) {
	e := core.Event{Kind: core.RunStarted, At: 1, Start: &core.Start{Run: "r", Plan: "p", Revision: 1, Trigger: core.Object{
		"body": core.Object{"order_id": "SO-1", "amount": 389.7, "goods": core.List{core.Object{"sku": "a", "price": 59.9, "qty": 2}}},
	}}}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = codec.Append(buf[:0], &e, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
