package server

import (
	"time"

	"sluice/connect"
	"sluice/connect/limit"
	"sluice/engine/core"
)

// shown is a connection with how it is.
func (s *Server) shown(c *connection) core.Object {
	o := c.object()
	// A connection that is being removed may be known no more; its health is that of one never called.
	h, _ := s.o.Connections.Health(c.ID)
	o["health"] = healthObject(&h, s.o.Now())
	return o
}

// healthObject is how a connection is, as callers see it.
func healthObject(h *connect.Health, now time.Time) core.Object {
	expiries := core.List{}
	for _, e := range h.Expiries {
		expiries = append(expiries, core.Object{
			"what": e.What, "at": e.At.UTC(), "daysLeft": e.DaysLeft(now), "level": string(e.Level(now)),
		})
	}
	o := core.Object{
		"lastSuccess": orNull(h.LastSuccess), "lastError": nil, "failingSince": orNull(h.FailingSince), "breaker": nil,
		"inFlight": h.InFlight, "waiting": h.Waiting, "expiries": expiries,
	}
	if h.LastError != "" {
		o["lastError"] = core.Object{"at": h.LastErrorAt.UTC(), "code": h.LastError, "message": h.LastMessage}
	}
	if h.Breaker != "" {
		o["breaker"] = string(h.Breaker)
	}
	return o
}

func orNull(t time.Time) core.Value {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// writeConnections writes how the connections are.
func writeConnections(e *exposition, all []connect.Health) {
	moments := []struct {
		name, help string
		of         func(h *connect.Health) time.Time
	}{
		{"sluice_connection_last_success_timestamp_seconds", "When a call through the connection last succeeded.",
			func(h *connect.Health) time.Time { return h.LastSuccess }},
		{"sluice_connection_last_error_timestamp_seconds", "When a call through the connection last failed.",
			func(h *connect.Health) time.Time { return h.LastErrorAt }},
	}
	for _, m := range moments {
		e.family(m.name, "gauge", m.help)
		for i := range all {
			if at := m.of(&all[i]); !at.IsZero() {
				e.sample(m.name, seconds(at), "connection", all[i].ID, "type", all[i].Type)
			}
		}
	}
	counts := []struct {
		name, help string
		of         func(h *connect.Health) float64
	}{
		{"sluice_connection_failing", "1 while the calls through the connection fail in a row, or its breaker has opened.",
			func(h *connect.Health) float64 { return truth(!h.FailingSince.IsZero()) }},
		{"sluice_connection_calls", "Calls under way through the connection.",
			func(h *connect.Health) float64 { return float64(h.InFlight) }},
		{"sluice_connection_waiting", "Calls that wait for their turn at the connection.",
			func(h *connect.Health) float64 { return float64(h.Waiting) }},
	}
	for _, c := range counts {
		e.family(c.name, "gauge", c.help)
		for i := range all {
			e.sample(c.name, c.of(&all[i]), "connection", all[i].ID, "type", all[i].Type)
		}
	}
	e.family("sluice_connection_breaker", "gauge", "1 for the state that the connection's breaker is in.")
	for i := range all {
		if all[i].Breaker == "" {
			continue
		}
		for _, state := range []limit.State{limit.Closed, limit.HalfOpen, limit.Open} {
			e.sample("sluice_connection_breaker", truth(all[i].Breaker == state), "connection", all[i].ID, "state", string(state))
		}
	}
	e.family("sluice_connection_expiry_timestamp_seconds", "gauge", "When a certificate or the credentials of the connection end.")
	for i := range all {
		for _, x := range all[i].Expiries {
			e.sample("sluice_connection_expiry_timestamp_seconds", seconds(x.At), "connection", all[i].ID, "what", x.What)
		}
	}
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func truth(v bool) float64 {
	if v {
		return 1
	}
	return 0
}
