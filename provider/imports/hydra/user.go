package hydra

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/imports"
)

// user is a user without a password, whose name is the subject where that can be one.
func (r *Reader) user(line int, subject string) imports.Item {
	name := account.Canonical(subject)
	if !account.ValidUsername(name) {
		sum := sha256.Sum256([]byte(subject))
		name = "user-" + hex.EncodeToString(sum[:8])
	}
	return imports.Item{
		Kind: imports.KindUser, Line: line, Name: subject,
		Source: source(map[string]any{"sub": subject, "username": name}),
		Value:  &account.User{Subject: subject, Username: name},
	}
}
