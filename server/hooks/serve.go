package hooks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// Serve does all that is to be done with a delivery. It returns when the run is durable, with respond result when the
// run has answered.
func (r *Router) Serve(d *Delivery) *Answer {
	at := r.o.Now()
	m := r.table.Load().find(d.Method, d.Path)
	p := &passage{Router: r, hook: m.hook, at: at}
	kind, answer := r.admit(&m, d)
	if answer == nil {
		answer = p.serve(d, &m, kind)
	}
	if m.hook != nil {
		m.hook.recent.add(Received{
			At: at, Method: d.Method, Path: d.Path, Size: len(d.Body), Status: answer.Status, Code: answer.code, Run: p.run, Took: r.o.Now().Sub(at),
		})
	}
	return m.hook.speak(answer)
}

// speak puts a refusal into the form of the hook's platform.
func (h *hook) speak(a *Answer) *Answer {
	if h == nil || h.verify == nil || h.verify.scheme.refuse == nil || a.refusal == "" {
		return a
	}
	spoken := tell(a.Status, h.verify.scheme.refuse(a.refusal))
	for _, f := range a.Header {
		if f.Name != "Content-Type" {
			spoken.Header = append(spoken.Header, f)
		}
	}
	return spoken
}

// admit refuses what need not be decoded for that.
func (r *Router) admit(m *match, d *Delivery) (media, *Answer) {
	if m.hook == nil {
		if m.allowed == nil {
			return mediaNone, refuse(http.StatusNotFound, "webhook.not_found", "No published flow has a webhook at this path.", nil)
		}
		slices.Sort(m.allowed)
		methods := strings.Join(slices.Compact(m.allowed), ", ")
		return mediaNone, refuse(http.StatusMethodNotAllowed, "webhook.method", "The webhook at this path takes "+methods+".", nil).
			with("Allow", methods)
	}
	if len(d.Body) > r.o.Limits.Body {
		return mediaNone, refuse(http.StatusRequestEntityTooLarge, "webhook.too_large", "The body is larger than a webhook takes.",
			core.Object{"limit": r.o.Limits.Body})
	}
	kind, err := d.media()
	if err != nil {
		return mediaNone, refuse(http.StatusUnsupportedMediaType, "webhook.media_type", "The body is of a kind that is not read: "+err.Error()+".", nil)
	}
	return kind, nil
}

func (r *Router) verify(h *hook, d *Delivery, at time.Time) (proof, *Answer) {
	if h.verify == nil {
		return proof{}, nil
	}
	found, err := h.verify.scheme.check(h.verify, d, keyring{r.o.Connections, h.verify.connection}, at)
	switch {
	case err == nil:
		return found, nil
	case errors.Is(err, errSecret):
		r.o.Log.Error("a webhook cannot verify its deliveries", "webhook", h.name, "error", err)
		return proof{}, refuse(http.StatusServiceUnavailable, "webhook.verify", "The webhook cannot verify who sends, because of how it is set up here.", nil).
			retryAfter(time.Minute)
	}
	refusal := refuse(http.StatusUnauthorized, "webhook.signature", "The sender is not verified: "+err.Error()+".", nil)
	if h.verify.scheme.challenge != "" {
		refusal.with("WWW-Authenticate", h.verify.scheme.challenge)
	}
	return proof{}, refusal
}

// passage is a delivery on its way to a run.
type passage struct {
	*Router
	hook    *hook
	trigger core.Object
	at      time.Time
	proof   proof
	once    *storage.Once
	// run is the one that the delivery started, or an earlier one with its key; empty before, and without any.
	run storage.RunID
}

// serve takes a delivery from the check of who sent it to its answer.
func (p *passage) serve(d *Delivery, m *match, kind media) *Answer {
	var refusal *Answer
	if p.proof, refusal = p.verify(p.hook, d, p.at); refusal != nil {
		return refusal
	}
	if p.proof.challenge != nil {
		return p.sealed(tell(http.StatusOK, p.proof.challenge))
	}
	if p.trigger, refusal = p.hook.trigger(d, m.values, kind, p.at, &p.proof); refusal != nil {
		return refusal
	}
	if p.proof.bare && p.hook.raw {
		p.trigger["raw"] = p.o.Connections.MaskText(string(d.Body))
	}
	if refusal = p.check(); refusal != nil {
		return refusal
	}
	if p.hook.result {
		return p.sealed(p.call())
	}
	return p.sealed(p.acknowledge())
}

