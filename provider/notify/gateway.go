package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/webhook"
)

// poster sends a request. It returns a class of errors when there was no response.
type poster interface {
	Post(ctx context.Context, url string, headers map[string]string, body []byte) (status int, retryAfter time.Duration, fault string)
}

// Gateway hands SMS over to a program of the operator, which sends them by a provider of their choice.
// The request is a message of Standard Webhooks. Its webhook-id is the same in repetitions.
type Gateway struct {
	post    poster
	url     string
	secrets [][]byte
	clock   provider.Clock
}

// NewGateway makes a Gateway that signs with each of the secrets.
func NewGateway(post poster, url string, secrets [][]byte, clock provider.Clock) *Gateway {
	return &Gateway{post, url, secrets, clock}
}

// unprocessable is the status by which the program says that the number cannot be reached.
const unprocessable = 422

// sms is the body of a request.
type sms struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		To     string `json:"to"`
		Text   string `json:"text"`
		Kind   Kind   `json:"kind"`
		Locale string `json:"locale"`
	} `json:"data"`
}

// Carry hands an SMS over. It returns *Fault.
func (g *Gateway) Carry(ctx context.Context, l Letter) error {
	now := g.clock.Real()
	message := sms{Type: "sms.send", Timestamp: now}
	message.Data.To, message.Data.Text, message.Data.Kind, message.Data.Locale = l.To, l.Text, l.Kind, l.Language
	body, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("notify: %w", err)
	}
	status, retryAfter, fault := g.post.Post(ctx, g.url, webhook.Headers(l.ID.String(), now, body, g.secrets), body)
	switch {
	case fault != "":
		return &Fault{Class: fault}
	case status >= 200 && status <= 299:
		return nil
	default:
		return &Fault{Class: "status_" + strconv.Itoa(status), Permanent: status == unprocessable, RetryAfter: retryAfter}
	}
}
