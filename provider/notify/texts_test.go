package notify_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/notify"
)

// gsm is the alphabet of SMS with 160 characters (3GPP TS 23.038), and those that count as two. With any
// other character a message has 70.
const (
	gsm    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	double = "^{}\\[~]|€"
)

func septets(text string) (n int, foreign string) {
	for _, r := range text {
		switch {
		case strings.ContainsRune(gsm, r):
			n++
		case strings.ContainsRune(double, r):
			n += 2
		default:
			foreign += string(r)
		}
	}
	return n, foreign
}

func TestTextMessagesFitIntoOne(t *testing.T) {
	t.Parallel()
	texts, err := notify.NewTexts(notify.Brand{Product: "Some Company", Issuer: "https://id.some-company.example"})
	require.NoError(t, err)
	for locale := range texts.Catalogues() {
		for _, kind := range notify.Kinds() {
			m := sample(notify.SMS, kind, locale)
			for _, m.Data = range contactChanges(m.Data) {
				letter, err := texts.Render(m, code, "https://id.some-company.example/verify?v=0123456789abcdef")
				require.NoError(t, err)
				n, foreign := septets(letter.Text)
				assert.Empty(t, foreign, "%s %s: %s", locale, kind, letter.Text)
				assert.LessOrEqual(t, n, 160, "%s %s: %s", locale, kind, letter.Text)
				assert.Empty(t, letter.Subject+letter.HTML)
			}
		}
	}
}

// Browsers offer the code of an SMS on the site that its last line names.
func TestTextMessagesBindTheCodeToTheSite(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for _, kind := range notify.Kinds() {
		letter, err := texts.Render(sample(notify.SMS, kind, "en"), code, link)
		require.NoError(t, err)
		assert.NotContains(t, letter.Text, "ui_locales", "it has no room for that")
		lines := strings.Split(letter.Text, "\n")
		bound := kind == notify.ConfirmRegistration || kind == notify.ResetPassword || kind == notify.ConfirmContact || kind == notify.SecondFactorCode
		assert.Equal(t, bound, lines[len(lines)-1] == "@id.example.com #"+code, letter.Text)
		assert.Equal(t, bound, strings.Contains(strings.ReplaceAll(letter.Text, link, ""), code), "%s: only who proves an address gets a code", kind)
	}
}

func TestMailsShowCodeAndLink(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for locale := range texts.Catalogues() {
		for _, kind := range []notify.Kind{notify.ConfirmRegistration, notify.ResetPassword, notify.ConfirmContact} {
			letter, err := texts.Render(sample(notify.Mail, kind, locale), code, link)
			require.NoError(t, err)
			assert.Contains(t, letter.Text, "\n    "+code+"\n")
			link := link + "&ui_locales=" + locale // its page is in the language of the mail
			assert.Contains(t, letter.Text, ":\n"+link+"\n")
			plain := regexp.MustCompile(`<[^>]*>`).ReplaceAllString(letter.HTML, "")
			assert.Contains(t, plain, code, "it is copied without a space")
			escaped := strings.ReplaceAll(link, "&", "&amp;")
			assert.Contains(t, letter.HTML, `href="`+escaped+`"`)
			assert.Contains(t, plain, escaped, "in full, for who cannot follow the button")
			assert.NotContains(t, letter.Subject, code, "it would be on the lock screen")
			assert.NotContains(t, letter.HTML, "<img")
			assert.NotContains(t, letter.HTML, "src=")
			assert.Contains(t, letter.HTML, `<html lang="`+locale+`">`)
		}
	}
	for kind, path := range map[notify.Kind]string{notify.AddressTaken: "/login", notify.NewSignIn: "/recover", notify.PasswordChanged: "/recover", notify.PasskeyCloned: "/account/security"} {
		letter, err := texts.Render(sample(notify.Mail, kind, "en"), "", "")
		require.NoError(t, err)
		assert.Contains(t, letter.Text, "https://id.example.com"+path+"?ui_locales=en\n", kind)
	}
	letter, err := texts.Render(sample(notify.Mail, notify.ContactChanged, "en"), "", "")
	require.NoError(t, err)
	assert.NotContains(t, letter.HTML, `class="button"`, "there is nothing to undo")
}

// Who enters the address of somebody else cannot have a text of their own sent there.
func TestMailsToUnprovedAddressesRepeatNothing(t *testing.T) {
	t.Parallel()
	const chosen = "Win a prize at evil.example"
	texts := newTexts(t)
	for _, channel := range notify.Channels() {
		for _, kind := range notify.Kinds() {
			m := sample(channel, kind, "en")
			m.Data = notify.Data{Username: chosen, Device: chosen, Address: chosen, Factor: "passkey", FactorName: chosen}
			letter, err := texts.Render(m, code, link)
			require.NoError(t, err)
			unproved := []notify.Kind{notify.ConfirmRegistration, notify.Invitation, notify.ConfirmContact, notify.AddressTaken}
			assert.Equal(t, !slices.Contains(unproved, kind) && channel == notify.Mail, strings.Contains(letter.Subject+letter.Text+letter.HTML, chosen), "%s %s", channel, kind)
		}
	}
}

