package stateset_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/stateget"
	"sluice/nodes/effect/stateset"
	"sluice/nodes/nodetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(*testing.T) nodes.Spec { return stateset.Spec(&effecttest.Values{}) })
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, stateset.Spec(nil), stateset.Config{})
}

func TestWhatWasSetIsRead(t *testing.T) {
	t.Parallel()
	values := &effecttest.Values{}
	scope := &nodetest.Scope{InputValue: core.Object{"id": 6917000000000000001, "total": 389.7}}
	_, failure := effecttest.Run(t.Context(), t, stateset.Spec(values), `{"key": "seen/{{ input.id }}", "value": "{{ input }}"}`, scope)
	require.Nil(t, failure)
	got, failure := effecttest.Run(t.Context(), t, stateget.Spec(values), `{"key": "seen/6917000000000000001"}`, nil)
	require.Nil(t, failure)
	require.Equal(t, scope.InputValue, got)
	_, failure = effecttest.Run(t.Context(), t, stateset.Spec(values), `{"key": "seen/6917000000000000001", "value": "{{ nil }}"}`, nil)
	require.Nil(t, failure)
	got, failure = effecttest.Run(t.Context(), t, stateget.Spec(values), `{"key": "seen/6917000000000000001"}`, nil)
	require.Nil(t, failure)
	require.Nil(t, got)

	values.Broken = errors.New("closed")
	_, failure = effecttest.Run(t.Context(), t, stateset.Spec(values), `{"key": "a", "value": 1}`, nil)
	require.Equal(t, "state.unavailable", failure.Code)
	require.False(t, failure.Unknown, "nothing has changed")
}
