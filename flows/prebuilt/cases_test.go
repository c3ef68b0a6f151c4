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

// TestCases plays the tests that lie beside the flows. A subflow for which a test has no outcome is played as well.
func TestCases(t *testing.T) {
	t.Parallel()
	shipped := map[string]*flows.Flow{}
	for _, id := range prebuilt.IDs() {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		shipped[id] = compile(t, document, registryOf(t, connect.NewSet(connect.Options{})), prebuiltConnections())
	}
	for id, flow := range shipped {
		files, err := filepath.Glob(filepath.Join(id, "tests", "*.json"))
		require.NoError(t, err)
		require.NotEmpty(t, files, id)
		for _, file := range files {
			source, err := os.ReadFile(file)
			require.NoError(t, err)
			tests, findings := flowtest.Parse(source)
			require.Empty(t, findings, file)
			for _, test := range tests {
				t.Run(file+"/"+test.Name[""], func(t *testing.T) {
					t.Parallel()
					findings, err := test.Run(flow, func(id string) *flows.Flow { return shipped[id] })
					require.NoError(t, err)
					require.Empty(t, findings)
				})
			}
		}
	}
}
