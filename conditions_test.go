package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/limit"
	"sluice/engine/core"
)

func TestConditionsOfConnections(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	in := func(days int) time.Time { return now.AddDate(0, 0, days) }
	all := []connect.Health{
		{ID: "well", Type: "http", Health: limit.Health{LastSuccess: now, LastError: "http.status", LastErrorAt: now}},
		{ID: "ill", Type: "mysql", Health: limit.Health{
			FailingSince: in(-1), LastError: "db.unavailable", LastMessage: "no", LastErrorAt: now, Breaker: limit.Open,
		}},
		{ID: "bank", Type: "http", Expiries: []connect.Expiry{
			{What: "long over", At: in(-8)}, {What: "over", At: in(-1)}, {What: "clientCertificate", At: in(5)}, {What: "tls.ca", At: in(31)},
		}},
	}
	var keys []string
	data := map[string]core.Object{}
	for _, c := range conditionsOf(all, now) {
		key := c.Event + " " + c.Connection + " " + c.Key
		keys = append(keys, key)
		data[key] = c.Data(func(t time.Time) core.Value { return t.Format(time.DateOnly) })
		require.Greater(t, c.Held, 7*24*time.Hour-1)
	}
	require.Equal(t, []string{
		"connection.failing ill 2027-02-28T00:00:00Z",
		"connection.expiring bank over/2027-02-28T00:00:00Z/expired",
		"connection.expiring bank clientCertificate/2027-03-06T00:00:00Z/warning",
	}, keys)
	require.Equal(t, core.Object{
		"id": "ill", "type": "mysql", "since": "2027-02-28", "breaker": "open",
		"error": core.Object{"at": "2027-03-01", "code": "db.unavailable", "message": "no"},
	}, data[keys[0]])
	require.Equal(t, core.Object{
		"id": "bank", "type": "http", "what": "clientCertificate", "expiresAt": "2027-03-06", "daysLeft": 5, "level": "warning",
	}, data[keys[2]])
}

// TestAConnectionThatEndsSoonStartsAFlow goes through a whole server.
func TestAConnectionThatEndsSoonStartsAFlow(t *testing.T) {
	t.Parallel()
	s := serveIn(t, t.TempDir())
	ends := time.Now().UTC().AddDate(0, 0, 5).Format(time.DateOnly)
	status, text := s.call(t, "PUT", "/api/v1/connections/bank", `{"type": "http", "config": {"baseUrl": "http://127.0.0.1:1", "expires": "`+ends+`"}}`)
	require.Equal(t, 200, status, text)
	status, text = s.call(t, "PUT", "/api/v1/flows/alert?publish=true", `{"sluice": 1, "id": "alert",
		"triggers": [{"id": "soon", "type": "event", "config": {"events": ["connection.expiring"], "connections": ["bank"]}}],
		"nodes": [{"id": "a", "type": "set", "config": {"vars": {"n": 1}}}],
		"output": {"text": "{{ trigger.connection.id }} {{ trigger.connection.what }} {{ trigger.connection.level }}"}}`)
	require.Equal(t, 200, status, text)
	var runs string
	require.Eventually(t, func() bool {
		_, runs = s.call(t, "GET", "/api/v1/runs?flow=alert&status=succeeded", "")
		return strings.Contains(runs, `"id"`)
	}, waitLong, tick)
	_, run := s.call(t, "GET", "/api/v1/runs/"+regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(runs)[1], "")
	require.Contains(t, run, "bank expires warning")
	s.stop()
}
