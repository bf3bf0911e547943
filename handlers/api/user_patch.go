package api

import (
	"encoding/json"
	"maps"
	"path"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// userPatch is a merge patch of a User.
type userPatch map[string]json.RawMessage

// Schema is part of huma.SchemaProvider.
func (userPatch) Schema(r huma.Registry) *huma.Schema {
	return patchSchema(r, "UserPatch", r.Schema(reflect.TypeFor[User](), true, "User"))
}

// adminUserPatch is one of an AdminUser.
type adminUserPatch map[string]json.RawMessage

// Schema is part of huma.SchemaProvider.
func (adminUserPatch) Schema(r huma.Registry) *huma.Schema {
	return patchSchema(r, "AdminUserPatch", r.Schema(reflect.TypeFor[AdminUser](), true, "AdminUser"))
}

// patchSchema is the schema of what a reference names, where every property may be left out, or null
// to take its value away, and so may those of the objects in it. What is written only, such as a password, has
// operations of its own.
func patchSchema(r huma.Registry, name string, of *huma.Schema) *huma.Schema {
	if _, made := r.Map()[name]; !made {
		whole := r.SchemaFromRef(of.Ref)
		patch := *whole
		patch.Required, patch.Properties = nil, map[string]*huma.Schema{}
		for property, schema := range whole.Properties {
			if !schema.WriteOnly {
				patch.Properties[property] = patchedProperty(r, schema)
			}
		}
		patch.PrecomputeMessages()
		r.Map()[name] = &patch
	}
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func patchedProperty(r huma.Registry, schema *huma.Schema) *huma.Schema {
	if schema.Ref != "" { // which cannot say that it may be null
		part := patchSchema(r, path.Base(schema.Ref)+"Patch", schema)
		object := r.SchemaFromRef(part.Ref)
		object.Nullable = true
		object.PrecomputeMessages()
		return part
	}
	part := *schema
	part.Nullable = true
	if members, ok := schema.AdditionalProperties.(*huma.Schema); ok {
		member := *members
		member.Nullable = true
		member.PrecomputeMessages()
		part.AdditionalProperties = &member
	}
	part.PrecomputeMessages()
	return &part
}

// ours is the patch with our names of the properties.
func (p adminUserPatch) ours() (userPatch, error) {
	patch := userPatch(maps.Clone(p))
	if text, sent := patch["enabled"]; sent {
		delete(patch, "enabled")
		var enabled *bool
		if err := json.Unmarshal(text, &enabled); err != nil {
			return nil, invalid("/enabled", "must be true or false")
		}
		patch["disabled"] = []byte(strconv.FormatBool(enabled != nil && !*enabled))
	}
	return patch, nil
}

// patchedUser is the user with a merge patch applied. Another email address or phone number is not
// verified unless the same patch says so: otherwise the proof of the old one would stand for the new
// one (Zitadel CVE-2026-27946).
func patchedUser(v User, patch userPatch) (User, error) {
	for name, is := range map[string]string{"id": v.ID, "sub": v.Subject} {
		if err := unchanged(patch, name, is); err != nil {
			return User{}, err
		}
	}
	text, err := mergePatch(v, patch)
	if err != nil {
		return User{}, err
	}
	var patched User
	if err := json.Unmarshal(text, &patched); err != nil {
		return User{}, err
	}
	proved := account.User{Email: v.Email, EmailVerified: v.EmailVerified, Phone: v.Phone, PhoneVerified: v.PhoneVerified}
	proved.SetEmail(patched.Email)
	proved.SetPhone(patched.Phone)
	if _, said := patch["email_verified"]; !said {
		patched.EmailVerified = proved.EmailVerified
	}
	if _, said := patch["phone_number_verified"]; !said {
		patched.PhoneVerified = proved.PhoneVerified
	}
	return patched, nil
}
