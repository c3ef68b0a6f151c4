package await

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/control/controltest"
)

func awaited(port, name string, key core.Value) core.Object {
	return core.Object{"port": port, "event": name, "key": key}
}

// paidOrClosed awaits two events for the order in trigger.body. Behind each port a node says which one it was.
func paidOrClosed(more core.Object, ports ...string) controltest.Graph {
	spec := Spec()
	config := core.Object{"events": core.List{awaited("paid", "order.paid", controltest.Body), awaited("closed", "order.closed", controltest.Body)}}
	maps.Copy(config, more)
	g := controltest.Graph{Nodes: []controltest.Node{{ID: "outcome", Spec: &spec, Config: config}}}
	for _, port := range ports {
		g.Nodes = append(g.Nodes, controltest.Node{ID: "on_" + port, Eval: controltest.Of(func(s controltest.Scope) core.Value {
			return core.List{port, s.Input()}
		})})
		g.Edges = append(g.Edges, controltest.Edge{From: "outcome", Port: port, To: "on_" + port})
	}
	return g
}

func TestTheFirstEventCounts(t *testing.T) {
	t.Parallel()
	for _, port := range []string{"paid", "closed"} {
		t.Run(port, func(t *testing.T) {
			t.Parallel()
			r := controltest.Start(t, paidOrClosed(core.Object{"timeout": "30m"}, "paid", "closed", "timeout"), "SO-1")
			r.Heard("Subscribe outcome order.paid SO-1", "Subscribe outcome order.closed SO-1", "SetTimer outcome 30m0s")
			require.True(t, r.Signal("order."+port, "SO-1", core.Object{"amount": 1}))
			r.Output(`["` + port + `",{"amount":1}]`)
			require.False(t, r.Signal("order.paid", "SO-1", nil), "nothing waits any more")
		})
	}
}

func TestOtherKeysAndEventsAreNotMeant(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, paidOrClosed(nil, "paid"), "SO-1")
	require.False(t, r.Signal("order.paid", "SO-10", nil))
	require.False(t, r.Signal("order.shipped", "SO-1", nil))
	require.True(t, r.Signal("order.paid", "SO-1", nil))
	r.Output(`["paid",null]`)
}

func TestEventsThatShareAPort(t *testing.T) {
	t.Parallel()
	config := core.Object{"events": core.List{
		awaited("paid", "wechatpay.success", controltest.Body), awaited("closed", "order.closed", controltest.Body),
		awaited("paid", "alipay.success", controltest.Body),
	}}
	require.Equal(t, []string{"paid", "closed", "timeout"}, Spec().Ports(config))
	r := controltest.Start(t, paidOrClosed(config, "paid", "closed"), "SO-1")
	require.True(t, r.Signal("alipay.success", "SO-1", 1))
	r.Output(`["paid",1]`)
}

func TestPortsOfAConfigThatNobodyChecked(t *testing.T) {
	t.Parallel()
	for _, config := range []core.Object{nil, {"events": "x"}, {"events": core.List{1, core.Object{"port": 2}, nil}}} {
		require.Equal(t, []string{"timeout"}, Spec().Ports(config))
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	t.Run("goes on with the input", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, paidOrClosed(core.Object{"timeout": "30m"}, "timeout"), "SO-1")
		r.Fire()
		r.Heard("Subscribe outcome order.paid SO-1", "Subscribe outcome order.closed SO-1", "SetTimer outcome 30m0s",
			"Unsubscribe outcome", "Unsubscribe outcome", `Finish succeeded ["timeout","SO-1"]`)
	})
	t.Run("fails without an edge", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, paidOrClosed(core.Object{"timeout": "30m"}, "paid"), "SO-1")
		r.Fire()
		require.True(t, r.Fails("await.timeout").Permanent)
	})
	t.Run("from a template", func(t *testing.T) {
		t.Parallel()
		r := controltest.Start(t, paidOrClosed(core.Object{"timeout": controltest.Const("2d")}), "SO-1")
		r.Heard("Subscribe outcome order.paid SO-1", "Subscribe outcome order.closed SO-1", "SetTimer outcome 48h0m0s")
	})
	t.Run("that is none", func(t *testing.T) {
		t.Parallel()
		controltest.Start(t, paidOrClosed(core.Object{"timeout": controltest.Const(30)}), "SO-1").Fails("config.duration")
	})
	t.Run("that is none is found", func(t *testing.T) {
		t.Parallel()
		config := paidOrClosed(core.Object{"timeout": "soon"}).Nodes[0].Config
		require.Equal(t, []string{"/timeout flow.duration.invalid"}, controltest.Findings(compile, config))
	})
}

