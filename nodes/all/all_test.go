package all

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/nodetest"
)

func TestSpecs(t *testing.T) {
	t.Parallel()
	nodetest.Run(t, Specs(Deps{}), "..")
}

func TestTasksSayWhatIsMissing(t *testing.T) {
	t.Parallel()
	for _, s := range Specs(Deps{}) {
		if s.Run == nil {
			continue
		}
		_, failure := s.Run(t.Context(), nodes.Call{Args: core.Object{"connection": "erp"}})
		require.NotNil(t, failure, s.Type)
		require.True(t, failure.Permanent, s.Type)
		if s.Category != nodes.Data {
			require.Equal(t, "connection.unknown", failure.Code)
			continue
		}
		_, failure = s.Run(t.Context(), nodes.Call{Args: core.Object{"key": "cursor"}})
		require.Equal(t, "state.unavailable", failure.Code)
	}
}
