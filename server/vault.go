package server

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/connect"
	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// vault keeps connections: sealed in storage, open in a connect.Set.
type vault struct {
	meta storage.Meta
	seal *sealer
	set  *connect.Set
	now  func() time.Time
	log  *slog.Logger

	// changing is held while storage and set are brought from one state to the next.
	changing sync.Mutex
	mu       sync.RWMutex
	known    map[string]connection
}

// connection is one that is kept.
type connection struct {
	connect.Definition
	UpdatedAt time.Time
}

// openVault puts every connection of the storage into the set. One that is no longer valid, after an upgrade say, stays in
// storage and out of the set; one that was sealed with another key ends the start, because everything would be missing.
func openVault(meta storage.Meta, seal *sealer, set *connect.Set, now func() time.Time, log *slog.Logger) (*vault, error) {
	v := &vault{meta: meta, seal: seal, set: set, now: now, log: log, known: map[string]connection{}}
	sealed := map[string][]byte{}
	err := meta.View(func(r storage.Reader) error {
		return r.Scan(storage.Connections, nil, func(key, b []byte) bool {
			sealed[string(key)] = slices.Clone(b)
			return true
		})
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(sealed)) {
		c, err := v.unseal(id, sealed[id])
		if err != nil {
			return nil, err
		}
		if c == nil {
			continue
		}
		if err := set.Put(c.Definition); err != nil {
			return nil, err
		}
		v.known[id] = *c
	}
	return v, nil
}

func (v *vault) unseal(id string, sealed []byte) (*connection, error) {
	text, err := v.seal.open(id, sealed)
	if err != nil {
		return nil, fmt.Errorf("the connection %s was sealed with another key: start with the key file that belongs to this storage", id)
	}
	stored, err := value.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("%w: connection %s", storage.ErrCorrupt, id)
	}
	row, _ := stored.(core.Object)
	at, _ := row["updatedAt"].(string)
	c := &connection{}
	if c.UpdatedAt, err = time.Parse(time.RFC3339Nano, at); err != nil {
		return nil, fmt.Errorf("%w: connection %s", storage.ErrCorrupt, id)
	}
	definition, err := value.Encode(row["definition"])
	if err != nil {
		return nil, err
	}
	parsed, found := connect.ParseDefinition(definition, nil)
	if len(found) > 0 {
		v.log.Error("a connection is not valid any more and is left out", "connection", id, "path", found[0].Path, "code", found[0].Code)
		return nil, nil
	}
	c.Definition = parsed
	return c, nil
}

// kind finds the type of a connection, for checks of flows.
func (v *vault) kind(id string) (string, bool) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	c, ok := v.known[id]
	return c.Type, ok
}

// all lists the connections by id.
func (v *vault) all() []connection {
	v.mu.RLock()
	defer v.mu.RUnlock()
	list := slices.Collect(maps.Values(v.known))
	slices.SortFunc(list, func(a, b connection) int { return strings.Compare(a.ID, b.ID) })
	return list
}

func (v *vault) get(id string) (connection, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	c, ok := v.known[id]
	if !ok {
		return c, refuse("connection.not_found", "connection", id)
	}
	return c, nil
}

// put checks a definition, keeps it and puts it to work. A secret that is given as it is shown stays what it was.
func (v *vault) put(id string, document core.Object) (connection, error) {
	v.changing.Lock()
	defer v.changing.Unlock()
	document = maps.Clone(document)
	if given, ok := document["id"]; ok && given != id {
		return connection{}, refusedConnection([]connect.Finding{{
			Code: "connection.bad_id", Path: "/id", Message: "the id is not the one in the address; leave it out",
		}})
	}
	document["id"] = id
	v.keepShown(id, document)
	text, err := value.Encode(document)
	if err != nil {
		return connection{}, err
	}
	parsed, found := connect.ParseDefinition(text, nil)
	if len(found) > 0 {
		return connection{}, refusedConnection(found)
	}
	c := connection{Definition: parsed, UpdatedAt: v.now().UTC()}
	row, err := value.Encode(core.Object{"definition": document, "updatedAt": c.UpdatedAt})
	if err != nil {
		return connection{}, err
	}
	sealed := v.seal.seal(id, row)
	if err := v.meta.Update(func(w storage.Writer) error { return w.Put(storage.Connections, []byte(id), sealed) }); err != nil {
		return connection{}, err
	}
	v.mu.Lock()
	v.known[id] = c
	v.mu.Unlock()
	if err := v.set.Put(parsed); err != nil {
		v.log.Warn("a connection that was replaced did not close in order", "connection", id, "error", v.set.MaskText(err.Error()))
	}
	return c, nil
}

