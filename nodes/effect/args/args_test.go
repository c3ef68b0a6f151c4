package args_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/effect/args"
)

type config struct {
	Text    string            `json:"text"`
	Maybe   *string           `json:"maybe"`
	Flag    bool              `json:"flag"`
	Whole   int               `json:"whole"`
	Count   *int              `json:"count"`
	Any     core.Value        `json:"any"`
	Object  core.Object       `json:"object"`
	List    core.List         `json:"list"`
	Headers map[string]string `json:"headers"`
	Names   []string          `json:"names"`
	Parts   []part            `json:"parts"`
}

type part struct {
	SQL string `json:"sql"`
}

func decode(t *testing.T, text string, into *config) *core.Failure {
	t.Helper()
	v, err := value.DecodeString(text)
	require.NoError(t, err)
	return args.Decode(v, into)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	got := config{Text: "preset", Whole: 7}
	require.Nil(t, decode(t, `{"maybe": "", "count": 0, "flag": true, "any": {"id": 6917000000000000001}, "object": {"a": null},
		"list": [1, null], "headers": {"X-Id": 6917000000000000001, "X-Sum": 389.70, "X-On": true, "X-None": null},
		"names": ["all", 13800001234], "parts": [{"sql": "a"}, {}]}`, &got))
	empty, none := "", 0
	require.Equal(t, config{
		Text: "preset", Whole: 7, Maybe: &empty, Count: &none, Flag: true, Any: core.Object{"id": 6917000000000000001},
		Object: core.Object{"a": nil}, List: core.List{1, nil},
		Headers: map[string]string{"X-Id": "6917000000000000001", "X-Sum": "389.7", "X-On": "true"},
		Names:   []string{"all", "13800001234"}, Parts: []part{{"a"}, {}},
	}, got)

	got = config{}
	require.Nil(t, decode(t, `{"text": 123456789012345678901234567890, "any": null}`, &got))
	require.Equal(t, "123456789012345678901234567890", got.Text)
	require.Nil(t, got.Any)
	require.Nil(t, got.Maybe)
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, pointer, message string }{
		{`[]`, "", "the config must be an object, not list"},
		{`{"texd": "x"}`, "/texd", "/texd is no argument of this node"},
		{`{"text": null}`, "/text", "/text must be a text, not null"},
		{`{"maybe": null}`, "/maybe", "/maybe must be a text, not null"},
		{`{"text": ["secret"]}`, "/text", "/text must be a text, not list"},
		{`{"flag": "true"}`, "/flag", "/flag must be true or false, not text"},
		{`{"whole": 1.5}`, "/whole", "/whole must be a whole number of at most 64 bits, not number"},
		{`{"count": "7"}`, "/count", "/count must be a whole number of at most 64 bits, not text"},
		{`{"object": null}`, "/object", "/object must be an object, not null"},
		{`{"list": null}`, "/list", "/list must be a list, not null"},
		{`{"headers": {"a/b": {}}}`, "/headers/a~1b", "/headers/a~1b must be a text, not object"},
		{`{"names": ["a", null]}`, "/names/1", "/names/1 must be a text, not null"},
		{`{"parts": [{"sql": "x"}, {"sq": 1}]}`, "/parts/1/sq", "/parts/1/sq is no argument of this node"},
	} {
		var into config
		f := decode(t, c.text, &into)
		require.NotNil(t, f, c.text)
		require.Equal(t, &core.Failure{
			Code: "config.invalid", Message: c.message, Details: core.Object{"pointer": c.pointer}, Permanent: true,
		}, f)
	}
}
