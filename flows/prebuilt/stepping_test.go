package prebuilt_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/flows"
	"sluice/flows/flowtest"
	"sluice/flows/prebuilt"
)

// TestSteppingThroughAnyShippedFlowGivesWhatRunningItGives plays every test of every shipped flow twice: as it is, and stopped
// before each activation and let go. Each subflow is run as the flow it is, unless the test has an outcome for it.
func TestSteppingThroughAnyShippedFlowGivesWhatRunningItGives(t *testing.T) {
	t.Parallel()
	registry := registryOf(t, connect.NewSet(connect.Options{}))
	compiled := map[string]*flows.Flow{}
	for _, id := range prebuilt.IDs() {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		compiled[id] = compile(t, document, registry, prebuiltConnections())
	}
	children := func(id string) *flows.Flow { return compiled[id] }
	for id, flow := range compiled {
		files, err := filepath.Glob(filepath.Join(id, "tests", "*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, files, id)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			tests, found := flowtest.Parse(source)
			require.Empty(t, found)
			for _, test := range tests {
				plain, found, err := test.Watch(flow, children)
				require.NoError(t, err)
				require.Empty(t, found, file)
				require.Zero(t, plain.Stops)
				stepped, found, err := test.StepThrough(flow, children)
				require.NoError(t, err)
				require.Empty(t, found, file)
				require.GreaterOrEqual(t, stepped.Stops, len(plain.Path), "%s: every activation is stopped before", file)
				require.Equal(t, plain.Expect(), stepped.Expect(), file)
			}
		}
	}
}
