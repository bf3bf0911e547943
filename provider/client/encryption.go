package client

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider/fault"
)

// DefaultEncryption is the content encryption where only the algorithm is registered (OpenID Connect
// Dynamic Client Registration section 2).
const DefaultEncryption = string(jose.A128CBC_HS256)

// AnswerAlgorithms are those by which ID tokens and UserInfo responses can be encrypted to a key of the client (RFC
// 7518 section 4.1): those of EncryptionAlgorithms, and ECDH-ES with a wrapped key, which some libraries do alone.
func AnswerAlgorithms() []string {
	return append(EncryptionAlgorithms(), string(jose.ECDH_ES_A128KW), string(jose.ECDH_ES_A256KW))
}

// AnswerEncryptions are the encryptions of their content (RFC 7518 section 5.1): those of ContentEncryptions, and the
// ones with an HMAC, of which one is the default of the specification.
func AnswerEncryptions() []string {
	return append(ContentEncryptions(), DefaultEncryption, string(jose.A256CBC_HS512))
}

// validateEncryption demands what OpenID Connect Dynamic Client Registration section 2 does, and the keys.
func (c *Client) validateEncryption(bad *Invalid) {
	for _, of := range []struct{ name, alg, enc string }{
		{"id_token_encrypted_response", c.IDTokenEncryptionAlg, c.IDTokenEncryptionEnc},
		{"userinfo_encrypted_response", c.UserInfoEncryptionAlg, c.UserInfoEncryptionEnc},
	} {
		switch {
		case of.alg == "" && of.enc != "":
			bad.add(of.name+"_enc", fault.New(fault.EncryptionAlg, "field", of.name+"_alg"))
		case of.alg == "" || !slices.Contains(AnswerAlgorithms(), of.alg):
		case c.JWKS == "" && c.JWKSURI == "":
			bad.add(of.name+"_alg", fault.New(fault.EncryptionKeys))
		case c.JWKS != "":
			// validateKeys says what is wrong with the set itself.
			if set, err := ParseKeySet([]byte(c.JWKS)); err == nil && len(set.Encryption(of.alg)) == 0 {
				bad.add("jwks", fault.New(fault.EncryptionKey, "alg", of.alg, "kind", keyKindFor(of.alg)))
			}
		}
	}
}

func keyKindFor(alg string) string {
	if strings.HasPrefix(alg, string(jose.ECDH_ES)) {
		return "P-256, P-384 or P-521"
	}
	return fmt.Sprintf("RSA, %d-%d bits", minRSABits, maxRSABits)
}
