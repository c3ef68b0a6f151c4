package queue

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/connect/broker"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/triggers"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// taking is one message on its way to a run.
type taking struct {
	*consumer
	client   *broker.Client
	delivery *broker.Delivery
	// uncertain says that a start failed without saying whether there is a run.
	uncertain bool
}

// take tries until the message has a run or is set aside, and reports whether it may be acknowledged. It gives up only
// when the consumer stops.
func (t *taking) take(ctx context.Context) bool {
	wait := newBackoff(t.o)
	for attempts := 0; ; {
		if !t.admitted(ctx) {
			return false
		}
		b := t.binding.Load()
		refusal, err := t.start(ctx, b)
		switch {
		case refusal == nil && err == nil:
			return true
		case refusal != nil:
			if attempts++; attempts < b.maxAttempts {
				break
			}
			if err = t.setAside(ctx, b, refusal, attempts); err == nil {
				return true
			}
			t.complain("queue.dead_letter", "a message cannot be set aside and waits", "error", err)
		default:
			t.complain("queue.start", "a message cannot be started at the moment and waits", "error", t.o.Connections.MaskText(err.Error()))
		}
		t.figures.retries.Add(1)
		if !wait.pause(ctx) {
			return false
		}
	}
}

// admitted waits while the server has enough to do; false when the consumer stops.
func (t *taking) admitted(ctx context.Context) bool {
	for t.gate.closed() {
		if !sleep(ctx, lookAgain) {
			return false
		}
	}
	return ctx.Err() == nil
}

// start starts the message's run. A refusal is the message's fault, an error is not.
func (t *taking) start(ctx context.Context, b *binding) (refusal *core.Failure, err error) {
	trigger, refusal := t.trigger(b)
	if refusal != nil {
		return refusal, nil
	}
	key, refusal := t.key(b, trigger)
	if refusal != nil {
		return refusal, nil
	}
	once := &storage.Once{Scope: "queue/" + b.name, Key: key, TTL: b.entrance.KeepKeys}
	duplicate, err := t.begin(ctx, b, trigger, once)
	if err == nil && duplicate && key[0] == contentKey && !t.delivery.Redelivered && !t.uncertain {
		// It never came before: another message happens to be the same.
		once.Key += "/" + rand.Text()
		duplicate, err = t.begin(ctx, b, trigger, once)
	}
	var incident *guard.Incident
	switch {
	case errors.Is(err, engine.ErrTooLarge):
		return refuse("queue.too_large", "the message is larger than a run may be started with"), nil
	case errors.As(err, &incident):
		return refuse("queue.refused", "the run is refused: %s", incident), nil
	case err != nil:
		t.uncertain = true
		return nil, err
	case duplicate:
		t.figures.duplicates.Add(1)
	default:
		t.figures.started.Add(1)
	}
	return nil, nil
}

// begin makes one start durable. What is under way when the consumer stops is waited for: its message can be acknowledged.
func (t *taking) begin(ctx context.Context, b *binding, trigger core.Object, once *storage.Once) (duplicate bool, err error) {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), startWithin)
	defer done()
	_, err = t.o.Starter.Start(ctx, engine.StartRequest{Plan: b.flow.Plan.Hash, Trigger: trigger, Once: once})
	if _, duplicate = errors.AsType[*engine.DuplicateError](err); duplicate {
		return true, nil
	}
	return false, err
}

func refuse(code, format string, args ...any) *core.Failure {
	return &core.Failure{Code: code, Message: fmt.Sprintf(format, args...), Permanent: true}
}

