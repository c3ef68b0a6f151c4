package respond

import (
	"fmt"

	"sluice/engine/core"
)

// machine answers the caller that waits for the run and goes on at once.
type machine struct{ status, headers, body core.Expr }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, _ core.Cause) {
	r := core.Response{Status: 200, Body: t.Scope().Input()}
	if m.status != nil {
		v, f := m.status(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		n, ok := v.(int)
		if !ok || n < 200 || n > 599 {
			t.Fail(&core.Failure{
				Code: "respond.status", Permanent: true,
				Message: fmt.Sprintf("status must be a whole number from 200 to 599, not %s", fmt.Sprint(v)),
			})
			return
		}
		r.Status = n
	}
	if m.headers != nil {
		v, f := m.headers(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		r.Headers, _ = v.(core.Object)
	}
	if m.body != nil {
		v, f := m.body(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		r.Body = v
	}
	t.Respond(r)
	t.Emit(0, t.Scope().Input())
}
