// Package effecttest tries the node types that meet the outside: their arguments computed as in a flow, against real HTTP
// servers and real database files.
//
// It is imported by tests only.
package effecttest

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/nodes"
	"sluice/nodes/nodetest"
)

// Connections is an empty set of connections, closed when the test is over.
func Connections(t testing.TB) *connect.Set {
	t.Helper()
	set := connect.NewSet(connect.Options{})
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

// Define puts a connection into a set: its JSON definition, with fmt's verbs.
func Define(t testing.TB, set *connect.Set, definition string, values ...any) {
	t.Helper()
	d, findings := connect.ParseDefinition(fmt.Appendf(nil, definition, values...), nil)
	require.Empty(t, findings)
	require.NoError(t, set.Put(d))
}

// Database defines the connection of this id as a SQLite file, and runs the statements in it.
func Database(t testing.TB, set *connect.Set, id, path string, statements ...string) *sqldb.DB {
	t.Helper()
	Define(t, set, `{"id": %q, "type": "sqlite", "config": {"path": %q}}`, id, path)
	db, failure := set.SQL(id)
	require.Nil(t, failure)
	list := make([]sqldb.Statement, len(statements))
	for i, s := range statements {
		list[i].SQL = s
	}
	_, failure = db.Exec(t.Context(), sqldb.Exec{Statements: list})
	require.Nil(t, failure)
	return db
}

// Key is the idempotency key of the calls that Call makes.
const Key = "01J0000000000000000000TEST-7"

// Call is the first try at a task with this config, written as JSON, its expressions computed in the scope.
func Call(t testing.TB, spec nodes.Spec, config string, scope *nodetest.Scope) nodes.Call {
	t.Helper()
	v, err := value.DecodeString(config)
	require.NoError(t, err)
	return nodes.Call{
		Args: arguments(t, spec, v, scope), Key: Key, Attempt: 1, Flow: core.FlowInfo{ID: "example", Version: 1},
		Run: core.RunInfo{ID: "01J0000000000000000000TEST"}, Node: "task", Now: time.Now,
	}
}

// Run makes the call.
func Run(ctx context.Context, t testing.TB, spec nodes.Spec, config string, scope *nodetest.Scope) (core.Value, *core.Failure) {
	t.Helper()
	return spec.Run(ctx, Call(t, spec, config, scope))
}

// arguments compiles a flow of one node and computes its task's arguments. Every finding fails the test.
func arguments(t testing.TB, spec nodes.Spec, config core.Value, scope *nodetest.Scope) core.Value {
	t.Helper()
	registry, err := nodes.New([]nodes.Spec{spec})
	require.NoError(t, err)
	data, err := value.Encode(core.Object{
		"sluice": 1, "id": "example", "nodes": core.List{core.Object{"id": "task", "type": spec.Type, "config": config}},
	})
	require.NoError(t, err)
	doc, findings := flows.Parse(data)
	require.Empty(t, findings)
	flow, findings := flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
	require.Empty(t, findings)
	if scope == nil {
		scope = &nodetest.Scope{}
	}
	computed, failure := flow.Plan.Nodes[0].Task.Args(scope)
	require.Nil(t, failure)
	return computed
}

// Examples runs a type's examples, each with a spec of its own.
func Examples(t *testing.T, world func(t *testing.T) nodes.Spec) {
	t.Helper()
	declared := world(t)
	for _, e := range nodetest.Examples(t, &declared) {
		t.Run(e.Title["en"], func(t *testing.T) {
			t.Parallel()
			spec := world(t)
			config, err := value.Encode(e.Config.Value)
			require.NoError(t, err)
			got, failure := Run(t.Context(), t, spec, string(config), &nodetest.Scope{
				TriggerValue: e.Scope.Trigger.Value, InputValue: e.Scope.Input.Value, VarValues: e.Scope.Vars.Object(),
			})
			if e.Want.Error == nil {
				require.Nil(t, failure)
				require.True(t, e.Want.Output.Given, "an example shows its output")
				nodetest.RequireSame(t, e.Want.Output.Value, got)
				return
			}
			require.NotNil(t, failure, "it should fail with %s and gave %v", e.Want.Error.Code, got)
			require.Equal(t, e.Want.Error.Code, failure.Code, failure.Message)
			require.NotEmpty(t, failure.Message)
			if e.Want.Error.Details.Given {
				nodetest.RequireSame(t, e.Want.Error.Details.Value, failure.Details)
			}
		})
	}
}

// Config ties the struct of a type's arguments, with its presets, to the type's schema: the same names at every level,
// and the same defaults.
func Config(t *testing.T, spec nodes.Spec, presets any) {
	t.Helper()
	schema, err := value.Decode(spec.Schema)
	require.NoError(t, err)
	compare(t, schema.(core.Object), reflect.ValueOf(presets), "")
}

func compare(t *testing.T, schema core.Object, v reflect.Value, pointer string) {
	t.Helper()
	properties, _ := schema["properties"].(core.Object)
	require.Len(t, properties, v.NumField(), "%s: properties and fields", pointer)
	for i := range v.NumField() {
		name := v.Type().Field(i).Tag.Get("json")
		require.Contains(t, properties, name, "%s: a field without a property", pointer)
		property, field := properties[name].(core.Object), v.Field(i)
		data, err := json.Marshal(field.Interface())
		require.NoError(t, err)
		if preset, ok := property["default"]; ok {
			want, err := value.Encode(preset)
			require.NoError(t, err)
			require.Equal(t, string(want), string(data), "%s/%s: the default", pointer, name)
		} else {
			require.True(t, field.IsZero(), "%s/%s is preset without a default in the schema", pointer, name)
		}
		if field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct {
			compare(t, property["items"].(core.Object), reflect.New(field.Type().Elem()).Elem(), pointer+"/"+name)
		}
	}
}
