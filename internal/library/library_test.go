package library_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/pure/set"
	"sluice/storage"
	"sluice/storage/mem"
)

func TestAPlanIsFoundAgainByItsHash(t *testing.T) {
	t.Parallel()
	registry, err := nodes.New([]nodes.Spec{set.Spec()})
	require.NoError(t, err)
	doc, _ := flows.Parse([]byte(`{"sluice": 1, "id": "f", "nodes": [{"id": "a", "type": "set", "config": {"vars": {"n": 1}}}]}`))
	flow, findings := flows.Compile(doc, flows.Options{Registry: registry, Version: 3})
	require.NotNil(t, flow, findings)
	store := mem.New()
	require.NoError(t, library.New(store, registry).Keep(flow))

	again, err := library.New(store, registry).Plan(flow.Plan.Hash)
	require.NoError(t, err)
	require.Equal(t, flow.Plan.Hash, again.Hash)
	require.Equal(t, 3, again.Flow.Version)

	_, err = library.New(store, registry).Plan("nothing")
	require.ErrorIs(t, err, storage.ErrNotFound)
}
