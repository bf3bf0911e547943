package account_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gatehouse-id/gatehouse/provider/account"
)

// What is too long for a name is not normalised: some characters become eighteen others, and a form of 64 kB
// would cost as much as a password.
func TestLongNamesAreNotNormalised(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("\ufdfa", 7000)
	assert.Equal(t, long, account.Canonical(long))
	assert.Empty(t, account.LoginForms(long))
	assert.Empty(t, account.LoginForms(long+"@example.com"))
	assert.False(t, account.ValidUsername(long))
	assert.Equal(t, "alice", account.Canonical("ＡＬＩＣＥ"))
}
