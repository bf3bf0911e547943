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
	for name, hash := range map[string]string{
		"nothing":                "",
		"clear text":             "hunter2hunter2",
		"MD5":                    "$1$abcdefgh$G/8v3Wk1yqWJ9Xy0c0Wq11",
		"SHA-512 crypt":          "$6$abcdefgh$" + strings.Repeat("a", 86),
		"argon2i":                "$argon2i$v=19$m=1024,t=2,p=2$MAYgJASAUCplrBWCEOI85w$" + digest,
		"bcrypt of cost 15":      "$2b$15$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu",
		"bcrypt of cost 31":      "$2b$31$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu",
		"bcrypt with the bug":    "$2x$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu",
		"bcrypt, cut":            "$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB",
		"bcrypt and a line":      "$2b$05$1Jl5Pq3Uh8qJLzENz96Qme5Dza81ItL1A.x7Dy1iFb4ILBEB/PHPu\n",
		"PBKDF2 for minutes":     "$pbkdf2-sha256$2000000000$jBFijJHy/p.zVsrZG8O4lw$" + digest,
		"PBKDF2 of many blocks":  "$pbkdf2$1999999$jBFijJHy/p.zVsrZG8O4lw$" + strings.Repeat("A", 86),
		"PBKDF2 without rounds":  "$pbkdf2-sha256$0$jBFijJHy/p.zVsrZG8O4lw$" + digest,
		"PBKDF2 less than none":  "$pbkdf2-sha256$-5$jBFijJHy/p.zVsrZG8O4lw$" + digest,
		"PBKDF2, short digest":   "$pbkdf2-sha256$1000$jBFijJHy/p.zVsrZG8O4lw$AAAA",
		"PBKDF2, no digest":      "$pbkdf2-sha256$1000$jBFijJHy/p.zVsrZG8O4lw$",
		"PBKDF2, no salt":        "$pbkdf2-sha256$1000$$" + digest,
		"scrypt of gigabytes":    "$scrypt$ln=24,r=8,p=1$mNP6/997791bK0WI0XqPUQ$" + digest,
		"scrypt of wide blocks":  "$scrypt$ln=20,r=64,p=1$mNP6/997791bK0WI0XqPUQ$" + digest,
		"scrypt of many lanes":   "$scrypt$ln=17,r=8,p=16$mNP6/997791bK0WI0XqPUQ$" + digest,
		"scrypt of cost nothing": "$scrypt$ln=0,r=8,p=1$mNP6/997791bK0WI0XqPUQ$" + digest,
		"argon2id of gigabytes":  "$argon2id$v=19$m=4194304,t=1,p=1$MAYgJASAUCplrBWCEOI85w$" + digest,
		"argon2id for minutes":   "$argon2id$v=19$m=262144,t=16,p=1$MAYgJASAUCplrBWCEOI85w$" + digest,
		"over-long":              "$pbkdf2-sha256$1000$" + strings.Repeat("A", 2000) + "$" + digest,
		"NUL":                    "$pbkdf2-sha256$1000$\x00$" + digest,
	} {
		_, err := password.Adopt(hash)
		assert.ErrorIs(t, err, password.ErrForeignHash, name)
		_, err = password.New(rand.Reader, 1).Verify(t.Context(), hash, "x")
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