// sealed is an answer as the platform takes it.
func (p *passage) sealed(a *Answer) *Answer {
	if p.proof.seal != nil && a.Status/100 == 2 {
		return p.proof.seal()
	}
	return a
}

func (p *passage) scope() core.TriggerScope {
	return core.TriggerScope{Plan: p.hook.flow.Plan, Of: p.trigger, At: p.at.UnixNano()}
}

// check holds the delivery to the flow's input, finds its idempotency key, and lets it through at the webhook's rate.
func (p *passage) check() *Answer {
	h := p.hook
	if h.flow.Input != nil {
		if f := h.flow.Input(p.trigger["body"]); f != nil {
			return refuse(http.StatusUnprocessableEntity, "webhook.input", "The body is not as the flow's input says: "+f.Message, f.Details)
		}
	}
	if h.entrance.Idempotency != nil {
		v, f := h.entrance.Idempotency(p.scope())
		if f != nil {
			return refuse(http.StatusUnprocessableEntity, "webhook.key", "The idempotency key cannot be computed: "+f.Message, nil)
		}
		if key := keyText(v); key != "" {
			p.once = &storage.Once{Scope: h.name, Key: key, TTL: h.entrance.KeepKeys}
		}
	} else if p.proof.key != "" {
		p.once = &storage.Once{Scope: h.name, Key: bounded(p.proof.key), TTL: keepOwnKeys}
	}
	if wait := h.limit.take(p.at); wait > 0 {
		return refuse(http.StatusTooManyRequests, "webhook.rate", "Deliveries come faster than this webhook takes them.", nil).
			retryAfter(wait)
	}
	if p.waits.Err() != nil {
		return p.notStarted("", engine.ErrClosed)
	}
	return nil
}

// keepOwnKeys is how long the keys of platforms are remembered: longer than any of them repeats a delivery, and than any
// time in a signature is let through.
const keepOwnKeys = 72 * time.Hour

// maxOwnKey bounds the keys of platforms, which are kept as they are up to that.
const maxOwnKey = 256

func bounded(key string) string {
	if len(key) <= maxOwnKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// keyText spells a key: text as it is, nothing for null, anything else as JSON, numbers with all their digits.
func keyText(v core.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	text, err := value.Encode(v)
	if err != nil {
		return ""
	}
	return string(text)
}

func (p *passage) request() engine.StartRequest {
	return engine.StartRequest{Plan: p.hook.flow.Plan.Hash, Trigger: p.trigger, Once: p.once}
}

// acknowledge starts the run and answers once that is durable. What to answer is known before: a run whose start could
// not be acknowledged would be started again by its sender.
func (p *passage) acknowledge() *Answer {
	ack, refusal := p.ack()
	if refusal != nil {
		return refusal
	}
	run, err := p.o.Engine.Start(context.Background(), p.request())
	var duplicate *engine.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		p.run = duplicate.Run
		return p.ackAgain(duplicate.Run)
	case err != nil:
		return p.notStarted(run, err)
	}
	p.run = run
	if ack != nil {
		return ack
	}
	return p.accepted(run)
}

// accepted is the acknowledgement of a trigger without an ackBody: as the platform wants it, where the trigger has no
// ackStatus either, else the run's id.
func (p *passage) accepted(run storage.RunID) *Answer {
	if p.proof.ack != nil && p.hook.ackStatus == 0 {
		return tell(http.StatusOK, p.proof.ack)
	}
	return accepted(p.hook.status(), run)
}

// ack is the trigger's own acknowledgement, nil without one.
func (p *passage) ack() (ack, refusal *Answer) {
	if p.hook.entrance.AckBody == nil {
		return nil, nil
	}
	v, f := p.hook.entrance.AckBody(p.scope())
	if f != nil {
		return nil, refuse(http.StatusInternalServerError, "webhook.answer", "The acknowledgement cannot be computed: "+f.Message, nil)
	}
	return tell(p.hook.status(), v), nil
}

