package oauth

import (
	"context"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// AnswerUserInfo gives claims their form, to measure it.
func AnswerUserInfo(a *Answers, c *client.Client, claims map[string]any) (string, error) {
	return a.userInfo(context.Background(), c, "https://id.example.test", claims)
}
