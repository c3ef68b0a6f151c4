package prebuilt_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/flows/prebuilt"
)

// dictionary is where the shipped tables come from.
type dictionary struct {
	Standard []struct {
		Code     int
		Key      string
		ZH, EN   string
		Terminal bool
	}
	Platforms map[string]map[string]json.RawMessage
	Logistics map[string]json.RawMessage
}

func readDictionary(t *testing.T) *dictionary {
	t.Helper()
	text, err := os.ReadFile("testdata/status_dictionary.json")
	require.NoError(t, err)
	d := &dictionary{}
	require.NoError(t, json.Unmarshal(text, d))
	return d
}

// shipped reads one of the tables as a flow does.
func shipped[V any](t *testing.T, id string) map[string]V {
	t.Helper()
	text, ok := prebuilt.Tables()[id]
	require.True(t, ok, id)
	table := map[string]V{}
	require.NoError(t, json.Unmarshal(text, &table), id)
	require.NotEmpty(t, table)
	return table
}

type status struct {
	Code     int
	ZH, EN   string
	Terminal bool
}

func TestTablesHaveIDsThatExpressionsCanName(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	for id, text := range prebuilt.Tables() {
		require.Regexp(t, form, id)
		var table map[string]any
		require.NoError(t, json.Unmarshal(text, &table), id)
	}
}

func TestOrderStatusesAreTheDictionarys(t *testing.T) {
	t.Parallel()
	d := readDictionary(t)
	table := shipped[status](t, "order-status")
	require.Len(t, table, len(d.Standard)+1)
	require.Equal(t, 0, table["UNKNOWN"].Code)
	for _, s := range d.Standard {
		require.Equal(t, status{s.Code, s.ZH, s.EN, s.Terminal}, table[s.Key], s.Key)
	}
	for id, place := range map[string][2]string{
		"taobao-order-status": {"taobao", "map"}, "jd-order-status": {"jd", "map"}, "douyin-order-status": {"douyin", "map"},
		"wechatpay-trade-state": {"wechatpay", "map"}, "alipay-trade-status": {"alipay", "map"}, "stripe-payment-status": {"stripe", "payment_intent"},
		"taobao-refund-status": {"taobao", "refund_status_overrides"}, "douyin-aftersale-status": {"douyin", "after_sale_overrides"},
	} {
		var raw map[string]*string
		require.NoError(t, json.Unmarshal(d.Platforms[place[0]][place[1]], &raw), id)
		want := map[string]string{}
		for from, to := range raw {
			// What the amount decides, or what changes nothing, is in no table.
			if to != nil {
				if _, ok := table[*to]; ok {
					want[from] = *to
				}
			}
		}
		require.Equal(t, want, shipped[string](t, id), id)
	}
	for _, id := range []string{"pdd-order-status", "pdd-refund-status"} {
		for _, to := range shipped[string](t, id) {
			require.Contains(t, table, to, id)
		}
	}
}

func TestLogisticsStatesAreTheDictionarys(t *testing.T) {
	t.Parallel()
	d := readDictionary(t)
	states := shipped[status](t, "logistics-state")
	require.Len(t, states, 6)
	type step struct {
		State string
		ZH    string
		Flags []string
	}
	var flags []string
	require.NoError(t, json.Unmarshal(d.Logistics["flags"], &flags))
	for id, name := range map[string]string{
		"kuaidi100-state": "kuaidi100", "sf-opcode": "sf_express", "cainiao-status": "cainiao", "shopify-shipment-status": "shopify_shipment",
	} {
		var carrier struct{ Map map[string]step }
		require.NoError(t, json.Unmarshal(d.Logistics[name], &carrier))
		table := shipped[step](t, id)
		require.Equal(t, carrier.Map, table, id)
		for code, s := range table {
			require.Contains(t, states, s.State, "%s %s", id, code)
			for _, flag := range s.Flags {
				require.True(t, slices.Contains(flags, flag), "%s %s %s", id, code, flag)
			}
		}
	}
}
