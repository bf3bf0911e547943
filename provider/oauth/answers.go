package oauth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/provider/client"
	"github.com/gatehouse-id/gatehouse/provider/keys"
	"github.com/gatehouse-id/gatehouse/provider/refusal"
)

// encryptionKeys finds a key of a client that something can be encrypted to.
type encryptionKeys interface {
	EncryptionKey(ctx context.Context, c *client.Client, alg string) (jose.JSONWebKey, error)
}

// Answers give what is said to a client about a user the form that the client is registered for: its subject, its
// signature and its encryption.
type Answers struct {
	*Subjects

	keys       signer
	recipients encryptionKeys
}

// NewAnswers makes an Answers.
func NewAnswers(subjects *Subjects, keys signer, recipients encryptionKeys) *Answers {
	return &Answers{Subjects: subjects, keys: keys, recipients: recipients}
}

// idToken signs the claims of an ID token, or of what is protected as one, by its typ, and encrypts it where the client
// is registered so. It refuses a client whose key cannot be had.
func (a *Answers) idToken(ctx context.Context, c *client.Client, alg keys.Algorithm, typ string, claims map[string]any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("oauth: marshal %s: %w", typ, err)
	}
	if c.IDTokenEncryptionAlg == "" {
		return a.keys.Sign(ctx, alg, typ, payload)
	}
	// The key first: it may have to be fetched, and a signature costs more.
	to, err := a.recipient(ctx, c, c.IDTokenEncryptionAlg, c.IDTokenEncryptionEnc)
	if err != nil {
		return "", err
	}
	signed, err := a.keys.Sign(ctx, alg, typ, payload)
	if err != nil {
		return "", err
	}
	return to.encrypt([]byte(signed), "JWT")
}

// userInfo signs and encrypts claims as the client is registered (OpenID Connect Core section 5.3.2); empty: it is
// registered for neither. What is signed has no typ: with the one of ID tokens it could be taken for one (RFC 8725
// section 3.12), and libraries refuse any other.
func (a *Answers) userInfo(ctx context.Context, c *client.Client, issuer string, claims map[string]any) (string, error) {
	if c.UserInfoSigningAlg == "" && c.UserInfoEncryptionAlg == "" {
		return "", nil
	}
	claims["iss"], claims["aud"] = issuer, c.ID
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("oauth: marshal UserInfo: %w", err)
	}
	var to *recipient
	if c.UserInfoEncryptionAlg != "" {
		if to, err = a.recipient(ctx, c, c.UserInfoEncryptionAlg, c.UserInfoEncryptionEnc); err != nil {
			return "", err
		}
	}
	contentType := ""
	if c.UserInfoSigningAlg != "" {
		signed, err := a.keys.Sign(ctx, keys.Algorithm(c.UserInfoSigningAlg), "", payload)
		if err != nil || to == nil {
			return signed, err
		}
		payload, contentType = []byte(signed), "JWT"
	}
	return to.encrypt(payload, contentType)
}

// recipient is a client that something is encrypted to.
type recipient struct {
	alg jose.KeyAlgorithm
	enc jose.ContentEncryption
	key jose.JSONWebKey
}

// errNoEncryptionKey: the client has keys, and none that fits.
var errNoEncryptionKey = errors.New("the client has no key for the encryption")

func (a *Answers) recipient(ctx context.Context, c *client.Client, alg, enc string) (*recipient, error) {
	key, err := a.recipients.EncryptionKey(ctx, c, alg)
	switch {
	case err == nil:
		return &recipient{jose.KeyAlgorithm(alg), jose.ContentEncryption(cmp.Or(enc, client.DefaultEncryption)), key}, nil
	case ctx.Err() != nil:
		return nil, err
	case errors.Is(err, errNoEncryptionKey):
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckEncryptionKey, "The response cannot be encrypted: the keys of the client have none for "+alg+".").
			For(c.ID).Because(err)
	default:
		return nil, refusal.New(refusal.InvalidRequest, refusal.CheckKeySetFetch, "The response cannot be encrypted: the keys of the client cannot be had.").
			For(c.ID).Because(err)
	}
}

// encrypt makes a compact JWE (RFC 7516). The content type tells that a JWT is in it (RFC 7519 section 5.2).
func (r *recipient) encrypt(payload []byte, contentType string) (string, error) {
	options := &jose.EncrypterOptions{}
	if contentType != "" {
		options = options.WithContentType(jose.ContentType(contentType))
	}
	encrypter, err := jose.NewEncrypter(r.enc, jose.Recipient{Algorithm: r.alg, Key: r.key.Key, KeyID: r.key.KeyID}, options)
	if err != nil {
		return "", fmt.Errorf("oauth: encrypt by %s: %w", r.alg, err)
	}
	encrypted, err := encrypter.Encrypt(payload)
	if err != nil {
		return "", fmt.Errorf("oauth: encrypt by %s: %w", r.alg, err)
	}
	return encrypted.CompactSerialize()
}
