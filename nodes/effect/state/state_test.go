package state_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/state"
)

func TestValuesComeBackExactly(t *testing.T) {
	t.Parallel()
	values := &effecttest.Values{}
	for _, text := range []string{
		`6917000000000000001`, `389.70`, `12345678901234567890123.45`, `"订单"`, `false`, `[]`, `{"a":{"b":[null,1]}}`,
	} {
		v, err := value.DecodeString(text)
		require.NoError(t, err)
		require.Nil(t, state.Set(values, "flow", "key", v))
		got, failure := state.Get(values, "flow", "key")
		require.Nil(t, failure)
		require.Equal(t, v, got)
	}
	got, failure := state.Get(values, "other flow", "key")
	require.Nil(t, failure)
	require.Nil(t, got, "values are the flow's own")
	require.Nil(t, state.Set(values, "flow", "key", nil))
	got, failure = state.Get(values, "flow", "key")
	require.Nil(t, failure)
	require.Nil(t, got)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	for _, v := range []core.Value{6917000000000000001, "6917000000000000001"} {
		key, failure := state.Key(v)
		require.Nil(t, failure)
		require.Equal(t, "6917000000000000001", key)
	}
	for _, v := range []core.Value{nil, "", true, core.List{"a"}, strings.Repeat("x", 1025)} {
		_, failure := state.Key(v)
		require.Equal(t, "config.invalid", failure.Code)
		require.Equal(t, core.Object{"pointer": "/key"}, failure.Details)
	}
}

func TestStorageThatFails(t *testing.T) {
	t.Parallel()
	full := &effecttest.Values{Broken: errors.New("no space left on the device")}
	_, failure := state.Get(full, "flow", "key")
	require.Equal(t, "state.unavailable", failure.Code)
	require.False(t, failure.Permanent)
	failure = state.Set(full, "flow", "key", 1)
	require.Equal(t, "state.unavailable", failure.Code)
	require.Contains(t, failure.Message, "no space left")

	_, failure = state.Get(nil, "flow", "key")
	require.Equal(t, "state.unavailable", failure.Code)
	require.True(t, failure.Permanent)
	require.Equal(t, failure, state.Set(nil, "flow", "key", 1))

	damaged := &effecttest.Values{}
	require.NoError(t, damaged.Set("flow", "key", []byte("{")))
	_, failure = state.Get(damaged, "flow", "key")
	require.Equal(t, "state.unavailable", failure.Code)
	require.True(t, failure.Permanent)
}
