package server

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/server/schedule"
	"sluice/storage"
)

func (s *Server) listConnections(q *request) error {
	p := q.query()
	limit, after := p.limit(usualPage, maxPage), p.text("cursor")
	if err := p.done(); err != nil {
		return err
	}
	items, next := core.List{}, ""
	for _, c := range s.vault.all() {
		if c.ID <= after {
			continue
		}
		if len(items) == limit {
			next = items[limit-1].(core.Object)["id"].(string)
			break
		}
		items = append(items, s.shown(&c))
	}
	return q.list(items, next)
}

func (s *Server) getConnection(q *request) error {
	c, err := s.vault.get(q.Params("id"))
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, s.shown(&c))
}

func (s *Server) putConnection(q *request) error {
	v, err := q.value()
	if err != nil {
		return err
	}
	document, ok := v.(core.Object)
	if !ok {
		f := &fields{}
		f.wrongType("", "object", v)
		return f.done()
	}
	c, err := s.vault.put(q.Params("id"), document)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, s.shown(&c))
}

func (s *Server) deleteConnection(q *request) error {
	if err := s.vault.remove(q.Params("id")); err != nil {
		return err
	}
	return q.SendStatus(fiber.StatusNoContent)
}

// probeWithin bounds how long a connection is tried.
const probeWithin = 15 * time.Second

func (s *Server) testConnection(q *request) error {
	ctx, cancel := context.WithTimeout(context.Background(), probeWithin)
	defer cancel()
	begin := time.Now()
	found, err := s.vault.try(ctx, q.Params("id"))
	if err != nil {
		return err
	}
	o := core.Object{"ok": found.Failure == nil, "sent": found.Sent, "status": nil, "error": nil, "durationMs": int(time.Since(begin).Milliseconds())}
	if found.Status != 0 {
		o["status"] = found.Status
	}
	if f := found.Failure; f != nil {
		o["error"] = core.Object{"code": f.Code, "message": s.o.Connections.MaskText(f.Message)}
	}
	return q.send(fiber.StatusOK, o)
}

// tableID is how expressions name tables.
var tableID = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`)

func (s *Server) listTables(q *request) error {
	p := q.query()
	limit, after := p.limit(usualPage, maxPage), p.text("cursor")
	if err := p.done(); err != nil {
		return err
	}
	items, next := core.List{}, ""
	all := s.tables.all()
	for _, id := range s.tables.ids() {
		if id <= after {
			continue
		}
		if len(items) == limit {
			next = items[limit-1].(core.Object)["id"].(string)
			break
		}
		rows, _ := all[id].(core.Object)
		items = append(items, core.Object{"id": id, "rows": len(rows)})
	}
	return q.list(items, next)
}

func (s *Server) getTable(q *request) error {
	table, err := s.tables.get(q.Params("id"))
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, table)
}

// putTable replaces a table and publishes again the flows that read it, so that their new runs do.
func (s *Server) putTable(q *request) error {
	id := q.Params("id")
	if !tableID.MatchString(id) {
		return refuse("api.query", "parameter", "id", "problem", "letters, digits, _ and -, at most 64, not a digit or - first")
	}
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	if err := s.tables.put(id, f.of); err != nil {
		return err
	}
	changed, err := s.catalogue.refresh(id, q.who.Name)
	if err != nil {
		return err
	}
	flows := core.List{}
	for _, flow := range changed {
		flows = append(flows, flow)
	}
	return q.send(fiber.StatusOK, core.Object{"id": id, "rows": len(f.of), "flows": flows})
}

func (s *Server) deleteTable(q *request) error {
	if err := s.tables.remove(q.Params("id")); err != nil {
		return err
	}
	return q.SendStatus(fiber.StatusNoContent)
}

// Schedules tells of the cron triggers of published flows.
type Schedules interface {
	// Schedules lists them by flow and trigger.
	Schedules() ([]Schedule, error)
	// Fire starts a run as the trigger would now. Without an id it was written down only: the run starts later, or not at
	// all where the trigger's overlap has it so. schedule.ErrNotFound says that there is no such trigger.
	Fire(ctx context.Context, flow, trigger string) (storage.RunID, error)
}

// Schedule is one cron trigger. Times are zero where there is none.
type Schedule struct {
	Flow, Trigger     string
	Cron, Style, Zone string
	// CatchUp and Overlap say what becomes of slots that were missed, and of those that come while a run goes on.
	CatchUp, Overlap string
	// Description is the schedule in words, by language (en, zh).
	Description map[string]string
	// Next are the next slots, soonest first.
	Next []time.Time
	// LastAt is the last slot that was decided, LastOutcome what became of it (fired, skipped, caught up, missed), LastRun
	// its run.
	LastAt      time.Time
	LastOutcome string
	LastRun     storage.RunID
	// History are the latest slots, newest first.
	History []schedule.Slot
	// DueSince is the oldest slot that is due and has no run yet; zero where none is.
	DueSince time.Time
}

func (s *Schedule) object() core.Object {
	next := core.List{}
	for _, at := range s.Next {
		next = append(next, at)
	}
	o := core.Object{
		"flow": s.Flow, "trigger": s.Trigger, "cron": s.Cron, "style": s.Style, "zone": s.Zone, "next": next, "last": nil,
		"catchUp": s.CatchUp, "overlap": s.Overlap, "description": core.Object{"en": s.Description["en"], "zh": s.Description["zh"]},
	}
	history := core.List{}
	for i := range s.History {
		history = append(history, slotObject(&s.History[i]))
	}
	o["history"] = history
	if !s.LastAt.IsZero() {
		last := core.Object{"at": s.LastAt, "outcome": s.LastOutcome, "run": nil}
		if s.LastRun != "" {
			last["run"] = string(s.LastRun)
		}
		o["last"] = last
	}
	return o
}

func slotObject(slot *schedule.Slot) core.Object {
	o := core.Object{
		"at": slot.At, "outcome": string(slot.State), "hand": slot.Hand, "count": max(1, slot.Count), "run": nil, "status": nil, "reason": nil,
	}
	for key, text := range map[string]string{"run": string(slot.Run), "status": slot.Status, "reason": slot.Reason} {
		if text != "" {
			o[key] = text
		}
	}
	return o
}

func (s *Server) listSchedules(q *request) error {
	p := q.query()
	flow, limit, after := p.text("flow"), p.limit(usualPage, maxPage), p.text("cursor")
	if err := p.done(); err != nil {
		return err
	}
	var all []Schedule
	if s.o.Schedules != nil {
		var err error
		if all, err = s.o.Schedules.Schedules(); err != nil {
			return err
		}
	}
	items, next, last := core.List{}, "", ""
	for i := range all {
		// No id has a slash, and none is empty, so that this sorts as the list does.
		place := all[i].Flow + "/" + all[i].Trigger
		if flow != "" && all[i].Flow != flow || after != "" && strings.Compare(place, after) <= 0 {
			continue
		}
		if len(items) == limit {
			next = last
			break
		}
		items, last = append(items, all[i].object()), place
	}
	return q.list(items, next)
}

func (s *Server) fireSchedule(q *request) error {
	flow, trigger := q.Params("flow"), q.Params("trigger")
	if s.o.Schedules == nil {
		return refuse("schedule.not_found", "flow", flow, "trigger", trigger)
	}
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	id, err := s.o.Schedules.Fire(ctx, flow, trigger)
	if err != nil {
		return err
	}
	if id == "" {
		return q.send(fiber.StatusAccepted, core.Object{"run": nil})
	}
	run, err := s.runs.view(id)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, base+"/runs/"+string(id))
	return q.send(fiber.StatusCreated, run)
}
