package expr

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Codes of problems and of failures. Problems are found when an expression is compiled; failures end its evaluation.
const (
	// CodeEmpty: nothing stands where an expression must.
	CodeEmpty = "expr.empty"
	// CodeSyntax: the text is not an expression. Params: problem.
	CodeSyntax = "expr.syntax"
	// CodeTemplate: a {{ has no }}. Params: problem.
	CodeTemplate = "expr.template"
	// CodeType: an operation met kinds it is not defined for. Params: problem. Also a failure.
	CodeType = "expr.type"
	// CodeValue: the kinds fit but the values do not: a division by zero, text that is no number. Params: problem. Also
	// a failure.
	CodeValue = "expr.value"
	// CodeBudget: the expression is too large, or its evaluation took too many steps or too much memory. Params:
	// problem. Also a failure.
	CodeBudget = "expr.budget"
	// CodeInternal: the evaluator itself broke down; only a failure.
	CodeInternal = "expr.internal"
	// CodeNameUnknown: there is no such name. Params: name, nearest.
	CodeNameUnknown = "expr.name_unknown"
	// CodeNameUnavailable: the name exists, but not at this place. Params: name.
	CodeNameUnavailable = "expr.name_unavailable"
	// CodeNodeUnknown: the flow has no such node. Params: node, nearest.
	CodeNodeUnknown = "expr.node_unknown"
	// CodeNodeNotUpstream: the node does not run before this place. Params: node.
	CodeNodeNotUpstream = "expr.node_not_upstream"
	// CodeNodeDynamic: nodes without a fixed id. Params: none.
	CodeNodeDynamic = "expr.node_dynamic"
	// CodeFunctionUnknown: there is no such function. Params: name, nearest.
	CodeFunctionUnknown = "expr.function_unknown"
	// CodeFieldUnknown: the schema of the value has no such field. Params: name, nearest.
	CodeFieldUnknown = "expr.field_unknown"
	// CodePath: the text is not a gjson path. Params: problem.
	CodePath = "expr.path"
)

// Problem is something wrong with an expression, a template or a path.
type Problem struct {
	Code    string
	Message string
	// Pointer is the JSON Pointer of the string within what was given to CompileValue; empty elsewhere.
	Pointer string
	// From and To bound the characters concerned, half open and from 0, within the whole string.
	From, To int
	// Params are the values in Message by name; nearest is the name that was probably meant, or empty.
	Params map[string]string
}

// problem makes a message of what, with the params given as name, value pairs.
func newProblem(code string, at span, message string, pairs ...string) Problem {
	p := Problem{Code: code, Message: message, From: at.from, To: at.to, Params: map[string]string{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		p.Params[pairs[i]] = pairs[i+1]
	}
	if len(pairs) == 0 {
		p.Params["problem"] = message
	}
	return p
}

// nearest is the candidate that name is probably a slip of, or "". Candidates are sorted, so that a tie has one answer.
func nearest(name string, candidates []string) string {
	best, bestDistance := "", 1+max(1, utf8.RuneCountInString(name)/3)
	for _, c := range candidates {
		if strings.EqualFold(c, name) {
			return c
		}
		if d := distance(name, c, bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of insertions, deletions, changes and swaps of neighbours between a and b (optimal string
// alignment), or at least limit.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) >= limit {
		return limit
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

func didYouMean(name string) string {
	if name == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(name) + "?"
}
