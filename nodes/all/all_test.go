package all

import (
	"testing"

	"sluice/nodes/nodetest"
)

func TestSpecs(t *testing.T) {
	t.Parallel()
	nodetest.Run(t, Specs(), "..")
}
