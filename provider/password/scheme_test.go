package password_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/password"
)

// Made by passlib 1.7.4 and Django 5.2 of the same secret.
func TestHashesOfOtherSystemsVerify(t *testing.T) {
	t.Parallel()
	const secret = "correct horse battery"
	h := password.New(rand.Reader, 2)
	for _, hash := range []string{
		"$pbkdf2-sha256$1000$jBFijJHy/p.zVsrZG8O4lw$790sKHuHipjUQq6dIimxm.FDaH3USFUT/xVgAhzBceA",
		"$pbkdf2-sha512$1000$AOC8V6r1fq/V.p8TQohxrg$jwKngRdryuEaVeMD39TuV5iT9YElvvVnU3S7PrRcp.wGK/WL8M8DsBGUwr8.UxPOzZteVMdnNBoABCxrKwl2nQ",
		"$pbkdf2$1000$IaTUurcWIqQ0ZowRonRurQ$gJSOA2JLC5ve8jOx.pafq6AqOUA",
		"$scrypt$ln=10,r=8,p=1$mNP6/997791bK0WI0XqPUQ$f/oj8z9Uv5cHI0HXLWLqNAdeyPjmkwjJac/LiR75Vng",
		"$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu",
		"$2a$05$NVavWjEePQdmh8cKpdQYfOouTKXBriBfpR8Nddr73fGZnjhiHhwpy",
		"$2y$05$nFyh65ZghCey695wByK1gewka31vPvj1xmvZAeeLiish7y4zJC/qu",
		"$argon2id$v=19$m=1024,t=2,p=2$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g",
		"pbkdf2_sha256$1000$abcdefgh12345678$mH6jTTVttILGPsJcS1GbVOZ2wH3aMJ9J1Z+YoGY7D78=",
		"pbkdf2_sha1$1000$abcdefgh12345678$DZnxeNqJaJjGwa0vma8CJgKUPGw=",
		"bcrypt$$2b$05$dU00GGcQwJs90IqraX1CLuugPTwXLJY8vr8LQUH9yNRT3BKburgwi",
		"argon2$argon2id$v=19$m=102400,t=2,p=8$YWJjZGVmZ2gxMjM0NTY3OA$iSd8Ai7tcKO7GA1/+qLLzXSM26p2m0VOVuuutecsP/Q",
	} {
		adopted, err := password.Adopt(hash)
		require.NoError(t, err, hash)
		again, err := password.Adopt(adopted)
		require.NoError(t, err, hash)
		assert.Equal(t, adopted, again, "one form")
		ok, err := h.Verify(t.Context(), adopted, secret)
		require.NoError(t, err, hash)
		assert.True(t, ok, hash)
		ok, err = h.Verify(t.Context(), adopted, secret+" ")
		require.NoError(t, err, hash)
		assert.False(t, ok, hash)
	}
}

