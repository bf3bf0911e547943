package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

func newClient(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "Register and change OAuth clients",
		Long:  "A client is an application that may request tokens (RFC 6749 section 2).",
	}
	cmd.AddCommand(
		newClientCreate(env), newClientUpdate(env), newClientList(env), newClientGet(env), newClientDelete(env),
		newClientDisable(env), newClientEnable(env), newClientRotateSecret(env), newClientSecret(env), newClientUsers(env), newClientGroups(env), newClientLogouts(env), newClientRedeliverLogouts(env),
	)
	return cmd
}

// clientView is a client as the command line prints it: its fields in their order. Secrets are
// shown by date only, their hashes not at all.
type clientView []property

type property struct {
	name  string
	value any
}

// MarshalJSON keeps the order, which a map would not.
func (v clientView) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, p := range v {
		if i > 0 {
			out.WriteByte(',')
		}
		value, err := json.Marshal(p.value)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", p.name, err)
		}
		fmt.Fprintf(&out, "%q:%s", p.name, value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

type secretView struct {
	ID        string     `json:"id"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

func viewOf(c *client.Client) clientView { return viewWithSecret(c, "") }

// viewWithSecret is viewOf with a secret that is shown this once.
func viewWithSecret(c *client.Client, secret string) clientView {
	v := clientView{{"client_id", c.ID}}
	if secret != "" {
		v = append(v, property{"client_secret", secret})
	}
	for _, f := range client.Fields() {
		if !f.Optional || !f.IsZero(c) {
			v = append(v, property{f.Name, f.Value(c)})
		}
	}
	secrets := []secretView{}
	for _, s := range c.Secrets {
		secrets = append(secrets, secretView{s.ID.String(), s.CreatedAt, s.ExpiresAt})
	}
	return append(v, property{"disabled", c.Disabled}, property{"secrets", secrets}, property{"created_at", c.CreatedAt}, property{"updated_at", c.UpdatedAt})
}

// provesBy says how the client may prove itself.
func provesBy(c *client.Client) string {
	if c.Accepts(client.SecretBasic) && c.Accepts(client.SecretPost) {
		return "secret, by Basic or in the body"
	}
	return string(c.AuthMethod)
}

// orEmpty makes JSON say [] and not null, which few programs expect of a list.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func grantTypes(c *client.Client) string {
	names := make([]string, len(c.GrantTypes))
	for i, t := range c.GrantTypes {
		names[i] = string(t)
	}
	return strings.Join(names, " ")
}
