package schedule

import (
	"errors"

	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/flows/triggers"
	"sluice/storage"
)

// link is a run in a chain in which each run caused the one before it.
type link struct {
	flow string
	// event is the event trigger that started the run; zero where none did.
	event Ref
}

// maxChain is how far back causes are looked for.
const maxChain = 64

// chainOf follows a run's causes, the run itself first: the run that called it, or the one whose end started it. What
// came from outside has none that is known, and a run that is not kept any more ends the chain.
func chainOf(j Journal, run storage.RunID) ([]link, error) {
	var chain []link
	for run != "" && len(chain) < maxChain {
		row, err := j.Row(run)
		if errors.Is(err, storage.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		var start *core.Start
		var unread error
		if err := j.Events(run, 1, func(_ uint64, event []byte) bool {
			var recorded *core.Recorded
			if recorded, unread = codec.Decode(event); unread == nil {
				start = recorded.Start
			}
			return false
		}); err != nil {
			return nil, err
		}
		if unread != nil {
			return nil, unread
		}
		if start == nil {
			break
		}
		l := link{flow: row.Flow}
		if t, ok := start.Trigger["id"].(string); ok && start.Trigger["type"] == triggers.Event {
			l.event = Ref{row.Flow, t}
		}
		chain = append(chain, l)
		if run = storage.RunID(start.Parent); run == "" {
			run = causeOf(start.Trigger)
		}
	}
	return chain, nil
}

// causeOf is the run that a trigger names as its cause; empty when it came from outside.
func causeOf(trigger core.Object) storage.RunID {
	if trigger["type"] != triggers.Event {
		return ""
	}
	ended, _ := trigger["run"].(core.Object)
	id, _ := ended["id"].(string)
	return storage.RunID(id)
}

func flowsOf(chain []link) []string {
	names := make([]string, len(chain))
	for i, l := range chain {
		names[i] = l.flow
	}
	return names
}
