package flows

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/flows/triggers"
	"sluice/nodes"
)

// Entrance is a trigger, compiled. Expressions of an entrance see trigger only: evaluate them with a [core.TriggerScope].
type Entrance struct {
	ID, Type string
	// Config is as written.
	Config core.Object
	// Path and Methods are of a webhook: the path without slashes around it; no methods are all methods.
	Path    string
	Methods []string
	// Idempotency is the key of a delivery, nil without one; KeepKeys is how long keys are remembered.
	Idempotency core.Expr
	KeepKeys    time.Duration
	// AckBody is the body of an acknowledgement, nil without one.
	AckBody core.Expr
	// Jitter is of a cron trigger.
	Jitter time.Duration
}

// door compiles all that is needed before a run starts: triggers, keys, the input schema, the concurrency key.
func (c *compiler) door(flow *Flow) {
	if c.doc.Input != nil {
		flow.Input = c.check("/input", c.doc.Input)
	}
	for i := range c.doc.Triggers {
		flow.Triggers = append(flow.Triggers, c.entrance(&c.doc.Triggers[i]))
	}
	c.checkPaths(flow.Triggers)
	c.checkResponds(flow.Triggers)
	for _, name := range slices.Sorted(maps.Keys(c.doc.Keys)) {
		pointer := "/keys/" + value.EscapePointer(name)
		flow.Plan.Keys = append(flow.Plan.Keys, core.Key{Name: name, Expr: c.expression(pointer, c.doc.Keys[name], atDoor(pointer))})
	}
	if s := c.doc.Settings.Concurrency; s != nil {
		bound := &core.Concurrency{Limit: s.Limit, Policy: core.GatePolicy(s.Policy)}
		if pointer := "/settings/concurrency/key"; s.Key != "" {
			bound.Key = c.expression(pointer, s.Key, atDoor(pointer))
		}
		flow.Plan.Concurrency = bound
	}
}

func (c *compiler) entrance(t *Trigger) Entrance {
	e := Entrance{ID: t.ID, Type: t.Type, Config: t.Config}
	s := c.triggerSchema(t)
	if s == nil {
		return e
	}
	if e.Config == nil {
		e.Config = core.Object{}
	}
	b := c.configBuilder(s, e.Config, atDoor(t.Pointer+"/config"))
	e.Idempotency = b.Expr("/idempotency/key")
	keep := day
	if t.Type == triggers.Queue {
		// A broker delivers again whatever it holds, however long the server was away.
		keep = 7 * day
	}
	e.KeepKeys = c.durationAt(b, "/idempotency/ttl", keep)
	e.Jitter = c.durationAt(b, "/jitter", 0)
	e.AckBody = b.Value("/ackBody")
	switch t.Type {
	case triggers.Webhook:
		e.Methods = stringsAt(e.Config, "methods")
		e.Path = c.webhookPath(b)
	case triggers.Cron:
		c.checkSchedule(b)
	case triggers.Event:
		c.checkFlows(b)
	}
	c.durationAt(b, "/verify/tolerance", 0)
	b.refuseUnread()
	return e
}

func (c *compiler) triggerSchema(t *Trigger) *schema {
	var names []string
	for _, spec := range triggers.All() {
		if spec.Type == t.Type {
			return parseSchema(spec.Schema)
		}
		names = append(names, spec.Type)
	}
	if t.Type != "" {
		c.add("flow.trigger.type_unknown", t.Pointer+"/type", map[string]string{"type": t.Type, "nearest": diag.Nearest(t.Type, names)})
	}
	return nil
}

func stringsAt(config core.Object, key string) []string {
	list, _ := config[key].(core.List)
	var all []string
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// durationAt reads a duration that a config may hold.
func (c *compiler) durationAt(b *builder, pointer string, without time.Duration) time.Duration {
	v, _ := find(b.config, pointer)
	text, ok := v.(string)
	if !ok {
		return without
	}
	d, err := nodes.ParseDuration(text)
	switch {
	case err != nil:
		b.Problem(pointer, "flow.duration.invalid", map[string]string{"value": text})
	case d < 0 || d > longest:
		b.Problem(pointer, "flow.duration.range", map[string]string{"value": text, "min": "0s", "max": formatDuration(longest)})
	}
	return d
}

var webhookSegment = regexp.MustCompile(`^(:[A-Za-z_][A-Za-z0-9_]*|[A-Za-z0-9._~-]+)$`)

func (c *compiler) webhookPath(b *builder) string {
	text, ok := b.text("/path")
	if !ok {
		return ""
	}
	path := strings.Trim(text, "/")
	for segment := range strings.SplitSeq(path, "/") {
		if !webhookSegment.MatchString(segment) || segment == "." || segment == ".." {
			b.Problem("/path", "flow.webhook.path_invalid", map[string]string{"path": text})
			return ""
		}
	}
	return path
}

// checkPaths reports webhooks of the flow that would take each other's requests.
func (c *compiler) checkPaths(entrances []Entrance) {
	for i, e := range entrances {
		for j, earlier := range entrances[:i] {
			if e.Path == "" || shape(e.Path) != shape(earlier.Path) || !overlap(e.Methods, earlier.Methods) {
				continue
			}
			pointer := c.doc.Triggers[i].Pointer + "/config/path"
			if d := c.add("flow.webhook.path_taken", pointer, map[string]string{"path": e.Path, "trigger": earlier.ID}); d != nil {
				d.Related = []string{c.doc.Triggers[j].Pointer + "/config/path"}
			}
			break
		}
	}
}

var parameter = regexp.MustCompile(`:[^/]+`)

// shape is a path without the names of its parameters.
func shape(path string) string { return parameter.ReplaceAllString(path, ":") }

func overlap(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(m string) bool { return slices.Contains(b, m) })
}

// respondType is the node type that answers a webhook.
const respondType = "respond"

// checkResponds warns of respond nodes that nobody waits for.
func (c *compiler) checkResponds(entrances []Entrance) {
	for _, e := range entrances {
		if e.Type == triggers.Webhook && e.Config["respond"] == "result" {
			return
		}
	}
	for _, n := range c.nodes {
		if n.spec != nil && n.spec.Type == respondType {
			c.node = n.ID
			c.add("flow.respond.no_webhook", n.Pointer, nil)
		}
	}
	c.node = ""
}

func (c *compiler) checkSchedule(b *builder) {
	cron, ok := b.text("/cron")
	style, _ := b.text("/style")
	zone, hasZone := b.text("/zone")
	if hasZone {
		if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
			b.Problem("/zone", "flow.timezone.unknown", map[string]string{"zone": zone})
			zone = ""
		}
	}
	if !ok || c.options.Schedule == nil {
		return
	}
	if err := c.options.Schedule(cron, style, zone); err != nil {
		params := map[string]string{"problem": err.Error()}
		var translated interface{ In(language string) string }
		if errors.As(err, &translated) {
			params[diag.In("problem", diag.Chinese)] = translated.In(string(diag.Chinese))
		}
		b.Problem("/cron", "flow.cron.invalid", params)
	}
}

func (c *compiler) checkFlows(b *builder) {
	for i := range stringsAt(b.config, "flows") {
		b.Flow("/flows/" + strconv.Itoa(i))
	}
}
