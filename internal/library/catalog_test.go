package library_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/pure/set"
	"sluice/storage"
	"sluice/storage/mem"
)

func compile(t *testing.T, r *nodes.Registry, n, version int) *flows.Flow {
	t.Helper()
	doc, _ := flows.Parse(fmt.Appendf(nil, `{"sluice": 1, "id": "f", "nodes": [{"id": "a", "type": "set", "config": {"vars": {"n": %d}}}]}`, n))
	flow, findings := flows.Compile(doc, flows.Options{Registry: r, Version: version})
	require.NotNil(t, flow, findings)
	return flow
}

func TestDraftsAndVersions(t *testing.T) {
	t.Parallel()
	registry, err := nodes.New([]nodes.Spec{set.Spec()})
	require.NoError(t, err)
	l := library.New(mem.New(), registry)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

	_, err = l.Draft("f")
	require.ErrorIs(t, err, storage.ErrNotFound)
	d, err := l.SaveDraft("f", []byte(`{"not": "a flow yet"`), "li", 0, now)
	require.NoError(t, err)
	require.Equal(t, 1, d.Revision)
	_, err = l.SaveDraft("f", []byte(`{}`), "han", 0, now)
	require.ErrorIs(t, err, library.ErrStale)
	_, err = l.SaveDraft("f", []byte(`{}`), "han", -1, now)
	require.NoError(t, err)

	v1, err := l.Publish(compile(t, registry, 1, 1), "li", "first", now, nil)
	require.NoError(t, err)
	require.Equal(t, 1, v1.Version)
	same, err := l.Publish(compile(t, registry, 1, 1), "li", "again", now, nil)
	require.NoError(t, err)
	require.Equal(t, 1, same.Version, "the same content is the same version")
	v2, err := l.Publish(compile(t, registry, 2, 2), "li", "second", now, nil)
	require.NoError(t, err)
	require.Equal(t, 2, v2.Version)

	refusal := errors.New("the path is taken")
	_, err = l.Publish(compile(t, registry, 3, 3), "li", "", now, func(storage.Reader) error { return refusal })
	require.ErrorIs(t, err, refusal)
	live, err := l.Live("f")
	require.NoError(t, err)
	require.Equal(t, v2.Hash, live.Hash, "a refused publication changes nothing")

	back, err := l.Publish(compile(t, registry, 1, 1), "li", "roll back", now, nil)
	require.NoError(t, err)
	require.Equal(t, 3, back.Version)
	versions, err := l.Versions("f")
	require.NoError(t, err)
	require.Len(t, versions, 3)
	require.True(t, versions[0].Live)
	require.Equal(t, "roll back", versions[0].Note)

	list, err := l.Flows()
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.NoError(t, l.Unpublish("f"))
	_, err = l.Live("f")
	require.ErrorIs(t, err, storage.ErrNotFound)
	require.ErrorIs(t, l.Unpublish("f"), storage.ErrNotFound)
}
