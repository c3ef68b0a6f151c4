package server

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/server/hooks"
	"sluice/storage"
)

// Webhooks tells of the webhooks of published flows.
type Webhooks interface {
	// List gives them by flow and trigger.
	List() []hooks.Listed
	// Deliveries are the latest of one, newest first; hooks.ErrNotFound says that there is no such webhook.
	Deliveries(flow, trigger string) ([]hooks.Received, error)
	// Again starts a run with the delivery that another run was started with. hooks.ErrNotFound says that there is no such
	// webhook, or that the run was not started by it.
	Again(ctx context.Context, flow, trigger string, of storage.RunID) (storage.RunID, error)
}

func (s *Server) listWebhooks(q *request) error {
	if err := q.query().done(); err != nil {
		return err
	}
	items := core.List{}
	if s.o.Webhooks != nil {
		for _, h := range s.o.Webhooks.List() {
			items = append(items, webhookObject(&h))
		}
	}
	return q.list(items, "")
}

func webhookObject(h *hooks.Listed) core.Object {
	o := core.Object{
		"flow": h.Flow, "trigger": h.Trigger, "path": "/hooks/" + h.Path, "methods": textList(h.Methods), "verify": nil, "result": h.Result,
	}
	if h.Scheme != "" {
		o["verify"] = core.Object{"scheme": h.Scheme, "connection": h.Connection}
	}
	return o
}

func (s *Server) listDeliveries(q *request) error {
	if err := q.query().done(); err != nil {
		return err
	}
	if s.o.Webhooks == nil {
		return hooks.ErrNotFound
	}
	list, err := s.o.Webhooks.Deliveries(q.Params("flow"), q.Params("trigger"))
	if err != nil {
		return err
	}
	items := core.List{}
	for _, d := range list {
		o := core.Object{
			"at": d.At.UTC(), "method": d.Method, "path": "/hooks/" + d.Path, "size": d.Size, "status": d.Status, "code": nil, "run": nil,
			"durationMs": int(d.Took.Milliseconds()),
		}
		if d.Code != "" {
			o["code"] = d.Code
		}
		if d.Run != "" {
			o["run"] = string(d.Run)
		}
		items = append(items, o)
	}
	return q.list(items, "")
}

func (s *Server) deliverAgain(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	of := storage.RunID(f.need("run"))
	if err := f.done(); err != nil {
		return err
	}
	if s.o.Webhooks == nil {
		return hooks.ErrNotFound
	}
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	id, err := s.o.Webhooks.Again(ctx, q.Params("flow"), q.Params("trigger"), of)
	if err != nil {
		return err
	}
	run, err := s.runs.view(id)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, base+"/runs/"+string(id))
	return q.send(fiber.StatusCreated, run)
}