func TestMailsEscapeEverything(t *testing.T) {
	t.Parallel()
	const evil = `"><script>alert(1)</script>{code}{{.Code}}`
	texts, err := notify.NewTexts(notify.Brand{Product: evil, Issuer: "https://id.example.com"})
	require.NoError(t, err)
	for _, kind := range notify.Kinds() {
		m := sample(notify.Mail, kind, "en")
		m.Data = notify.Data{Username: evil, Address: evil, Device: evil, Factor: "passkey", FactorName: evil, At: time.Unix(0, 0), Valid: time.Hour}
		letter, err := texts.Render(m, code, "javascript:alert(1)")
		require.NoError(t, err)
		assert.NotContains(t, letter.HTML, "<script>", kind)
		assert.NotContains(t, letter.HTML, `href="javascript:`, kind)
		assert.NotContains(t, letter.Subject, "\n")
	}
}

func TestMailsHaveTheColorOfTheOperator(t *testing.T) {
	t.Parallel()
	for accent, expected := range map[notify.Accent]string{
		{}: "#2450bd", {Light: "#7a1f5c", Dark: "#e0a0cc", OnDark: "#10141d"}: "#7a1f5c",
	} {
		texts, err := notify.NewTexts(notify.Brand{Product: "Example", Issuer: "https://id.example.com", Accent: accent})
		require.NoError(t, err)
		letter, err := texts.Render(sample(notify.Mail, notify.ResetPassword, "en"), code, link)
		require.NoError(t, err)
		assert.Contains(t, letter.HTML, "background: "+expected+";")
		assert.Contains(t, letter.HTML, ".link { color: "+texts.AccentOf().Dark+" !important; }")
		assert.NotContains(t, letter.HTML, "ZgotmplZ")
	}
}

func TestShownValuesStayOnOneLine(t *testing.T) {
	t.Parallel()
	for value, expected := range map[string]string{
		"Zoë": "Zoë", "a\r\nBcc: b@example.com": "a Bcc: b@example.com", "a\u202eb\u200bc": "a b c", "a\x00b": "a b", "  ": "",
		strings.Repeat("ü", 81): strings.Repeat("ü", 79) + "…",
	} {
		assert.Equal(t, expected, notify.Shown(value))
	}
}

// A thief who names a passkey writes into the message that warns of the theft: no links, and no other way out.
func TestNamesOfFactorsAreNoLinks(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Blue key", "YubiKey 5.7 (Büro)", "Téléphone d’Alice", "鍵 no. 2", "🔑 A&B, #1", strings.Repeat("ü", 79) + "…"} {
		assert.Equal(t, name, notify.NameOnly(name))
	}
	texts := newTexts(t)
	for _, name := range []string{
		"x. Not you? Undo: https://evil.example/undo", "evil.example", "see evil.example now", "bob@evil", "tel:+4915112345678", "evil/undo", `evil\undo`, "Not you?", "evil\u3002example", "evil\uff0eexample", "evil\uff61example",
		"evil.пример", "<b>", "x%2e", "[x]", "call=now",
	} {
		for _, kind := range []notify.Kind{notify.FactorAdded, notify.FactorRemoved, notify.PasskeyCloned} {
			for _, channel := range notify.Channels() {
				m := sample(channel, kind, "en")
				m.Data.Factor, m.Data.FactorName = "passkey", name
				letter, err := texts.Render(m, code, link)
				require.NoError(t, err)
				m.Data.FactorName = ""
				without, err := texts.Render(m, code, link)
				require.NoError(t, err)
				assert.Equal(t, without, letter, "%s: %q", kind, name)
			}
		}
	}
}

func TestAnIssuerWithoutAHostIsRefused(t *testing.T) {
	t.Parallel()
	_, err := notify.NewTexts(notify.Brand{Product: "Example", Issuer: "id.example.com"})
	require.Error(t, err)
}

// A message about a contact names the contact, and what became of it.
func TestMessagesSayWhatBecameOfAContact(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	m := sample(notify.Mail, notify.ContactChanged, "en")
	for i, expected := range []string{
		"The email address of your account at Example was changed", "An email address was added to your account at Example", "The email address of your account at Example was removed",
		"The phone number of your account at Example was changed", "A phone number was added to your account at Example", "The phone number of your account at Example was removed",
	} {
		m.Data = contactChanges(m.Data)[i]
		for _, kind := range []notify.Kind{notify.ContactChanged, notify.ContactChangedAgain} {
			m.Channel, m.Kind = notify.Mail, kind
			letter, err := texts.Render(m, "", link)
			require.NoError(t, err)
			assert.Equal(t, expected, letter.Subject)
			m.Channel = notify.SMS
			letter, err = texts.Render(m, "", link)
			require.NoError(t, err)
			assert.Contains(t, letter.Text, expected+". Not you? ")
			assert.Equal(t, kind == notify.ContactChanged, strings.Contains(letter.Text, link), "the link undoes it")
		}
		m.Data = sample(notify.Mail, notify.ContactChanged, "en").Data
	}
}

