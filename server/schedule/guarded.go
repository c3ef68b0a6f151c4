package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/triggers"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// Guarded is an engine that refuses to start what looks like flows starting each other: by a chain of causes that is too
// long, or by the starts for one business key. A refused start gives a [guard.Incident], which is recorded and logged.
//
// What a timetable starts is not counted: it keeps an even pace by its nature, and nothing that a run does brings it
// forward. Children that the engine starts for subflow nodes do not come by here.
type Guarded struct {
	engine.Engine
	Guard   *guard.Guard
	Journal Journal
	Plans   engine.Plans
	Meta    storage.Meta
	Log     *slog.Logger

	mu sync.Mutex
	// open are incidents by what they are about, so that a loop that goes on trying is one incident.
	open map[string]*Incident
}

// Incident is a loop that was refused.
type Incident struct {
	guard.Incident
	// Times is how often it was refused, LastAt when last.
	Times  int       `json:"times"`
	LastAt time.Time `json:"lastAt"`
}

const (
	incidentPrefix = "incident/"
	// maxIncidents are kept, the newest.
	maxIncidents = 1_000
)

// Start implements engine.Engine.
func (g *Guarded) Start(ctx context.Context, r engine.StartRequest) (storage.RunID, error) {
	seen, err := g.admit(r)
	if err != nil {
		return "", err
	}
	run, err := g.Engine.Start(ctx, r)
	g.note(seen, err)
	return run, err
}

// Call implements engine.Engine.
func (g *Guarded) Call(ctx context.Context, r engine.StartRequest) (storage.RunID, engine.Answer, error) {
	seen, err := g.admit(r)
	if err != nil {
		return "", engine.Answer{}, err
	}
	run, answer, err := g.Engine.Call(ctx, r)
	g.note(seen, err)
	return run, answer, err
}

// sight is a start as the guard sees it.
type sight struct {
	keys  []guard.Key
	start guard.Start
}

// note remembers a start. A duplicate started nothing.
func (g *Guarded) note(seen sight, err error) {
	if err != nil {
		return
	}
	for _, key := range seen.keys {
		g.Guard.Note(key, seen.start)
	}
}

// admit asks the guard about a start.
func (g *Guarded) admit(r engine.StartRequest) (sight, error) {
	if r.Trigger["type"] == triggers.Cron {
		return sight{}, nil
	}
	plan, err := g.Plans(r.Plan)
	if err != nil {
		return sight{}, err
	}
	now := time.Now().Round(0)
	seen := sight{start: guard.Start{Flow: plan.Flow.ID, At: now}}
	if cause := causeOf(r.Trigger); cause != "" {
		chain, err := chainOf(g.Journal, cause)
		if err != nil {
			return sight{}, err
		}
		names := append([]string{plan.Flow.ID}, flowsOf(chain)...)
		if len(chain) > 0 {
			seen.start.Cause = chain[0].flow
		}
		if incident := guard.CheckDepth(g.Guard.Limits(), names, now); incident != nil {
			return sight{}, g.refuse(incident)
		}
	}
	seen.keys = keysOf(plan, r.Trigger, now)
	for _, key := range seen.keys {
		if incident := g.Guard.Check(key, seen.start); incident != nil {
			return sight{}, g.refuse(incident)
		}
	}
	return seen, nil
}

// keysOf are the business keys that a run would have, as the engine computes them.
func keysOf(p *core.Plan, trigger core.Object, now time.Time) []guard.Key {
	if len(p.Keys) == 0 {
		return nil
	}
	scope := core.TriggerScope{Plan: p, Of: trigger, At: now.UnixNano()}
	var keys []guard.Key
	for _, k := range p.Keys {
		v, failure := k.Expr(scope)
		if failure != nil || v == nil || v == "" {
			continue
		}
		text, ok := v.(string)
		if !ok {
			b, err := value.Encode(v)
			if err != nil {
				continue
			}
			text = string(b)
		}
		keys = append(keys, guard.Key{Name: k.Name, Value: text})
	}
	return keys
}

// PastOf finds the starts for a key in the journal, for a guard that has been restarted.
func PastOf(j Journal) guard.Past {
	const most = 256
	return func(key guard.Key, from time.Time) []guard.Start {
		rows, err := j.Runs(storage.Listing{Key: storage.Key{Name: key.Name, Value: key.Value}, From: from, Limit: most})
		if err != nil {
			return nil // the guard goes on with what it has seen itself
		}
		var starts []guard.Start
		for _, row := range slices.Backward(rows) {
			s := guard.Start{Flow: row.Flow, At: row.StartedAt}
			switch chain, err := chainOf(j, row.Run); {
			case triggerType(&row.Row) == triggers.Cron:
				continue
			case err == nil && len(chain) > 1:
				s.Cause = chain[1].flow
			}
			starts = append(starts, s)
		}
		return starts
	}
}

// triggerType is what a run's row says about its start.
func triggerType(row *storage.Row) string {
	v, err := value.Decode(row.Data)
	if err != nil {
		return ""
	}
	data, _ := v.(core.Object)
	kind, _ := data["trigger"].(string)
	return kind
}

// refuse records an incident and gives it as the error.
func (g *Guarded) refuse(found *guard.Incident) error {
	names := slices.Clone(found.Flows)
	slices.Sort(names)
	about := strings.Join(append([]string{string(found.Rule), found.Key.Name, found.Key.Value}, slices.Compact(names)...), "\x00")
	g.mu.Lock()
	defer g.mu.Unlock()
	kept := g.open[about]
	if kept == nil || found.At.Sub(kept.LastAt) > g.Guard.Limits().Window {
		if g.open == nil || len(g.open) >= maxIncidents {
			g.open = map[string]*Incident{}
		}
		kept = &Incident{Incident: *found}
		g.open[about] = kept
		g.Log.Error("flows start each other over and over; the next start is refused", "rule", found.Rule, "flows", found.Flows,
			"key", found.Key.Name, "value", found.Key.Value, "count", found.Count, "since", found.Since)
	}
	kept.Times++
	kept.LastAt = found.At
	if err := g.keep(kept); err != nil {
		g.Log.Error("an incident cannot be recorded", "flows", found.Flows, "error", err)
	}
	return found
}

func (g *Guarded) keep(i *Incident) error {
	return g.Meta.Update(func(w storage.Writer) error {
		if err := putJSON(w, incidentPrefix+i.At.UTC().Format(slotTime), i); err != nil {
			return err
		}
		var keys [][]byte
		err := w.Scan(storage.Schedules, []byte(incidentPrefix), func(key, _ []byte) bool {
			keys = append(keys, slices.Clone(key))
			return true
		})
		for len(keys) > maxIncidents && err == nil {
			err = w.Delete(storage.Schedules, keys[0])
			keys = keys[1:]
		}
		return err
	})
}

// Incidents are the loops that were refused, newest first.
func (g *Guarded) Incidents() ([]Incident, error) {
	var list []Incident
	err := g.Meta.View(func(r storage.Reader) error {
		var bad error
		err := r.Scan(storage.Schedules, []byte(incidentPrefix), func(_, text []byte) bool {
			var i Incident
			bad = json.Unmarshal(text, &i)
			list = append(list, i)
			return bad == nil
		})
		return errors.Join(err, bad)
	})
	slices.Reverse(list)
	return list, err
}
