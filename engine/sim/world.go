package sim

import (
	"hash/fnv"

	"sluice/engine/core"
)

// world is the outside: it survives every crash. It de-duplicates by idempotency key, which is the id of a task.
type world struct {
	// took are the writes that took effect.
	took map[core.ID]bool
	// asked is what a peer saw under each key, to hold the next try to.
	asked map[core.ID]string
	// children are the ends of children that have ended.
	children map[core.ID]core.Event
	ends     int
}

// meet shows a request to the outside: a key that was seen before must come with the same request.
func (k *trial) meet(id core.ID, request string) error {
	if was, seen := k.world.asked[id]; seen && was != request {
		return k.violated("the key %d was used for %s and then for %s", id, was, request)
	}
	k.world.asked[id] = request
	return nil
}

// outcome is how a try of a task ends.
func (k *trial) outcome(j *job) core.Event {
	e := core.Event{Kind: core.TaskDone, At: k.now, ID: j.ID, Attempt: j.Attempt}
	switch k.how(j) {
	case fine:
		e.Value = j.Path
		k.took[j.ID] = k.took[j.ID] || j.Task.Write
	case busy:
		e.Failure = &core.Failure{Code: "busy"}
	case gone:
		e.Failure = &core.Failure{Code: "gone", Permanent: true}
	case silent:
		e.Failure = &core.Failure{Code: "silence", Unknown: j.Task.Write}
		k.took[j.ID] = k.took[j.ID] || j.Task.Write && chance(k.c, 2)
	}
	// After a crash nobody knows what an earlier worker did with this very try.
	if e.Failure != nil && j.again && j.Task.Write {
		e.Failure.Unknown = true
	}
	return e
}

// The ways a try ends.
const (
	fine = iota
	busy
	gone
	silent
)

// how chooses how a try ends. In an orderly case it depends on the try alone. Else all is possible, but that a write that
// took effect is refused: its key was seen. (Before it reaches its peer it may fail all the same.)
func (k *trial) how(j *job) int {
	ways := []int{fine, fine, fine, fine, fine, busy, busy, gone, silent}
	if k.orderly {
		h := fnv.New32a()
		h.Write([]byte(j.Path))
		h.Write([]byte{byte(j.Attempt)})
		return ways[int(h.Sum32()>>8)%8]
	}
	way := ways[k.c.Pick(len(ways))]
	if way == gone && k.took[j.ID] {
		return fine
	}
	return way
}

// stop is how a task ends that was told to stop.
func (k *trial) stop(j *job) core.Event {
	if k.c.Pick(3) == 0 {
		return k.outcome(j)
	}
	e := core.Event{Kind: core.TaskDone, At: k.now, ID: j.ID, Attempt: j.Attempt, Failure: &core.Failure{Code: "task.aborted"}}
	if j.Task.Write && (j.again || k.c.Pick(3) == 1) {
		e.Failure.Unknown = true
		k.took[j.ID] = k.took[j.ID] || k.c.Pick(2) == 1
	}
	return e
}

// childEnd is how a child ended, the same whenever it is asked.
func (k *trial) childEnd(id core.ID) core.Event {
	e := k.children[id]
	if e.Kind == "" {
		e = core.Event{Kind: core.ChildDone, ID: id, Value: "child"}
		if !k.orderly && k.c.Pick(4) == 1 {
			e.Value, e.Failure = nil, &core.Failure{Code: "child.failed"}
		}
		k.children[id] = e
	}
	e.At = k.now
	return e
}
