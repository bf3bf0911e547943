package keycloak

import (
	registered "github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// secret takes over the secret. Keycloak shows ********** in place of it where it hides secrets, and
// ${vault.key} where it is in a vault. Neither is in the line of a refused client: imported from there,
// everyone would know the secret.
func (c *client) secret(line map[string]any) *imports.Fault {
	if registered.Masked(c.Secret) {
		return &imports.Fault{Field: "/client_secret", Reason: `is masked in the export: rotate the secret in Keycloak and export again by kc.sh, or give a new one as "client_secret" in the line`}
	}
	line["client_secret"] = c.Secret
	return nil
}

// formerSecret: Keycloak accepts it for a time after a rotation.
func (c *client) formerSecret() []string {
	if c.Attributes["client.secret.rotated"] == "" {
		return nil
	}
	return []string{"left out: the secret from before its rotation, which Keycloak may still accept: give all of the client's servers the present one"}
}
