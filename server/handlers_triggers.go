package server

import (
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/internal/library"
)

// listTriggers tells of every trigger of the published flows as it is written there, and how the queues do.
func (s *Server) listTriggers(q *request) error {
	p := q.query()
	kind := p.text("type")
	if err := p.done(); err != nil {
		return err
	}
	published, err := s.o.Library.Published()
	if err != nil {
		return err
	}
	figures := map[string]core.Object{}
	if s.o.Queues != nil {
		for _, queue := range s.o.Queues() {
			figures[queue.Flow+"/"+queue.Trigger] = queue.object()
		}
	}
	items := core.List{}
	for i := range published {
		for _, o := range triggersOf(&published[i], kind) {
			o["queue"] = nil
			if figure, ok := figures[published[i].Flow+"/"+o["trigger"].(string)]; ok {
				o["queue"] = figure
			}
			items = append(items, o)
		}
	}
	return q.list(items, "")
}

// triggersOf reads the triggers of one type, or of all, out of a document that was checked when it was published.
func triggersOf(flow *library.Saved, kind string) []core.Object {
	v, err := value.Decode(flow.Source)
	if err != nil {
		return nil
	}
	document, _ := v.(core.Object)
	written, _ := document["triggers"].(core.List)
	var found []core.Object
	for _, w := range written {
		trigger, _ := w.(core.Object)
		id, isText := trigger["id"].(string)
		if !isText || kind != "" && trigger["type"] != kind {
			continue
		}
		config, _ := trigger["config"].(core.Object)
		if config == nil {
			config = core.Object{}
		}
		found = append(found, core.Object{"flow": flow.Flow, "trigger": id, "type": trigger["type"], "title": trigger["title"], "config": config})
	}
	return found
}

func (q *Queue) object() core.Object {
	o := core.Object{
		"connected": q.Connected, "lag": nil, "inHand": int(q.InHand), "started": int(q.Started), "duplicates": int(q.Duplicates),
		"setAside": int(q.SetAside), "retries": int(q.Retries), "reconnects": int(q.Reconnects),
	}
	if q.Lag >= 0 {
		o["lag"] = int(q.Lag)
	}
	return o
}