// keepShown fills in the secrets that the caller only ever saw masked.
func (v *vault) keepShown(id string, document core.Object) {
	given, ok := document["secrets"].(core.Object)
	if !ok {
		return
	}
	v.mu.RLock()
	before := v.known[id]
	v.mu.RUnlock()
	filled := maps.Clone(given)
	for name, text := range given {
		if old, ok := before.Secrets[name]; ok && text == secret.Shown {
			filled[name] = old.Reveal()
		}
	}
	document["secrets"] = filled
}

// refusedConnection tells what is wrong with a definition. The texts are connect's, in English.
func refusedConnection(found []connect.Finding) *Refusal {
	details := make(core.List, 0, len(found))
	for _, f := range found {
		details = append(details, core.Object{"code": f.Code, "path": f.Path, "message": f.Message})
	}
	return &Refusal{Code: "connection.refused", Details: details}
}

func (v *vault) remove(id string) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	if _, err := v.get(id); err != nil {
		return err
	}
	if err := v.meta.Update(func(w storage.Writer) error { return w.Delete(storage.Connections, []byte(id)) }); err != nil {
		return err
	}
	v.mu.Lock()
	delete(v.known, id)
	v.mu.Unlock()
	if err := v.set.Remove(id); err != nil {
		v.log.Warn("a connection that was removed did not close in order", "connection", id, "error", v.set.MaskText(err.Error()))
	}
	return nil
}

// probe is what trying a connection found.
type probe struct {
	// Sent says that the other side was asked; a robot is not, because that would be a message in a group.
	Sent    bool
	Status  int
	Failure *core.Failure
}

// try asks the other side for a sign of life: a probe of an HTTP service, a ping of a database or a broker, a login at a
// mail server.
func (v *vault) try(ctx context.Context, id string) (probe, error) {
	c, err := v.get(id)
	if err != nil {
		return probe{}, err
	}
	switch c.Type {
	case "http":
		return v.tryHTTP(ctx, id), nil
	case "sqlite", "postgres", "mysql":
		db, failure := v.set.SQL(id)
		if failure == nil {
			failure = db.Ping(ctx)
		}
		return probe{Sent: true, Failure: failure}, nil
	case "kafka", "rabbitmq", "nats", "redis", "mqtt":
		client, failure := v.set.Broker(id)
		if failure == nil {
			failure = client.Ping(ctx)
		}
		return probe{Sent: true, Failure: failure}, nil
	case "email":
		sender, failure := v.set.Mail(id)
		if failure == nil {
			failure = sender.Probe(ctx)
		}
		return probe{Sent: true, Failure: failure}, nil
	}
	// That it can be opened was seen when it was kept.
	return probe{}, nil
}

func (v *vault) tryHTTP(ctx context.Context, id string) probe {
	client, failure := v.set.HTTP(id)
	if failure != nil {
		return probe{Failure: failure}
	}
	status, failure := client.Probe(ctx)
	return probe{Sent: true, Status: status, Failure: failure}
}

// object is a connection as callers see it: every secret that is set shows, masked.
func (c *connection) object() core.Object {
	secrets := core.Object{}
	for name := range c.Secrets {
		secrets[name] = secret.Shown
	}
	shown := core.Object{"id": c.ID, "type": c.Type, "config": c.Config, "secrets": secrets, "updatedAt": c.UpdatedAt}
	if c.Limits != nil {
		shown["limits"] = c.Limits
	}
	return shown
}
