// Package demo is the world that the shipped flows are shown in: a simulated shop with its warehouse, its customers and an
// order system that makes mistakes.
//
// It is a client of a server's public HTTP API and webhooks like any other, and must not know how a server is made.
package demo

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"sluice/connect/sqldb"
	"sluice/examples/shop"
	"sluice/flows/prebuilt"
)

// paymentNotice is a flow of the demonstration's own: it writes down what WeChat Pay tells of payments, beside the books, on
// which the shipped flows decide alone.
//
//go:embed payment-notice.json
var paymentNotice []byte

// Options of a demonstration. URL, Token and Dir are needed.
type Options struct {
	// URL is the server's address without a slash at its end, such as http://127.0.0.1:8080.
	URL string
	// Token may do everything there.
	Token string
	// Dir is an existing folder for the order database, orders.db. What an earlier demonstration left in it is cleared.
	Dir string
	// Speed divides the pauses between events; 0 is 1, at which something happens every few seconds.
	Speed float64
	// Seed decides everything random but the moments.
	Seed uint64
	// Zh tells in Chinese instead of English.
	Zh bool
	// Out gets a line for each thing worth telling; nil tells nothing. It is written to by one goroutine at a time.
	Out io.Writer
}

// world is a demonstration under way.
type world struct {
	o      Options
	shop   *shop.Running
	db     *sqldb.DB
	server *client
	// published are the flows that are live.
	published []string

	telling sync.Mutex
}

// Run shows the shipped flows at work on a server until the context ends, which is no error. It waits for a server that is
// still coming up. What it put there stays: connections and flows. An error is that of the preparations; what
// fails later is told, and tried again.
func Run(ctx context.Context, o Options) error {
	if o.Speed == 0 {
		o.Speed = 1
	}
	if o.Speed < 0 {
		return fmt.Errorf("demo: the speed must be above zero, not %v", o.Speed)
	}
	if o.Out == nil {
		o.Out = io.Discard
	}
	w := &world{o: o, server: newClient(o)}
	defer w.server.close()
	err := w.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (w *world) run(ctx context.Context) (err error) {
	var starts uint64
	if w.db, starts, err = openOrders(ctx, filepath.Join(w.o.Dir, "orders.db")); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.db.Close()) }()
	// The shop draws the ids of orders and messages from its seed. The server remembers messages by their id, so that
	// each start needs others.
	seed := w.o.Seed + starts
	if w.shop, err = openShop(seed, w.o); err != nil {
		return err
	}
	defer w.shop.Close()
	w.say(textShop, w.shop.URL)
	if err := w.prepare(ctx); err != nil {
		return err
	}
	t := newTraffic(w, rand.New(rand.NewPCG(seed, 1)))
	if err := t.begin(ctx); err != nil {
		return err
	}
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { w.every(ctx, 3*time.Second, t.step) })
	parts.Go(func() { w.every(ctx, 20*time.Second, newOperator(w).fire) })
	parts.Go(func() { w.every(ctx, 10*time.Second, w.arbitrate) })
	parts.Go(func() { w.every(ctx, 8*time.Second, newReturns(w, rand.New(rand.NewPCG(seed, 2))).ask) })
	parts.Go(func() { w.every(ctx, 30*time.Second, w.report) })
	<-ctx.Done()
	return nil
}

// openShop starts a shop whose platforms and messages are as unreliable as real ones.
func openShop(seed uint64, o Options) (*shop.Running, error) {
	credentials := shop.DefaultCredentials()
	// The order system's callbacks are taken by the webhook of the connection douyin, whose secret they are signed with.
	credentials.ERP.Secret = credentials.Douyin.AppSecret
	return shop.Start(shop.Options{
		Seed: seed, Speed: o.Speed, PDDLag: 2 * time.Second, Credentials: shop.Credentials{ERP: credentials.ERP},
		Targets:        shop.Targets{ERP: o.URL + "/hooks/douyin/ordstatus", WeChatPay: o.URL + "/hooks/wechatpay/notify"},
		CallbackFaults: shop.CallbackFaults{Lost: 0.2, Doubled: 0.2, Late: 0.2, LateBy: time.Duration(float64(5*time.Second) / o.Speed)},
		Faults: map[string]shop.Fault{
			"douyin.order.orderDetail":  {Latency: 20 * time.Millisecond, Share: map[shop.Outcome]float64{shop.Broken: 0.05, shop.Throttled: 0.05}},
			"pdd.order.information.get": {Latency: 20 * time.Millisecond, Share: map[shop.Outcome]float64{shop.Unavailable: 0.1}},
			"wechatpay.query":           {Latency: 20 * time.Millisecond, Share: map[shop.Outcome]float64{shop.Broken: 0.05}},
			"wms.tickets.create":        {Share: map[shop.Outcome]float64{shop.Lost: 0.15}},
			"wms.messages.create":       {Share: map[shop.Outcome]float64{shop.Lost: 0.1}},
		},
	})
}

// prepare puts on the server what the shipped flows need, and the flows.
func (w *world) prepare(ctx context.Context) error {
	if err := w.server.ready(ctx); err != nil {
		return err
	}
	connections := connectionsOf(w.shop, filepath.Join(w.o.Dir, "orders.db"))
	for _, c := range connections {
		if err := w.server.insist(ctx, "PUT", "/connections/"+c.ID, c, nil); err != nil {
			return err
		}
	}
	for _, id := range prebuilt.IDs() {
		if err := w.publish(ctx, id); err != nil {
			return err
		}
	}
	if err := w.put(ctx, "payment-notice", paymentNotice); err != nil {
		return err
	}
	w.say(textReady, len(connections), len(w.published))
	return nil
}

// publish makes a shipped flow live, after the flows that it calls.
func (w *world) publish(ctx context.Context, id string) error {
	document, err := prebuilt.Document(id)
	if err != nil || slices.Contains(w.published, id) {
		return err
	}
	for _, other := range prebuilt.IDs() {
		if other != id && bytes.Contains(document, []byte(`"flow": "`+other+`"`)) {
			if err := w.publish(ctx, other); err != nil {
				return err
			}
		}
	}
	return w.put(ctx, id, document)
}

func (w *world) put(ctx context.Context, id string, document []byte) error {
	w.published = append(w.published, id)
	return w.server.insist(ctx, "PUT", "/flows/"+id+"?publish=true", document, nil)
}

// every does something at once and then again and again, until the context ends. What fails is told.
func (w *world) every(ctx context.Context, pause time.Duration, do func(context.Context) error) {
	ticker := time.NewTicker(max(time.Duration(float64(pause)/w.o.Speed), time.Millisecond))
	defer ticker.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			w.say(textTrouble, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// report tells how the books stand.
func (w *world) report(ctx context.Context) error {
	row, err := queryRow(ctx, w.db, `SELECT count(*) AS orders,
		count(CASE WHEN sync_source = 'douyin_api_pull' THEN 1 END) AS arbitrated, count(CASE WHEN sync_source = 'pdd_api_pull' THEN 1 END) AS found,
		count(CASE WHEN source = 'wechat' AND status = 'cancelled' THEN 1 END) AS cancelled,
		count(CASE WHEN source = 'wechat' AND status = 'paid' THEN 1 END) AS confirmed, (SELECT count(*) FROM returns) AS returned FROM orders`)
	if err != nil {
		return err
	}
	w.say(textReport, row["orders"], row["arbitrated"], row["found"], row["cancelled"], row["confirmed"], row["returned"])
	return nil
}
