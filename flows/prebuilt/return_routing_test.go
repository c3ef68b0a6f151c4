package prebuilt_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/examples/shop"
)

const returns = "return-routing"

// bought writes an order of 259.70 yuan that was placed so long ago: two mugs, and a pair of socks.
func (w *office) bought(id string, ago time.Duration) {
	w.t.Helper()
	w.exec(`INSERT INTO orders (order_id, source, channel, status, total_price, created_at) VALUES (?, 'wechat', 'mini', 'delivered', '259.70', ?)`, id, before(ago))
	w.exec(`INSERT INTO order_items (order_id, line, sku, quantity, price) VALUES (?, 1, 'MUG-350', 2, '119.90'), (?, 2, 'SOC-05', 1, '19.90')`, id, id)
}

// routed runs the flow on a request for a home return of A1; what more says replaces or adds to it.
func (w *office) routed(more core.Object) core.Object {
	w.t.Helper()
	request := core.Object{"return_id": "R1", "order_id": "A1", "category": "home", "reason": "不喜欢"}
	maps.Copy(request, more)
	return w.output(w.call(returns, request))
}

func newReturns(t *testing.T, kind string) *office {
	t.Helper()
	return newOffice(t, kind, hurried, returns)
}

func (w *office) payables() []string {
	w.t.Helper()
	return w.table(`SELECT return_id, order_id, amount, status, ticket_id FROM payables ORDER BY return_id`)
}

func TestAnApprovedReturnIsBookedOnceAndTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 10*24*time.Hour)
		request := core.Object{"items": []any{core.Object{"sku": "MUG-350", "quantity": 1}}, "shipped_weight": "350.5", "returned_weight": 360}
		require.Equal(t, core.Object{
			"return_id": "R1", "order_id": "A1", "colour": "green", "reason": "window", "person": false, "proof": core.List{}, "clause": nil, "link": nil,
			"team": "service", "checklist": core.List{"确认商品完好、不影响二次销售", "询问是否换货"},
			"weight": core.Object{"shipped": "350.5", "returned": 360, "percent": 2.7, "off": false}, "ticket_id": nil,
			"payable": core.Object{"amount": "119.9", "status": "open"}, "told": true,
		}, w.routed(request))
		require.Equal(t, []string{"R1|A1|119.9|open|NULL"}, w.payables())
		require.Equal(t, []string{"R1|MUG-350|1"}, w.table(`SELECT return_id, sku, quantity FROM return_items`))
		require.Equal(t, []string{"您的退货申请R1已通过，退款119.9元将原路退回。"}, w.customerMessages())
		require.Empty(t, w.shop.Warehouse().Tickets)

		again := w.routed(request)
		require.Equal(t, "booked_before", again["reason"])
		require.Equal(t, core.Object{"amount": "119.9", "status": "open"}, again["payable"])
		require.Equal(t, false, again["told"])
		require.Len(t, w.payables(), 1)
		require.Len(t, w.customerMessages(), 1)

		rest := w.routed(core.Object{"return_id": "R2"})
		require.Equal(t, core.Object{"amount": "139.8", "status": "open"}, rest["payable"], "all that has not come back, to the cent")
		require.Equal(t, []string{"MUG-350|1", "SOC-05|1"}, w.table(`SELECT sku, quantity FROM return_items WHERE return_id = 'R2' ORDER BY sku`))
		require.Equal(t, "amount", w.routed(core.Object{"return_id": "R3"})["reason"], "nothing is left")
	})
}

func TestMoneyThatIsNotOwedGoesToAPerson(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		mugs := func(lines ...int) []any {
			var items []any
			for _, n := range lines {
				items = append(items, core.Object{"sku": "MUG-350", "quantity": n})
			}
			return items
		}
		for _, c := range []struct {
			reason string
			more   core.Object
		}{
			{"not_bought", core.Object{"items": mugs(3)}},
			{"not_bought", core.Object{"items": mugs(2, 1)}},
			{"not_bought", core.Object{"items": []any{core.Object{"sku": "TEA-250", "quantity": 1}}}},
			{"amount", core.Object{"items": mugs(1), "amount": "119.91"}},
			{"amount", core.Object{"amount": "259.71"}},
			{"amount", core.Object{"amount": "0"}},
			{"order_unknown", core.Object{"return_id": "R9", "order_id": "A2"}},
			{"window", core.Object{"items": mugs(2), "amount": "239.8"}},
		} {
			out := w.routed(c.more)
			require.Equal(t, c.reason, out["reason"], "%v", c.more)
			require.Equal(t, c.reason != "window", out["person"])
		}
		require.Equal(t, []string{"R1|A1|239.8|open|NULL"}, w.payables())
		require.Equal(t, "not_bought", w.routed(core.Object{"return_id": "R2", "items": mugs(1)})["reason"], "they came back already")
		require.Equal(t, "window", w.routed(core.Object{"return_id": "R2", "items": []any{core.Object{"sku": "SOC-05", "quantity": 1}}})["reason"])
	})
}

