package ownaccount

import (
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"time"

	"github.com/gatehouse-id/gatehouse/handlers/pages"
	"github.com/gatehouse-id/gatehouse/provider"
	"github.com/gatehouse-id/gatehouse/provider/account"
	"github.com/gatehouse-id/gatehouse/provider/audit"
	"github.com/gatehouse-id/gatehouse/provider/consent"
	"github.com/gatehouse-id/gatehouse/provider/session"
)

// dataBound bounds each list of the file: of more the newest are in it.
const dataBound = 10_000

// data is what is stored about a user, but for secrets.
type data struct {
	Issuer    string      `json:"issuer"`
	WrittenAt time.Time   `json:"written_at"`
	Account   dataAccount `json:"account"`
	// Picture is that of the profile, where it is stored here.
	Picture    *dataPicture    `json:"picture,omitempty"`
	Factors    dataFactors     `json:"second_factors"`
	Sessions   []dataSession   `json:"sessions"`
	Apps       []dataApp       `json:"connected_apps"`
	Agreements []dataAgreement `json:"agreements"`
	Messages   []dataMessage   `json:"messages"`
	Activity   []dataAct       `json:"activity"`
}

type dataAccount struct {
	ID            string          `json:"id"`
	Subject       string          `json:"sub"`
	Username      string          `json:"username"`
	Email         string          `json:"email,omitempty"`
	EmailVerified bool            `json:"email_verified"`
	Phone         string          `json:"phone_number,omitempty"`
	PhoneVerified bool            `json:"phone_number_verified"`
	Profile       account.Profile `json:"profile"`
	Roles         []string        `json:"roles"`
	DeleteAt      *time.Time      `json:"delete_at,omitempty"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
}

type dataPicture struct {
	MediaType string    `json:"media_type"`
	Body      []byte    `json:"body"` // base64
	CreatedAt time.Time `json:"created_at"`
}

type dataSession struct {
	ID          string     `json:"id"`
	AuthTime    time.Time  `json:"auth_time"`
	AMR         []string   `json:"amr"`
	SeenAt      time.Time  `json:"seen_at"`
	ExpiresAt   time.Time  `json:"expires_at"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
	Address     string     `json:"address"`
	SeenAddress string     `json:"seen_address"`
	UserAgent   string     `json:"user_agent"`
}

type dataApp struct {
	ClientID  string    `json:"client_id"`
	Name      string    `json:"client_name"`
	Scopes    []string  `json:"scopes"`
	Since     time.Time `json:"since"`
	UsedAt    time.Time `json:"used_at"`
	SignIns   int64     `json:"sign_ins"`
	Refreshes int64     `json:"refreshes"`
	Address   string    `json:"address"`
}

type dataAgreement struct {
	ClientID   string       `json:"client_id"`
	Agreements []dataAgreed `json:"agreements"`
	UpdatedAt  time.Time    `json:"updated_at"`
}

type dataAgreed struct {
	Scopes   []string `json:"scopes"`
	Claims   []string `json:"claims"`
	Audience []string `json:"audience"`
}

type dataMessage struct {
	Channel   string    `json:"channel"`
	To        string    `json:"to"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	CreatedAt time.Time `json:"created_at"`
}

type dataAct struct {
	ID        string        `json:"id"`
	At        time.Time     `json:"at"`
	Action    string        `json:"action"`
	ActorKind string        `json:"actor_kind"`
	ClientID  string        `json:"client_id,omitempty"`
	Address   string        `json:"address,omitempty"`
	UserAgent string        `json:"user_agent,omitempty"`
	Changes   audit.Changes `json:"changes"`
}

func (o *OwnAccount) serveDataPage(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	return o.Pages.For(r).OwnData(w, pages.OwnData{Own: o.own(w, r, s, dataPath)})
}

// serveData serves the file.
func (o *OwnAccount) serveData(w http.ResponseWriter, r *http.Request, s *session.Session) error {
	if _, err := o.readForm(r, s); err != nil {
		return err
	}
	d, err := o.gather(r, s)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="account.json"`)
	_, _ = w.Write(body) // fails only when the client has disconnected
	return nil
}

