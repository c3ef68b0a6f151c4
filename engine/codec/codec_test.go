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
		`{"kind":"TaskDone","at":1,"failure":{"code":5}}`,
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
		if row.On != core.RunStarted {
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
