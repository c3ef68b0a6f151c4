package hooks

import (
	"maps"
	"slices"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/triggers"
)

// Check reports what keeps a flow from being published here: a path that a webhook of another published flow has. An
// option that the scheme does not read is a warning, and so is a connection without what the scheme reads of it. An older
// version of the flow may be among the published.
func (r *Router) Check(flow *flows.Flow, published []*flows.Flow) []diag.Diagnostic {
	found := slices.Concat(r.verifyFindings(flow), conflicts(flow, published))
	diag.Sort(found)
	return found
}

// verifyFindings looks at what the webhooks verify by.
func (r *Router) verifyFindings(flow *flows.Flow) []diag.Diagnostic {
	var found []diag.Diagnostic
	for i, e := range flow.Triggers {
		config, ok := e.Config["verify"].(core.Object)
		if e.Type != triggers.Webhook || !ok {
			continue
		}
		pointer := flow.Document.Triggers[i].Pointer + "/config/verify"
		name, _ := config["scheme"].(string)
		// The schema of triggers lets no other name through.
		s := findScheme(name)
		for _, option := range slices.Sorted(maps.Keys(config)) {
			if option != "scheme" && option != "connection" && !slices.Contains(s.options, option) {
				params := map[string]string{"option": option, "scheme": name}
				found = append(found, diag.New("flow.webhook.verify_ignored", pointer+"/"+option, params))
			}
		}
		// That there is no such connection at all is said by who knows them all.
		id, _ := config["connection"].(string)
		if keys := (keyring{r.o.Connections, id}); keys.known() && s.needs(keys) != nil {
			params := map[string]string{"connection": id, "scheme": name}
			found = append(found, diag.New("flow.webhook.secret_missing", pointer+"/connection", params))
		}
	}
	return found
}

// conflicts finds the webhooks of a flow that would take deliveries of other flows, or they of its. A path that fits two
// webhooks is no conflict where one is more literal.
func conflicts(flow *flows.Flow, published []*flows.Flow) []diag.Diagnostic {
	var t table
	for _, other := range published {
		if other.Document.ID == flow.Document.ID {
			continue
		}
		for _, h := range hooksOf(other) {
			t.add(h)
		}
	}
	var found []diag.Diagnostic
	for _, h := range hooksOf(flow) {
		taken := t.add(h)
		// Two of one flow are the compiler's to report.
		if taken == nil || taken.flow == flow {
			continue
		}
		found = append(found, diag.New("flow.webhook.path_used", h.pointer()+"/config/path", map[string]string{
			"path": h.entrance.Path, "flow": taken.flow.Document.ID, "trigger": taken.entrance.ID,
		}))
	}
	return found
}

// pointer is where the trigger stands in its document.
func (h *hook) pointer() string {
	for _, t := range h.flow.Document.Triggers {
		if t.ID == h.entrance.ID {
			return t.Pointer
		}
	}
	return ""
}