// ackAgain is the acknowledgement that the first delivery with this key was given: its body is computed of that one's
// trigger, for as long as its run is kept.
func (p *passage) ackAgain(run storage.RunID) *Answer {
	if p.hook.entrance.AckBody == nil {
		return p.accepted(run)
	}
	err := p.o.Journal.Events(run, 1, func(_ uint64, event []byte) bool {
		first, err := codec.Decode(event)
		if err == nil && first.Start != nil {
			p.trigger, p.at = first.Start.Trigger, time.Unix(0, first.At)
		}
		return false
	})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return p.notStarted(run, err)
	}
	ack, refusal := p.ack()
	if refusal != nil {
		return refusal
	}
	return ack
}

// call starts the run and waits for its answer, for as long as the flow allows.
func (p *passage) call() *Answer {
	ctx, cancel := context.WithTimeout(p.waits, p.hook.timeout)
	defer cancel()
	run, answer, err := p.o.Engine.Call(ctx, p.request())
	var duplicate *engine.DuplicateError
	switch {
	case errors.As(err, &duplicate):
		p.run = duplicate.Run
		return p.answerOf(ctx, duplicate.Run)
	case err != nil && ctx.Err() != nil && p.stored(run):
		p.run = run
		return accepted(http.StatusAccepted, run)
	case err != nil:
		return p.notStarted(run, err)
	}
	p.run = run
	return p.say(run, answer)
}

// stored reports whether a run is on disk.
func (p *passage) stored(run storage.RunID) bool {
	_, err := p.o.Journal.Row(run)
	return err == nil
}

func (p *passage) say(run storage.RunID, a engine.Answer) *Answer {
	if a.Response != nil {
		return respond(a.Response)
	}
	return p.ended(run, a.End)
}

// How long it takes at first, and at most, until the journal of a run that goes on is looked into again.
const (
	firstLook = 20 * time.Millisecond
	lastLook  = time.Second
)

// answerOf is the answer of a run that an earlier delivery started, as its journal tells it. A run's end is waited for;
// an answer that it gives before its end is found at the next look.
func (p *passage) answerOf(ctx context.Context, run storage.RunID) *Answer {
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		answer, err := p.recorded(run)
		switch {
		case err == nil && (answer.Response != nil || answer.End != nil):
			return p.say(run, answer)
		case errors.Is(err, engine.ErrNotFound) || err == nil && ctx.Err() != nil:
			// The run is not kept any longer, or takes its time.
			return accepted(http.StatusAccepted, run)
		case err != nil:
			return p.notStarted(run, err)
		}
		look, stop := context.WithTimeout(ctx, pause)
		_, err = p.o.Engine.Wait(look, run)
		looked := look.Err() != nil
		stop()
		if err != nil && !looked {
			return p.notStarted(run, err)
		}
	}
}

// recorded is what a run has said to its caller up to now.
func (p *passage) recorded(run storage.RunID) (answer engine.Answer, err error) {
	was, err := engine.Replay(p.o.Journal, p.o.Plans, run, func(_ *core.Recorded, d *core.Decision) {
		for i := range d.Commands {
			if c := &d.Commands[i]; c.Kind == core.Respond && answer.Response == nil {
				answer.Response = c.Response
			}
		}
	})
	if err == nil && answer.Response == nil {
		answer.End = was.State.End()
	}
	return answer, err
}

// notStarted says why there is no run, or no word of it.
func (p *passage) notStarted(run storage.RunID, err error) *Answer {
	switch {
	case errors.Is(err, engine.ErrTooLarge):
		return refuse(http.StatusRequestEntityTooLarge, "webhook.too_large", "The delivery is larger than a run may be started with.", nil)
	case errors.Is(err, engine.ErrClosed):
		return refuse(http.StatusServiceUnavailable, "webhook.draining", "The server is stopping. Send this again in a moment.", nil).
			retryAfter(pauseOf503)
	case errors.Is(err, engine.ErrUnavailable), errors.Is(err, storage.ErrFull), errors.Is(err, context.DeadlineExceeded),
		errors.Is(err, context.Canceled):
		p.o.Log.Warn("a delivery could not be stored", "webhook", p.hook.name, "error", err)
		return refuse(http.StatusServiceUnavailable, "webhook.journal", "The delivery cannot be stored at the moment. Send it again later.", nil).
			retryAfter(pauseOf503)
	}
	p.o.Log.Error("a delivery failed", "webhook", p.hook.name, "run", run, "error", err)
	return refuse(http.StatusInternalServerError, "internal", "The delivery met a fault in the program; its log has the details.", nil)
}

// pauseOf503 is how long a sender is asked to wait.
const pauseOf503 = 5 * time.Second
