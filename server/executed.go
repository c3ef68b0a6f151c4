package server

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// executed is the flow that a run executes, and its document: as it was sent where a version or the draft still means
// the same, else as its definition keeps it, which has no titles and no layout.
func (r *runs) executed(id storage.RunID) (head core.Object, source []byte, err error) {
	row, err := r.row(id)
	if err != nil {
		return nil, nil, err
	}
	run, err := engine.Replay(r.store, r.library.Plan, id, nil)
	if err != nil {
		return nil, nil, err
	}
	version, hash := run.Plan.Flow.Version, run.Plan.Hash
	head = core.Object{"id": row.Flow, "version": version, "hash": hash}
	saved, err := r.library.Version(row.Flow, version)
	if err == nil && saved.Hash == hash {
		return head, saved.Source, nil
	}
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, nil, err
	}
	saved, err = r.library.Draft(row.Flow)
	if err == nil {
		if f, _ := r.catalogue.alone(saved.Source, version); f != nil && f.Plan.Hash == hash {
			return head, saved.Source, nil
		}
	} else if !errors.Is(err, storage.ErrNotFound) {
		return nil, nil, err
	}
	flow, err := r.library.Flow(hash)
	if err != nil {
		return nil, nil, err
	}
	return head, flow.Document.Source(), nil
}

func (s *Server) getExecuted(q *request) error {
	head, source, err := s.runs.executed(storage.RunID(q.Params("id")))
	if err != nil {
		return err
	}
	text, err := value.Encode(head)
	if err != nil {
		return err
	}
	// The document goes out as it came in, to the byte.
	body := append(text[:len(text)-1], `,"document":`...)
	return q.sendRaw(fiber.StatusOK, append(append(body, source...), '}'))
}
