package refusal

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"
)

// Record is what an error id says: all of a refusal that may be kept.
type Record struct {
	At        time.Time `json:"t"`
	Code      Code      `json:"e"`
	Check     Check     `json:"c"`
	ClientID  string    `json:"i,omitempty"`
	Field     Field     `json:"f,omitempty"`
	Expected  string    `json:"x,omitempty"`
	Received  string    `json:"r,omitempty"`
	Route     string    `json:"p,omitempty"`
	RequestID string    `json:"q,omitempty"`
}

// MaxIDLength bounds an error id, in characters.
const MaxIDLength = 600

// ErrUnknownID: the text is not an error id of this provider, or the key that sealed
// it is gone.
var ErrUnknownID = errors.New("unknown error id")

// sealer encrypts and authenticates under a key that only this provider has.
type sealer interface {
	Seal(plaintext []byte) []byte
	Open(sealed []byte) ([]byte, error)
}

// Recorder turns records into error ids and back.
type Recorder struct{ seal sealer }

// NewRecorder makes a Recorder that seals with s.
func NewRecorder(s sealer) *Recorder { return &Recorder{seal: s} }

// ID seals the record. One that would not fit into MaxIDLength loses first what was expected,
// which is registered and can be looked up, then all but the difference, then the comparison,
// and then the client id, which alone can be long.
func (r *Recorder) ID(rec Record) string {
	rec.At = rec.At.UTC().Truncate(time.Second)
	id := r.encode(rec)
	expected, received := cut(rec.Expected, rec.Received)
	for _, shorten := range []func(){
		func() { rec.Expected = expected },
		func() { rec.Expected = "" },
		func() { rec.Expected, rec.Received = expected, received },
		func() { rec.Expected, rec.Received = "", "" },
		func() { rec.ClientID = "" },
	} {
		if len(id) <= MaxIDLength {
			break
		}
		shorten()
		id = r.encode(rec)
	}
	return id
}

func (r *Recorder) encode(rec Record) string {
	plain, err := json.Marshal(rec)
	if err != nil { // a struct of strings and a time always marshals
		panic("refusal: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(r.seal.Seal(pad(plain, rec.Code)))
}

// pad makes records as long as each other, or the length of an id would tell what it says: an
// unknown client from a wrong secret, for one. Most have one of two lengths, so that answers
// that travel in addresses stay short; those about clients that did not prove themselves, whose
// ids can be long, have but one. White space after it is no part of a JSON text.
func pad(plain []byte, code Code) []byte {
	to := longRecord
	if len(plain) <= shortRecord && code != InvalidClient {
		to = shortRecord
	}
	if missing := to - len(plain); missing > 0 {
		plain = append(plain, bytes.Repeat([]byte{' '}, missing)...)
	}
	return plain
}

// Lengths of records in bytes. Sealing adds 41 bytes and base64 a third: a long one fills
// MaxIDLength.
const (
	shortRecord = 259
	longRecord  = 409
)

// IDIn is the error id in what a person pastes: the id, the address that ends with it, or that of an application to which
// it was sent as error_uri, in the query or in the fragment (RFC 6749 sections 4.1.2.1 and 4.2.2.1).
func IDIn(pasted string) string {
	rest, fragment, _ := strings.Cut(strings.TrimSpace(pasted), "#")
	address, query, _ := strings.Cut(rest, "?")
	for _, part := range []string{query, fragment} {
		if values, err := url.ParseQuery(part); err == nil && values.Has("error_uri") {
			address = values.Get("error_uri")
		}
	}
	return address[strings.LastIndexByte(address, '/')+1:]
}

// Open reads an error id. It returns ErrUnknownID.
func (r *Recorder) Open(id string) (Record, error) {
	if len(id) == 0 || len(id) > MaxIDLength {
		return Record{}, ErrUnknownID
	}
	sealed, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return Record{}, ErrUnknownID
	}
	plain, err := r.seal.Open(sealed)
	if err != nil {
		return Record{}, ErrUnknownID
	}
	var rec Record
	if err := json.Unmarshal(plain, &rec); err != nil {
		return Record{}, ErrUnknownID
	}
	return rec, nil
}
