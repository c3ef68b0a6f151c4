package demo

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/examples/shop"
)

// operator does not wait for schedules.
type operator struct {
	*world
	// fired are the latest runs by schedule.
	fired map[string]string
}

func newOperator(w *world) *operator { return &operator{world: w, fired: map[string]string{}} }

// fire starts each shipped schedule whose latest run has ended.
func (p *operator) fire(ctx context.Context) error {
	var schedules struct {
		Items []struct{ Flow, Trigger string }
	}
	if err := p.server.call(ctx, http.MethodGet, "/schedules?limit=500", nil, &schedules); err != nil {
		return err
	}
	var failed []error
	for _, s := range schedules.Items {
		if !slices.Contains(p.published, s.Flow) {
			continue
		}
		path := "/schedules/" + url.PathEscape(s.Flow) + "/" + url.PathEscape(s.Trigger) + "/fire"
		ended, err := p.ended(ctx, p.fired[path])
		if err != nil || !ended {
			failed = append(failed, err)
			continue
		}
		var run struct{ ID string }
		if err := p.server.call(ctx, http.MethodPost, path, nil, &run); err != nil {
			failed = append(failed, err)
			continue
		}
		if p.fired[path] = run.ID; run.ID != "" { // else the schedule's own run is still going on
			p.say(textFired, s.Flow, run.ID)
		}
	}
	return errors.Join(failed...)
}

func (p *operator) ended(ctx context.Context, id string) (bool, error) {
	if id == "" {
		return true, nil
	}
	var run struct{ Status core.Status }
	err := p.server.call(ctx, http.MethodGet, "/runs/"+id, nil, &run)
	return run.Status == core.Succeeded || run.Status == core.Failed || run.Status == core.Cancelled, err
}

// arbitrate starts the arbitration of orders that were delivered some time ago and that our record still has as paid: the
// callback was lost.
func (w *world) arbitrate(ctx context.Context) error {
	patience := time.Duration(float64(15*time.Second) / w.o.Speed)
	rows, failure := w.db.Query(ctx, sqldb.Query{SQL: `SELECT order_id FROM orders WHERE source = 'douyin' AND status = 'paid' ORDER BY last_sync_time LIMIT 1000`})
	if failure != nil {
		return errorOf(failure)
	}
	for _, row := range rows {
		id, _ := row.(core.Object)["order_id"].(string)
		if o, ok := w.shop.Order(id); !ok || o.Status != shop.Delivered || time.Since(o.UpdatedAt) < patience {
			continue
		}
		if err := w.server.call(ctx, http.MethodPost, "/flows/status-arbitration/runs", map[string]any{"input": map[string]string{"order_id": id}}, nil); err != nil {
			return err
		}
		w.say(textByHand, id)
	}
	return nil
}