// What an operator is given may be made to stop the server, or to match any password.
func TestHashesOutOfBoundsAreRefused(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("A", 43)
	for name, test := range map[string]struct{ hash, reason string }{
		"nothing":                  {"", "must be a hash by bcrypt"},
		"clear text":               {"hunter2hunter2", "must be a hash by bcrypt"},
		"MD5":                      {"$1$abcdefgh$G/8v3Wk1yqWJ9Xy0c0Wq11", "is by MD5-crypt, which is not taken"},
		"SHA-512 crypt":            {"$6$abcdefgh$" + strings.Repeat("a", 86), "is by SHA-512-crypt, which"},
		"argon2i":                  {"$argon2i$v=19$m=1024,t=2,p=2$MAYgJASAUCplrBWCEOI85w$" + digest, "is by argon2i, which"},
		"bcrypt of cost 15":        {"$2b$15$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu", "costs more than a server can bear: it has the cost 15, and at most 14 is taken"},
		"bcrypt of cost 31":        {"$2b$31$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu", "it has the cost 31"},
		"bcrypt with the bug":      {"$2x$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu", "is by a bcrypt with a fault"},
		"bcrypt, cut":              {"$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB", "is malformed: the form is $2b$12$"},
		"bcrypt and a line":        {"$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu\n", "is malformed: the form is $2b$12$"},
		"PBKDF2 for minutes":       {"$pbkdf2-sha256$2000000000$jBFijJHy/p.zVsrZG8O4lw$" + digest, "it has 2000000000 iterations, and at most 2000000 are taken for a digest of 32 bytes"},
		"PBKDF2 of many blocks":    {"$pbkdf2$1999999$jBFijJHy/p.zVsrZG8O4lw$" + strings.Repeat("A", 86), "at most 500000 are taken for a digest of 64 bytes"},
		"PBKDF2 without rounds":    {"$pbkdf2-sha256$0$jBFijJHy/p.zVsrZG8O4lw$" + digest, "has wrong parameters: the iterations must be 1 or more"},
		"PBKDF2 less than none":    {"$pbkdf2-sha256$-5$jBFijJHy/p.zVsrZG8O4lw$" + digest, "has wrong parameters: the iterations must be 1 or more"},
		"PBKDF2, short digest":     {"$pbkdf2-sha256$1000$jBFijJHy/p.zVsrZG8O4lw$AAAA", "has a digest of 3 bytes: it must have 16 to 64"},
		"PBKDF2, no digest":        {"$pbkdf2-sha256$1000$jBFijJHy/p.zVsrZG8O4lw$", "has a digest of 0 bytes"},
		"PBKDF2, no salt":          {"$pbkdf2-sha256$1000$$" + digest, "has a salt of 0 bytes: it must have 4 to 256"},
		"scrypt of gigabytes":      {"$scrypt$ln=24,r=8,p=1$mNP6/997791bK0WI0XqPUQ$" + digest, "costs more than a server can bear: it has ln=24,r=8,p=1"},
		"scrypt of wide blocks":    {"$scrypt$ln=20,r=64,p=1$mNP6/997791bK0WI0XqPUQ$" + digest, "costs more than a server can bear: it has ln=20,r=64,p=1"},
		"scrypt of many lanes":     {"$scrypt$ln=17,r=8,p=16$mNP6/997791bK0WI0XqPUQ$" + digest, "costs more than a server can bear: it has ln=17,r=8,p=16"},
		"scrypt of cost nothing":   {"$scrypt$ln=0,r=8,p=1$mNP6/997791bK0WI0XqPUQ$" + digest, "has wrong parameters: ln, r and p must be 1 or more"},
		"argon2id of gigabytes":    {"$argon2id$v=19$m=4194304,t=1,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "costs more than a server can bear: it has m=4194304,t=1,p=1"},
		"argon2id for minutes":     {"$argon2id$v=19$m=262144,t=16,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "costs more than a server can bear: it has m=262144,t=16,p=1"},
		"over-long":                {"$pbkdf2-sha256$1000$" + strings.Repeat("A", 2000) + "$" + digest, "has more than 1000 bytes"},
		"NUL":                      {"$pbkdf2-sha256$1000$\x00$" + digest, "is malformed: the form is $pbkdf2-sha256$"},
		"PBKDF2 without end":       {"$pbkdf2-sha256$99999999999999999999$jBFijJHy/p.zVsrZG8O4lw$" + digest, "costs more than a server can bear: it has more iterations than can be counted"},
		"PBKDF2 of words":          {"$pbkdf2-sha256$many$jBFijJHy/p.zVsrZG8O4lw$" + digest, "has wrong parameters: the iterations"},
		"PBKDF2, cut":              {"$pbkdf2-sha256$1000", "is malformed: the form is $pbkdf2-sha256$"},
		"Django's, cut":            {"pbkdf2_sha256$1000$abcdefgh12345678", "is malformed: the form is pbkdf2_sha256$"},
		"Django's, no base64":      {"pbkdf2_sha256$1000$abcdefgh12345678$***", "is malformed: the form is pbkdf2_sha256$"},
		"Django's of MD5":          {"pbkdf2_md5$1000$abcdefgh12345678$AAAA", "must be a hash by bcrypt"},
		"LDAP's":                   {"{SSHA}c2VjcmV0", "is by a scheme of LDAP"},
		"bcrypt of cost 3":         {"$2b$03$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu", "has wrong parameters: the cost must be 4 to 14"},
		"bcrypt of cost 32":        {"$2b$32$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu", "has wrong parameters: the cost must be 4 to 14"},
		"argon2id of nothing":      {"$argon2id$v=19$m=0,t=1,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "has wrong parameters: m, t and p"},
		"argon2id of many lanes":   {"$argon2id$v=19$m=1024,t=1,p=256$MAYgJASAUCplrBWCEOI85w$" + digest, "costs more than a server can bear: it has m=1024,t=1,p=256"},
		"argon2id, overflowing":    {"$argon2id$v=19$m=4294967297,t=1,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "costs more than a server can bear"},
		"argon2id, in other order": {"$argon2id$v=19$t=1,m=1024,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "is malformed: the form is $argon2id$"},
		"argon2id of version 16":   {"$argon2id$v=16$m=1024,t=1,p=1$MAYgJASAUCplrBWCEOI85w$" + digest, "is by another version of argon2id"},
		"argon2id, short salt":     {"$argon2id$v=19$m=1024,t=1,p=1$AAAAAAAA$" + digest, "has a salt of 6 bytes: it must have 8 to 256"},
		"argon2id, no base64":      {"$argon2id$v=19$m=1024,t=1,p=1$****$" + digest, "is malformed: the form is $argon2id$"},
		"scrypt, cut":              {"$scrypt$ln=10,r=8,p=1$mNP6", "is malformed: the form is $scrypt$"},
		"scrypt, no base64":        {"$scrypt$ln=10,r=8,p=1$****$" + digest, "is malformed: the form is $scrypt$"},
		"scrypt, short digest":     {"$scrypt$ln=10,r=8,p=1$mNP6/997791bK0WI0XqPUQ$AAAA", "has a digest of 3 bytes"},
	} {
		_, err := password.Adopt(test.hash)
		assert.ErrorIs(t, err, password.ErrForeignHash, name)
		var unfit *password.Unfit
		if assert.ErrorAs(t, err, &unfit, name) {
			assert.Contains(t, unfit.Reason, test.reason, name)
			for _, part := range []string{"hunter2", "G/8v3Wk1", "1Jl5Pq3U", digest} {
				assert.NotContains(t, unfit.Reason, part, "%s: nothing of a hash is repeated", name)
			}
		}
		_, err = password.New(rand.Reader, 1).Verify(t.Context(), test.hash, "x")
		assert.ErrorIs(t, err, password.ErrMalformedHash, name)
	}
}

// mostExpensive are the most expensive hashes that are taken: each costs about a second of a core.
func mostExpensive() []string {
	digest := strings.Repeat("A", 43)
	return []string{
		"$2b$14$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu",
		"$pbkdf2-sha256$2000000$jBFijJHy/p.zVsrZG8O4lw$" + digest,
		"$pbkdf2-sha512$2000000$jBFijJHy/p.zVsrZG8O4lw$" + strings.Repeat("A", 86),
		"$scrypt$ln=18,r=8,p=1$mNP6/997791bK0WI0XqPUQ$" + digest,
		"$argon2id$v=19$m=262144,t=4,p=1$MAYgJASAUCplrBWCEOI85w$" + digest,
	}
}

func TestHashesUpToTheBoundsAreTaken(t *testing.T) {
	t.Parallel()
	for _, hash := range mostExpensive() {
		adopted, err := password.Adopt(hash)
		require.NoError(t, err, hash)
		assert.Equal(t, hash, adopted)
	}
}

func BenchmarkMostExpensiveHashes(b *testing.B) {
	h := password.New(rand.Reader, 1)
	for _, hash := range mostExpensive() {
		b.Run(strings.Split(hash, "$")[1], func(b *testing.B) {
			for b.Loop() {
				_, err := h.Verify(b.Context(), hash, "x")
				require.NoError(b, err)
			}
		})
	}
}

func TestBcryptIgnoresWhatFollows72Bytes(t *testing.T) {
	t.Parallel()
	h := password.New(rand.Reader, 1)
	// passlib, of 72 times x and "tail".
	const hash = "$2b$05$0c6CzChtR.YvwcbrKM5QzexE2/STiIM9ip89CK83xBAIT8OBZr2me"
	start := strings.Repeat("x", 72)
	for secret, want := range map[string]bool{start: true, start + "tail": true, start + "other": true, start[1:]: false, start + "\x00": false, "": false} {
		ok, err := h.Verify(t.Context(), hash, secret)
		require.NoError(t, err)
		assert.Equal(t, want, ok, "%q", secret)
	}
	assert.True(t, password.Whole(hash, start))
	assert.False(t, password.Whole(hash, start+"tail"), "the end was not verified, and must not count from now on")
	assert.True(t, password.Whole("$scrypt$ln=10,r=8,p=1$mNP6/997791bK0WI0XqPUQ$f/oj8z9Uv5cHI0HXLWLqNAdeyPjmkwjJac/LiR75Vng", start+"tail"))
}

func TestWhichHashesAreOutdated(t *testing.T) {
	t.Parallel()
	ours, err := password.New(rand.Reader, 1).Hash(t.Context(), "correct horse battery")
	require.NoError(t, err)
	for hash, want := range map[string]bool{
		ours: false, "": false, "unreadable": false,
		"$argon2id$v=19$m=7168,t=5,p=1$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":  false, // OWASP counts it as equal
		"$argon2id$v=19$m=12288,t=3,p=1$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g": false, // this too
		// Costlier: of some other server's defaults, of the most that is taken, of memory alone, and of cores.
		"$argon2id$v=19$m=65536,t=3,p=4$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":  true,
		"$argon2id$v=19$m=262144,t=4,p=1$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g": true,
		"$argon2id$v=19$m=7168,t=7,p=1$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":   true,
		"$argon2id$v=19$m=38912,t=1,p=1$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":  true,
		"$argon2id$v=19$m=19456,t=2,p=2$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":  true,
		"$argon2id$v=19$m=1024,t=2,p=2$MAYgJASAUCplrBWCEOI85w$qr5LqiuW994eHPfz930cbgRsW0bzwBFaZ74kwvgAS4g":   true,
		"$2b$12$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu":                                       true,
		"$pbkdf2-sha256$600000$jBFijJHy/p.zVsrZG8O4lw$790sKHuHipjUQq6dIimxm.FDaH3USFUT/xVgAhzBceA":           true,
	} {
		assert.Equal(t, want, password.Outdated(hash), hash)
	}
}
