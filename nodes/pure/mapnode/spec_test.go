package mapnode_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/nodetest"
	"sluice/nodes/pure/mapnode"
)

func eval(t *testing.T, config core.Object, input core.Value) (core.Value, *core.Failure) {
	t.Helper()
	spec := mapnode.Spec()
	r, f := nodetest.Compile(t, &spec, config).Eval(&nodetest.Scope{InputValue: input})
	return r.Value, f
}

func fields(list ...core.Value) core.Object { return core.Object{"fields": list} }

func TestFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		config core.Object
		input  core.Value
		want   core.Value
	}{
		{
			"null is absent: the default stands in, converted",
			fields(core.Object{"to": "qty", "from": "qty", "default": "1", "type": "integer"}),
			core.Object{"qty": nil}, core.Object{"qty": 1},
		},
		{
			"a default may be computed",
			fields(core.Object{"to": "name", "from": "nick", "default": "{{ input.name }}"}),
			core.Object{"name": "李雷"}, core.Object{"name": "李雷"},
		},
		{
			"false and empty text are values",
			fields(
				core.Object{"to": "gift", "from": "gift", "default": true, "required": true},
				core.Object{"to": "remark", "from": "remark", "default": "none", "required": true},
			),
			core.Object{"gift": false, "remark": ""}, core.Object{"gift": false, "remark": ""},
		},
		{
			"what is not there is null, converted or not",
			fields(core.Object{"to": "a", "from": "a"}, core.Object{"to": "b", "from": "b", "type": "number"}),
			nil, core.Object{"a": nil, "b": nil},
		},
		{
			"a value may be a whole object",
			fields(core.Object{"to": "o", "value": core.Object{"id": "{{ input.id }}", "tags": core.List{"x", "{{ input.id + 1 }}"}}}),
			core.Object{"id": 1}, core.Object{"o": core.Object{"id": 1, "tags": core.List{"x", 2}}},
		},
		{
			"objects within objects, and names with dots",
			fields(
				core.Object{"to": "a.b.c", "from": "x"}, core.Object{"to": "a.b.d", "from": "y"}, core.Object{"to": `e\.f`, "from": "y"},
			),
			core.Object{"x": 1, "y": 2},
			core.Object{"a": core.Object{"b": core.Object{"c": 1, "d": 2}}, "e.f": 2},
		},
		{
			"keep takes what is there",
			core.Object{"fields": core.List{}, "keep": core.List{"a", "b", "c"}},
			core.Object{"a": core.Object{"deep": 1}, "b": nil, "z": 1},
			core.Object{"a": core.Object{"deep": 1}, "b": nil},
		},
		{
			"a path into a list",
			fields(core.Object{"to": "skus", "from": "goods.#.sku"}, core.Object{"to": "n", "from": "goods.#"}),
			core.Object{"goods": core.List{core.Object{"sku": "A"}, core.Object{"sku": "B"}}},
			core.Object{"skus": core.List{"A", "B"}, "n": 2},
		},
		{
			"with each, paths start at the item whatever the source is",
			core.Object{
				"source": "input.head", "each": "input.lines",
				"fields": core.List{core.Object{"to": "sku", "from": "sku"}, core.Object{"to": "order", "value": "{{ input.head.id }}"}},
			},
			core.Object{"head": core.Object{"id": 7, "sku": "?"}, "lines": core.List{core.Object{"sku": "A"}, nil}},
			core.List{core.Object{"sku": "A", "order": 7}, core.Object{"sku": nil, "order": 7}},
		},
		{
			"each over plain values",
			core.Object{"each": "input", "fields": core.List{core.Object{"to": "sku", "value": "{{ item }}"}, core.Object{"to": "no", "value": "{{ index }}"}}},
			core.List{"A", "B"},
			core.List{core.Object{"sku": "A", "no": 0}, core.Object{"sku": "B", "no": 1}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, f := eval(t, c.config, c.input)
			require.Nil(t, f)
			nodetest.RequireSame(t, c.want, got)
		})
	}
}

func TestFieldFailures(t *testing.T) {
	t.Parallel()
	_, f := eval(t, fields(core.Object{"to": "receiver.city", "from": "city", "required": true}), core.Object{"city": nil})
	require.Equal(t, "map.required", f.Code)
	require.Equal(t, core.Object{"field": "receiver.city"}, f.Details)

	_, f = eval(t, core.Object{
		"each": "input", "fields": core.List{core.Object{"to": "price", "from": "price", "type": "number"}},
	}, core.List{core.Object{"price": "1"}, core.Object{"price": "one"}})
	require.Equal(t, "map.type", f.Code)
	require.Equal(t, core.Object{"field": "price", "index": 1}, f.Details)
	require.Contains(t, f.Message, "item 1")
}

// TestNamesOnce keeps a field from being written over or into what another one wrote.
func TestNamesOnce(t *testing.T) {
	t.Parallel()
	field := func(to string) core.Object { return core.Object{"to": to, "value": 1} }
	for _, c := range []struct {
		name   string
		config core.Object
		want   string
	}{
		{"twice", fields(field("a"), field("a")), "/nodes/0/config/fields/1/to"},
		{"into a value", fields(field("a"), field("a.b")), "/nodes/0/config/fields/1/to"},
		{"over an object", fields(field("a.b"), field("a")), "/nodes/0/config/fields/1/to"},
		{"kept", core.Object{"keep": core.List{"a"}, "fields": core.List{field("a")}}, "/nodes/0/config/fields/0/to"},
		{"into what is kept", core.Object{"keep": core.List{"a"}, "fields": core.List{field("a.b")}}, "/nodes/0/config/fields/0/to"},
	} {
		spec := mapnode.Spec()
		found := nodetest.Findings(t, &spec, c.config)
		require.Len(t, found, 1, c.name)
		require.Equal(t, "config.duplicate", found[0].Code, c.name)
		require.Equal(t, c.want, found[0].Pointer, c.name)
	}
}

func TestFieldForm(t *testing.T) {
	t.Parallel()
	spec := mapnode.Spec()
	for _, c := range []core.Object{
		{},
		fields(core.Object{"to": "a"}),
		fields(core.Object{"to": "a", "from": "a", "value": 1}),
		fields(core.Object{"to": "", "value": 1}),
		fields(core.Object{"to": "a..b", "value": 1}),
		fields(core.Object{"to": "a", "value": 1, "type": "money"}),
		fields(core.Object{"to": "a", "value": "{{ item }}"}),
	} {
		require.Len(t, nodetest.Findings(t, &spec, c), 1, "%v", c)
	}
}