// A message about a change of factors leads to what undoes it, and to another password once the link is used.
func TestMessagesUndoChangesOfFactors(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for _, kind := range []notify.Kind{notify.FactorAdded, notify.FactorRemoved, notify.RecoveryCodesRenewed, notify.RecoveryCodeUsed} {
		for _, channel := range notify.Channels() {
			with, err := texts.Render(sample(channel, kind, "en"), code, link)
			require.NoError(t, err)
			assert.Contains(t, with.Text, link, kind)
			assert.NotContains(t, with.Text, "/recover", kind)
			without, err := texts.Render(sample(channel, kind, "en"), "", "")
			require.NoError(t, err)
			assert.Contains(t, without.Text, "https://id.example.com/recover", kind)
			assert.Equal(t, channel == notify.Mail, strings.Contains(with.Text, "Valid for 15 minutes.") && strings.Contains(with.Text, "set it up again"), kind)
			assert.NotContains(t, without.Text, "Valid for", kind)
		}
	}
}

// Who learns that changes were undone learns by which contact, which may be that of somebody else.
func TestMessagesSayByWhichContactChangesWereUndone(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for _, contact := range []string{"old@example.com", "+4915112345678"} {
		m := sample(notify.Mail, notify.ChangesUndone, "en")
		m.Data.Address = contact
		letter, err := texts.Render(m, "", "")
		require.NoError(t, err)
		assert.Contains(t, letter.Text, "\nUndone by the link to: "+contact+"\n")
		assert.Contains(t, letter.Text, "https://id.example.com/recover?ui_locales=en")
	}
}

// Mails about a factor say which one it is, and how many recovery codes are left, also none.
func TestMailsNameTheFactor(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	m := sample(notify.Mail, notify.FactorAdded, "en")
	m.Data.Factor, m.Data.FactorName = "passkey", "Blue\nkey"
	letter, err := texts.Render(m, "", "")
	require.NoError(t, err)
	assert.Contains(t, letter.Text, "\nSecond factor: Passkey\nName: Blue key\n")
	assert.Contains(t, letter.Text, "https://id.example.com/recover?ui_locales=en")
	m.Data.Ended = "mail"
	letter, err = texts.Render(m, "", "")
	require.NoError(t, err)
	assert.Contains(t, letter.Text, "\nNo longer used: Code by mail\n")
	m.Kind, m.Data = notify.RecoveryCodeUsed, notify.Data{}
	letter, err = texts.Render(m, "", "")
	require.NoError(t, err)
	assert.Contains(t, letter.Text, "\nCodes left: 0\n")
	m = sample(notify.SMS, notify.RecoveryCodeUsed, "en")
	m.Data.CodesLeft = 7
	letter, err = texts.Render(m, "", "")
	require.NoError(t, err)
	assert.Contains(t, letter.Text, "left: 7")
}

// Times are by the clock of the recipient, and say so.
func TestMailsTellTheTimeOfTheRecipient(t *testing.T) {
	t.Parallel()
	texts := newTexts(t)
	for zone, said := range map[string]string{
		"Europe/Paris": "6 May 2026, 09:08 CEST", "": "6 May 2026, 07:08 UTC", "Nowhere/Land": "6 May 2026, 07:08 UTC", "Local": "6 May 2026, 07:08 UTC",
	} {
		m := sample(notify.Mail, notify.DeletionRequested, "en")
		m.Data.Zone, m.Data.At, m.Data.Due = zone, time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC), time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
		letter, err := texts.Render(m, "", "")
		require.NoError(t, err)
		assert.Contains(t, letter.Text, "\nTime: "+said+"\n", zone)
		assert.Contains(t, letter.Text, "\nDeletion: "+said+"\n", zone)
	}
}

// Who gets a code without having asked learns where it was asked for, and what to do.
func TestCodesOfASecondFactorNameTheBrowser(t *testing.T) {
	t.Parallel()
	letter, err := newTexts(t).Render(sample(notify.Mail, notify.SecondFactorCode, "en"), "123456", "")
	require.NoError(t, err)
	for _, said := range []string{"123456", "\nDevice: Firefox on Windows\n", "\nNetwork: 192.0.2.0/24\n", "someone knows your password", "https://id.example.com/recover?ui_locales=en", "Valid for 15 minutes."} {
		assert.Contains(t, letter.Text, said)
	}
	assert.NotContains(t, letter.Subject, "123456", "a locked screen shows the subject")
}
