package server

import "slices"

// Queue is how a queue trigger is doing, counted since it was published or the process began.
type Queue struct {
	Flow, Trigger string
	// Lag is how many messages wait at the broker; -1 where it does not tell.
	Lag int64
	// InHand are taken and not acknowledged yet.
	InHand int64
	// Started messages have a run, Duplicates had one already, SetAside could not start one.
	Started, Duplicates, SetAside int64
	// Retries are repeated tries, Reconnects connections that were lost or not made.
	Retries, Reconnects int64
	Connected           bool
}

// writeQueues tells how the queue triggers do.
func writeQueues(e *exposition, queues []Queue) {
	slices.SortFunc(queues, func(a, b Queue) int {
		return slices.Compare([]string{a.Flow, a.Trigger}, []string{b.Flow, b.Trigger})
	})
	for _, m := range []struct {
		name, kind, help string
		of               func(q *Queue) int64
	}{
		{"sluice_queue_lag_messages", "gauge", "Messages that wait at the broker for a queue trigger, where the broker tells.", func(q *Queue) int64 { return q.Lag }},
		{"sluice_queue_in_hand_messages", "gauge", "Messages taken from the broker and not acknowledged yet.", func(q *Queue) int64 { return q.InHand }},
		{"sluice_queue_started_total", "counter", "Messages whose run became durable.", func(q *Queue) int64 { return q.Started }},
		{"sluice_queue_duplicates_total", "counter", "Messages that had a run already and started nothing.", func(q *Queue) int64 { return q.Duplicates }},
		{"sluice_queue_set_aside_total", "counter", "Messages that could not start a run and went to the dead letters.", func(q *Queue) int64 { return q.SetAside }},
		{"sluice_queue_retries_total", "counter", "Tries to start a message's run that failed and were repeated.", func(q *Queue) int64 { return q.Retries }},
		{"sluice_queue_reconnects_total", "counter", "Connections for consuming that were lost or could not be made.", func(q *Queue) int64 { return q.Reconnects }},
		{"sluice_queue_connected", "gauge", "1 while a queue trigger is connected to its broker.", connected},
	} {
		e.family(m.name, m.kind, m.help)
		for i := range queues {
			q := &queues[i]
			if v := m.of(q); v >= 0 {
				e.sample(m.name, float64(v), "flow", q.Flow, "trigger", q.Trigger)
			}
		}
	}
}

func connected(q *Queue) int64 {
	if q.Connected {
		return 1
	}
	return 0
}
