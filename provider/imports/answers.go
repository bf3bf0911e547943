package imports

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/provider/client"
)

// Answers puts into the line of a client where it is told of sign-outs, and by what its UserInfo is signed,
// by their names in a registration; empty: it is not. The notes say what this server does not do.
func Answers(line map[string]any, backChannelLogoutURI, userInfoAlg string) (notes []string) {
	const logout, signed = "backchannel_logout_uri", "userinfo_signed_response_alg"
	if strings.HasPrefix(backChannelLogoutURI, "https://") {
		line[logout] = backChannelLogoutURI
	} else if backChannelLogoutURI != "" {
		notes = append(notes, "left out, as it is no https URL: "+logout)
	}
	if slices.Contains(client.SigningAlgorithms(), userInfoAlg) {
		line[signed] = userInfoAlg
	} else if userInfoAlg != "" && userInfoAlg != "none" {
		notes = append(notes, "left out, as this server does not sign by it: "+signed)
	}
	return notes
}
