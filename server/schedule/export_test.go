package schedule

import "time"

// Tick is one look at the schedules.
func (s *Scheduler) Tick() time.Duration { return s.tick() }