// trigger is what expressions of the run see.
func (t *taking) trigger(b *binding) (core.Object, *core.Failure) {
	d := t.delivery
	if len(d.Body) > t.o.Body {
		return nil, refuse("queue.too_large", "the body has %d bytes, at most %d are taken", len(d.Body), t.o.Body)
	}
	if !utf8.Valid(d.Body) {
		return nil, refuse("queue.body", "the body is not UTF-8")
	}
	text := string(d.Body)
	body, err := value.DecodeString(text)
	if err != nil {
		body = text
	}
	if b.flow.Input != nil {
		if f := b.flow.Input(body); f != nil {
			return nil, &core.Failure{Code: "queue.input", Message: f.Message, Details: f.Details, Permanent: true}
		}
	}
	headers := make(core.Object, len(d.Headers))
	for name, text := range d.Headers {
		headers[name] = text
	}
	return core.Object{
		"id": b.entrance.ID, "type": triggers.Queue, "at": t.o.Now().UTC().Format(time.RFC3339Nano),
		"topic": d.Topic, "key": d.Key, "headers": headers, "body": body,
	}, nil
}

// What an idempotency key begins with says where it is from.
const (
	flowKey    = 'k' // the trigger's expression
	messageKey = 'm' // the message's own identity
	contentKey = 'c' // what the message holds
)

// key tells the message from others.
func (t *taking) key(b *binding, trigger core.Object) (string, *core.Failure) {
	if e := b.entrance.Idempotency; e != nil {
		v, f := e(core.TriggerScope{Plan: b.flow.Plan, Of: trigger, At: t.o.Now().UnixNano()})
		if f != nil {
			return "", refuse("queue.key", "the idempotency key cannot be computed: %s", f.Message)
		}
		text, ok := v.(string)
		if !ok && v != nil {
			encoded, err := value.Encode(v)
			if err != nil {
				return "", refuse("queue.key", "the idempotency key has no form in JSON")
			}
			text = string(encoded)
		}
		if text != "" {
			return string(flowKey) + text, nil
		}
	}
	if id := t.delivery.ID; id != "" {
		return string(messageKey) + id, nil
	}
	return string(contentKey) + fingerprint(t.delivery), nil
}

// fingerprint is the same for messages that are the same to the last byte.
func fingerprint(d *broker.Delivery) string {
	h := sha256.New()
	part(h, []byte(d.Topic))
	part(h, []byte(d.Key))
	part(h, d.Body)
	for _, name := range slices.Sorted(maps.Keys(d.Headers)) {
		part(h, []byte(name))
		part(h, []byte(d.Headers[name]))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// part writes one part so that no other division of the same bytes gives the same sum.
func part(h hash.Hash, text []byte) {
	_, _ = h.Write(strconv.AppendInt(nil, int64(len(text)), 10))
	_, _ = h.Write([]byte{':'})
	_, _ = h.Write(text)
}

// The headers of a message that was set aside.
const (
	headerCode     = "x-sluice-code"
	headerReason   = "x-sluice-reason"
	headerTopic    = "x-sluice-topic"
	headerTrigger  = "x-sluice-trigger"
	headerAttempts = "x-sluice-attempts"
)

// maxReason bounds the reason that goes along, in bytes.
const maxReason = 1000

// setAside publishes the message to the dead letters.
func (t *taking) setAside(ctx context.Context, b *binding, refusal *core.Failure, attempts int) error {
	to := b.deadLetter
	if to == "" {
		to = t.client.DeadTopic(t.Topic)
	}
	reason := t.o.Connections.MaskText(refusal.Message)
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxReason)], "")
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), setAsideWithin)
	defer done()
	f := t.client.SetAside(ctx, to, t.delivery, map[string]string{
		headerCode: refusal.Code, headerReason: reason, headerTopic: t.delivery.Topic, headerTrigger: b.name, headerAttempts: strconv.Itoa(attempts),
	})
	if f != nil {
		return f
	}
	t.figures.setAside.Add(1)
	t.o.Log.Error("a message cannot start a run and was set aside", "code", refusal.Code, "trigger", b.name, "connection", t.connection,
		"topic", t.delivery.Topic, "message", t.delivery.ID, "to", to, "attempts", attempts, "reason", reason)
	return nil
}
