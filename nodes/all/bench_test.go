package all

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/nodetest"
)

// BenchmarkPure times the pure nodes of a usual order callback, each alone: a condition, a mapping with a sum, and three
// rules on it.
func BenchmarkPure(b *testing.B) {
	body := nodetest.Shared(b, "bench/w1.json")
	scope := &nodetest.Scope{TriggerValue: core.Object{"body": body}, InputValue: body}
	for _, c := range []struct {
		nodeType string
		config   core.Object
		want     func(core.Result) core.Value
	}{
		{"branch", core.Object{"when": `trigger.body.order_status == "DELIVERED" && trigger.body.logistics_no != ""`},
			func(r core.Result) core.Value { return r.Port == 0 }},
		{"map", core.Object{"fields": core.List{
			core.Object{"to": "id", "from": "order_id"},
			core.Object{"to": "status", "from": "order_status"},
			core.Object{"to": "waybill", "from": "logistics_no"},
			core.Object{"to": "shop", "from": "shop_id"},
			core.Object{"to": "buyer", "from": "buyer_id"},
			core.Object{"to": "total", "value": "{{ sum(input.goods_list, .price * .qty) }}"},
		}}, func(r core.Result) core.Value { return r.Value.(core.Object)["waybill"] == "SF1234567890123" }},
		{"rules", core.Object{"rules": core.List{
			core.Object{"id": "large", "when": "input.amount >= 1000", "then": core.Object{"level": "large"}},
			core.Object{"id": "medium", "when": "input.amount >= 100", "then": core.Object{"level": "medium"}},
			core.Object{"id": "small", "when": "input.amount < 100", "then": core.Object{"level": "small"}},
		}}, func(r core.Result) core.Value {
			return r.Value.(core.Object)["result"].(core.Object)["level"] == "medium"
		}},
	} {
		b.Run(c.nodeType, func(b *testing.B) {
			registry, err := nodes.New(Specs(Deps{}))
			require.NoError(b, err)
			n := nodetest.Compile(b, registry.Find(c.nodeType), c.config)
			b.ReportAllocs()
			for b.Loop() {
				r, f := n.Eval(scope)
				if f != nil || c.want(r) != true {
					b.Fatal(r, f)
				}
			}
		})
	}
}