func TestAnOddWeightIsLookedIntoAndBlocksNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		for i, c := range []struct {
			shipped, returned any
			off               any
		}{
			{1000, 1150, false}, {1000, 850, false}, {1000, "1150.000001", true}, {"1000.0", 849.9, true}, {0.3, 0.345, false}, {0.3, 0.3450001, true},
			{nil, 500, nil}, {500, nil, nil}, {0, 500, nil}, {500, 0, true},
		} {
			id := fmt.Sprintf("A-%d", i)
			w.bought(id, 24*time.Hour)
			tickets := len(w.shop.Warehouse().Tickets)
			out := w.routed(core.Object{"return_id": "R-" + id, "order_id": id, "shipped_weight": c.shipped, "returned_weight": c.returned})
			require.Equal(t, c.off, out["weight"].(core.Object)["off"], "%v", c)
			require.Equal(t, "green", out["colour"])
			payable := out["payable"].(core.Object)
			if c.off != true {
				require.Equal(t, "open", payable["status"])
				require.Len(t, w.shop.Warehouse().Tickets, tickets)
				continue
			}
			require.Equal(t, "in_review", payable["status"])
			require.Len(t, w.shop.Warehouse().Tickets, tickets+1)
			require.Equal(t, w.shop.Warehouse().Tickets[tickets].ID, out["ticket_id"])
		}
		red := w.routed(core.Object{"category": "custom", "shipped_weight": 100, "returned_weight": 200})
		require.Equal(t, "red", red["colour"])
		require.NotNil(t, red["ticket_id"], "whatever the colour")
		require.Nil(t, red["payable"])
	})
}

func TestTheWeightOfAParcelThatHasArrivedHoldsThePayableBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		require.Equal(t, "open", w.routed(nil)["payable"].(core.Object)["status"])
		arrived := core.Object{"shipped_weight": 700, "returned_weight": 120}
		out := w.routed(arrived)
		ticket := w.shop.Warehouse().Tickets[0].ID
		require.Equal(t, core.Object{"amount": "259.7", "status": "in_review"}, out["payable"])
		require.Equal(t, []string{"R1|A1|259.7|in_review|" + ticket}, w.payables())
		require.Equal(t, ticket, w.routed(arrived)["ticket_id"])
		require.Len(t, w.shop.Warehouse().Tickets, 1, "one ticket a request")
		require.Len(t, w.customerMessages(), 1)
		require.Equal(t, []string{"R1|" + ticket}, w.table(`SELECT return_id, ticket_id FROM returns`))
		w.exec(`UPDATE payables SET status = 'paid'`)
		require.Equal(t, "paid", w.routed(arrived)["payable"].(core.Object)["status"])
		require.Equal(t, []string{"R1|A1|259.7|paid|" + ticket}, w.payables())
	})
}

func TestALostAnswerIsNotASecondTicketAndATicketThatFailsIsTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		w.bought("A2", 24*time.Hour)
		odd := core.Object{"shipped_weight": 100, "returned_weight": 200}
		require.NoError(t, w.shop.SetFault("wms.tickets.create", shop.Fault{Script: []shop.Outcome{shop.Lost, shop.Throttled, shop.Lost}}))
		require.NotNil(t, w.routed(odd)["ticket_id"])
		require.Len(t, w.shop.Warehouse().Tickets, 1)

		require.NoError(t, w.shop.SetFault("wms.tickets.create", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
		out := w.routed(core.Object{"return_id": "R2", "order_id": "A2", "shipped_weight": 100, "returned_weight": 200})
		require.Nil(t, out["ticket_id"])
		require.Equal(t, "in_review", out["payable"].(core.Object)["status"])
		require.Equal(t, []string{"退货R2（订单A2）重量异常 100%，但复核工单创建失败（http.status），请人工创建"}, w.messages())
	})
}

func TestWhatIsBookedStaysBookedIfTheCustomerCannotBeTold(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		require.NoError(t, w.shop.SetFault("wms.messages.create", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
		out := w.routed(nil)
		require.Equal(t, false, out["told"])
		require.Len(t, w.payables(), 1)
	})
}

func TestRequestsForOneOrderAtOnceOweNothingTwice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		outs := make(chan *core.End, 6)
		for i := range 6 {
			go func() {
				outs <- w.call(returns, core.Object{"return_id": fmt.Sprintf("R%d", i%3), "order_id": "A1", "category": "home"})
			}()
		}
		for range 6 {
			end := <-outs
			require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
		}
		require.Len(t, w.payables(), 1)
		require.Len(t, w.customerMessages(), 1)
	})
}

