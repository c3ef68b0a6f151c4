package nodes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// ParseDuration reads a duration as flow documents write it: Go's units, and d for days of 24 hours in front of them
// ("2800ms", "1.5s", "2d", "1d12h").
func ParseDuration(s string) (time.Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a duration such as 1.5s, 30m or 2d", s)
	}
	const longest = float64(100 * 365 * 24 * time.Hour)
	whole := n * float64(24*time.Hour)
	if !(whole <= longest && whole >= -longest) {
		return 0, fmt.Errorf("%q is longer than a hundred years", s)
	}
	var more time.Duration
	if rest != "" {
		if more, err = time.ParseDuration(rest); err != nil {
			return 0, err
		}
		if n < 0 {
			more = -more
		}
	}
	return time.Duration(whole) + more, nil
}

// Duration is a config value that stands for a duration: text as ParseDuration reads it, or what an expression gave.
func Duration(v core.Value) (time.Duration, *core.Failure) {
	switch d := v.(type) {
	case time.Duration:
		return d, nil
	case string:
		if parsed, err := ParseDuration(d); err == nil {
			return parsed, nil
		}
	}
	return 0, &core.Failure{
		Code: "config.duration", Permanent: true,
		Message: fmt.Sprintf("%v is not a duration such as 1.5s, 30m or 2d", v),
	}
}
