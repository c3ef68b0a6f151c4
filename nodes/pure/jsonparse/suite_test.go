package jsonparse_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/nodetest"
	"sluice/nodes/pure/jsonparse"
)

// TestSuite sends every case of a suite for JSON parsers through the node.
func TestSuite(t *testing.T) {
	t.Parallel()
	spec := jsonparse.Spec()
	n := nodetest.Compile(t, &spec, core.Object{"source": "input"})
	for _, c := range nodetest.Shared(t, "testdata/json-parsing/cases.json").(core.List) {
		c := c.(core.Object)
		t.Run(c["name"].(string), func(t *testing.T) {
			t.Parallel()
			data := caseBytes(t, c)
			_, f := n.Eval(&nodetest.Scope{InputValue: string(data)})
			switch c["expect"] {
			case "accept":
				require.Nil(t, f)
			case "reject":
				require.NotNil(t, f)
			}
			if f != nil {
				require.Equal(t, "json.syntax", f.Code)
				offset := f.Details.(core.Object)["offset"].(int)
				require.GreaterOrEqual(t, offset, 0)
				require.LessOrEqual(t, offset, len(data))
			}
		})
	}
}

func caseBytes(t *testing.T, c core.Object) []byte {
	t.Helper()
	r, ok := c["repeat"].(core.Object)
	if !ok {
		return unbase64(t, c["base64"])
	}
	data := bytes.Repeat(unbase64(t, r["base64"]), r["times"].(int))
	return append(data, unbase64(t, r["then_base64"])...)
}

// unbase64 of nothing is nothing.
func unbase64(t *testing.T, v core.Value) []byte {
	t.Helper()
	text, _ := v.(string)
	data, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return data
}