func TestAnIDOfAnotherOrdersReturnIsRefused(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		w.bought("A1", 24*time.Hour)
		w.bought("A2", 24*time.Hour)
		w.routed(nil)
		end := w.call(returns, core.Object{"return_id": "R1", "order_id": "A2", "category": "home"})
		require.Equal(t, "return.id_taken", end.Failure.Code)
		require.Len(t, w.payables(), 1)
	})
}

func TestAgesAreExactWhateverTheZone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		day := 24 * time.Hour
		for i, c := range []struct {
			createdAt, rule string
		}{
			{time.Now().Add(-15*day + time.Minute).UTC().Format(time.RFC3339), "window"},
			{time.Now().Add(-15*day - time.Minute).UTC().Format(time.RFC3339), "after-window"},
			{time.Now().Add(-15*day + time.Minute).In(time.FixedZone("", 9*3600)).Format(time.RFC3339), "window"},
			{time.Now().Add(-30*day + time.Minute).In(time.FixedZone("", -5*3600)).Format(time.RFC3339), "after-window"},
			{time.Now().Add(-30*day - time.Minute).UTC().Add(8 * time.Hour).Format(time.DateTime), "too-late"},
		} {
			id := fmt.Sprintf("A%d", i)
			w.bought(id, 0)
			w.exec(`UPDATE orders SET created_at = ? WHERE order_id = ?`, c.createdAt, id)
			require.Equal(t, c.rule, w.routed(core.Object{"return_id": "R" + id, "order_id": id})["reason"], c.createdAt)
		}
	})
}

// suite finds a file of the shared test data, above the module.
func suite(t *testing.T, name string) *os.File {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, filepath.Dir(dir), dir)
	}
	file, err := os.Open(filepath.Join(dir, "..", "shared", "testdata", "orders", name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIPPED: the shared test data is not here, so returns of a real shop are not routed: %v", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, file.Close()) })
	return file
}

// Ten thousand lines of a real shop: what a customer has bought before may come back, as far as it has not yet.
func TestReturnsOfARealShop(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		var want []struct {
			Invoice    string `json:"invoice"`
			StockCode  string `json:"stock_code"`
			CustomerID string `json:"customer_id"`
			Returned   int    `json:"returned"`
			Route      string `json:"route"`
		}
		require.NoError(t, json.NewDecoder(suite(t, "online-retail-returns-expected.json")).Decode(&want))
		lines, err := csv.NewReader(suite(t, "online-retail-lines.csv")).ReadAll()
		require.NoError(t, err)
		w := newReturns(t, kind)
		n := 0
		tx, err := w.db.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		for i, line := range lines[1:] {
			invoice, sku, customer, price := line[0], line[1], line[6], line[5]
			quantity, err := strconv.Atoi(line[3])
			require.NoError(t, err)
			if strings.HasPrefix(invoice, "C") {
				require.NoError(t, tx.Commit())
				expected := want[n]
				n++
				require.Equal(t, []any{expected.Invoice, expected.StockCode, expected.Returned}, []any{invoice, sku, -quantity})
				category := "home"
				if sku == "D" || sku == "M" || sku == "POST" {
					category = "fee"
				}
				order := customer
				if customer == "" {
					order = "nobody"
				}
				out := w.routed(core.Object{"return_id": fmt.Sprintf("%s-%d", invoice, i), "order_id": order, "category": category,
					"items": []any{core.Object{"sku": sku, "quantity": -quantity}}})
				require.Equal(t, expected.Route == "auto", out["colour"] == "green", "%v: %v", expected, out)
				require.Equal(t, expected.Route == "manual", out["person"])
				tx, err = w.db.BeginTx(t.Context(), nil)
				require.NoError(t, err)
				continue
			}
			if customer == "" || quantity <= 0 {
				continue
			}
			_, err = tx.ExecContext(t.Context(), w.data.Marks(`INSERT INTO orders (order_id, source, status, total_price, created_at)
			SELECT ?, 'uci', 'delivered', '1000000000', ? FROM (SELECT 1 AS one) AS once WHERE NOT EXISTS (SELECT 1 FROM orders WHERE order_id = ?)`),
				customer, before(24*time.Hour), customer)
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), w.data.Marks(`INSERT INTO order_items (order_id, line, sku, quantity, price) VALUES (?, ?, ?, ?, ?)`), customer, i, sku, quantity, price)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())
		require.Len(t, want, n)
	})
}

func TestWhatARequestMustSay(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newReturns(t, kind)
		flow := w.plans[returns]
		require.Equal(t, "returns/requests", flow.Triggers[0].Path)
		require.Equal(t, []string{http.MethodPost}, flow.Triggers[0].Methods)
		require.NotNil(t, flow.Input(core.Object{"order_id": "A1"}), "a request needs an id")
		require.NotNil(t, flow.Input(core.Object{"return_id": "R1", "order_id": "A1", "amount": "1.234"}))
		require.NotNil(t, flow.Input(core.Object{"return_id": "R1", "order_id": "A1", "amount": "-1"}))
	})
}
