package factor

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gatehouse-id/gatehouse/provider/factor/factortest"
)

// The secret of the test vectors of RFC 4226 appendix D and RFC 6238 appendix B.
const vectorSecret = "12345678901234567890"

func TestCodesAreThoseOfRFC4226(t *testing.T) {
	t.Parallel()
	for step, code := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		assert.Equal(t, code, codeAt([]byte(vectorSecret), int64(step)))
	}
}

// The vectors have eight digits, of which six are the code.
func TestCodesAreThoseOfRFC6238(t *testing.T) {
	t.Parallel()
	typedSecret := base32.StdEncoding.EncodeToString([]byte(vectorSecret))
	for unix, code := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		at := time.Unix(unix, 0)
		assert.Equal(t, code[2:], codeAt([]byte(vectorSecret), stepAt(at)))
		assert.Equal(t, code[2:], factortest.Code(typedSecret, at))
	}
}

func TestCodesAreTakenAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"123456": "123456", " 123 456\n": "123456", "1 2 3 4 5 6": "123456", "123\u00a0456": "123456",
		"12345": "", "1234567": "", "": "", "12345a": "", "+12345": "", "-12345": "", "0x1234": "",
		"１２３４５６": "", "١٢٣٤٥٦": "", "12345٦": "", "123\x00456": "",
	} {
		assert.Equal(t, code, typed(text), "%q", text)
	}
}

func TestCodesOfThreeStepsAreAccepted(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_800_000_000, 0)
	for offset := -3; offset <= 3; offset++ {
		step, right := match([]byte(vectorSecret), codeAt([]byte(vectorSecret), stepAt(at)+int64(offset)), at)
		assert.Equal(t, offset >= -1 && offset <= 1, right, offset)
		if right {
			assert.Equal(t, stepAt(at)+int64(offset), step)
		}
	}
	_, right := match([]byte(vectorSecret), "", at)
	assert.False(t, right)
}

func TestSecretsAreThoseThatWereProposed(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("A", 32)
	_, err := readSecret(good)
	require.NoError(t, err)
	for _, bad := range []string{"", good[:16], good + "AAAAAAAA", strings.ToLower(good), good[:31] + "1", good[:31] + "="} {
		_, err := readSecret(bad)
		assert.ErrorIs(t, err, ErrSecret, bad)
	}
}

func TestRecoveryCodesAreTakenAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for text, code := range map[string]string{
		"0ABCD-EFGH1": "0ABCDEFGH1", "0abcdefgh1": "0ABCDEFGH1", " 0abcd efgh1 ": "0ABCDEFGH1", "oabcd-efghi": "0ABCDEFGH1", "OABCD-EFGHL": "0ABCDEFGH1", "-0-A-B-C-D-E-F-G-H-1-": "0ABCDEFGH1",
		"": "", "-": "", "0ABCD-EFGH": "", "0ABCD-EFGH12": "", "0ABCD-EFGHU": "", "0ABCD_EFGH1": "", "０ABCDEFGH1": "", "0ABCDEFGHı": "",
	} {
		assert.Equal(t, code, typedRecovery(text), "%q", text)
	}
}
