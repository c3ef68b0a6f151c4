package main

import (
	"time"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/server/schedule"
)

// conditionsOf tells what event triggers may react to about connections.
func conditionsOf(all []connect.Health, now time.Time) []schedule.Condition {
	var found []schedule.Condition
	for i := range all {
		h := &all[i]
		if !h.FailingSince.IsZero() {
			found = append(found, failing(h))
		}
		for _, e := range h.Expiries {
			// What has long been over is no news.
			if level := e.Level(now); level != connect.LevelOK && now.Sub(e.At) < schedule.KeysHeld {
				found = append(found, expiring(h, e, level, now))
			}
		}
	}
	return found
}

func failing(h *connect.Health) schedule.Condition {
	return schedule.Condition{
		Event: "connection.failing", Connection: h.ID, Key: h.FailingSince.UTC().Format(time.RFC3339Nano), Held: schedule.KeysHeld,
		Data: func(moment func(time.Time) core.Value) core.Object {
			o := core.Object{
				"id": h.ID, "type": h.Type, "since": moment(h.FailingSince), "breaker": nil,
				"error": core.Object{"at": moment(h.LastErrorAt), "code": h.LastError, "message": h.LastMessage},
			}
			if h.Breaker != "" {
				o["breaker"] = string(h.Breaker)
			}
			return o
		},
	}
}

func expiring(h *connect.Health, e connect.Expiry, level connect.Level, now time.Time) schedule.Condition {
	return schedule.Condition{
		Event: "connection.expiring", Connection: h.ID, Key: e.What + "/" + e.At.UTC().Format(time.RFC3339) + "/" + string(level),
		// Longer than conditionsOf tells of it.
		Held: max(0, e.At.Sub(now)) + 2*schedule.KeysHeld,
		Data: func(moment func(time.Time) core.Value) core.Object {
			return core.Object{
				"id": h.ID, "type": h.Type, "what": e.What, "expiresAt": moment(e.At), "daysLeft": e.DaysLeft(now), "level": string(level),
			}
		},
	}
}
