package keycloak

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// user is a UserRepresentation.
type user struct {
	ID                     string              `json:"id"`
	Username               string              `json:"username"`
	Email                  string              `json:"email"`
	EmailVerified          bool                `json:"emailVerified"`
	FirstName              string              `json:"firstName"`
	LastName               string              `json:"lastName"`
	Enabled                bool                `json:"enabled"`
	CreatedTimestamp       int64               `json:"createdTimestamp"` // milliseconds
	Attributes             map[string][]string `json:"attributes"`
	Credentials            []credential        `json:"credentials"`
	RequiredActions        []string            `json:"requiredActions"`
	RealmRoles             []string            `json:"realmRoles"`
	ClientRoles            map[string][]string `json:"clientRoles"`
	Groups                 []string            `json:"groups"`
	FederatedIdentities    []json.RawMessage   `json:"federatedIdentities"`
	ServiceAccountClientID string              `json:"serviceAccountClientId"`
}

// claims are the attributes that Keycloak's own mappers turn into claims, by the name of the claim.
func claims() map[string]string {
	return map[string]string{
		"phoneNumber": "phone", "locale": "locale", "zoneinfo": "zoneinfo", "birthdate": "birthdate", "gender": "gender",
		"website": "website", "picture": "picture", "profile": "profile", "nickname": "nickname", "middleName": "middle_name",
	}
}

// addressClaims are those of Keycloak's mapper for addresses.
func addressClaims() map[string]string {
	return map[string]string{
		"street": "street_address", "locality": "locality", "region": "region", "postal_code": "postal_code", "country": "country", "formatted": "formatted",
	}
}

func (r *Reader) user(text json.RawMessage) (*imports.Item, error) {
	item := &imports.Item{Kind: imports.KindUser, Line: r.line}
	var u user
	if item.Fault = decode(text, &u); item.Fault != nil {
		item.Raw = text
		return item, nil
	}
	if u.ServiceAccountClientID != "" { // its client stands for it
		return nil, nil //nolint:nilnil // passed over
	}
	line := map[string]any{"sub": u.ID, "username": u.Username, "email": u.Email, "email_verified": u.EmailVerified, "disabled": !u.Enabled}
	item.Notes = u.name(line)
	if u.CreatedTimestamp > 0 {
		line["created_at"] = time.UnixMilli(u.CreatedTimestamp).UTC()
	}
	for name, value := range map[string]string{"given_name": u.FirstName, "family_name": u.LastName, "name": strings.TrimSpace(u.FirstName + " " + u.LastName)} {
		if value != "" {
			line[name] = value
		}
	}
	item.Notes = append(item.Notes, u.attributes(line)...)
	item.Notes = append(item.Notes, r.roles(&u, line)...)
	hash, notes, fault := passwordOf(u.Credentials)
	switch {
	case fault != nil:
		line["password_hash"] = refusedHash(u.Credentials)
	case hash != "":
		line["password_hash"] = hash
	}
	item.Notes = append(append(item.Notes, notes...), u.leftOut()...)
	item.Complete(line, imports.ParseUser)
	if item.Fault == nil {
		item.Fault = fault
	}
	return item, nil
}

// name: a user name that is an email address is how Keycloak keeps users without another name.
func (u *user) name(line map[string]any) []string {
	if !strings.Contains(u.Username, "@") {
		return nil
	}
	if u.Email == "" {
		line["email"] = u.Username
	}
	line["username"] = imports.UsernameOf(u.Username)
	return []string{"the user name is an email address, which user names cannot be: it became " + imports.UsernameOf(u.Username) + "; the address works for signing in"}
}

func (u *user) attributes(line map[string]any) []string {
	address := map[string]string{}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(u.Attributes)) {
		values := u.Attributes[name]
		switch {
		case len(values) == 0 || values[0] == "":
		case name == "phoneNumberVerified":
			line["phone_verified"] = values[0] == "true"
		case len(values) == 1 && claims()[name] != "":
			line[claims()[name]] = values[0]
		case len(values) == 1 && addressClaims()[name] != "":
			address[addressClaims()[name]] = values[0]
		default:
			others = append(others, name)
		}
	}
	if len(address) > 0 {
		line["address"] = address
	}
	if others == nil {
		return nil
	}
	return []string{"left out, as they have no equivalent: the attributes " + strings.Join(others, ", ")}
}

// roles maps the realm roles. Those that every user of a realm has mean nothing here.
func (r *Reader) roles(u *user, line map[string]any) []string {
	var kept, others []string
	for _, role := range u.RealmRoles {
		switch mapped := r.options.Roles[role]; {
		case mapped != "":
			kept = append(kept, mapped)
		case strings.HasPrefix(role, "default-roles-") || role == "offline_access" || role == "uma_authorization":
		default:
			others = append(others, role)
		}
	}
	slices.Sort(kept)
	line["roles"] = append([]string{}, slices.Compact(kept)...)
	if others == nil {
		return nil
	}
	return []string{"left out, as --role-map does not name them: the roles " + strings.Join(others, ", ")}
}

func (u *user) leftOut() []string {
	var notes []string
	if len(u.ClientRoles) > 0 {
		notes = append(notes, "left out: the client roles of "+strings.Join(slices.Sorted(maps.Keys(u.ClientRoles)), ", "))
	}
	if len(u.Groups) > 0 {
		notes = append(notes, "left out: the groups "+strings.Join(u.Groups, ", "))
	}
	if len(u.RequiredActions) > 0 {
		notes = append(notes, "left out: the required actions "+strings.Join(u.RequiredActions, ", "))
	}
	if len(u.FederatedIdentities) > 0 {
		notes = append(notes, "left out: the links to other identity providers")
	}
	return notes
}
