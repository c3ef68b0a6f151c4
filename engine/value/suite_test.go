package value_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/value"
)

// shared finds a file beside the project, and skips the test where it is absent.
func shared(tb testing.TB, name string) []byte {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(tb, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", name))
	if err != nil {
		tb.Skipf("SKIPPED, the shared data are not there: %v", err)
	}
	return data
}

func TestJSONTestSuite(t *testing.T) {
	t.Parallel()
	var cases []struct {
		Name, Expect, Base64 string
		Repeat               *struct {
			Base64     string
			Times      int
			ThenBase64 string `json:"then_base64"`
		}
	}
	require.NoError(t, json.Unmarshal(shared(t, "testdata/json-parsing/cases.json"), &cases))
	require.NotEmpty(t, cases)
	bytesOf := func(s string) []byte {
		data, err := base64.StdEncoding.DecodeString(s)
		require.NoError(t, err)
		return data
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			data := bytesOf(c.Base64)
			if c.Repeat != nil {
				data = append(bytes.Repeat(bytesOf(c.Repeat.Base64), c.Repeat.Times), bytesOf(c.Repeat.ThenBase64)...)
			}
			v, err := value.Decode(data)
			_, treeErr := value.DecodeTree(data)
			switch c.Expect {
			case "accept":
				require.NoError(t, err)
				require.NoError(t, treeErr)
				again, err := value.Encode(v)
				require.NoError(t, err)
				back, err := value.Decode(again)
				require.NoError(t, err)
				require.True(t, value.Equal(v, back))
			case "reject":
				var syntax *value.SyntaxError
				require.ErrorAs(t, err, &syntax)
				require.Error(t, treeErr)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,2.5,-3e10,null,true,"x\u00e9\ud83d\ude00"],"b":{}}`, `12345678901234567890`, `1e21`, `1e20`, `0.1`, `-0`,
		`1.0`, `9223372036854775808`, `"\ud800"`, `[[[]]]`, `{"a":1,"a":2}`, `0.30000000000000004`, `1e-7`, `123456789012345678.5`,
		`5e-324`, `1e1000`, `1e-999`, "\"\xff\"", `[1,]`, `01`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := value.Decode(data)
		tree, treeErr := value.DecodeTree(data)
		if err != nil {
			var syntax *value.SyntaxError
			require.ErrorAs(t, err, &syntax)
			if !json.Valid(data) {
				require.Error(t, treeErr)
			}
			return
		}
		require.True(t, json.Valid(data), "accepted what encoding/json refuses")
		require.NoError(t, treeErr)
		require.True(t, len(tree.Duplicates) == 0 && value.Equal(v, tree.Value))
		text, err := value.Encode(v)
		require.NoError(t, err)
		back, err := value.Decode(text)
		require.NoError(t, err)
		require.True(t, value.Equal(v, back), "Decode(Encode(v)) is not v")
		require.IsType(t, v, back)
		normal, err := value.Normalize(v)
		require.NoError(t, err)
		require.True(t, value.Equal(v, normal))
		require.IsType(t, v, normal)
		again, err := value.Encode(back)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again))
		require.True(t, json.Valid(text))
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, name := range []string{"bench/w1.json", "bench/w3.json"} {
		data := shared(b, name)
		b.Run(name+"/value", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := value.Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var v any
				if err := json.Unmarshal(data, &v); err != nil {
					b.Fatal(err)
				}
			}
		})
		v, err := value.Decode(data)
		require.NoError(b, err)
		b.Run(name+"/encode-value", func(b *testing.B) {
			b.ReportAllocs()
			var buf []byte
			for b.Loop() {
				if buf, err = value.Append(buf[:0], v); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encode-encoding-json", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
