package demo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"

	"sluice/connect/sqldb"
	"sluice/engine/core"
)

// returns are customers who want to send something back.
type returns struct {
	*world
	r *rand.Rand
	n int
}

func newReturns(w *world, r *rand.Rand) *returns { return &returns{world: w, r: r} }

// ask posts a request to return something of an order, as the shop's own pages would: now and then twice.
func (c *returns) ask(ctx context.Context) error {
	if !slices.Contains(c.published, "return-routing") {
		return nil
	}
	rows, failure := c.db.Query(ctx, sqldb.Query{SQL: `SELECT o.order_id, i.sku, i.quantity FROM orders o JOIN order_items i ON i.order_id = o.order_id
		WHERE o.status IN ('paid', 'shipped') AND i.line = 1 ORDER BY o.order_id LIMIT 1000`})
	if failure != nil || len(rows) == 0 {
		return errorOf(failure)
	}
	row, _ := pick(c.r, rows...).(core.Object)
	c.n++
	order, _ := row["order_id"].(string)
	request := c.request(order, row)
	times := 1 + c.r.IntN(4)/3
	for range times {
		if err := c.post(ctx, request); err != nil {
			return err
		}
	}
	return nil
}

func (c *returns) request(order string, row core.Object) map[string]any {
	request := map[string]any{
		"return_id": fmt.Sprintf("R%04d-%s", c.n, order[max(len(order)-6, 0):]), "order_id": order,
		"category":     pick(c.r, "home", "home", "服饰", "美妆", "数码", "生鲜", "定制"),
		"member_level": pick(c.r, "", "gold", "platinum"),
		"carrier":      pick(c.r, "zhongda", "feitu", "self"),
		"reason":       pick(c.r, "有色差，和图片不一样", "尺码小了，穿着偏小", "发错货了，不是我买的", "不喜欢，七天无理由", "杯口有破损"),
		"items":        []any{map[string]any{"sku": row["sku"], "quantity": 1}},
	}
	if c.r.IntN(3) == 0 {
		request["gift_included"] = c.r.IntN(2) == 0
	}
	if c.r.IntN(2) == 0 {
		request["shipped_weight"], request["returned_weight"] = 1000, 750+c.r.IntN(400)
	}
	return request
}

func (c *returns) post(ctx context.Context, request map[string]any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, []byte(storefrontSecret))
	mac.Write(body)
	id, _ := request["return_id"].(string)
	header := map[string]string{"X-Signature": hex.EncodeToString(mac.Sum(nil)), "X-Request-ID": "storefront-" + id}
	var routed struct{ Colour, Team string }
	if err := c.server.do(ctx, http.MethodPost, c.o.URL+"/hooks/returns/requests", header, body, &routed); err != nil {
		return err
	}
	c.say(textReturn, id, request["order_id"], routed.Colour, routed.Team)
	return nil
}