func TestKeysKeepEveryDigit(t *testing.T) {
	t.Parallel()
	huge, err := value.ParseDecimal("69172233788895401234567")
	require.NoError(t, err)
	for want, key := range map[string]core.Value{
		"6917223378889540123":     6917223378889540123,
		"69172233788895401234567": huge,
		"6917223378889540124":     "6917223378889540124",
		"0012":                    "0012",
		"12":                      12,
		"1.5":                     1.5,
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			r := controltest.Start(t, paidOrClosed(nil, "paid"), key)
			r.Heard("Subscribe outcome order.paid "+want, "Subscribe outcome order.closed "+want)
			require.True(t, r.Signal("order.paid", want, nil))
		})
	}
	for name, key := range map[string]core.Value{"null": nil, "empty": "", "a boolean": false, "an object": core.Object{}} {
		t.Run(name+" is no key", func(t *testing.T) {
			t.Parallel()
			f := controltest.Start(t, paidOrClosed(nil), key).Fails("await.key")
			require.Contains(t, f.Message, "order.paid")
		})
	}
}

func TestAKeyThatIsRefusedLeavesNoSubscription(t *testing.T) {
	t.Parallel()
	config := core.Object{"events": core.List{awaited("a", "first", controltest.Body), awaited("b", "second", controltest.Const(nil))}}
	r := controltest.Start(t, paidOrClosed(config), "SO-1")
	r.Heard("Subscribe outcome first SO-1", "Unsubscribe outcome", "Finish failed await.key outcome")
}

func TestSchema(t *testing.T) {
	t.Parallel()
	start := func(t *testing.T, retry *core.Retry) *controltest.Run {
		g := paidOrClosed(core.Object{"schema": core.Object{"required": core.List{"amount"}}}, "paid")
		g.Nodes[0].Retry = retry
		return controltest.Start(t, g, "SO-1")
	}
	t.Run("fits", func(t *testing.T) {
		t.Parallel()
		r := start(t, nil)
		r.Signal("order.paid", "SO-1", core.Object{"amount": "1.00"})
		r.Output(`["paid",{"amount":"1.00"}]`)
	})
	t.Run("does not fit", func(t *testing.T) {
		t.Parallel()
		r := start(t, nil)
		r.Signal("order.paid", "SO-1", core.Object{"total": "1.00"})
		require.Equal(t, "outcome", r.Fails("json.schema").Path)
	})
	t.Run("waits again with a retry", func(t *testing.T) {
		t.Parallel()
		r := start(t, &core.Retry{Max: 1})
		r.Signal("order.paid", "SO-1", nil)
		r.Fire()
		require.True(t, r.Signal("order.paid", "SO-1", core.Object{"amount": 1}))
		r.Ended(core.Succeeded)
	})
}

func TestCancelUnsubscribes(t *testing.T) {
	t.Parallel()
	r := controltest.Start(t, paidOrClosed(nil), "SO-1")
	r.Cancel()
	r.Heard("Subscribe outcome order.paid SO-1", "Subscribe outcome order.closed SO-1",
		"Unsubscribe outcome", "Unsubscribe outcome", "Finish cancelled run.cancelled ")
}
