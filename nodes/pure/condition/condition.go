// Package condition reads an expression as yes or no, the same way for every node that asks one.
//
// It knows nothing of the nodes that use it.
package condition

import (
	"fmt"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Holds evaluates e in s. Null counts as false, since an absent field of an incoming message is no reason to stop a
// run; anything else that is not a boolean fails with expr.type. The pointer is that of the expression in the node's
// config, for the message.
func Holds(e core.Expr, s core.Scope, pointer string) (bool, *core.Failure) {
	v, f := e(s)
	if f != nil {
		return false, f
	}
	switch v := v.(type) {
	case bool:
		return v, nil
	case nil:
		return false, nil
	default:
		return false, &core.Failure{
			Code:      "expr.type",
			Message:   fmt.Sprintf("%s must give true or false and gave a %s: compare it with something", pointer, value.Kind(v)),
			Details:   core.Object{"pointer": pointer, "kind": value.Kind(v)},
			Permanent: true,
		}
	}
}
