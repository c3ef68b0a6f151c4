package httpclient

import (
	"context"
	"fmt"
	"net/http"

	"sluice/connect/sign"
	"sluice/engine/core"
)

// Probe asks the other side for a sign of life, without waiting for the limits: a read that a platform answers without
// anything being there, or a GET of the address. Any answer that does not refuse the credentials is a good one: few
// services have something at their root. The status is 0 where nobody answered.
func (c *Client) Probe(ctx context.Context) (status int, failure *core.Failure) {
	r := Request{Method: http.MethodGet, Response: FormatText}
	signer, signs := c.config.Signer.(sign.Prober)
	if signs {
		p := signer.Probe()
		r.Method, r.Path = p.Method, p.Path
		if p.Params != nil {
			r.Body = JSON{Value: p.Params}
		}
	}
	answer, failure := c.do(ctx, &r)
	switch {
	case failure == nil:
		return answer.Status, nil
	case failure.Status == http.StatusUnauthorized || failure.Status == http.StatusForbidden:
		failure.Message = fmt.Sprintf("the address answers and refuses the credentials: %s", failure.Message)
	case signs:
		if signer.Reached(failure) {
			return failure.Status, nil
		}
	case failure.Code == "http.status" && failure.Status < 500 && failure.Status != http.StatusProxyAuthRequired:
		return failure.Status, nil
	}
	return failure.Status, c.config.Mask.Failure(failure)
}
