package stateget_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/nodes"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/stateget"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		values := &effecttest.Values{}
		require.NoError(t, values.Set("example", "cursor", []byte(`{"page": 7, "last_id": 6917000000000000001, "sum": 389.70}`)))
		require.NoError(t, values.Set("example", "6917000000000000001", []byte(`"shipped"`)))
		require.NoError(t, values.Set("another", "unknown", []byte(`1`)))
		return stateget.Spec(values)
	})
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, stateget.Spec(nil), stateget.Config{})
}
