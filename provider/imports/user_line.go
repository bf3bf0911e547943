package imports

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
)

// ParseUser makes a user of the properties of a line: the names of "gatehouse user get --json", and
// password_hash. Without a username the email address stands for it.
func ParseUser(properties map[string]json.RawMessage) (string, any, *Fault) {
	u := &account.User{}
	var id string
	var created *time.Time
	into := map[string]any{
		"id": &id, "sub": &u.Subject, "subject": &u.Subject, "username": &u.Username, "password_hash": &u.PasswordHash,
		"email": &u.Email, "email_verified": &u.EmailVerified,
		"phone": &u.Phone, "phone_number": &u.Phone, "phone_verified": &u.PhoneVerified, "phone_number_verified": &u.PhoneVerified,
		"roles": &u.Roles, "disabled": &u.Disabled, "created_at": &created, "updated_at": new(json.RawMessage),
		"name": &u.Profile.Name, "given_name": &u.Profile.GivenName, "family_name": &u.Profile.FamilyName, "middle_name": &u.Profile.MiddleName,
		"nickname": &u.Profile.Nickname, "profile": &u.Profile.Page, "picture": &u.Profile.Picture, "website": &u.Profile.Website,
		"gender": &u.Profile.Gender, "birthdate": &u.Profile.Birthdate, "zoneinfo": &u.Profile.Zoneinfo, "locale": &u.Profile.Locale,
		"address": &u.Profile.Address,
	}
	if fault := decode(properties, into); fault != nil {
		return nameOf(u), nil, fault
	}
	for _, pair := range [][2]string{{"subject", "sub"}, {"phone", "phone_number"}, {"phone_verified", "phone_number_verified"}} {
		if fault := differing(properties, pair[0], pair[1]); fault != nil {
			return nameOf(u), nil, fault
		}
	}
	if id != "" {
		parsed, err := provider.ParseID(id)
		if err != nil {
			return nameOf(u), nil, &Fault{"/id", "must be a UUID in lower case; the id of another system is sub"}
		}
		u.ID = parsed
	}
	if created != nil {
		u.CreatedAt = created.UTC().Truncate(time.Microsecond)
	}
	if u.Profile.Address != nil && *u.Profile.Address == (account.Address{}) {
		u.Profile.Address = nil
	}
	if u.Username == "" && u.Email != "" {
		u.Username = UsernameOf(u.Email)
	}
	return nameOf(u), u, nil
}

// differing is the fault of a line that has a property by two names, with two values: which of them counted
// would be chance.
func differing(properties map[string]json.RawMessage, alias, name string) *Fault {
	one, other := properties[alias], properties[name]
	if given(one) && given(other) && !bytes.Equal(one, other) {
		return &Fault{"/" + alias, "says something else than " + name + ", which is the same property"}
	}
	return nil
}

func given(value json.RawMessage) bool { return len(value) > 0 && string(value) != "null" }

// UsernameOf makes a user name of an email address, for systems in which users have no other name: a
// user name has no @, since no one may have another's address as a name.
func UsernameOf(email string) string { return strings.ReplaceAll(email, "@", "_at_") }

func nameOf(u *account.User) string {
	name := u.Username
	if name == "" {
		name = u.Email
	}
	return name[:min(len(name), 254)] // of a line that may be refused for its length
}

// decode reads each property into the variable of its name, and returns the first fault. Null leaves a
// variable as it is.
func decode(properties map[string]json.RawMessage, into map[string]any) *Fault {
	var first *Fault
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if fault := decodeOne(name, properties[name], into[name]); fault != nil && first == nil {
			first = fault
		}
	}
	return first
}

func decodeOne(name string, value json.RawMessage, target any) *Fault {
	field := "/" + pointer(name)
	switch {
	case target == nil && name == "password":
		return &Fault{field, "is not taken: give the hash as password_hash"}
	case target == nil:
		return &Fault{field, "is not a property of such a line"}
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.DisallowUnknownFields()
	if _, isAddress := target.(**account.Address); decoder.Decode(target) != nil || isAddress && !lowerCase(value) {
		return &Fault{field, "must be " + kindOf(target)}
	}
	return nil
}

// lowerCase tells whether the names of an object are, as those of ours: the decoder would take a name in
// another case for the property, beside the property.
func lowerCase(object json.RawMessage) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return false
	}
	for name := range members {
		if name != strings.ToLower(name) {
			return false
		}
	}
	return true
}

func kindOf(target any) string {
	switch target.(type) {
	case *bool:
		return "true or false"
	case *[]string:
		return "a list of texts"
	case **time.Time:
		return "a time such as 2024-05-06T07:08:09Z"
	case **account.Address:
		return "an object with formatted, street_address, locality, region, postal_code and country, all texts"
	default:
		return "a text"
	}
}

// pointer escapes a name for a JSON pointer (RFC 6901 section 3), and cuts it: anyone may have written
// the file.
func pointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(strings.ToValidUTF8(name[:min(len(name), 100)], ""))
}
