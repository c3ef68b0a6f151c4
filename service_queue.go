package main

import "sluice/server"

// enoughRuns is how many runs in memory are enough: no message of a broker is taken beyond, for it waits there as well.
const enoughRuns = 10_000

// busy reports that messages of brokers had better wait where they are.
func (s *service) busy() bool {
	stats := s.engine.Stats()
	return stats.Stalled || stats.Loaded >= enoughRuns
}

// queueStats are the figures of queue triggers for the metrics.
func (s *service) queueStats() []server.Queue {
	var all []server.Queue
	for _, q := range s.queues.Stats() {
		all = append(all, server.Queue(q))
	}
	return all
}
