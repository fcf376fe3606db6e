package gateway

import (
	"errors"
	"fmt"
)

// reason is why somebody was refused, in the words of the metric
// hoistway_refusals_total.
type reason string

// The reasons. The metric has no others.
const (
	refusedCredentials reason = "credentials" // no client ID, or not its secret
	refusedRate        reason = "rate"        // too many wrong secrets or single-use tokens
	refusedBearer      reason = "bearer"      // no token, or none of ours
	refusedExpired     reason = "expired"
	refusedUsed        reason = "used" // single-use token used again
	refusedScope       reason = "scope"
	refusedFormat      reason = "format" // a request for a token that cannot be read
)

// counted counts a refusal and gives it back.
func (a *authority) counted(why reason, err error) error {
	if r := (*refusal)(nil); errors.As(err, &r) && r.status == 403 {
		why = refusedScope
	}
	a.gateway.metrics.GetOrCreateCounter(fmt.Sprintf("hoistway_refusals_total{reason=%q}", string(why))).Inc()
	return err
}

// issued counts a token.
func (a *authority) issued(c *claims) {
	kind := "full"
	switch {
	case c.Once:
		kind = "single_use"
	case c.Limited:
		kind = "limited"
	}
	a.gateway.metrics.GetOrCreateCounter(fmt.Sprintf("hoistway_tokens_total{kind=%q}", kind)).Inc()
}
