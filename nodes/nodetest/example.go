package nodetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// Example is one of a type's examples: a config, the scope it is run in, and what comes of it.
type Example struct {
	Title  map[string]string `json:"title"`
	Config Exact             `json:"config"`
	Body   Exact             `json:"body"`
	Scope  ExampleScope      `json:"scope"`
	Want   Want              `json:"want"`
}

// ExampleScope is what the expressions of an example see.
type ExampleScope struct {
	Trigger Exact            `json:"trigger"`
	Input   Exact            `json:"input"`
	Vars    Exact            `json:"vars"`
	Item    Exact            `json:"item"`
	Index   int              `json:"index"`
	Nodes   map[string]Exact `json:"nodes"`
	Error   *Failed          `json:"error"`
}

// Failed is a failure, as far as an example names it.
type Failed struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Node    string `json:"node"`
	Details Exact  `json:"details"`
}

// Want is the outcome of an example. Port is one port taken, Ports are several; what is left out is not looked at,
// but for vars and end, which must then be none.
type Want struct {
	Port   string   `json:"port"`
	Ports  []string `json:"ports"`
	Output Exact    `json:"output"`
	Vars   Exact    `json:"vars"`
	End    *End     `json:"end"`
	Error  *Failed  `json:"error"`
}

// End is how an example ends the run.
type End struct {
	Status  core.Status `json:"status"`
	Code    string      `json:"code"`
	Message string      `json:"message"`
}

// Exact is a JSON value with all its digits, and whether it was there at all.
type Exact struct {
	Value core.Value
	Given bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (e *Exact) UnmarshalJSON(data []byte) error {
	v, err := value.Decode(data)
	*e = Exact{Value: v, Given: true}
	return err
}

// Object is the value as an object, nil if it is none.
func (e Exact) Object() core.Object {
	o, _ := e.Value.(core.Object)
	return o
}

// Examples reads a type's examples.
func Examples(t *testing.T, spec *nodes.Spec) []Example {
	t.Helper()
	var list []Example
	d := json.NewDecoder(bytes.NewReader(spec.Examples))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&list), "%s: examples", spec.Type)
	return list
}

// checkExamples compiles a type's examples and runs those that can be run here: all of a pure type, and those of a
// control type that say what comes of them.
func checkExamples(t *testing.T, spec *nodes.Spec, specs []nodes.Spec) {
	list := Examples(t, spec)
	require.GreaterOrEqual(t, len(list), 3, "a type has at least three examples")
	for i, e := range list {
		t.Run(fmt.Sprintf("%d %s", i+1, e.Title["en"]), func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, e.Title["en"])
			require.True(t, hasHan(e.Title["zh"]), "the Chinese title")
			require.Len(t, e.Title, 2)
			if spec.Effect == nodes.Pure {
				n := e.node(t, spec)
				got, f := n.Eval(e.Scope.scope(n))
				checkOutcome(t, n, e.Want, got, f)
				checkSame(t, n, e.Scope, outcome(t, got, f))
				return
			}
			plan := e.plan(t, spec, specs)
			if spec.Machine != nil && (e.Want.Error != nil || e.Want.Output.Given) {
				checkEnd(t, e.Want, play(t, plan, e.Scope.Trigger.Object()))
			}
		})
	}
}

// node compiles an example of a pure type.
func (e Example) node(t *testing.T, spec *nodes.Spec) Node {
	t.Helper()
	doc := around{subject: core.Object{"type": spec.Name(), "config": e.Config.Object()}, item: e.Scope.Item.Given}
	for _, id := range slices.Sorted(maps.Keys(e.Scope.Nodes)) {
		doc.before = append(doc.before, before{id: id})
	}
	return doc.node(t, *spec)
}

func (s ExampleScope) scope(n Node) *Scope {
	scope := &Scope{
		TriggerValue: s.Trigger.Value, InputValue: s.Input.Value, VarValues: s.Vars.Object(),
		ItemValue: s.Item.Value, ItemIndex: s.Index, Outputs: map[int]core.Value{},
	}
	for id, output := range s.Nodes {
		scope.Outputs[n.Index[id]] = output.Value
	}
	if s.Error != nil {
		scope.Failed = &core.Failure{Code: s.Error.Code, Message: s.Error.Message, Node: s.Error.Node, Details: s.Error.Details.Value}
	}
	return scope
}

func checkOutcome(t *testing.T, n Node, want Want, got core.Result, f *core.Failure) {
	t.Helper()
	if want.Error != nil {
		require.NotNil(t, f, "it should fail with %s and gave %v", want.Error.Code, got.Value)
		require.Equal(t, want.Error.Code, f.Code, f.Message)
		require.NotEmpty(t, f.Message)
		if want.Error.Details.Given {
			RequireSame(t, want.Error.Details.Value, f.Details)
		}
		return
	}
	require.Nil(t, f)
	if want.Output.Given {
		RequireSame(t, want.Output.Value, got.Value)
	}
	RequireSame(t, orEmpty(want.Vars.Object()), orEmpty(got.Vars))
	if want.Port != "" {
		want.Ports = []string{want.Port}
	}
	if want.Ports != nil {
		require.Equal(t, want.Ports, portNames(n, got))
	}
	if want.End == nil {
		require.Nil(t, got.End)
		return
	}
	require.NotNil(t, got.End)
	RequireSame(t, got.Value, got.End.Output)
	end := End{Status: got.End.Status}
	if got.End.Failure != nil {
		end.Code, end.Message = got.End.Failure.Code, got.End.Failure.Message
	}
	require.Equal(t, *want.End, end)
}

func portNames(n Node, r core.Result) []string {
	names := []string{n.Ports[r.Port]}
	for _, port := range r.Also {
		names = append(names, n.Ports[port])
	}
	return names
}

func orEmpty(o core.Object) core.Object {
	if o == nil {
		return core.Object{}
	}
	return o
}

// RequireSame compares JSON values by what they denote.
func RequireSame(t *testing.T, want, got core.Value) {
	t.Helper()
	if value.Equal(want, got) {
		return
	}
	require.Equal(t, string(text(t, want)), string(text(t, got)))
}

func text(t *testing.T, v core.Value) []byte {
	t.Helper()
	data, err := value.Encode(v)
	require.NoError(t, err, "an output is JSON")
	return data
}
