package grant

import "github.com/gatehouse-id/gatehouse/provider/token"

// macKey hashes under a key of this provider, so that a stolen database cannot be searched for a
// token that an attacker saw elsewhere.
type macKey interface {
	MAC(parts ...[]byte) []byte
	VerifyMAC(mac []byte, parts ...[]byte) bool
}

// hashOf covers the kind and the text: the same text under another kind is another token (Keycloak
// CVE-2026-4282).
func hashOf(key macKey, kind token.Kind, text string) []byte {
	return key.MAC([]byte(kind), []byte(text))
}

func matches(key macKey, mac []byte, kind token.Kind, text string) bool {
	return key.VerifyMAC(mac, []byte(kind), []byte(text))
}