// gather reads what is stored.
func (o *OwnAccount) gather(r *http.Request, s *session.Session) (*data, error) {
	ctx, u := r.Context(), s.User
	d := &data{
		Issuer: o.Issuer, WrittenAt: o.Clock.Now(ctx).UTC(), Sessions: []dataSession{}, Apps: []dataApp{}, Agreements: []dataAgreement{}, Messages: []dataMessage{}, Activity: []dataAct{},
		Account: dataAccount{
			u.ID.String(), u.Subject, u.Username, u.Email, u.EmailVerified, u.Phone, u.PhoneVerified, u.Profile, orEmpty(u.Roles), u.DeleteAt, u.CreatedAt, u.UpdatedAt,
		},
	}
	if own := o.picturePath(u); own != "" {
		found, err := o.Pictures.Find(ctx, path.Base(own))
		if err != nil && !errors.Is(err, provider.ErrNotFound) {
			return nil, err
		}
		if err == nil {
			d.Picture = &dataPicture{found.MediaType, found.Body, found.CreatedAt}
		}
	}
	all, err := o.Sessions.List(ctx, u.ID, false, provider.ID{}, dataBound)
	if err != nil {
		return nil, err
	}
	for _, one := range all.Sessions {
		d.Sessions = append(d.Sessions, dataSession{one.ID.String(), one.Proofs.AuthTime(), orEmpty(one.Proofs.AMR()), one.SeenAt, one.ExpiresAt, one.EndedAt, one.Address, one.Seen.Address, one.Seen.UserAgent})
	}
	apps, err := o.Apps.List(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	for _, app := range apps {
		d.Apps = append(d.Apps, dataApp{app.ClientID, app.Name, orEmpty(app.Scopes), app.Since, app.UsedAt, app.SignIns, app.Refreshes, app.Address})
	}
	agreed, err := o.Store.Consents(ctx, consent.Filter{UserID: u.ID}, dataBound)
	if err != nil {
		return nil, err
	}
	for _, one := range agreed {
		to := dataAgreement{ClientID: one.ClientID, UpdatedAt: one.UpdatedAt}
		for _, a := range one.Agreements() {
			to.Agreements = append(to.Agreements, dataAgreed{orEmpty(a.Scopes), orEmpty(a.Claims), orEmpty(a.Audience)})
		}
		d.Agreements = append(d.Agreements, to)
	}
	if d.Factors, err = o.factorData(ctx, u.ID); err != nil {
		return nil, err
	}
	return d, o.addHistory(r, u, d)
}

func (o *OwnAccount) addHistory(r *http.Request, u *account.User, d *data) error {
	messages, err := o.Store.MessagesAbout(r.Context(), u.ID, dataBound)
	if err != nil {
		return err
	}
	for _, m := range messages {
		d.Messages = append(d.Messages, dataMessage{string(m.Channel), m.To, string(m.Kind), string(m.State), m.CreatedAt})
	}
	records, err := o.Store.Records(r.Context(), audit.Filter{UserID: u.ID.String()}, dataBound)
	if err != nil {
		return err
	}
	for _, one := range records {
		act := dataAct{ID: one.ID.String(), At: one.At, Action: string(one.Action), ActorKind: string(one.Actor.Kind), ClientID: one.Target.ClientID, Changes: one.Changes}
		if one.Actor.Kind == audit.UserActor && one.Actor.ID == u.ID.String() { // of others it is about them
			act.Address, act.UserAgent = one.Actor.Address, one.Actor.UserAgent
		}
		d.Activity = append(d.Activity, act)
	}
	return nil
}

// orEmpty has JSON say [] and not null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
